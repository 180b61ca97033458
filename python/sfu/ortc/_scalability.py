"""Scalability modes (W3C webrtc-svc s.6): `L3T3`, `S2T1`, `L2T3_KEY`."""

import re
from typing import NamedTuple

from sfu.ortc._values import Value, text


class ScalabilityMode(NamedTuple):
    """How many layers one encoding has."""

    spatial_layers: int
    temporal_layers: int
    ksvc: bool
    """Whether layers depend on each other in key frames only."""


def parse_scalability_mode(mode: Value) -> ScalabilityMode:
    """Reads a mode; what cannot be read has one layer of each."""
    match = _MODE.match(text(mode))
    if not match:
        return ScalabilityMode(1, 1, ksvc=False)
    return ScalabilityMode(int(match[1]), int(match[2]), ksvc=bool(match[3]))


_MODE = re.compile(r"[LS]([1-9][0-9]?)T([1-9][0-9]?)(_KEY)?")
