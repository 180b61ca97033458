"""Checks what a peer or the application gave, and fills in what it left out.

What passes keeps its unknown keys. Each `normalize_*` changes its argument.
"""

import re
from collections.abc import Callable, Mapping
from typing import cast

from sfu._json import Json, JsonObject, clone
from sfu.ortc._matching import apt
from sfu.ortc._values import (
    Value,
    array,
    array_or_empty,
    is_boolean,
    is_number,
    is_object,
    is_string,
    members,
    mistyped,
    prop,
    put,
    remove,
    truthy,
)


def validate_and_normalize_rtp_capabilities(caps: Mapping[str, object]) -> JsonObject:
    """Checks `RtpCapabilities`.

    Returns:
        A copy with `codecs` and `headerExtensions`, each element with its defaults.

    Raises:
        TypeError: Something is missing or mistyped.
    """
    return _normalized(caps, normalize_rtp_capabilities)


def validate_and_normalize_rtp_parameters(params: Mapping[str, object]) -> JsonObject:
    """Checks the `RtpParameters` of a producer.

    Returns:
        A copy with `headerExtensions`, `encodings` and `rtcp`, each element with its defaults.

    Raises:
        TypeError: Something is missing or mistyped.
    """
    return _normalized(params, _normalize_rtp_parameters)


def validate_and_normalize_sctp_stream_parameters(params: Mapping[str, object]) -> JsonObject:
    """Checks `SctpStreamParameters`.

    Returns:
        A copy with `ordered`: where not given, true unless retransmission is limited.

    Raises:
        TypeError: Something is missing or mistyped, both limits are given, or one with `ordered`.
    """
    return _normalized(params, _normalize_sctp_stream_parameters)


def normalize_rtp_capabilities(caps: Value) -> None:
    """Does `validate_and_normalize_rtp_capabilities` in place."""
    _require_object(caps, "caps")
    for codec in _default_array(caps, "codecs"):
        normalize_codec_capability(codec)
    for extension in _default_array(caps, "headerExtensions"):
        _normalize_header_extension(extension)


def normalize_codec_capability(codec: Value) -> None:
    """Checks an `RtpCodecCapability` and sets its `kind` to what its MIME type says."""
    put(codec, "kind", _normalize_codec(codec))
    _check_optional(codec, "preferredPayloadType", is_number)


def _normalize_rtp_parameters(params: Value) -> None:
    _require_object(params, "params")
    _check_optional(params, "mid", is_string)
    _check_optional(params, "msid", is_string)
    for codec in array(prop(params, "codecs")):
        _require(codec, "payloadType", is_number)
        _normalize_codec(codec)
    for extension in _default_array(params, "headerExtensions"):
        _normalize_header_extension_parameters(extension)
    for encoding in _default_array(params, "encodings"):
        _normalize_encoding(encoding)
    _default(params, "rtcp", {})
    _normalize_rtcp(prop(params, "rtcp"))


def _normalize_codec(codec: Value) -> str:
    kind = _kind(prop(codec, "mimeType"))
    _require(codec, "clockRate", is_number)
    if kind == "video":
        remove(codec, "channels")
    elif not is_number(prop(codec, "channels")):
        put(codec, "channels", 1)
    _normalize_parameters(codec)
    if is_string(apt(codec)):
        raise mistyped("number as apt", apt(codec))
    _normalize_feedback(codec)
    return kind


def _kind(mime_type: Value) -> str:
    match = _MIME_TYPE.match(mime_type) if is_string(mime_type) else None
    if not match:
        raise mistyped("mimeType", mime_type)
    return match[1].lower()


def _normalize_parameters(owner: Value) -> None:
    given = prop(owner, "parameters")
    if not truthy(given) or not is_object(given):
        put(owner, "parameters", {})
    for name, value in members(given):
        if not is_string(value) and not is_number(value):
            raise mistyped("string or number as " + name, value)


def _normalize_feedback(codec: Value) -> None:
    given = prop(codec, "rtcpFeedback")
    if not isinstance(given, list):
        put(codec, "rtcpFeedback", [])
        return
    for feedback in given:
        _require_name(feedback, "type")
        if not is_string(prop(feedback, "parameter")):
            put(feedback, "parameter", "")


def _normalize_header_extension(extension: Value) -> None:
    if prop(extension, "kind") not in ("audio", "video"):
        raise mistyped("audio or video", prop(extension, "kind"))
    _require_name(extension, "uri")
    _require(extension, "preferredId", is_number)
    _check_optional(extension, "preferredEncrypt", is_boolean)
    _check_optional(extension, "direction", is_string)
    _default(extension, "preferredEncrypt", value=False)
    _default(extension, "direction", "sendrecv")


def _normalize_header_extension_parameters(extension: Value) -> None:
    _require_name(extension, "uri")
    _require(extension, "id", is_number)
    _check_optional(extension, "encrypt", is_boolean)
    _default(extension, "encrypt", value=False)
    _normalize_parameters(extension)


def _normalize_encoding(encoding: Value) -> None:
    _require_object(encoding, "encoding")
    _check_optional(encoding, "ssrc", is_number)
    _check_optional(encoding, "rid", is_string)
    _check_optional(encoding, "rtx", is_object)
    _check_optional(encoding, "scalabilityMode", is_string)
    rtx = prop(encoding, "rtx")
    if truthy(rtx):
        _require(rtx, "ssrc", is_number)
    if prop(encoding, "dtx") is not True:
        put(encoding, "dtx", value=False)


def _normalize_rtcp(rtcp: Value) -> None:
    _require_object(rtcp, "rtcp")
    _check_optional(rtcp, "cname", is_string)
    put(rtcp, "reducedSize", value=True)


def _normalize_sctp_stream_parameters(params: Value) -> None:
    _require(params, "streamId", is_number)
    limits = ("maxPacketLifeTime", "maxRetransmits")
    for limit in limits:
        _check_optional(params, limit, is_number)
    limited = [limit for limit in limits if truthy(prop(params, limit))]
    ordered = prop(params, "ordered")
    if len(limited) > 1 or (limited and ordered is True):
        raise TypeError("a limit of retransmission goes with neither the other one nor ordered")
    if not is_boolean(ordered):
        put(params, "ordered", value=not limited)


def _normalized(given: object, normalize: Callable[[Value], None]) -> JsonObject:
    copy = clone(given)
    normalize(copy)
    # An empty array passes for an object without keys.
    return cast("JsonObject", copy)


def _require_object(value: Value, what: str) -> None:
    if value is None or not is_object(value):
        raise mistyped(what, value)


def _require(owner: Value, name: str, is_valid: Callable[[Value], bool]) -> None:
    if not is_valid(prop(owner, name)):
        raise mistyped(name, prop(owner, name))


def _require_name(owner: Value, name: str) -> None:
    _require(owner, name, lambda value: is_string(value) and value != "")


def _check_optional(owner: Value, name: str, is_valid: Callable[[Value], bool]) -> None:
    value = prop(owner, name)
    if truthy(value) and not is_valid(value):
        raise mistyped(name, value)


def _default(owner: Value, name: str, value: Value) -> None:
    if not truthy(prop(owner, name)):
        put(owner, name, value)


def _default_array(owner: Value, name: str) -> list[Json]:
    elements = array_or_empty(prop(owner, name))
    put(owner, name, elements)
    return elements


_MIME_TYPE = re.compile(r"(audio|video)/[^\n\r\u2028\u2029]", re.ASCII | re.IGNORECASE)
