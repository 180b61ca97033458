"""What tests of several directories share."""

from collections.abc import Iterator

import aio_pika
import pytest
from anyio.from_thread import start_blocking_portal

from scripts.private_broker import PrivateBroker, private_broker

QUEUES = ("media_server_queue", "media_server_queue.dead", "api_server_queue")


@pytest.fixture(scope="session")
def shared_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateBroker]:
    """A broker that all tests share, each with streams of its own."""
    with private_broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture(scope="module")
def broker_url(shared_broker: PrivateBroker) -> str:
    """The URL of a broker without queues: those of earlier modules are gone."""
    with start_blocking_portal("asyncio") as portal:
        portal.call(_delete_queues, shared_broker.url)
    return shared_broker.url


async def _delete_queues(url: str) -> None:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        for name in QUEUES:
            await channel.queue_delete(name)
