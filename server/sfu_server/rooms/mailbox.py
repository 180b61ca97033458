"""The way to one attendee's socket.

A bounded queue, so that a client that does not read costs nobody anything.
"""

from collections.abc import AsyncIterator
from contextlib import suppress
from enum import Enum

import trio

from sfu_server.rooms.notices import Notice


class Dismissal(Enum):
    """Why a socket ends from our side."""

    LEFT = "the attendee left"
    REPLACED = "a newer socket of the same attendee took over"
    NEVER_READ = "the client reads too slowly"
    MEDIA_LOST = "the media worker of the room died"
    SHUTDOWN = "the server shuts down"


class Mailbox:
    """Notifications on their way to one socket.

    Iterate over it to take them out; it ends after the dismissal.
    """

    def __init__(self, capacity: int) -> None:
        """Makes an empty one for `capacity` notifications."""
        self._put, self._take = trio.open_memory_channel[Notice](capacity)
        self._dismissal: Dismissal | None = None

    @property
    def dismissal(self) -> Dismissal | None:
        """Why the socket is to end, once it is."""
        return self._dismissal

    def put(self, notice: Notice) -> bool:
        """Queues a notification; after a dismissal nothing is queued any more.

        Returns:
            False if it found no place: the mailbox is then dismissed with `NEVER_READ`.
        """
        if self._dismissal is not None:
            return True
        try:
            self._put.send_nowait(notice)
        except trio.WouldBlock:
            self.dismiss(Dismissal.NEVER_READ)
            return False
        return True

    def offer(self, notice: Notice) -> None:
        """Queues what may be missed, unless half of the places are taken or it is dismissed."""
        waiting = self._put.statistics()
        if self._dismissal is None and 2 * waiting.current_buffer_used < waiting.max_buffer_size:
            self._put.send_nowait(notice)

    async def answer(self, notice: Notice) -> None:
        """Queues the answer to a message of the client's own, who waits if they do not read."""
        with suppress(trio.ClosedResourceError):
            await self._put.send(notice)

    def dismiss(self, why: Dismissal) -> None:
        """Ends the socket after what waits. The first reason counts."""
        if self._dismissal is None:
            self._dismissal = why
            self._put.close()

    def take(self) -> Notice:
        """Takes the next one out without waiting.

        Raises:
            trio.WouldBlock: None waits.
        """
        return self._take.receive_nowait()

    def __aiter__(self) -> AsyncIterator[Notice]:
        """Takes out what is put in."""
        return self._take
