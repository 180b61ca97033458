"""H.264 profiles and levels in SDP (RFC 6184 s.8.1, s.8.2.2).

`profile-level-id` is three bytes in hexadecimal: `profile_idc`, `profile_iop` (the constraint
flags), `level_idc`. Several spellings name one profile; an answer uses the canonical one.
"""

import enum
import re
from typing import NamedTuple

from sfu.ortc._values import Value, is_number, prop, truthy


class Profile(enum.Enum):
    """A profile that WebRTC knows; its value is the canonical `profile_idc` and `profile_iop`."""

    CONSTRAINED_BASELINE = 0x42E0
    BASELINE = 0x4200
    MAIN = 0x4D00
    CONSTRAINED_HIGH = 0x640C
    HIGH = 0x6400
    PREDICTIVE_HIGH_444 = 0xF400


class ProfileLevel(NamedTuple):
    """A parsed `profile-level-id`."""

    profile: Profile
    level: int
    """Ten times the level, as in `level_idc`; 1b is `LEVEL_1B`."""

    def canonical(self) -> str:
        """Spells it canonically."""
        if self.level == LEVEL_1B:
            return f"{_PREFIX_1B[self.profile]:04x}0b"
        return f"{self.profile.value:04x}{self.level:02x}"


LEVEL_1B = 9
"""Above 1 and below 1.1, whose `level_idc` it has together with a constraint flag."""


def profile_level(parameters: Value) -> ProfileLevel | None:
    """Reads codec parameters; None where they hold an id that nobody knows.

    Without an id it is libwebrtc's default, and not the baseline profile, level 1, of RFC 6184.
    """
    given = prop(parameters, "profile-level-id")
    if not truthy(given):
        return ProfileLevel(Profile.CONSTRAINED_BASELINE, 31)
    return _parse(given) if isinstance(given, str) else None


def is_same_profile(a: Value, b: Value) -> bool:
    """Tells whether codec parameters name one known profile, whatever the levels."""
    left, right = profile_level(a), profile_level(b)
    return left is not None and right is not None and left.profile == right.profile


def answer_profile_level_id(local: Value, remote: Value) -> str | None:
    """Makes the `profile-level-id` of an answer; None where neither side gave one.

    Args:
        local: Our codec parameters.
        remote: The codec parameters of the offer, of the same profile.
    """
    ours, theirs = profile_level(local), profile_level(remote)
    if ours is None or theirs is None or not (_gives_id(local) or _gives_id(remote)):
        return None
    if _allows_asymmetry(local) and _allows_asymmetry(remote):
        return ours.canonical()
    return ours._replace(level=_lower_level(ours.level, theirs.level)).canonical()


def _parse(text: str) -> ProfileLevel | None:
    if not _THREE_BYTES.fullmatch(text):
        return None
    profile_idc, profile_iop, level_idc = bytes.fromhex(text)
    if level_idc not in _LEVELS:
        return None
    is_1b = level_idc == _LEVEL_1_1 and profile_iop & _CONSTRAINT_SET_3
    level = LEVEL_1B if is_1b else level_idc
    for pattern in _PATTERNS:
        if profile_idc == pattern.profile_idc and profile_iop & pattern.mask == pattern.wanted:
            return ProfileLevel(pattern.profile, level)
    return None


def _gives_id(parameters: Value) -> bool:
    return truthy(prop(parameters, "profile-level-id"))


def _allows_asymmetry(parameters: Value) -> bool:
    allowed = prop(parameters, "level-asymmetry-allowed")
    return allowed is True or allowed == "1" or (is_number(allowed) and allowed == 1)


def _lower_level(ours: int, theirs: int) -> int:
    if LEVEL_1B in {ours, theirs}:
        # Not the lower one always, but what npm's h264-profile-level-id answers, and so mediasoup.
        return theirs if _LEVEL_1 in {ours, theirs} else ours
    return min(ours, theirs)


class _Pattern(NamedTuple):
    """A row of RFC 6184 table 5: `profile_iop & mask == wanted`."""

    profile_idc: int
    mask: int
    wanted: int
    profile: Profile


_THREE_BYTES = re.compile(r"[0-9a-fA-F]{6}")
_LEVEL_1 = 10
_LEVEL_1_1 = 11
_CONSTRAINT_SET_3 = 0x10
_LEVELS = frozenset({10, 11, 12, 13, 20, 21, 22, 30, 31, 32, 40, 41, 42, 50, 51, 52})
_PREFIX_1B = {Profile.CONSTRAINED_BASELINE: 0x42F0, Profile.BASELINE: 0x4210, Profile.MAIN: 0x4D10}
_PATTERNS = (
    _Pattern(0x42, 0b0100_1111, 0b0100_0000, Profile.CONSTRAINED_BASELINE),
    _Pattern(0x4D, 0b1000_1111, 0b1000_0000, Profile.CONSTRAINED_BASELINE),
    _Pattern(0x58, 0b1100_1111, 0b1100_0000, Profile.CONSTRAINED_BASELINE),
    _Pattern(0x42, 0b0100_1111, 0b0000_0000, Profile.BASELINE),
    _Pattern(0x58, 0b1100_1111, 0b1000_0000, Profile.BASELINE),
    _Pattern(0x4D, 0b1010_1111, 0b0000_0000, Profile.MAIN),
    _Pattern(0x64, 0b1111_1111, 0b0000_0000, Profile.HIGH),
    _Pattern(0x64, 0b1111_1111, 0b0000_1100, Profile.CONSTRAINED_HIGH),
    _Pattern(0xF4, 0b1111_1111, 0b0000_0000, Profile.PREDICTIVE_HIGH_444),
)
