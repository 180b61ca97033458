"""The queues as the broker has them: any bytes in, any bytes out, and what waits."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import aio_pika
import trio
from aio_pika.abc import AbstractChannel
from anyio.from_thread import BlockingPortal, start_blocking_portal

from .aio_pika_queues import API_SERVER_QUEUE, MEDIA_SERVER_QUEUE
from .api_role import PATIENCE

DEAD_LETTER_QUEUE = "media_server_queue.dead"
QUEUES = (MEDIA_SERVER_QUEUE, API_SERVER_QUEUE, DEAD_LETTER_QUEUE)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was taken out of a queue."""

    body: bytes
    headers: dict[str, object]
    persistent: bool
    content_type: str | None


class RawQueues:
    """A connection of the test's own."""

    def __init__(self, portal: BlockingPortal, channel: AbstractChannel) -> None:
        self._portal = portal
        self._channel = channel

    async def publish(self, body: bytes, message_id: str | None = None) -> None:
        """Publishes to the media server's queue, confirmed."""
        await self._run(self._publish, body, message_id)

    async def flood(self, bodies: list[bytes]) -> None:
        """Publishes many, and waits for all confirmations."""
        await self._run(self._flood, bodies)

    async def take(self, queue: str) -> Message | None:
        """Takes a message out, if there is one."""
        return await self._run(self._take, queue)

    async def next(self, queue: str) -> Message:
        """Waits for a message and takes it out."""
        with trio.fail_after(PATIENCE):
            while (message := await self.take(queue)) is None:  # noqa: ASYNC110 - as basic.get is
                await trio.sleep(0.02)
        return message

    async def give_back(self) -> None:
        """Takes what waits for the media server and rejects it: it is delivered again."""
        await self._run(self._give_back)

    async def waiting(self, queue: str) -> int:
        """How many messages are ready in a queue."""
        return await self._run(self._waiting, queue)

    async def becomes(self, queue: str, wanted: Callable[[int], bool]) -> None:
        """Waits until as many messages are ready in a queue as wanted."""
        with trio.fail_after(PATIENCE):
            while not wanted(await self.waiting(queue)):  # noqa: ASYNC110 - as basic.get is
                await trio.sleep(0.02)

    async def purge(self) -> None:
        """Empties all queues."""
        for queue in QUEUES:
            await self._run(self._purge, queue)

    async def _run(
        self, work: Callable[..., Coroutine[Any, Any, Result]], *arguments: object
    ) -> Result:
        return await trio.to_thread.run_sync(self._portal.call, work, *arguments)

    async def _publish(self, body: bytes, message_id: str | None) -> None:
        message = aio_pika.Message(
            body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT, message_id=message_id
        )
        await self._channel.default_exchange.publish(message, MEDIA_SERVER_QUEUE)

    async def _flood(self, bodies: list[bytes]) -> None:
        for body in bodies:
            await self._publish(body, None)

    async def _take(self, queue: str) -> Message | None:
        found = await (await self._queue(queue)).get(fail=False, no_ack=True)
        if found is None:
            return None
        persistent = found.delivery_mode is aio_pika.DeliveryMode.PERSISTENT
        return Message(found.body, dict(found.headers), persistent, found.content_type)

    async def _give_back(self) -> None:
        message = await (await self._queue(MEDIA_SERVER_QUEUE)).get()
        assert message is not None
        await message.reject(requeue=True)

    async def _waiting(self, queue: str) -> int:
        declared = await self._queue(queue)
        return declared.declaration_result.message_count or 0

    async def _purge(self, queue: str) -> None:
        await (await self._queue(queue)).purge()

    async def _queue(self, name: str) -> aio_pika.abc.AbstractQueue:
        return await self._channel.declare_queue(name, durable=True)


@asynccontextmanager
async def raw_queues(url: str) -> AsyncIterator[RawQueues]:
    """Connects to a broker."""
    with (
        start_blocking_portal("asyncio") as portal,
        portal.wrap_async_context_manager(_channel(url)) as channel,
    ):
        yield RawQueues(portal, channel)


@asynccontextmanager
async def _channel(url: str) -> AsyncIterator[AbstractChannel]:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        for queue in QUEUES:
            await channel.declare_queue(queue, durable=True)
        yield channel
