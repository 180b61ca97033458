"""SSRCs of our choice (RFC 3550 s.8)."""

import secrets

_LOWEST = 100_000_000
_HIGHEST = 999_999_999


def first_of_random_ssrcs(count: int) -> int:
    """Picks an SSRC of nine digits, so that `count` from it on have nine as well."""
    return _LOWEST + secrets.randbelow(_HIGHEST - _LOWEST + 2 - max(count, 1))
