"""From what a producer sends to what the router calls it."""

from collections.abc import Iterator, Mapping

from sfu._json import Json, JsonObject, clone
from sfu.errors import UnsupportedError
from sfu.ortc._matching import apt, codecs_match, is_rtx, router_rtx, unsupported
from sfu.ortc._ssrc import first_of_random_ssrcs
from sfu.ortc._values import UNDEFINED, Value, defined, first, iterate, mistyped, prop, same


def get_producer_rtp_parameters_mapping(
    params: JsonObject, caps: Mapping[str, object]
) -> JsonObject:
    """Maps a producer's payload types and SSRCs to the router's.

    Args:
        params: The producer's `RtpParameters`. Each H.264 `profile-level-id` becomes the answer's.
        caps: The router's `RtpCapabilities`.

    Returns:
        `{"codecs": [{"payloadType", "mappedPayloadType"}],
        "encodings": [{"ssrc"?, "rid"?, "mappedSsrc"}]}`; media codecs come before RTX codecs.

    Raises:
        TypeError: Something is missing or mistyped, or an RTX codec retransmits no codec of these.
        UnsupportedError: The router has no such codec, or no RTX for it.
    """
    codecs = list(iterate(prop(params, "codecs")))
    router = clone(caps)
    mapped = {index: _media_match(codec, router) for index, codec in _media(codecs)}
    for index, codec in enumerate(codecs):
        if is_rtx(codec):
            mapped[index] = _rtx_match(mapped.get(_retransmitted(codec, codecs), UNDEFINED), router)
    return {
        "codecs": [_codec_mapping(codecs[index], codec) for index, codec in mapped.items()],
        "encodings": _encoding_mappings(list(iterate(prop(params, "encodings")))),
    }


def _media(codecs: list[Json]) -> Iterator[tuple[int, Json]]:
    return ((index, codec) for index, codec in enumerate(codecs) if not is_rtx(codec))


def _media_match(codec: Json, router: Json) -> Value:
    matched = first(
        router, "codecs", lambda capable: codecs_match(codec, capable, strict=True, modify=True)
    )
    if matched is UNDEFINED:
        raise unsupported(codec)
    return matched


def _retransmitted(rtx: Json, codecs: list[Json]) -> int:
    for index, codec in enumerate(codecs):
        if same(prop(codec, "payloadType"), apt(rtx)):
            return index
    raise mistyped("payload type of a codec as apt", apt(rtx))


def _rtx_match(media: Value, router: Json) -> Value:
    matched = router_rtx(router, media)
    if matched is UNDEFINED:
        raise UnsupportedError("the router has no RTX codec for a codec that has one here")
    return matched


def _codec_mapping(codec: Json, router_codec: Value) -> JsonObject:
    return defined(
        {
            "payloadType": prop(codec, "payloadType"),
            "mappedPayloadType": prop(router_codec, "preferredPayloadType"),
        }
    )


def _encoding_mappings(encodings: list[Json]) -> list[Json]:
    mapped_ssrc = first_of_random_ssrcs(len(encodings))
    return [
        defined(
            {
                "ssrc": prop(encoding, "ssrc"),
                "rid": prop(encoding, "rid"),
                "mappedSsrc": mapped_ssrc + index,
            }
        )
        for index, encoding in enumerate(encodings)
    ]
