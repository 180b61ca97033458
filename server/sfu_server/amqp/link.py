"""The asyncio side: keeps a connection to the broker, and works on it.

    connect -> declare the queues -> consume -> lost -> back off -> connect ...

Nothing is kept between connections but what is being published: whoever publishes waits for the
next one. What the broker delivered on a lost connection it delivers again.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from itertools import count

import aio_pika
import structlog
from aio_pika.abc import (
    AbstractChannel,
    AbstractConnection,
    AbstractIncomingMessage,
    AbstractQueue,
)
from aiormq.exceptions import AMQPError

from sfu_server.streams.ports import (
    API_SERVER_QUEUE,
    DEAD_LETTER_QUEUE,
    MEDIA_SERVER_QUEUE,
    Delivery,
    Publication,
)

log = structlog.stdlib.get_logger(__name__)

CONNECT_SECONDS = 5
BACK_OFF = (0.1, 0.2, 0.5, 1)
"""Seconds between attempts to connect, the last one again and again: a broker that is back is used
within about a second."""
RETRY_SECONDS = 0.1
"""Before something is published anew on a connection that still stands."""
HEARTBEAT_SECONDS = 10
"""A broker that is gone without a word is noticed after about three of these."""
CLOSE_SECONDS = 1
WATCH_SECONDS = 0.5
"""Between looks at whether the broker blocks publishers."""
WINDOW = 64
"""Publications of one operation that are out without confirmation."""

FAILURES = (AMQPError, OSError, RuntimeError, TimeoutError, asyncio.InvalidStateError)
"""What aio-pika raises when the connection or the channel is not there, or the broker refuses."""


@dataclass(frozen=True, slots=True)
class LinkState:
    """What the connection is at; replaced as a whole, so that any thread may read it."""

    connection: int = 0
    """Counts connections; of the current one if there is one."""
    up: bool = False
    """Whether it can publish and acknowledge."""
    consuming: bool = False
    """Whether operations come in."""
    blocked: bool = False
    """Whether the broker, short of memory or disk, takes nothing from publishers."""


class Link:
    """One connection after the other. All but `state` belongs to the loop's thread."""

    def __init__(
        self,
        url: str,
        prefetch: int,
        publish_deadline: float,
        on_delivery: Callable[[Delivery], None],
        on_state: Callable[[LinkState], None],
    ) -> None:
        """Makes it without a connection.

        Args:
            url: Of the broker.
            prefetch: Messages that the broker may have out without acknowledgement.
            publish_deadline: How long publishing may take, in seconds.
            on_delivery: Called with each message, in order.
            on_state: Called when `state` changed.
        """
        self.state = LinkState()
        self._url = url
        self._prefetch = prefetch
        self._publish_deadline = publish_deadline
        self._on_delivery = on_delivery
        self._on_state = on_state
        self._numbers = count(1)
        self._channel: AbstractChannel | None = None
        self._up = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._waiting: set[asyncio.Timeout] = set()
        self._handing_back: set[asyncio.Task[None]] = set()
        self._consumer: tuple[AbstractQueue, str] | None = None

    async def run(self) -> None:
        """Keeps a connection until `stop`."""
        self._task = asyncio.ensure_future(self._keep_connection())
        await asyncio.wait([self._task])

    async def _keep_connection(self) -> None:
        failures = 0
        while True:
            number = self.state.connection
            try:
                await self._use_connection()
            except FAILURES as error:
                log.warning("broker unavailable", error=type(error).__name__)
            failures = 0 if self.state.connection > number else failures + 1
            await asyncio.sleep(BACK_OFF[min(failures, len(BACK_OFF) - 1)])

    def stop(self) -> None:
        """Ends the connection, with what is still being published."""
        if self._task is not None:
            self._task.cancel()

    async def stop_consuming(self) -> None:
        """Takes no more deliveries; publishing and acknowledging go on."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with suppress(*FAILURES):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await consumer[0].cancel(consumer[1])

    async def settle(self, delivery: Delivery | None, publications: Sequence[Publication]) -> None:
        """Publishes, waits for all confirmations, and acknowledges the delivery if it still can.

        Raises:
            TimeoutError: It took too long.
        """
        async with asyncio.timeout(self._publish_deadline):
            for start in range(0, len(publications), WINDOW):
                await self._publish_all(publications[start : start + WINDOW])
        if delivery is not None:
            channel = self._channel_of(delivery)
            if channel is not None:
                with suppress(*FAILURES):
                    async with self._until_cut():
                        await (await channel.get_underlay_channel()).basic_ack(delivery.tag)

    def hand_back(self, delivery: Delivery) -> None:
        """Has the broker deliver it again."""
        task = asyncio.ensure_future(self._hand_back(delivery))
        self._handing_back.add(task)
        task.add_done_callback(self._handing_back.discard)

    async def _hand_back(self, delivery: Delivery) -> None:
        channel = self._channel_of(delivery)
        if channel is not None:
            with suppress(*FAILURES):
                async with self._until_cut():
                    underlay = await channel.get_underlay_channel()
                    await underlay.basic_nack(delivery.tag, requeue=True)

    async def _use_connection(self) -> None:
        async with asyncio.timeout(CONNECT_SECONDS):
            connection = await aio_pika.connect(
                self._url,
                heartbeat=HEARTBEAT_SECONDS,
                client_properties={"connection_name": "sfu-server"},
            )
        number = next(self._numbers)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                channel = await connection.channel(on_return_raises=True)
                lost = await _loss(connection, channel)
                await self._consume(channel, number)
            self._set(replace(self.state, consuming=True))
            log.info("broker connected", connection=number)
            await self._until_lost(connection, lost)
        finally:
            self._up.clear()
            self._channel = self._consumer = None
            self._cut()
            self._set(LinkState(self.state.connection))
            with suppress(*FAILURES):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await connection.close()

    async def _consume(self, channel: AbstractChannel, number: int) -> None:
        await channel.set_qos(prefetch_count=self._prefetch)
        queues = {
            name: await channel.declare_queue(name, durable=True)
            for name in (API_SERVER_QUEUE, DEAD_LETTER_QUEUE, MEDIA_SERVER_QUEUE)
        }
        self._channel = channel
        self._set(LinkState(number, up=True))
        self._up.set()

        async def take(message: AbstractIncomingMessage) -> None:
            tag = message.delivery_tag
            if tag is not None:
                self._on_delivery(
                    Delivery(
                        message.body, message.message_id, bool(message.redelivered), number, tag
                    )
                )

        queue = queues[MEDIA_SERVER_QUEUE]
        self._consumer = queue, await queue.consume(take)

    async def _until_lost(self, connection: AbstractConnection, lost: asyncio.Event) -> None:
        while not lost.is_set():
            blocked = await _is_blocked(connection)
            if blocked is not self.state.blocked:
                log.warning("broker blocks publishers", blocked=blocked)
                self._set(replace(self.state, blocked=blocked))
            with suppress(TimeoutError):
                await asyncio.wait_for(lost.wait(), WATCH_SECONDS)
        log.warning("broker connection lost", connection=self.state.connection)

    async def _publish_all(self, publications: Sequence[Publication]) -> None:
        if len(publications) == 1:  # As nearly always: saves a task.
            await self._publish(publications[0])
        else:
            await asyncio.gather(*map(self._publish, publications))

    async def _publish(self, publication: Publication) -> None:
        message = aio_pika.Message(
            publication.body,
            headers=dict(publication.headers),
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        while True:
            await self._up.wait()
            channel = self._channel
            if channel is not None:
                try:
                    async with self._until_cut():
                        await channel.default_exchange.publish(message, publication.queue)
                except aio_pika.exceptions.PublishError:
                    await self._declare(channel, publication.queue)
                except FAILURES:
                    log.debug("not published", queue=publication.queue, exc_info=True)
                else:
                    return
            await asyncio.sleep(RETRY_SECONDS)

    async def _declare(self, channel: AbstractChannel, queue: str) -> None:
        """Makes a queue that somebody deleted meanwhile."""
        with suppress(*FAILURES):
            async with self._until_cut():
                await channel.declare_queue(queue, durable=True)

    @asynccontextmanager
    async def _until_cut(self) -> AsyncIterator[None]:
        """Raises TimeoutError when the connection is lost: aiormq leaves some waiting for ever."""
        async with asyncio.timeout(None) as patience:
            self._waiting.add(patience)
            try:
                yield
            finally:
                self._waiting.discard(patience)

    def _cut(self) -> None:
        now = asyncio.get_running_loop().time()
        for patience in self._waiting:
            patience.reschedule(now)

    def _channel_of(self, delivery: Delivery) -> AbstractChannel | None:
        return self._channel if delivery.connection == self.state.connection else None

    def _set(self, state: LinkState) -> None:
        self.state = state
        self._on_state(state)


async def _loss(connection: AbstractConnection, channel: AbstractChannel) -> asyncio.Event:
    """Is set when the connection or its channel closes, or the queue is deleted."""
    lost = asyncio.Event()
    connection.close_callbacks.add(lambda *_: lost.set())
    channel.close_callbacks.add(lambda *_: lost.set())
    underlay = await channel.get_underlay_channel()
    underlay.on_consumer_cancel_callbacks.add(lambda *_: lost.set())
    return lost


async def _is_blocked(connection: AbstractConnection) -> bool:
    transport = connection.transport
    if transport is None:
        return False
    try:
        async with asyncio.timeout(0.05):
            await transport.connection.ready()
    except TimeoutError:
        return True
    except FAILURES:
        return False
    return False
