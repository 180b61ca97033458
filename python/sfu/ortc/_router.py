"""What a router supports: the application's codecs, numbered, and all header extensions."""

from collections.abc import Mapping, Sequence
from itertools import chain

from sfu._json import Json, JsonObject, clone, clone_object
from sfu.errors import SfuError
from sfu.ortc._matching import codecs_match, unsupported
from sfu.ortc._supported import supported_rtp_capabilities
from sfu.ortc._validation import normalize_codec_capability
from sfu.ortc._values import array, is_number, members, mistyped, prop, same


def generate_router_rtp_capabilities(
    media_codecs: Sequence[Mapping[str, object]] = (),
) -> JsonObject:
    """Makes a router's `RtpCapabilities`.

    Args:
        media_codecs: `RtpCodecCapability`s; a `preferredPayloadType` of theirs is kept.

    Returns:
        The codecs, each of video followed by its RTX codec, and every supported header extension.

    Raises:
        TypeError: A codec is mistyped, or two have one payload type.
        UnsupportedError: A codec is none of mediasoup's.
        SfuError: There are more codecs than dynamic payload types.
    """
    supported = supported_rtp_capabilities()
    payload_types = [*_DYNAMIC_PAYLOAD_TYPES]
    codecs: list[Json] = []
    for media_codec in array(clone(media_codecs)):
        normalize_codec_capability(media_codec)
        codec = _supported_codec(media_codec, array(supported["codecs"]))
        payload_type = _payload_type(media_codec, codec, payload_types)
        if any(same(prop(other, "preferredPayloadType"), payload_type) for other in codecs):
            raise mistyped("unused preferredPayloadType", payload_type)
        codecs.append({**codec, "preferredPayloadType": payload_type})
        if codec["kind"] == "video":
            codecs.append(_rtx_codec(codec, payload_type, _take(payload_types)))
    return {"codecs": codecs, "headerExtensions": supported["headerExtensions"]}


def _supported_codec(media_codec: Json, supported: list[Json]) -> JsonObject:
    matched = next((codec for codec in supported if codecs_match(media_codec, codec)), None)
    if matched is None:
        raise unsupported(media_codec)
    codec = clone_object(matched)
    parameters = prop(codec, "parameters"), prop(media_codec, "parameters")
    codec["parameters"] = dict(chain.from_iterable(map(members, parameters)))
    return codec


def _payload_type(media_codec: Json, codec: JsonObject, payload_types: list[int]) -> Json:
    preferred = prop(media_codec, "preferredPayloadType")
    if is_number(preferred):
        payload_types[:] = [free for free in payload_types if free != preferred]
        return preferred
    static = prop(codec, "preferredPayloadType")
    return static if is_number(static) else _take(payload_types)


def _rtx_codec(codec: JsonObject, apt: Json, payload_type: int) -> JsonObject:
    return {
        "kind": "video",
        "mimeType": "video/rtx",
        "preferredPayloadType": payload_type,
        "clockRate": codec["clockRate"],
        "parameters": {"apt": apt},
        "rtcpFeedback": [],
    }


def _take(payload_types: list[int]) -> int:
    if not payload_types:
        raise SfuError("no dynamic payload type is left")
    return payload_types.pop(0)


_DYNAMIC_PAYLOAD_TYPES = (*range(100, 128), *range(96, 100))
"""RFC 3551 s.6, in the order in which they are given out."""
