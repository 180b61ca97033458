"""The call that an attack must not disturb."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import sfu
import trio
from sfu.testing import Peer, Subscription

PATIENCE = 30
"""Seconds after which a test gives up waiting. Not a goal: a loaded machine may take long."""


@dataclass(frozen=True, slots=True)
class Call:
    """Alice's camera, which Bob sees."""

    alice: Peer
    camera: sfu.Producer
    picture: Subscription

    @asynccontextmanager
    async def undisturbed(self) -> AsyncIterator[None]:
        """Fails unless Bob saw what Alice sent meanwhile, and goes on seeing it."""
        sent, seen = self._sent(), self.picture.stats().frames
        yield
        with trio.fail_after(PATIENCE):
            await self.picture.wait_for_frames(10)
        stats = self.picture.stats()
        assert stats.frames - seen >= 0.9 * (self._sent() - sent) - _ON_THE_WAY
        assert stats.corrupt == 0

    def key_frame_requests(self) -> int:
        """How many have reached Alice."""
        (sent,) = self.alice.published(self.camera).stats()
        return sent.plis + sent.firs

    def _sent(self) -> int:
        (sent,) = self.alice.published(self.camera).stats()
        return sent.frames


@asynccontextmanager
async def running_call(router: sfu.Router) -> AsyncIterator[Call]:
    """A call that is under way."""
    async with Peer(router) as alice, Peer(router) as bob:
        camera = await alice.publish("video", codec="VP8")
        picture = await bob.subscribe(camera)
        with trio.fail_after(PATIENCE):
            await picture.wait_for_frames(5)
        yield Call(alice, camera, picture)


# Frames that were made, but not seen yet, when Bob is asked.
_ON_THE_WAY = 10
