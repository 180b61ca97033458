"""What the process takes of the machine."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEBIBYTE = 2**20


@contextmanager
def little_memory(limit: int = 8 * MEBIBYTE) -> Iterator[None]:
    """Fails if the process, which is the worker's too, has more than `limit` bytes more after."""
    before = _resident_bytes()
    yield
    assert _resident_bytes() - before < limit


def _resident_bytes() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize()
