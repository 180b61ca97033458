"""One packet in twenty is lost on its way, and nobody sees it: RTX brings it again."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
import sfu
import trio
from sfu.testing import Peer, Subscription

from tests.network.support.namespaces import Cable

LOSS_PERCENT = 5
FRAMES = 150
PATIENCE = 30
# Nobody waits so long for a fifth of them unless the picture is frozen.
FREEZE = 10


@dataclass(frozen=True, slots=True)
class Call:
    """Alice's camera, which Bob sees."""

    alice: Peer
    camera: sfu.Producer
    picture: Subscription

    async def goes_on(self) -> None:
        """Waits for the first pictures, then for more: nearly all must come, and in time."""
        with trio.fail_after(PATIENCE):
            await self.picture.wait_for_frames(5)
        made, seen = self._made(), self.picture.stats().frames
        for _ in range(5):
            with trio.fail_after(FREEZE):
                await self.picture.wait_for_frames(FRAMES // 5)
        stats = self.picture.stats()
        assert stats.frames - seen >= 0.9 * (self._made() - made)
        assert stats.corrupt == 0

    def _made(self) -> int:
        return self.alice.published(self.camera).stats()[0].frames


@pytest.fixture
async def call(cable: Cable, router: sfu.Router) -> AsyncIterator[Call]:
    """Alice and Bob at the far end."""
    async with AsyncExitStack() as stack:
        with cable.far.entered():
            peers = [Peer(router, local_ip=cable.far.address) for _ in range(2)]
            alice, bob = [await stack.enter_async_context(peer) for peer in peers]
        camera = await alice.publish("video", packets=5)
        yield Call(alice, camera, await bob.subscribe(camera))


async def test_loss_towards_the_worker_is_repaired_by_the_sender(cable: Cable, call: Call) -> None:
    with cable.near.losing(LOSS_PERCENT):
        await call.goes_on()

    worker, client = await stats(call.camera), call.alice.published(call.camera).stats()[0]
    assert worker["nackCount"] > 0
    assert worker["packetsRetransmitted"] > 0
    assert worker["packetsRepaired"] > 0
    assert client.nacks > 0
    assert client.rtx >= worker["packetsRetransmitted"]


async def test_loss_from_the_worker_is_repaired_by_the_worker(cable: Cable, call: Call) -> None:
    with cable.far.losing(LOSS_PERCENT):
        await call.goes_on()

    worker, client = await stats(call.picture.consumer), call.picture.stats()
    assert worker["nackCount"] > 0
    assert worker["packetsRetransmitted"] > 0
    assert client.nacks > 0
    assert 0 < client.rtx <= worker["packetsRetransmitted"]


async def stats(thing: sfu.Producer | sfu.Consumer) -> dict[str, int]:
    """What the worker counted of its only stream."""
    (stream,) = await thing.stats()
    assert isinstance(stream, dict)
    return {name: value for name, value in stream.items() if isinstance(value, int)}
