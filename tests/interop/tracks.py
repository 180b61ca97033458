"""aiortc tracks with a signature, and what is received of them."""

import asyncio
import fractions
from collections.abc import Iterator
from typing import Any

import av
import numpy as np
from aiortc import MediaStreamTrack, VideoStreamTrack
from typing_extensions import override

from . import signature

WIDTH, HEIGHT = 320, 240
AUDIO_RATE = 48000
AUDIO_FRAME = AUDIO_RATE // 50
HEARD = AUDIO_RATE // 2


class Camera(VideoStreamTrack):
    """Pictures of one code, 30 a second."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self._code = code

    @override
    async def recv(self) -> av.VideoFrame:
        pts, time_base = await self.next_timestamp()
        grey = signature.draw(self._code, WIDTH, HEIGHT)
        frame = av.VideoFrame.from_ndarray(grey, format="gray").reformat(format="yuv420p")
        frame.pts, frame.time_base = pts, time_base
        return frame


class Microphone(MediaStreamTrack):
    """A sine, in frames of 20 ms."""

    kind = "audio"

    def __init__(self, hz: float) -> None:
        super().__init__()
        self._hz = hz
        self._sent = 0
        self._start: float | None = None

    @override
    async def recv(self) -> av.AudioFrame:
        clock = asyncio.get_running_loop().time
        self._start = self._start or clock()
        await asyncio.sleep(self._start + self._sent / AUDIO_RATE - clock())
        mono = signature.tone(self._hz, AUDIO_RATE, self._sent, AUDIO_FRAME)
        stereo = mono.repeat(2).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(stereo, format="s16", layout="stereo")
        frame.pts, frame.sample_rate = self._sent, AUDIO_RATE
        frame.time_base = fractions.Fraction(1, AUDIO_RATE)
        self._sent += AUDIO_FRAME
        return frame


class Ear:
    """Collects sound until its pitch can be told."""

    def __init__(self) -> None:
        self._samples = np.zeros(0, np.int16)

    def hear(self, frame: av.AudioFrame) -> Iterator[dict[str, Any]]:
        """Takes a frame in; yields `{"hz"}` once a half second is complete."""
        channels = len(frame.layout.channels)
        mono = frame.to_ndarray().reshape(-1, channels)[:, 0]
        self._samples = np.concatenate([self._samples, mono])
        if len(self._samples) >= HEARD:
            yield {"hz": signature.loudest_hz(self._samples[:HEARD], frame.sample_rate)}
            self._samples = self._samples[HEARD:]


class Eye:
    """Reads pictures."""

    def __init__(self) -> None:
        self._frames = 0

    def see(self, frame: av.VideoFrame) -> Iterator[dict[str, Any]]:
        """Takes a frame in; yields what is told of it, if it is one of ours."""
        self._frames += 1
        reading = signature.read(np.asarray(frame.to_ndarray(format="gray"), np.uint8))
        if reading:
            yield {
                "code": reading.code,
                "ageMs": reading.age_ms,
                "width": frame.width,
                "height": frame.height,
                "frames": self._frames,
            }
