"""A real server on free ports, in this process."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

import httpx
import pytest
import trio
from sfu_server.config import Settings
from sfu_server.server import serve

from tests.server.support.api import Api

RunServer = Callable[[Settings], AbstractAsyncContextManager[Api]]


@pytest.fixture
def settings() -> Settings:
    """One worker on free ports, and the defaults."""
    return Settings(port=0, rtc_port=0, workers=1)


@asynccontextmanager
async def run_server(settings: Settings) -> AsyncGenerator[Api]:
    """Runs a server until the body is left, and then waits for its end."""
    stop = trio.Event()
    async with trio.open_nursery() as nursery, httpx.AsyncClient() as http:
        url = await nursery.start(partial(serve, settings, stop.wait))
        yield Api(url, http)
        stop.set()


@pytest.fixture
def start_server() -> RunServer:
    """Runs a server with settings of the test's own."""
    return run_server


@pytest.fixture
async def api(settings: Settings) -> AsyncIterator[Api]:
    """A client of a server that runs for one test."""
    async with run_server(settings) as api:
        yield api
