"""What the test client can do of what a router can; pure, on JSON of mediasoup's shapes.

    router's RtpCapabilities --receivable--> the client's RtpCapabilities, in the router's payload
    types
                             --sendable--> the same codecs in payload types and ids of the client's
                             own
    sendable --send_parameters--> RtpParameters of one track

The client's own numbers are not the router's, so that a number that nobody mapped is noticed.
"""

from collections.abc import Mapping
from secrets import randbelow
from typing import cast

from sfu._json import Json, JsonObject, clone
from sfu.errors import UnsupportedError
from sfu.parameters import MediaKind


def receivable(router_capabilities: Mapping[str, object]) -> JsonObject:
    """Gives the `RtpCapabilities` of the client."""
    codecs = [_with_own_feedback(codec) for codec in _known_codecs(router_capabilities)]
    extensions = cast("list[JsonObject]", clone(router_capabilities["headerExtensions"]))
    return {
        "codecs": list(codecs),
        "headerExtensions": [
            extension for extension in extensions if extension["uri"] in _RECEIVED_EXTENSIONS
        ],
    }


def received_codecs(capabilities: JsonObject) -> list[JsonObject]:
    """Gives the codecs of a connection that receives."""
    codecs = cast("list[JsonObject]", clone(capabilities["codecs"]))
    return [codec | {"payloadType": codec["preferredPayloadType"]} for codec in codecs]


def sent_codecs(capabilities: JsonObject) -> list[JsonObject]:
    """Gives the codecs of a connection that sends, numbered in order; fixed types stay."""
    codecs = received_codecs(capabilities)
    own = {
        codec["payloadType"]: _own_payload_type(index, cast("int", codec["payloadType"]))
        for index, codec in enumerate(codecs)
    }
    for codec in codecs:
        codec["payloadType"] = own[codec["payloadType"]]
        parameters = cast("JsonObject", codec["parameters"])
        if "apt" in parameters:
            parameters["apt"] = own[parameters["apt"]]
    return codecs


def send_parameters(
    codecs: list[JsonObject],
    kind: MediaKind,
    *,
    mid: str,
    cname: str,
    codec: str | None,
    simulcast: int,
) -> JsonObject:
    """Gives the `RtpParameters` of a track.

    Args:
        codecs: What `sent_codecs` gave.
        kind: `audio` or `video`.
        mid: The identification of its section.
        cname: The client's.
        codec: A MIME subtype such as `VP8`, in any case; the first codec of the kind if None.
        simulcast: How many encodings; of several the SSRCs are not signalled, only rids.

    Raises:
        UnsupportedError: The router has no such codec, or the client cannot make it.
    """
    media = _choose(codecs, kind, codec)
    rtx = [other for other in codecs if _apt(other) == media["payloadType"]]
    uris = _SENT_EXTENSIONS[kind] + (_RID_EXTENSIONS if simulcast > 1 else ())
    return {
        "mid": mid,
        "codecs": [_sent_codec(codec) for codec in (media, *rtx)],
        "headerExtensions": [{"uri": uri, "id": _OWN_IDS[uri]} for uri in uris],
        "encodings": list(_encodings(simulcast, has_rtx=bool(rtx))),
        "rtcp": {"cname": cname, "reducedSize": True},
    }


def _known_codecs(capabilities: Mapping[str, object]) -> list[JsonObject]:
    codecs = cast("list[JsonObject]", clone(capabilities["codecs"]))
    media = [codec for codec in codecs if _subtype(codec) in _SYNTHETIC]
    known = {cast("int", codec["preferredPayloadType"]) for codec in media}
    return [codec for codec in codecs if codec in media or _apt(codec) in known]


def _with_own_feedback(codec: JsonObject) -> JsonObject:
    feedback = cast("list[JsonObject]", codec["rtcpFeedback"])
    own: list[Json] = [
        entry for entry in feedback if (entry["type"], entry["parameter"]) in _FEEDBACK
    ]
    return {**codec, "rtcpFeedback": own}


def _choose(codecs: list[JsonObject], kind: MediaKind, name: str | None) -> JsonObject:
    for codec in codecs:
        is_wanted = name is None or _subtype(codec) == name.lower()
        if codec["kind"] == kind and is_wanted and _subtype(codec) in _SYNTHETIC:
            return codec
    message = f"no {name or 'codec'} for {kind} that router and client have"
    raise UnsupportedError(message)


def _sent_codec(codec: JsonObject) -> JsonObject:
    unsent = ("kind", "preferredPayloadType")
    return {name: value for name, value in codec.items() if name not in unsent}


def _encodings(simulcast: int, *, has_rtx: bool) -> list[JsonObject]:
    if simulcast > 1:
        return [{"rid": f"r{layer}", "scalabilityMode": "L1T1"} for layer in range(simulcast)]
    ssrc = randbelow(2**31 - 1) + 1
    return [{"ssrc": ssrc, "rtx": {"ssrc": ssrc + 1}} if has_rtx else {"ssrc": ssrc}]


def _own_payload_type(index: int, payload_type: int) -> int:
    return payload_type if payload_type < _FIRST_DYNAMIC else _FIRST_DYNAMIC + index


def _subtype(codec: JsonObject) -> str:
    return cast("str", codec["mimeType"]).partition("/")[2].lower()


def _apt(codec: JsonObject) -> object:
    return cast("JsonObject", codec["parameters"]).get("apt")


# What `rust/peer` can make and judge.
_SYNTHETIC = frozenset({"opus", "multiopus", "pcmu", "pcma", "g722", "vp8", "vp9", "h264", "av1"})
_FEEDBACK = frozenset({("nack", ""), ("nack", "pli"), ("ccm", "fir")})
# RFC 3551 s.6.
_FIRST_DYNAMIC = 96

_MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
_RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
_REPAIRED_RID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
_AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
_RECEIVED_EXTENSIONS = (_MID, _AUDIO_LEVEL)
_SENT_EXTENSIONS: dict[MediaKind, tuple[str, ...]] = {
    "audio": (_MID, _AUDIO_LEVEL),
    "video": (_MID,),
}
_RID_EXTENSIONS = (_RID, _REPAIRED_RID)
USED_EXTENSIONS = (_MID, _RID, _REPAIRED_RID, _AUDIO_LEVEL)
"""The URIs of all header extensions that the client sends or reads."""
_OWN_IDS = {_MID: 4, _RID: 10, _REPAIRED_RID: 11, _AUDIO_LEVEL: 14}
