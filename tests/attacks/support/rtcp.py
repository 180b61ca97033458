"""RTCP with anything in it (RFC 3550 s.6, RFC 4585 s.6)."""

import struct
from collections.abc import Iterable

SENDER_REPORT, RECEIVER_REPORT, SDES, BYE, APP, FEEDBACK, PAYLOAD_FEEDBACK, XR = range(200, 208)
NACK, TWCC = 1, 15
PLI, FIR, APPLICATION_LAYER = 1, 4, 15
OURS = 0x0BADCAFE
"""The SSRC that the attacker has as a receiver."""


def part(kind: int, count: int, body: bytes, *, words: int | None = None) -> bytes:
    """One packet of a compound, whose length field says `words`, or the truth."""
    length = len(body) // 4 if words is None else words
    return struct.pack("!BBH", 0x80 | count, kind, length) + body


def pli(media: int) -> bytes:
    return part(PAYLOAD_FEEDBACK, PLI, _ssrcs(OURS, media))


def fir(media: int, number: int) -> bytes:
    return part(PAYLOAD_FEEDBACK, FIR, _ssrcs(OURS, 0, media) + bytes([number % 256, 0, 0, 0]))


def nack(media: int, sequences: Iterable[int]) -> bytes:
    """Asks for each of `sequences` and the sixteen after it."""
    pairs = (struct.pack("!HH", sequence, 0xFFFF) for sequence in sequences)
    return part(FEEDBACK, NACK, _ssrcs(OURS, media) + b"".join(pairs))


def bye(*ssrcs: int) -> bytes:
    return part(BYE, len(ssrcs), _ssrcs(*ssrcs))


def report(ssrc: int = OURS) -> bytes:
    """A receiver report about nothing."""
    return part(RECEIVER_REPORT, 0, _ssrcs(ssrc))


def _ssrcs(*ssrcs: int) -> bytes:
    return struct.pack(f"!{len(ssrcs)}I", *ssrcs)
