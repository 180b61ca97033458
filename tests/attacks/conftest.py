"""A worker with a call on it, and somebody who attacks it."""

from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest
import sfu

from tests.attacks.support.attacker import Attacker, Dial
from tests.attacks.support.call import Call, running_call
from tests.attacks.support.counts import Drops, counted_drops
from tests.attacks.support.wire import Wire


@pytest.fixture
async def call(sfu_worker: sfu.Worker, sfu_router: sfu.Router) -> AsyncIterator[Call]:
    """The call that must go on."""
    async with counted_drops(sfu_worker), running_call(sfu_router) as call:
        yield call


@pytest.fixture
def dial(sfu_worker: sfu.Worker) -> Iterator[Dial]:
    """Gives a function that opens a 5-tuple to the worker."""
    wires: list[Wire] = []

    def dial() -> Wire:
        wires.append(Wire(sfu_worker.listen[0]))
        return wires[-1]

    yield dial
    for wire in wires:
        wire.close()


@pytest.fixture
async def attacker(sfu_router: sfu.Router, dial: Dial) -> Attacker:
    """One whose address ICE has validated, and no more."""
    transport = await sfu_router.create_webrtc_transport()
    attacker = Attacker(transport, sfu_router.rtp_capabilities, dial)
    await attacker.check()
    return attacker


@pytest.fixture
async def insider(attacker: Attacker) -> Attacker:
    """One who has joined: DTLS is connected."""
    await attacker.expect_handshake()
    await attacker.handshake()
    return attacker


@pytest.fixture
def drops(sfu_worker: sfu.Worker) -> Drops:
    """Gives a context that counts what the worker drops."""
    return partial(counted_drops, sfu_worker)
