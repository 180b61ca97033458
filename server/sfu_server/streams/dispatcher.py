"""Between the broker and the streams: order, and each operation once.

    accept -> queue of its stream -> carry out, or recall -> settle: answers confirmed, acknowledged

The operations of one stream take effect in the order of their arrival; streams run side by side.
The broker hands over only so many messages before some are acknowledged: that bounds the queues.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import structlog
import trio

from sfu_server.streams.memory import Memory
from sfu_server.streams.messages import (
    Answer,
    AnyOperation,
    MediaServerError,
    MediaServerErrorData,
    UnreadableError,
    parse_operation,
)
from sfu_server.streams.ports import (
    API_SERVER_QUEUE,
    DEAD_LETTER_QUEUE,
    Broker,
    Delivery,
    Publication,
    PublishError,
)
from sfu_server.streams.streams import Streams, refusal

log = structlog.stdlib.get_logger(__name__)

REASON_HEADER = "x-reason"
"""Of a dead letter: why it is one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An operation to carry out."""

    delivery: Delivery
    operation: AnyOperation
    hopeless: bool = False
    """Whether it waited for one that the media worker did not answer: it is not asked again."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the API server is to be told unasked."""

    answers: Sequence[Answer]


class Dispatcher:
    """Gives each stream its operations in order, and settles them with the broker."""

    def __init__(
        self,
        streams: Streams,
        broker: Broker,
        prefetch: int,
        patience: float,
        nursery: trio.Nursery,
    ) -> None:
        """Makes it idle.

        Args:
            streams: What the operations are about.
            broker: Where they come from.
            prefetch: How many it hands over before some are acknowledged.
            patience: How long one operation may take, in seconds.
            nursery: Where its tasks will live, one for each stream at work.
        """
        self._streams = streams
        self._patience = patience
        self._broker = broker
        self._memory = Memory(prefetch)
        self._nursery = nursery
        self._queues: dict[str, deque[Asked | Told]] = {}
        self._connection = 0
        self._at_work = 0
        self._idle = trio.Event()
        self._stopping = False

    def __len__(self) -> int:
        """How many streams are at work, and unreadable messages on their way."""
        return self._at_work

    def accept(self, delivery: Delivery) -> None:
        """Takes a delivery in; after `stop` the broker keeps it for whoever comes next."""
        if self._stopping:
            return
        if delivery.connection > self._connection:
            self._connection = delivery.connection
            self._forget_lost()
        try:
            operation = parse_operation(delivery.body)
        except UnreadableError as error:
            log.warning("unreadable message", reason=error.reason)
            self._start(partial(self._bury, delivery, error))
            return
        self._put(operation.data.stream_id, Asked(delivery, operation))

    def tell(self, stream_id: str, answers: Sequence[Answer]) -> None:
        """Publishes what a stream has to tell unasked, after the answers that are under way."""
        if not self._stopping:
            self._put(stream_id, Told(answers))

    async def stop(self) -> None:
        """Begins nothing new, and waits until what was begun is settled."""
        self._stopping = True
        while self._at_work:
            self._idle = trio.Event()
            await self._idle.wait()

    def _put(self, stream_id: str, job: Asked | Told) -> None:
        queue = self._queues.get(stream_id)
        if queue is not None:
            queue.append(job)
            return
        self._queues[stream_id] = deque([job])
        self._start(partial(self._work, stream_id))

    def _forget_lost(self) -> None:
        """What an older connection brought and is not begun yet comes again."""
        for queue in self._queues.values():
            kept = [job for job in queue if isinstance(job, Told)]
            queue.clear()
            queue.extend(kept)

    def _start(self, task: Callable[[], Awaitable[None]]) -> None:
        self._at_work += 1
        self._nursery.start_soon(self._count, task)

    async def _count(self, task: Callable[[], Awaitable[None]]) -> None:
        try:
            await task()
        finally:
            self._at_work -= 1
            if not self._at_work:
                self._idle.set()

    async def _work(self, stream_id: str) -> None:
        queue = self._queues[stream_id]
        while queue and not self._stopping:
            match queue.popleft():
                case Told(answers):
                    await self._publish(answers)
                case Asked() as asked:
                    await self._carry_out(asked)
        del self._queues[stream_id]

    async def _publish(self, answers: Sequence[Answer]) -> None:
        try:
            await self._broker.publish(_publications(answers))
        except PublishError:
            log.warning("the broker did not confirm in time", lost=len(answers))

    async def _carry_out(self, asked: Asked) -> None:
        delivery = asked.delivery
        answered = self._memory.recall(delivery)
        if answered is None:
            publications = _publications(await self._answers(asked))
            answered = self._memory.remember(delivery, publications)
        try:
            await self._broker.settle(delivery, answered.publications)
        except PublishError:
            log.warning("the broker did not confirm in time", op=asked.operation.op)
            self._broker.hand_back(delivery)
            return
        if self._broker.is_current(delivery):
            self._memory.settle(answered)

    async def _answers(self, asked: Asked) -> Sequence[Answer]:
        if not asked.hopeless:
            with trio.move_on_after(self._patience):
                return await self._streams.carry_out(asked.operation)
            log.warning("media worker too slow", op=asked.operation.op)
            self._give_up(asked.operation.data.stream_id)
        return [refusal(asked.operation, "the media worker did not answer in time")]

    def _give_up(self, stream_id: str) -> None:
        """What waits for a media worker that is stuck keeps the broker from other streams."""
        queue = self._queues[stream_id]
        given_up = [replace(job, hopeless=True) if isinstance(job, Asked) else job for job in queue]
        queue.clear()
        queue.extend(given_up)

    async def _bury(self, delivery: Delivery, error: UnreadableError) -> None:
        letter = Publication(DEAD_LETTER_QUEUE, delivery.body, {REASON_HEADER: error.reason})
        publications = [letter]
        if error.sid is not None:
            data = MediaServerErrorData(name=error.op, msg=error.reason)
            publications += _publications([MediaServerError(data=data, sid=error.sid)])
        try:
            await self._broker.settle(delivery, publications)
        except PublishError:
            log.warning("the broker did not confirm in time", reason=error.reason)
            self._broker.hand_back(delivery)


def _publications(answers: Sequence[Answer]) -> list[Publication]:
    return [Publication(API_SERVER_QUEUE, answer.encode()) for answer in answers]
