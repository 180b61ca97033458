"""Streams at work on a broker: what `server.py` starts and stops as one."""

from dataclasses import dataclass

import structlog
import trio

from sfu_server.amqp import Bridge, BrokerHealth
from sfu_server.conference import MediaEngine
from sfu_server.streams import Dispatcher, Limits, Streams
from sfu_server.streams.messages import Answer

log = structlog.stdlib.get_logger(__name__)

STOP_SECONDS = 1
"""For operations that are under way."""


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """How streams are served."""

    url: str
    """Of the broker."""
    prefetch: int
    """Operations that may be at work."""
    publish_timeout: float
    """How long an answer may wait for the broker, in seconds."""
    request_timeout: float
    """How long one operation may take, in seconds."""
    limits: Limits


class StreamService:
    """The streams, and the broker that they are asked for by."""

    def __init__(self, options: StreamOptions, engine: MediaEngine, nursery: trio.Nursery) -> None:
        """Makes it without a connection; the streams' tasks will live in `nursery`."""
        self._bridge = Bridge(options.url, options.prefetch, options.publish_timeout)
        self.streams = Streams(engine, options.limits, self._tell)
        self._dispatcher = Dispatcher(
            self.streams, self._bridge, options.prefetch, options.request_timeout, nursery
        )
        self._scope = trio.CancelScope()
        self._ended = trio.Event()

    @property
    def health(self) -> BrokerHealth:
        """What the connection to the broker is at."""
        return self._bridge.health

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Serves until `stop`; a broker that is away is waited for."""
        with self._scope:
            await self._bridge.run(self._dispatcher.accept, task_status=task_status)
        self._ended.set()

    async def consumed(self) -> None:
        """Waits until the broker was consumed for the first time."""
        await self._bridge.consumed()

    async def stop(self) -> None:
        """Takes no more operations, answers those that were begun, and closes the connection."""
        with trio.move_on_after(STOP_SECONDS) as scope:
            await self._bridge.stop_consuming()
            await self._dispatcher.stop()
        if scope.cancelled_caught:
            log.warning("operations abandoned", count=len(self._dispatcher))
        self._scope.cancel()
        await self._ended.wait()
        self.streams.close()

    def _tell(self, stream_id: str, answers: list[Answer]) -> None:
        self._dispatcher.tell(stream_id, answers)
