"""Tracks of the client: those it publishes and those it receives."""

import json
from typing import cast

import anyio

from sfu._json import JsonObject
from sfu.errors import InvalidStateError
from sfu.testing._link import Link
from sfu.testing._stats import ReceivedStats, SentStats, from_json


class PublishedTrack:
    """Synthetic media on its way to the worker. Made by `SendTransport.publish`."""

    def __init__(self, link: Link, number: int, source: str, rtp_parameters: JsonObject) -> None:
        """Wraps a track that the client has."""
        self._link = link
        self._number = number
        self._source = source
        self._rtp_parameters = rtp_parameters
        self._closed = False

    @property
    def source(self) -> str:
        """Its identity, which its frames carry; `ReceivedStats.sources` has it."""
        return self._source

    @property
    def rtp_parameters(self) -> JsonObject:
        """What it is sent with."""
        return self._rtp_parameters

    async def pause(self) -> None:
        """Stops sending for a while; the worker is not told."""
        await self._link.request({"method": "pausePublished", "track": self._number})

    async def resume(self) -> None:
        """Sends again."""
        await self._link.request({"method": "resumePublished", "track": self._number})

    def stats(self) -> tuple[SentStats, ...]:
        """Counts what was sent so far, by encoding, lowest first."""
        counts = json.loads(self._link.stats(self._number))
        return tuple(from_json(SentStats, encoding) for encoding in counts)

    async def close(self) -> None:
        """Stops sending for good. Idempotent."""
        if not self._closed:
            self._closed = True
            await self._link.request({"method": "unpublish", "track": self._number})


class ReceivedTrack:
    """What one consumer is sent. Made by `RecvTransport.subscribe`."""

    def __init__(self, link: Link, number: int) -> None:
        """Wraps a track that the client has."""
        self._link = link
        self._number = number
        self._last: ReceivedStats | None = None
        self._closing = anyio.Event()

    async def wait_for_frames(self, count: int) -> None:
        """Waits until `count` more frames have come, complete and unchanged.

        Raises:
            InvalidStateError: The track is closed, now or while it waits.
        """
        await self._wait_for("frames", self.stats().frames + count)

    async def wait_for_packets(self, count: int) -> None:
        """Waits until `count` more packets have come.

        Raises:
            InvalidStateError: The track is closed, now or while it waits.
        """
        await self._wait_for("packets", self.stats().packets + count)

    def stats(self) -> ReceivedStats:
        """Counts what came so far; after `close`, what had come until then."""
        if self._last is not None:
            return self._last
        counts = cast("JsonObject", json.loads(self._link.stats(self._number)))
        return from_json(ReceivedStats, counts)

    async def close(self) -> None:
        """Stops receiving. Idempotent."""
        if self._last is None:
            self._last = self.stats()
            self._link.unwatch(self._number)
            await self._link.request({"method": "unsubscribe", "track": self._number})

    async def _wait_for(self, what: str, goal: int) -> None:
        if self._last is not None:
            message = "the track is closed"
            raise InvalidStateError(message)
        await self._link.watch(self._number, what, goal)
