"""Fixtures that need root: network namespaces.

`make test` runs these tests by sudo where it is not root itself.
"""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest
import sfu

from tests.network.support.namespaces import Cable, laid_cable

CODECS = [
    {"kind": "audio", "mimeType": "audio/opus", "clockRate": 48_000, "channels": 2},
    {"kind": "video", "mimeType": "video/VP8", "clockRate": 90_000},
]


@pytest.fixture(scope="module")
def cable() -> Iterator[Cable]:
    """Two namespaces, the near one for the worker and the far one for clients."""
    assert os.geteuid() == 0, "network namespaces need root: run `make test`, or `sudo pytest`"
    with laid_cable() as cable:
        yield cable


@pytest.fixture
async def router(cable: Cable) -> AsyncIterator[sfu.Router]:
    """A router at the near end."""
    async with AsyncExitStack() as stack:
        with cable.near.entered():
            worker = await stack.enter_async_context(
                sfu.create_worker(listen_ip=cable.near.address)
            )
        yield await worker.create_router(media_codecs=CODECS)
