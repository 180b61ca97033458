"""What one consumer receives of a producer: as much of the consumable as its peer can take."""

from collections.abc import Mapping

from sfu._json import Json, JsonObject, clone
from sfu.errors import UnsupportedError
from sfu.ortc._extensions import ABS_SEND_TIME, TRANSPORT_WIDE_CC
from sfu.ortc._matching import apt, codecs_match, is_rtx
from sfu.ortc._pipe import pipe_encodings
from sfu.ortc._scalability import parse_scalability_mode
from sfu.ortc._ssrc import first_of_random_ssrcs
from sfu.ortc._validation import normalize_codec_capability, normalize_rtp_capabilities
from sfu.ortc._values import (
    UNDEFINED,
    Value,
    array,
    array_or_empty,
    defined,
    first,
    greater,
    iterate,
    iterate_optional,
    prop,
    put,
    same,
    truthy,
)


def can_consume(consumable: Mapping[str, object], caps: Mapping[str, object]) -> bool:
    """Tells whether a peer can receive a producer.

    Args:
        consumable: What `get_consumable_rtp_parameters` gave.
        caps: The peer's `RtpCapabilities`.

    Raises:
        TypeError: Something is missing or mistyped.
    """
    remote = clone(caps)
    normalize_rtp_capabilities(remote)
    capable = array_or_empty(prop(remote, "codecs"))
    codecs = [
        codec
        for codec in iterate(prop(clone(consumable), "codecs"))
        if any(codecs_match(other, codec, strict=True) for other in capable)
    ]
    return bool(codecs) and not is_rtx(codecs[0])


def get_consumer_rtp_parameters(
    consumable: Mapping[str, object],
    remote_caps: Mapping[str, object],
    *,
    pipe: bool = False,
    enable_rtx: bool = True,
) -> JsonObject:
    """Makes the `RtpParameters` of a consumer, but for its `mid`.

    Args:
        consumable: What `get_consumable_rtp_parameters` gave.
        remote_caps: The peer's `RtpCapabilities`.
        pipe: Whether all encodings are kept, for another router, rather than one.
        enable_rtx: Whether lost packets are sent again.

    Returns:
        The codecs that both have, with the feedback of the peer, and of bandwidth estimation
        at most one way.

    Raises:
        TypeError: Something is missing or mistyped.
        UnsupportedError: The peer has none of the codecs.
    """
    offered, remote = clone(consumable), clone(remote_caps)
    codecs = _codecs(offered, remote, enable_rtx=enable_rtx)
    extensions = _header_extensions(offered, remote)
    _reduce_feedback(codecs, extensions)
    has_rtx = any(is_rtx(codec) for codec in codecs)
    encodings: list[Json] = (
        pipe_encodings(offered, has_rtx=has_rtx)
        if pipe
        else [_encoding(array(prop(offered, "encodings")), has_rtx=has_rtx)]
    )
    return defined(
        {
            "codecs": codecs,
            "headerExtensions": extensions,
            "encodings": encodings,
            "rtcp": prop(offered, "rtcp"),
            "msid": prop(offered, "msid"),
        }
    )


def _codecs(offered: Json, remote: Json, *, enable_rtx: bool) -> list[Json]:
    for capable in iterate(prop(remote, "codecs")):
        normalize_codec_capability(capable)
    codecs = [
        codec
        for codec in iterate_optional(prop(offered, "codecs"))
        if (enable_rtx or not is_rtx(codec))
        and _take_feedback(codec, remote, enable_rtx=enable_rtx)
    ]
    _drop_orphaned_rtx(codecs)
    if not codecs or is_rtx(codecs[0]):
        raise UnsupportedError("the peer has none of the producer's codecs")
    return codecs


def _take_feedback(codec: Json, remote: Json, *, enable_rtx: bool) -> bool:
    matched = first(remote, "codecs", lambda capable: codecs_match(capable, codec, strict=True))
    if matched is UNDEFINED:
        return False
    feedback = [
        entry
        for entry in array(prop(matched, "rtcpFeedback"))
        if enable_rtx or prop(entry, "type") != "nack" or prop(entry, "parameter")
    ]
    put(codec, "rtcpFeedback", feedback)
    return True


def _drop_orphaned_rtx(codecs: list[Json]) -> None:
    for index in reversed(range(len(codecs))):
        rtx = codecs[index]
        if is_rtx(rtx) and not any(same(prop(codec, "payloadType"), apt(rtx)) for codec in codecs):
            del codecs[index]


def _header_extensions(offered: Json, remote: Json) -> list[Json]:
    return [
        extension
        for extension in array(prop(offered, "headerExtensions"))
        if any(
            same(prop(capable, "preferredId"), prop(extension, "id"))
            and same(prop(capable, "uri"), prop(extension, "uri"))
            for capable in array(prop(remote, "headerExtensions"))
        )
    ]


def _reduce_feedback(codecs: list[Json], extensions: list[Json]) -> None:
    unused = _unused_bandwidth_feedback([prop(extension, "uri") for extension in extensions])
    for codec in codecs:
        feedback = array(prop(codec, "rtcpFeedback"))
        put(codec, "rtcpFeedback", [fb for fb in feedback if prop(fb, "type") not in unused])


def _unused_bandwidth_feedback(uris: list[Value]) -> tuple[str, ...]:
    if TRANSPORT_WIDE_CC in uris:
        return (_REMB,)
    if ABS_SEND_TIME in uris:
        return (_TRANSPORT_CC,)
    return (_REMB, _TRANSPORT_CC)


def _encoding(offered: list[Json], *, has_rtx: bool) -> JsonObject:
    ssrc = first_of_random_ssrcs(2)
    members: dict[str, Value] = {
        "ssrc": ssrc,
        "rtx": {"ssrc": ssrc + 1} if has_rtx else UNDEFINED,
        "scalabilityMode": _scalability_mode(offered),
        "maxBitrate": _max_bitrate(offered),
    }
    return defined(members)


def _scalability_mode(offered: list[Json]) -> Value:
    modes = [prop(encoding, "scalabilityMode") for encoding in offered]
    mode = next(filter(truthy, modes), UNDEFINED)
    if len(offered) <= 1:
        return mode
    # Each encoding of a simulcast is one spatial layer; all have the temporal layers of the first.
    return f"L{len(offered)}T{parse_scalability_mode(mode).temporal_layers}"


def _max_bitrate(offered: list[Json]) -> Value:
    highest: Value = 0
    for encoding in offered:
        bitrate = prop(encoding, "maxBitrate")
        if truthy(bitrate) and greater(bitrate, highest):
            highest = bitrate
    return highest if truthy(highest) else UNDEFINED


_REMB = "goog-remb"
_TRANSPORT_CC = "transport-cc"
