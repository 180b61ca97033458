"""Rooms: who is in them, what they send and receive, and who is told of it.

    room.py, notices.py   the rules, pure: a change of a room gives the notifications it causes
    live_room.py          one room at work: carries out in the media engine, in order; delivers
    registry.py           all rooms

What they have in common with streams is in `sfu_server.conference`, with what they ask of media.

Nothing here knows how requests come in or how notifications go out: HTTP and WebSocket are one way.
"""

from sfu_server.conference import Direction, ErrorCode, Kind, RoomError
from sfu_server.rooms.live_room import LiveRoom, Timeouts
from sfu_server.rooms.mailbox import Dismissal, Mailbox
from sfu_server.rooms.notices import Notice, Refused
from sfu_server.rooms.registry import Rooms
from sfu_server.rooms.room import Rules

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
