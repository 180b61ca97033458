"""What a router can be asked to support: mediasoup 3.27's codecs and header extensions.

The engine forwards fewer codecs (`rust/engine/src/rtp/codec`); `sfu._resolve` refuses the others.
"""

from sfu._json import Json, JsonObject, clone_object
from sfu.ortc._extensions import (
    ABS_CAPTURE_TIME,
    ABS_SEND_TIME,
    AUDIO_LEVEL,
    DEPENDENCY_DESCRIPTOR,
    MID,
    PACKET_ID,
    PLAYOUT_DELAY,
    REPAIRED_RID,
    RID,
    TRANSMISSION_OFFSET,
    TRANSPORT_WIDE_CC,
    VIDEO_ORIENTATION,
)


def supported_rtp_capabilities() -> JsonObject:
    """Makes a normalised `RtpCapabilities` with everything in it; the caller may change it."""
    return clone_object({"codecs": _CODECS, "headerExtensions": _HEADER_EXTENSIONS})


def _audio(
    subtype: str,
    clock_rate: int,
    *feedback: JsonObject,
    channels: int = 1,
    payload_type: int | None = None,
    **parameters: Json,
) -> JsonObject:
    static = {} if payload_type is None else {"preferredPayloadType": payload_type}
    return {
        "kind": "audio",
        "mimeType": f"audio/{subtype}",
        **static,
        "clockRate": clock_rate,
        "channels": channels,
        "parameters": parameters,
        "rtcpFeedback": [*feedback],
    }


def _multiopus(mapping: str, *, streams: int, coupled: int) -> JsonObject:
    return _audio(
        "multiopus",
        48000,
        _NACK,
        _TRANSPORT_CC,
        channels=streams + coupled,
        channel_mapping=mapping,
        num_streams=streams,
        coupled_streams=coupled,
    )


def _video(subtype: str, parameters: JsonObject) -> JsonObject:
    return {
        "kind": "video",
        "mimeType": f"video/{subtype}",
        "clockRate": 90000,
        "parameters": parameters,
        "rtcpFeedback": [_NACK, _PLI, _FIR, _REMB, _TRANSPORT_CC],
    }


def _feedback(kind: str, parameter: str = "") -> JsonObject:
    return {"type": kind, "parameter": parameter}


def _extension(kind: str, identifier: int, name: str, direction: str = "sendrecv") -> JsonObject:
    return {
        "kind": kind,
        "uri": name,
        "preferredId": identifier,
        "preferredEncrypt": False,
        "direction": direction,
    }


_NACK = _feedback("nack")
_PLI = _feedback("nack", "pli")
_FIR = _feedback("ccm", "fir")
_REMB = _feedback("goog-remb")
_TRANSPORT_CC = _feedback("transport-cc")

_CODECS = [
    _audio("opus", 48000, _NACK, _TRANSPORT_CC, channels=2),
    _multiopus("0,1,2,3", streams=2, coupled=2),
    _multiopus("0,4,1,2,3,5", streams=4, coupled=2),
    _multiopus("0,6,1,2,3,4,5,7", streams=5, coupled=3),
    _audio("PCMU", 8000, _TRANSPORT_CC, payload_type=0),
    _audio("PCMA", 8000, _TRANSPORT_CC, payload_type=8),
    _audio("ISAC", 32000, _TRANSPORT_CC),
    _audio("ISAC", 16000, _TRANSPORT_CC),
    _audio("G722", 8000, _TRANSPORT_CC, payload_type=9),
    _audio("iLBC", 8000, _TRANSPORT_CC),
    *(_audio("SILK", rate, _TRANSPORT_CC) for rate in (24000, 16000, 12000, 8000)),
    *(_audio("CN", rate, payload_type=13) for rate in (32000, 16000, 8000)),
    *(_audio("telephone-event", rate) for rate in (48000, 32000, 16000, 8000)),
    _video("VP8", {}),
    _video("VP9", {}),
    _video("H264", {"level-asymmetry-allowed": 1}),
    _video("AV1", {}),
]

_HEADER_EXTENSIONS = [
    _extension("audio", 1, MID),
    _extension("video", 1, MID),
    _extension("video", 2, RID, "recvonly"),
    _extension("video", 3, REPAIRED_RID, "recvonly"),
    _extension("audio", 4, ABS_SEND_TIME),
    _extension("video", 4, ABS_SEND_TIME),
    _extension("audio", 5, TRANSPORT_WIDE_CC, "recvonly"),
    _extension("video", 5, TRANSPORT_WIDE_CC),
    _extension("audio", 6, AUDIO_LEVEL),
    _extension("video", 7, DEPENDENCY_DESCRIPTOR, "recvonly"),
    _extension("video", 8, VIDEO_ORIENTATION),
    _extension("video", 9, TRANSMISSION_OFFSET),
    _extension("audio", 10, ABS_CAPTURE_TIME),
    _extension("video", 10, ABS_CAPTURE_TIME),
    _extension("audio", 11, PLAYOUT_DELAY),
    _extension("video", 11, PLAYOUT_DELAY),
    _extension("audio", 12, PACKET_ID),
    _extension("video", 12, PACKET_ID),
]
