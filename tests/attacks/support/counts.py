"""What the worker counts of a producer or a consumer."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import sfu

Drops = Callable[[], AbstractAsyncContextManager[Counter[str]]]
"""Counts what a worker drops meanwhile, by reason; the count is there at the end."""


@asynccontextmanager
async def counted_drops(worker: sfu.Worker) -> AsyncIterator[Counter[str]]:
    """A `Drops` of a worker. Fails if a bug of the worker's own was among the reasons."""
    before = await _drops(worker)
    dropped = Counter[str]()
    yield dropped
    dropped.update(await _drops(worker) - before)
    assert "internal" not in dropped


async def count(thing: sfu.Producer | sfu.Consumer, name: str) -> int:
    """A counter of its first stream; 0 before a packet."""
    streams = await thing.stats()
    if not streams:
        return 0
    assert isinstance(streams[0], dict)
    value = streams[0][name]
    assert isinstance(value, int)
    return value


def ssrc_of(thing: sfu.Producer | sfu.Consumer) -> int:
    """The SSRC of its first stream."""
    ssrc = thing.rtp_parameters.encodings[0].ssrc
    assert ssrc is not None
    return ssrc


def rtx_ssrc_of(consumer: sfu.Consumer) -> int:
    """The SSRC of a consumer's retransmissions."""
    rtx = consumer.rtp_parameters.encodings[0].rtx
    assert rtx is not None
    return rtx.ssrc


async def _drops(worker: sfu.Worker) -> Counter[str]:
    counts = (await worker.dump())["drops"]
    assert isinstance(counts, dict)
    return Counter({reason: int(str(count)) for reason, count in counts.items()})
