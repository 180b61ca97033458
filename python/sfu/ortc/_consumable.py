"""What the router offers of a producer: its media under the router's names."""

from collections.abc import Mapping

from sfu._json import Json, JsonObject, clone
from sfu.ortc._extensions import ABS_CAPTURE_TIME
from sfu.ortc._matching import is_rtx, router_rtx
from sfu.ortc._values import (
    UNDEFINED,
    Value,
    array,
    at,
    defined,
    elements,
    first,
    iterate,
    prop,
    put,
    remove,
    same,
)


def get_consumable_rtp_parameters(
    kind: str,
    params: Mapping[str, object],
    caps: Mapping[str, object],
    rtp_mapping: Mapping[str, object],
) -> JsonObject:
    """Makes the `RtpParameters` that consumers of a producer start from.

    Args:
        kind: `audio` or `video`.
        params: The producer's `RtpParameters`.
        caps: The router's `RtpCapabilities`.
        rtp_mapping: What `get_producer_rtp_parameters_mapping` gave for them.

    Returns:
        The producer's codecs and their parameters with the router's payload types and feedback,
        RTX where the router has it, the header extensions that the router sends, and the
        producer's encodings with the SSRCs of `rtp_mapping`.

    Raises:
        TypeError: Something is missing or mistyped, or the mapping is not one of these parameters.
    """
    given, router, mapping = clone(params), clone(caps), clone(rtp_mapping)
    return defined(
        {
            "codecs": _codecs(given, router, mapping),
            "headerExtensions": _header_extensions(kind, given, router),
            "encodings": _encodings(given, mapping),
            "rtcp": defined({"cname": prop(prop(given, "rtcp"), "cname"), "reducedSize": True}),
            "msid": prop(given, "msid"),
        }
    )


def _codecs(params: Json, router: Json, mapping: Json) -> list[Json]:
    codecs: list[Json] = []
    for codec in iterate(prop(params, "codecs")):
        if is_rtx(codec):
            continue
        media = _router_codec(codec, router, mapping)
        parameters = prop(codec, "parameters")
        codecs.append(_codec(media, parameters, channels=prop(media, "channels")))
        rtx = router_rtx(router, media)
        if rtx is not UNDEFINED:
            codecs.append(_codec(rtx, prop(rtx, "parameters")))
    return codecs


def _router_codec(codec: Json, router: Json, mapping: Json) -> Value:
    mapped = first(
        mapping,
        "codecs",
        lambda entry: same(prop(entry, "payloadType"), prop(codec, "payloadType")),
    )
    payload_type = prop(mapped, "mappedPayloadType")
    return first(
        router, "codecs", lambda entry: same(prop(entry, "preferredPayloadType"), payload_type)
    )


def _codec(router_codec: Value, parameters: Value, channels: Value = UNDEFINED) -> JsonObject:
    return defined(
        {
            "mimeType": prop(router_codec, "mimeType"),
            "payloadType": prop(router_codec, "preferredPayloadType"),
            "clockRate": prop(router_codec, "clockRate"),
            "channels": channels,
            "parameters": parameters,
            "rtcpFeedback": prop(router_codec, "rtcpFeedback"),
        }
    )


def _header_extensions(kind: str, params: Json, router: Json) -> list[Json]:
    return [
        defined(
            {
                "uri": prop(extension, "uri"),
                "id": prop(extension, "preferredId"),
                "encrypt": prop(extension, "preferredEncrypt"),
                "parameters": {},
            }
        )
        for extension in iterate(prop(router, "headerExtensions"))
        if _is_sent(kind, extension, params)
    ]


def _is_sent(kind: str, extension: Json, params: Json) -> bool:
    if prop(extension, "kind") != kind or prop(extension, "direction") not in _SENT:
        return False
    # It comes from the producer or not at all, and a receiver told of it may wait for it.
    if prop(extension, "uri") != ABS_CAPTURE_TIME:
        return True
    own = array(prop(params, "headerExtensions"))
    return any(prop(extension, "uri") == ABS_CAPTURE_TIME for extension in own)


def _encodings(params: Json, mapping: Json) -> list[Json]:
    encodings = elements(prop(params, "encodings"))
    for index, encoding in enumerate(encodings):
        mapped_ssrc = prop(at(prop(mapping, "encodings"), index), "mappedSsrc")
        for name in ("rid", "rtx", "codecPayloadType"):
            remove(encoding, name)
        put(encoding, "ssrc", mapped_ssrc)
    return encodings


_SENT = ("sendrecv", "sendonly")
