"""The queues by aio-pika, on an asyncio loop in a thread of its own."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aio_pika
import trio
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from anyio.from_thread import BlockingPortal, start_blocking_portal

from .api_role import ApiRole, Inbox

MEDIA_SERVER_QUEUE = "media_server_queue"
API_SERVER_QUEUE = "api_server_queue"


class AioPikaQueues:
    """Publishes persistent messages with confirms."""

    def __init__(self, portal: BlockingPortal, channel: AbstractChannel) -> None:
        self._portal = portal
        self._channel = channel

    async def publish(self, body: bytes) -> None:
        await trio.to_thread.run_sync(self._portal.call, self._publish, body)

    async def _publish(self, body: bytes) -> None:
        message = aio_pika.Message(
            body,
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        await self._channel.default_exchange.publish(message, MEDIA_SERVER_QUEUE)


@asynccontextmanager
async def aio_pika_role(url: str) -> AsyncIterator[ApiRole]:
    """An API server that speaks through aio-pika."""
    inbox = Inbox()
    token = trio.lowlevel.current_trio_token()

    def deliver(body: bytes) -> None:
        token.run_sync_soon(inbox.put, body)

    with (
        start_blocking_portal("asyncio") as portal,
        portal.wrap_async_context_manager(_channel(url, deliver)) as channel,
    ):
        yield ApiRole(AioPikaQueues(portal, channel), inbox)


@asynccontextmanager
async def _channel(url: str, deliver: Callable[[bytes], None]) -> AsyncIterator[AbstractChannel]:
    async def receive(message: AbstractIncomingMessage) -> None:
        deliver(message.body)
        await message.ack()

    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        await channel.declare_queue(MEDIA_SERVER_QUEUE, durable=True)
        answers = await channel.declare_queue(API_SERVER_QUEUE, durable=True)
        await answers.consume(receive)
        yield channel
