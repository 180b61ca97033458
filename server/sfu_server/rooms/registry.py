"""All rooms of the server."""

from collections.abc import Iterator
from functools import partial

import structlog
import trio

from sfu_server.conference import ErrorCode, MediaEngine, RoomError, Turns
from sfu_server.rooms.live_room import LiveRoom, Timeouts
from sfu_server.rooms.mailbox import Dismissal
from sfu_server.rooms.room import Rules

log = structlog.stdlib.get_logger(__name__)


class Rooms:
    """Finds rooms by name, opens them, and closes those that are not used."""

    def __init__(
        self,
        engine: MediaEngine,
        rules: Rules,
        timeouts: Timeouts,
        max_rooms: int,
        nursery: trio.Nursery,
    ) -> None:
        """Makes it without rooms; their timers will live in `nursery`."""
        self._engine = engine
        self._rules = rules
        self._timeouts = timeouts
        self._max_rooms = max_rooms
        self._nursery = nursery
        self._rooms: dict[str, LiveRoom] = {}
        self._turns = Turns()
        self._opening = 0
        self._closed = False

    def __len__(self) -> int:
        """How many are open."""
        return len(self._rooms)

    def __contains__(self, name: object) -> bool:
        """Whether the room is open."""
        return name in self._rooms

    def __iter__(self) -> Iterator[LiveRoom]:
        """All that are open."""
        return iter(self._rooms.values())

    def find(self, name: str) -> LiveRoom:
        """Finds a room.

        Raises:
            RoomError: `room_not_found`.
        """
        room = self._rooms.get(name)
        if room is None:
            raise RoomError(ErrorCode.ROOM_NOT_FOUND, "there is no such room")
        return room

    async def create(self, name: str) -> bool:
        """Opens a room.

        Returns:
            False if it was open already.

        Raises:
            RoomError: `limit_exceeded`, `media_unavailable`, `shutting_down`.
        """
        async with self._turns.of(name):
            if name in self._rooms:
                return False
            self._check_open()
            self._opening += 1
            try:
                await self._open(name)
            finally:
                self._opening -= 1
            return True

    def close(self) -> None:
        """Closes all rooms because the server shuts down; none can be opened from now on."""
        self._closed = True
        for name in list(self._rooms):
            self._close(name, Dismissal.SHUTDOWN)

    async def _open(self, name: str) -> None:
        media = await self._engine.open_room(partial(self._close, name, Dismissal.MEDIA_LOST))
        if self._closed:
            media.close()
            self._check_open()
        unused = partial(self._close, name, Dismissal.LEFT)
        self._rooms[name] = LiveRoom(self._rules, self._timeouts, media, self._nursery, unused)
        log.debug("room opened", room=name)

    def _check_open(self) -> None:
        if self._closed:
            raise RoomError(ErrorCode.SHUTTING_DOWN, "the server shuts down")
        if len(self._rooms) + self._opening >= self._max_rooms:
            raise RoomError(ErrorCode.LIMIT_EXCEEDED, "the server has no room for more rooms")

    def _close(self, name: str, why: Dismissal) -> None:
        room = self._rooms.pop(name, None)
        if room is not None:
            room.close(why)
            log.debug("room closed", room=name, why=why.value)
