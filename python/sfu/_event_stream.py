"""From an object to the readers of its events, each at its own pace."""

from collections import deque
from collections.abc import AsyncIterator
from typing import Self
from weakref import WeakSet

import anyio
from typing_extensions import override

from sfu.events import Closing, Event


class EventStream(AsyncIterator[Event]):
    """The events of one object from the moment of `events()` on; ends after the last one.

    Holds at most `CAPACITY` events that nobody has read; then the oldest lossy ones go. Events that
    are not lossy are kept without bound: what causes them is slow or the program's own doing. Let
    go of it to stop listening.
    """

    CAPACITY = 256

    def __init__(self) -> None:
        """Makes an empty stream."""
        self._events: deque[Event] = deque()
        self._came = anyio.Event()
        self._ended = False
        self._lost = 0

    @property
    def lost(self) -> int:
        """How many lossy events went unread because the reader was too slow."""
        return self._lost

    @override
    def __aiter__(self) -> Self:
        """Gives itself."""
        return self

    @override
    async def __anext__(self) -> Event:
        """Waits for the next event."""
        while not self._events:
            if self._ended:
                raise StopAsyncIteration
            self._came = anyio.Event()
            await self._came.wait()
        return self._events.popleft()

    def put(self, event: Event) -> None:
        """Adds an event; after a closing one nothing comes."""
        self._events.append(event)
        if len(self._events) > self.CAPACITY:
            self._lose_one()
        if isinstance(event, Closing):
            self._ended = True
        self._came.set()

    def end(self) -> None:
        """Says that nothing will come."""
        self._ended = True

    def _lose_one(self) -> None:
        oldest = next((event for event in self._events if event.lossy), None)
        if oldest is not None:
            self._events.remove(oldest)
            self._lost += 1


class EventSource:
    """Gives each reader of an object's events a stream of its own."""

    def __init__(self) -> None:
        """Makes a source that nobody reads."""
        self._streams: WeakSet[EventStream] = WeakSet()

    def stream(self, *, ended: bool) -> EventStream:
        """Makes one more stream, without anything to come if `ended`."""
        stream = EventStream()
        if ended:
            stream.end()
        else:
            self._streams.add(stream)
        return stream

    def emit(self, event: Event) -> None:
        """Gives an event to all streams."""
        for stream in list(self._streams):
            stream.put(event)
