"""What the two APIs have in common: members of a conference, what they send and receive.

    members.py   who is there, and what ends with what; pure
    ports.py     what is asked of the media engine (`sfu_server.media` does it)

`sfu_server.rooms` and `sfu_server.streams` are two faces of it: each names its members, decides who
may do what, and says who is told.
"""

from sfu_server.conference.errors import ErrorCode, RoomError
from sfu_server.conference.members import EndedConsumer, Kind, Member, Members, Producer
from sfu_server.conference.ports import (
    ConsumerLayers,
    ConsumerOffer,
    ConsumerScore,
    Direction,
    Json,
    JsonMapping,
    MediaEngine,
    Offer,
    RoomMedia,
    Session,
)
from sfu_server.conference.turns import Turns

__all__ = [
    "ConsumerLayers",
    "ConsumerOffer",
    "ConsumerScore",
    "Direction",
    "EndedConsumer",
    "ErrorCode",
    "Json",
    "JsonMapping",
    "Kind",
    "MediaEngine",
    "Member",
    "Members",
    "Offer",
    "Producer",
    "RoomError",
    "RoomMedia",
    "Session",
    "Turns",
]
