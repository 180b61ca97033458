"""Requests that cannot be carried out, and what each gets.

They are made in a room with `ann`, whose transports are connected and who sends `webcam`, and
`bob`, who has a consumer of it. `{webcam}`, `{elsewhere}` and `{consumer}` in bodies stand for ids
of that producer, of one in another room, and of bob's consumer.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.server.support.answers import Json
from tests.server.support.call import ROOM

VIDEO: Json = {
    "mid": "7",
    "codecs": [{"mimeType": "video/VP8", "payloadType": 96, "clockRate": 90000}],
    "encodings": [{"ssrc": 7777}],
    "rtcp": {"cname": "ann"},
}
AUDIO: Json = {
    "mid": "8",
    "codecs": [{"mimeType": "audio/opus", "payloadType": 111, "clockRate": 48000, "channels": 2}],
    "encodings": [{"ssrc": 8888}],
}
OPUS_ONLY: Json = {
    "codecs": [
        {
            "kind": "audio",
            "mimeType": "audio/opus",
            "preferredPayloadType": 100,
            "clockRate": 48000,
            "channels": 2,
        }
    ]
}
DTLS: Json = {
    "role": "client",
    "fingerprints": [{"algorithm": "sha-256", "value": ":".join(["AB"] * 32)}],
}

ANN: Json = {"roomName": ROOM, "userMail": "ann"}
BOB: Json = {"roomName": ROOM, "userMail": "bob"}
CONSUME: Json = {**BOB, "id": "{webcam}", "producerMail": "ann", "rtpCapabilities": OPUS_ONLY}

VALID: dict[str, Json] = {
    "exists": {"roomName": ROOM},
    "createRoom": ANN,
    "attendees": {"roomName": ROOM},
    "createAttendee": ANN,
    "leave": ANN,
    "connectSender": {**ANN, "dtlsParameters": DTLS},
    "connectReceiver": {**ANN, "dtlsParameters": DTLS},
    "restartIce": {**ANN, "direction": "send"},
    "createProducer": {**ANN, "type": "screen", "rtpParameters": VIDEO},
    "producers": {"roomName": ROOM},
    "closeProducer": {**ANN, "type": "webcam"},
    "pauseProducer": {**ANN, "type": "webcam"},
    "resumeProducer": {**ANN, "type": "webcam"},
    "createConsumer": CONSUME,
    "closeConsumer": {**BOB, "id": "{consumer}"},
    "pauseConsumer": {**BOB, "id": "{consumer}"},
    "resumeConsumer": {**BOB, "id": "{consumer}"},
    "stats": ANN,
}
"""A body for each endpoint that has all its fields."""

GETS = {"exists", "attendees", "producers", "stats"}
NAMES = {"roomName", "userMail", "type", "id", "producerMail"}


@dataclass(frozen=True, slots=True)
class BadRequest:
    """A request, and the error that it gets."""

    name: str
    endpoint: str
    error: str
    body: Json = field(hash=False)


def bad_requests() -> Iterator[BadRequest]:
    """All of them."""
    for endpoint, body in VALID.items():
        yield from _mistyped(endpoint, body)
        yield from _unknown(endpoint, body)
    yield from _REFUSED


def _mistyped(endpoint: str, body: Json) -> Iterator[BadRequest]:
    for name in body:
        missing = {key: value for key, value in body.items() if key != name}
        yield BadRequest(f"{name} missing", endpoint, "invalid_parameter", missing)
        wrong: Json = {"empty": "", "a list": [], "null": None, "a number": 5}
        if name in NAMES:
            wrong["too long"] = "x" * 257
            wrong["an object"] = {}
        for how, value in wrong.items():
            if endpoint not in GETS or isinstance(value, str):
                changed: Json = body | {name: value}
                yield BadRequest(f"{name} {how}", endpoint, "invalid_parameter", changed)


def _unknown(endpoint: str, body: Json) -> Iterator[BadRequest]:
    if endpoint not in {"exists", "createRoom"}:
        elsewhere: Json = body | {"roomName": "nowhere"}
        yield BadRequest("unknown room", endpoint, "room_not_found", elsewhere)
    if "userMail" in body and endpoint not in {"createRoom", "createAttendee"}:
        stranger: Json = body | {"userMail": "stranger"}
        yield BadRequest("unknown attendee", endpoint, "attendee_not_found", stranger)


def _dtls(**changes: object) -> Json:
    changed: Json = {**DTLS, **changes}  # type: ignore[dict-item]
    return {**BOB, "dtlsParameters": changed}


def _rtp(**changes: object) -> Json:
    changed: Json = {**VIDEO, **changes}  # type: ignore[dict-item]
    return {**ANN, "type": "screen", "rtpParameters": changed}


_REFUSED = [
    BadRequest("again", "connectSender", "transport_already_connected", VALID["connectSender"]),
    BadRequest("again", "connectReceiver", "transport_already_connected", VALID["connectReceiver"]),
    BadRequest("no fingerprints", "connectSender", "invalid_parameter", _dtls(fingerprints=[])),
    BadRequest("no role of DTLS", "connectSender", "invalid_parameter", _dtls(role="boss")),
    BadRequest(
        "unknown hash",
        "connectSender",
        "invalid_parameter",
        _dtls(fingerprints=[{"algorithm": "md5", "value": "AB"}]),
    ),
    BadRequest("empty DTLS", "connectSender", "invalid_parameter", {**BOB, "dtlsParameters": {}}),
    BadRequest("unknown direction", "restartIce", "invalid_parameter", {**ANN, "direction": "up"}),
    BadRequest(
        "unknown type",
        "createProducer",
        "invalid_parameter",
        {**ANN, "type": "hologram", "rtpParameters": VIDEO},
    ),
    BadRequest(
        "type of another kind",
        "createProducer",
        "invalid_parameter",
        {**ANN, "type": "screen", "rtpParameters": AUDIO},
    ),
    BadRequest(
        "type twice",
        "createProducer",
        "producer_exists",
        {**ANN, "type": "webcam", "rtpParameters": VIDEO},
    ),
    BadRequest("no codecs", "createProducer", "invalid_parameter", _rtp(codecs=[])),
    BadRequest("no encodings", "createProducer", "invalid_parameter", _rtp(encodings=[])),
    BadRequest("no ssrc", "createProducer", "invalid_parameter", _rtp(encodings=[{"ssrc": "1"}])),
    BadRequest(
        "huge ssrc", "createProducer", "invalid_parameter", _rtp(encodings=[{"ssrc": 2**40}])
    ),
    BadRequest(
        "ssrc in use", "createProducer", "invalid_parameter", _rtp(encodings=[{"ssrc": 1111}])
    ),
    BadRequest(
        "unsupported codec",
        "createProducer",
        "cannot_produce",
        _rtp(codecs=[{"mimeType": "video/THEORA", "payloadType": 96, "clockRate": 90000}]),
    ),
    BadRequest(
        "empty rtpParameters", "createProducer", "invalid_parameter", _rtp() | {"rtpParameters": {}}
    ),
    BadRequest(
        "unknown producer", "createConsumer", "producer_not_found", CONSUME | {"id": "nothing"}
    ),
    BadRequest(
        "producer of another room",
        "createConsumer",
        "producer_not_found",
        CONSUME | {"id": "{elsewhere}"},
    ),
    BadRequest(
        "producer of somebody else",
        "createConsumer",
        "producer_not_found",
        CONSUME | {"producerMail": "bob"},
    ),
    BadRequest(
        "unknown producerMail",
        "createConsumer",
        "attendee_not_found",
        CONSUME | {"producerMail": "stranger"},
    ),
    BadRequest("no common codec", "createConsumer", "cannot_consume", CONSUME),
    BadRequest(
        "no codec at all", "createConsumer", "cannot_consume", CONSUME | {"rtpCapabilities": {}}
    ),
    BadRequest(
        "misshapen capabilities",
        "createConsumer",
        "invalid_parameter",
        {**CONSUME, "rtpCapabilities": {"codecs": [5]}},
    ),
    BadRequest(
        "paused mistyped", "createConsumer", "invalid_parameter", CONSUME | {"paused": "no"}
    ),
    BadRequest("type not sent", "pauseProducer", "producer_not_found", {**ANN, "type": "mic"}),
    BadRequest("type not sent", "closeProducer", "producer_not_found", {**BOB, "type": "webcam"}),
    BadRequest("unknown type", "resumeProducer", "invalid_parameter", {**ANN, "type": "hologram"}),
    BadRequest("unknown consumer", "closeConsumer", "consumer_not_found", {**BOB, "id": "nothing"}),
    BadRequest(
        "consumer of somebody else",
        "pauseConsumer",
        "consumer_not_found",
        {**ANN, "id": "{consumer}"},
    ),
    BadRequest(
        "consumer of somebody else",
        "resumeConsumer",
        "consumer_not_found",
        {**ANN, "id": "{consumer}"},
    ),
]
