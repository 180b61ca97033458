"""A media server on the broker, and an API server, for the tests of the queues."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from tests.browser.server import Server

from .aio_pika_queues import aio_pika_role
from .api_role import ApiRole


@pytest.fixture(scope="module")
def amqp_url(broker_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The broker's URL, with a media server on it."""
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("wb") as file:
        server = Server(file, "--amqp-url", broker_url)
        yield broker_url
        status = server.stop()
    assert status == 0, log.read_text()


@pytest.fixture
async def api(amqp_url: str) -> AsyncIterator[ApiRole]:
    """An API server on the same broker as a media server."""
    async with aio_pika_role(amqp_url) as role:
        yield role


@pytest.fixture
def stream_id() -> str:
    """The id of a stream that no other test uses."""
    return uuid4().hex
