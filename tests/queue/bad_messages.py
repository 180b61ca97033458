"""Messages that are no operations: why, and what can be told of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from .api_role import Json

SID = "sid-of-the-bad"
NAMES = {"streamId": "s", "peerId": "p"}
OPERATIONS: dict[str, Json] = {
    "connect-as-streamer": NAMES,
    "connect-as-viewer": NAMES,
    "connect-transport": NAMES | {"dtlsParameters": {}, "direction": "send"},
    "send-track": NAMES
    | {
        "transportId": "t",
        "direction": "send",
        "paused": False,
        "kind": "audio",
        "rtpParameters": {},
        "rtpCapabilities": {},
        "appData": {},
    },
    "get-recv-tracks": NAMES | {"rtpCapabilities": {}},
    "resume-consumers": {"streamId": "s"},
    "close-peer": NAMES,
    "end-stream": {"streamId": "s"},
}


@dataclass(frozen=True, slots=True)
class BadMessage:
    """What comes, and whether somebody can be told: `name` is then the op that is named to them."""

    title: str
    body: bytes
    name: str | None


def bad_messages() -> Iterator[BadMessage]:
    yield BadMessage("empty", b"", None)
    yield BadMessage("not JSON", b"{op: connect}", None)
    yield BadMessage("not UTF-8", b'{"op": "end-stream", "sid": "\xff\xfe"}', None)
    yield BadMessage("NaN", b'{"op": "end-stream", "data": NaN, "sid": "x"}', None)
    yield BadMessage("a text", b'"end-stream"', None)
    yield BadMessage("a list", b"[1, 2]", None)
    yield BadMessage("deep", b"[" * 100_000, None)
    yield BadMessage("nested too deep", _message("end-stream", _nested(40)), "end-stream")
    yield BadMessage("unknown op", _message("reboot", {}), "reboot")
    yield BadMessage("op in other case", _message("End-Stream", {"streamId": "s"}), "End-Stream")
    yield BadMessage("op a number", _message(7, {}), "")
    yield BadMessage("no op", json.dumps({"data": {}, "sid": SID}).encode(), "")
    yield BadMessage("a long op", _message("x" * 1000, {}), "x" * 256)
    yield BadMessage("5 MB", _message("end-stream", {"streamId": "s" * 5_000_000}), "end-stream")
    yield BadMessage("5 MB of zeros", bytes(5_000_000), None)
    yield BadMessage("a long name", _message("end-stream", {"streamId": "s" * 257}), "end-stream")
    yield BadMessage("an empty name", _message("end-stream", {"streamId": ""}), "end-stream")
    yield BadMessage("data a list", _message("end-stream", []), "end-stream")
    yield BadMessage("no data", json.dumps({"op": "end-stream", "sid": SID}).encode(), "end-stream")
    for sid in (None, 7, {"a": 1}):
        body = json.dumps({"op": "end-stream", "data": {"streamId": "s"}, "sid": sid}).encode()
        yield BadMessage(f"sid {sid!r}", body, None)
    for op, data in OPERATIONS.items():
        for field in data:
            missing = {key: value for key, value in data.items() if key != field}
            yield BadMessage(f"{op} without {field}", _message(op, missing), op)
            for wrong in (None, 7, [1]):
                mistyped = _message(op, data | {field: wrong})
                yield BadMessage(f"{op} with {field} {wrong!r}", mistyped, op)
    other = OPERATIONS["connect-transport"] | {"direction": "both"}
    yield BadMessage("unknown direction", _message("connect-transport", other), "connect-transport")
    data_track = OPERATIONS["send-track"] | {"kind": "data"}
    yield BadMessage("unknown kind", _message("send-track", data_track), "send-track")


def _message(op: object, data: object) -> bytes:
    return json.dumps({"op": op, "data": data, "sid": SID}).encode()


def _nested(levels: int) -> Json:
    value: Json = {}
    for _ in range(levels):
        value = {"deeper": value}
    return value
