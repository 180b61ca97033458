"""The client's thread as its transports and tracks see it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import cast

import anyio

from sfu import _core
from sfu._channel import Channel
from sfu._json import JsonObject
from sfu.errors import InvalidStateError, WorkerDiedError


class Link:
    """Commands to a `_core.Peer`, and who waits for its events."""

    def __init__(self) -> None:
        """Starts the thread; `run` must run for anything to be answered."""
        self._core = _core.Peer()
        self._channel = Channel(self._core, on_event=self._take_event, on_death=self._take_death)
        self._numbers = count(1)
        self._watches: dict[int, _Watch] = {}
        self._states: dict[int, Callable[[str], None]] = {}

    def next_id(self) -> int:
        """An id that no connection, track or watch of the client ever had."""
        return next(self._numbers)

    async def run(self) -> None:
        """Hands out answers and events until it is cancelled."""
        await self._channel.run()

    async def request(self, command: JsonObject, undo: JsonObject | None = None) -> JsonObject:
        """Carries out a command of `rust/peer/src/command.rs`; see `Channel.request`."""
        return await self._channel.request(command, undo=undo)

    def stats(self, track: int) -> str:
        """Gives the counts of a track as JSON."""
        return self._core.stats(track)

    def on_state(self, connection: int, take: Callable[[str], None]) -> None:
        """Tells `take` the states of a connection from now on."""
        self._states[connection] = take

    async def watch(self, track: int, what: str, goal: int) -> None:
        """Waits until a track has so many `frames` or `packets` in all.

        Raises:
            InvalidStateError: The track, or the client, is closed meanwhile.
            WorkerDiedError: The client's thread died.
        """
        number = self.next_id()
        watch = self._watches[number] = _Watch(track)
        named: JsonObject = {"track": track, "watch": number}
        try:
            await self._channel.request({"method": "watch", what: goal, **named})
            await watch.over.wait()
        except BaseException:
            with suppress(WorkerDiedError):
                self._channel.post({"method": "unwatch", **named})
            raise
        finally:
            del self._watches[number]
        if watch.failure is not None:
            raise watch.failure

    def unwatch(self, track: int) -> None:
        """Fails those who wait for a track that is closed."""
        for watch in self._watches.values():
            if watch.track == track:
                watch.fail(InvalidStateError("the track is closed"))

    def close(self) -> None:
        """Stops the thread, and fails whoever still waits."""
        self._core.close()
        self._channel.end()
        for watch in self._watches.values():
            watch.fail(InvalidStateError("the client is closed"))

    def _take_event(self, event: JsonObject) -> None:
        if event["event"] == "reached":
            watch = self._watches.get(cast("int", event["watch"]))
            if watch is not None:
                watch.over.set()
        elif event["event"] == "connectionState":
            take = self._states.get(cast("int", event["connection"]))
            if take is not None:
                take(cast("str", event["state"]))

    def _take_death(self, reason: str) -> None:
        for watch in self._watches.values():
            watch.fail(WorkerDiedError(reason))


@dataclass(eq=False, slots=True)
class _Watch:
    track: int
    over: anyio.Event = field(default_factory=anyio.Event)
    failure: Exception | None = None

    def fail(self, error: Exception) -> None:
        self.failure = error
        self.over.set()
