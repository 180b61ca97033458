"""The Trio side: a thread with an asyncio loop behind the interface of a broker.

Deliveries are as many as the broker may have out, publications as many as their publishers wait
for: nothing else is between the two threads.
"""

import asyncio
import concurrent.futures
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass

import trio

from sfu_server.amqp.link import Link, LinkState
from sfu_server.streams import Delivery, Publication, PublishError


@dataclass(frozen=True, slots=True)
class BrokerHealth:
    """What the connection to the broker is at."""

    connected: bool
    blocked: bool
    """Whether the broker takes nothing from publishers."""
    reconnects: int

    @property
    def serves(self) -> bool:
        """Whether operations come in and answers go out."""
        return self.connected and not self.blocked


class Bridge:
    """A `Broker` (`sfu_server.streams.ports`)."""

    def __init__(self, url: str, prefetch: int, publish_deadline: float) -> None:
        """Makes it without a connection: `run` keeps one.

        Args:
            url: Of the broker.
            prefetch: Messages that the broker may have out without acknowledgement.
            publish_deadline: How long publishing may take, in seconds.
        """
        self._url = url
        self._prefetch = prefetch
        self._publish_deadline = publish_deadline
        self._state = LinkState()
        self._consumed = trio.Event()

    async def run(
        self,
        on_delivery: Callable[[Delivery], None],
        *,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Keeps a connection until it is cancelled.

        Args:
            on_delivery: Called with each message, in order.
            task_status: Is told when all but `run` may be called; the broker may be away.
        """
        self._token = trio.lowlevel.current_trio_token()
        self._loop = asyncio.new_event_loop()
        self._link = Link(
            self._url,
            self._prefetch,
            self._publish_deadline,
            lambda delivery: self._token.run_sync_soon(on_delivery, delivery),
            lambda state: self._token.run_sync_soon(self._note, state),
        )
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.to_thread.run_sync, self._run_loop)
            task_status.started()
            try:
                await trio.sleep_forever()
            finally:
                self._loop.call_soon_threadsafe(self._link.stop)

    async def consumed(self) -> None:
        """Waits until the broker was consumed for the first time."""
        await self._consumed.wait()

    @property
    def health(self) -> BrokerHealth:
        """What the connection is at."""
        state = self._state
        return BrokerHealth(state.consuming, state.blocked, max(state.connection - 1, 0))

    def is_current(self, delivery: Delivery) -> bool:
        """Whether the connection that it came by still stands, as far as is known."""
        return self._state.up and delivery.connection == self._state.connection

    async def publish(self, publications: Sequence[Publication]) -> None:
        """Publishes in order and waits until the broker has confirmed all."""
        await self._call(self._link.settle(None, publications))

    async def settle(self, delivery: Delivery, publications: Sequence[Publication]) -> None:
        """Publishes as `publish` does, then acknowledges the delivery if it is current."""
        await self._call(self._link.settle(delivery, publications))

    def hand_back(self, delivery: Delivery) -> None:
        """Has the broker deliver it again, as the end of the connection does too."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._link.hand_back, delivery)

    async def stop_consuming(self) -> None:
        """Takes no more deliveries; those that are under way can still be settled."""
        await self._call(self._link.stop_consuming())

    def _run_loop(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._link.run())

    def _note(self, state: LinkState) -> None:
        self._state = state
        if state.consuming:
            self._consumed.set()

    async def _call(self, work: Coroutine[None, None, None]) -> None:
        """Runs `work` in the loop; cancels it there if it is cancelled here."""
        if self._loop.is_closed():
            work.close()
            raise PublishError
        done = trio.Event()
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        future.add_done_callback(lambda _: self._token.run_sync_soon(done.set))
        try:
            await done.wait()
        finally:
            future.cancel()
        try:
            future.result()
        except (TimeoutError, concurrent.futures.CancelledError) as error:
            raise PublishError from error
