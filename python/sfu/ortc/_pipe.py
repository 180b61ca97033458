"""What a router passes on to another: all encodings, no bandwidth estimation between the two."""

from collections.abc import Mapping
from functools import cmp_to_key

from sfu._json import Json, JsonObject, clone
from sfu.ortc._extensions import ABS_SEND_TIME, DEPENDENCY_DESCRIPTOR, MID, TRANSPORT_WIDE_CC
from sfu.ortc._matching import is_rtx
from sfu.ortc._ssrc import first_of_random_ssrcs
from sfu.ortc._values import (
    UNDEFINED,
    Value,
    array,
    defined,
    elements,
    iterate_optional,
    number,
    prop,
    put,
    truthy,
)


def get_pipe_consumer_rtp_parameters(
    consumable: Mapping[str, object], *, enable_rtx: bool = False
) -> JsonObject:
    """Makes the `RtpParameters` of a consumer whose other end is a pipe transport.

    Args:
        consumable: What `get_consumable_rtp_parameters` gave.
        enable_rtx: Whether packets lost between the routers are sent again.

    Raises:
        TypeError: Something is missing or mistyped.
    """
    offered = clone(consumable)
    return defined(
        {
            "codecs": _codecs(offered, enable_rtx=enable_rtx),
            "headerExtensions": _header_extensions(offered),
            "encodings": pipe_encodings(offered, has_rtx=enable_rtx),
            "rtcp": prop(offered, "rtcp"),
            "msid": prop(offered, "msid"),
        }
    )


def pipe_encodings(offered: Json, *, has_rtx: bool) -> list[Json]:
    """Takes all of a consumable's encodings, under SSRCs of their own."""
    encodings = elements(prop(offered, "encodings"))
    first_ssrc = first_of_random_ssrcs(2 * len(encodings))
    for ssrc, encoding in enumerate(encodings, first_ssrc):
        put(encoding, "ssrc", ssrc)
        put(encoding, "rtx", {"ssrc": ssrc + len(encodings)} if has_rtx else UNDEFINED)
    return encodings


def _codecs(offered: Json, *, enable_rtx: bool) -> list[Json]:
    kept = (*_KEPT_FEEDBACK, _NACK) if enable_rtx else _KEPT_FEEDBACK
    codecs: list[Json] = []
    for codec in iterate_optional(prop(offered, "codecs")):
        if enable_rtx or not is_rtx(codec):
            feedback = array(prop(codec, "rtcpFeedback"))
            put(codec, "rtcpFeedback", [entry for entry in feedback if _kind(entry) in kept])
            codecs.append(codec)
    return codecs


def _kind(feedback: Json) -> tuple[Value, Value]:
    parameter = prop(feedback, "parameter")
    return prop(feedback, "type"), parameter if truthy(parameter) else ""


def _header_extensions(offered: Json) -> list[Json]:
    kept = [
        extension
        for extension in array(prop(offered, "headerExtensions"))
        if prop(extension, "uri") not in _HOP_BY_HOP
    ]
    # Routers do not send it to peers, so that no consumable has it.
    return sorted([*kept, _dependency_descriptor()], key=cmp_to_key(_by_id))


def _by_id(a: Json, b: Json) -> int:
    difference = number(prop(a, "id")) - number(prop(b, "id"))
    return (difference > 0) - (difference < 0)


def _dependency_descriptor() -> JsonObject:
    return {"uri": DEPENDENCY_DESCRIPTOR, "id": 7, "encrypt": False, "parameters": {}}


_HOP_BY_HOP = (MID, ABS_SEND_TIME, TRANSPORT_WIDE_CC)
_KEPT_FEEDBACK = (("nack", "pli"), ("ccm", "fir"))
_NACK = ("nack", "")
