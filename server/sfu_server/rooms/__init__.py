"""Rooms: who is in them, what they send and receive, and who is told of it.

    room.py, notices.py   the rules, pure: a change of a room gives the notifications it causes
    live_room.py          one room at work: carries out in the media engine, in order; delivers
    registry.py           all rooms
    ports.py              what is asked of the media engine (`sfu_server.media` does it)

Nothing here knows how requests come in or how notifications go out: HTTP and WebSocket are one way.
"""

from sfu_server.rooms.errors import ErrorCode, RoomError
from sfu_server.rooms.live_room import LiveRoom, Timeouts
from sfu_server.rooms.mailbox import Dismissal, Mailbox
from sfu_server.rooms.notices import Notice, Refused
from sfu_server.rooms.ports import Direction
from sfu_server.rooms.registry import Rooms
from sfu_server.rooms.room import Kind, Rules

__all__ = [
    "Direction",
    "Dismissal",
    "ErrorCode",
    "Kind",
    "LiveRoom",
    "Mailbox",
    "Notice",
    "Refused",
    "RoomError",
    "Rooms",
    "Rules",
    "Timeouts",
]
