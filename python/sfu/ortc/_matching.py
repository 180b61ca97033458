"""When two codecs are the same codec."""

import re
import reprlib

from sfu._json import JsonObject
from sfu.errors import UnsupportedError
from sfu.ortc._h264 import answer_profile_level_id, is_same_profile
from sfu.ortc._values import Value, first, is_string, lower, prop, put, remove, same, truthy


def match_codecs(
    a: JsonObject, b: JsonObject, *, strict: bool = False, modify: bool = False
) -> bool:
    """Tells whether two codec capabilities or parameters name one codec.

    Args:
        a: A codec; with `modify` its H.264 `profile-level-id` becomes that of the answer to `b`.
        b: The codec it is compared with.
        strict: Whether H.264 and VP9 profiles count too.
        modify: Whether `a` may be changed; only a strict match changes it.

    Raises:
        TypeError: A MIME type is not a string, or parameters are missing where they count.
    """
    return codecs_match(a, b, strict=strict, modify=modify)


def codecs_match(a: Value, b: Value, *, strict: bool = False, modify: bool = False) -> bool:
    """Does `match_codecs` on any values."""
    mime_type = lower(prop(a, "mimeType"))
    if mime_type != lower(prop(b, "mimeType")):
        return False
    if not all(same(prop(a, name), prop(b, name)) for name in ("clockRate", "channels")):
        return False
    if mime_type == "audio/multiopus":
        return _multiopus_matches(a, b)
    if mime_type == "video/h264" and strict:
        return _h264_matches(a, b, modify=modify)
    if mime_type == "video/vp9" and strict:
        return _parameter_or_zero_matches(a, b, "profile-id")
    return True


def is_rtx(codec: Value) -> bool:
    """Tells whether a codec carries retransmissions (RFC 4588)."""
    mime_type = prop(codec, "mimeType")
    return is_string(mime_type) and _RTX.search(mime_type) is not None


def unsupported(codec: Value) -> UnsupportedError:
    """Makes the error for a codec that nothing matches."""
    return UnsupportedError(f"no such codec here: {reprlib.repr(codec)}")


def apt(codec: Value) -> Value:
    """Reads which payload type an RTX codec retransmits (RFC 4588 s.8.1)."""
    return prop(prop(codec, "parameters"), "apt")


def router_rtx(router: Value, media: Value) -> Value:
    """Finds the RTX codec of a codec among the same capabilities' `codecs`."""
    payload_type = prop(media, "preferredPayloadType")
    return first(router, "codecs", lambda codec: is_rtx(codec) and same(apt(codec), payload_type))


def _multiopus_matches(a: Value, b: Value) -> bool:
    return all(
        same(prop(prop(a, "parameters"), name), prop(prop(b, "parameters"), name))
        for name in ("num_streams", "coupled_streams")
    )


def _h264_matches(a: Value, b: Value, *, modify: bool) -> bool:
    if not _parameter_or_zero_matches(a, b, "packetization-mode"):
        return False
    ours, theirs = prop(a, "parameters"), prop(b, "parameters")
    if not is_same_profile(ours, theirs):
        return False
    if modify:
        _write_profile(ours, answer_profile_level_id(ours, theirs))
    return True


def _write_profile(parameters: Value, profile_level_id: str | None) -> None:
    if profile_level_id is None:
        remove(parameters, "profile-level-id")
    else:
        put(parameters, "profile-level-id", profile_level_id)


def _parameter_or_zero_matches(a: Value, b: Value, name: str) -> bool:
    return same(_parameter_or_zero(a, name), _parameter_or_zero(b, name))


def _parameter_or_zero(codec: Value, name: str) -> Value:
    value = prop(prop(codec, "parameters"), name)
    return value if truthy(value) else 0


_RTX = re.compile(r"[^\n\r\u2028\u2029]/rtx\Z", re.ASCII | re.IGNORECASE)
