"""Pictures and sounds that tell whose they are; those of `tests/browser/fake_devices.js`.

A picture is 20 blocks wide and 5 rows high. Rows from the top: 1010 + the code (8 bits) + its
complement; the time of drawing (20 bits, milliseconds of the Unix time); its complement; grey.
A sound is one sine.
"""

import math
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

COLUMNS = 20
ROWS = 5
TIME_MODULUS = 1 << COLUMNS
SYNC = 0b1010
SILENCE = 0.01


@dataclass(frozen=True, slots=True)
class Reading:
    """What a picture says: whose it is, and how old it is in milliseconds."""

    code: int
    age_ms: int


def draw(code: int, width: int, height: int) -> NDArray[np.uint8]:
    """Draws the picture of `code` now: `height` x `width` grey values."""
    now = _now_ms()
    sure = (SYNC << 16) | (code << 8) | (255 - code)
    rows = [_bits(sure), _bits(now), _bits(TIME_MODULUS - 1 - now)]
    blocks = np.full((ROWS, COLUMNS), 128, dtype=np.uint8)
    blocks[: len(rows)] = np.array(rows, dtype=np.uint8) * 255
    return blocks.repeat(height // ROWS, axis=0).repeat(width // COLUMNS, axis=1)


def read(grey: NDArray[np.uint8]) -> Reading | None:
    """Reads a picture of any size from its grey values; None if it is none of ours."""
    sure, drawn, mirror = (_number(_row(grey, row)) for row in range(3))
    code = (sure >> 8) & 0xFF
    if sure >> 16 != SYNC or code + (sure & 0xFF) != 0xFF or drawn + mirror != TIME_MODULUS - 1:
        return None
    return Reading(code, (_now_ms() - drawn) % TIME_MODULUS)


def tone(hz: float, rate: int, start: int, count: int) -> NDArray[np.int16]:
    """Makes `count` samples of a sine, from sample `start` on."""
    phase = 2 * math.pi * hz / rate * np.arange(start, start + count)
    return np.asarray(0.3 * 32767 * np.sin(phase), np.int16)


def loudest_hz(samples: NDArray[np.int16], rate: int) -> float:
    """Finds the frequency of samples, to within `rate / len(samples)`; 0 for silence."""
    levels = np.abs(np.fft.rfft(samples / 32768 * np.hanning(len(samples))))
    peak = int(levels.argmax())
    if levels[peak] < SILENCE * len(samples) / 4:
        return 0.0
    return peak * rate / len(samples)


def _row(grey: NDArray[np.uint8], row: int) -> list[int]:
    height, width = grey.shape
    y = int((row + 0.5) * height / ROWS)
    return [int(grey[y, int((x + 0.5) * width / COLUMNS)] > 127) for x in range(COLUMNS)]


def _bits(value: int) -> list[int]:
    return [(value >> (COLUMNS - 1 - index)) & 1 for index in range(COLUMNS)]


def _number(bits: list[int]) -> int:
    return int("".join(map(str, bits)), 2)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000 % TIME_MODULUS
