"""A media engine without media, for what only time and order decide."""

from collections.abc import AsyncIterator, Callable, Collection
from itertools import count

import trio
from sfu_server.conference import (
    ConsumerLayers,
    ConsumerOffer,
    ConsumerScore,
    Direction,
    ErrorCode,
    Json,
    JsonMapping,
    Kind,
    Offer,
    Producer,
    RoomError,
    RoomMedia,
    Session,
)


class FakeEngine:
    """Remembers what is open. While `gate` is closed all calls wait; `failing` makes them fail."""

    def __init__(self) -> None:
        self.rooms: list[FakeRoom] = []
        self.gate = trio.Event()
        self.gate.set()
        self.failing = False
        self.ids = count(1)

    async def open_room(self, on_lost: Callable[[], None]) -> RoomMedia:
        await self.work()
        room = FakeRoom(self, on_lost)
        self.rooms.append(room)
        return room

    @property
    def open_rooms(self) -> int:
        return sum(not room.closed for room in self.rooms)

    @property
    def open_sessions(self) -> int:
        return sum(not session.closed for room in self.rooms for session in room.sessions)

    async def work(self) -> None:
        await trio.lowlevel.checkpoint()
        await self.gate.wait()
        if self.failing:
            raise RoomError(ErrorCode.MEDIA_UNAVAILABLE, "failing")


class FakeRoom:
    def __init__(self, engine: FakeEngine, on_lost: Callable[[], None]) -> None:
        self.engine = engine
        self.lose = on_lost
        self.sessions: list[FakeSession] = []
        self.closed = False

    async def open_session(self, directions: Collection[Direction] = tuple(Direction)) -> Session:
        await self.engine.work()
        session = FakeSession(self, directions)
        self.sessions.append(session)
        return session

    def close(self) -> None:
        self.closed = True
        for session in self.sessions:
            session.close()


class FakeSession:
    def __init__(self, room: FakeRoom, directions: Collection[Direction]) -> None:
        self.engine = room.engine
        self.directions = directions
        self.closed = False
        self.open: set[str] = set()
        self.scores: list[list[Json]] = []
        self.reports: list[ConsumerScore | ConsumerLayers] = []

    @property
    def offer(self) -> Offer:
        return Offer({}, {direction: {"id": direction.value} for direction in self.directions})

    async def connect(self, direction: Direction, dtls_parameters: JsonMapping) -> None:
        del direction, dtls_parameters
        await self.engine.work()

    async def restart_ice(self, direction: Direction) -> Json:
        await self.engine.work()
        return {"of": direction.value}

    async def produce(self, kind: Kind, rtp_parameters: JsonMapping, *, paused: bool) -> str:
        del rtp_parameters, paused
        return await self._make(kind)

    async def set_producer_paused(self, producer_id: str, *, paused: bool) -> None:
        del paused
        assert producer_id in self.open
        await self.engine.work()

    def close_producer(self, producer_id: str) -> None:
        self.open.remove(producer_id)

    async def consume(
        self, producer: Producer, rtp_capabilities: JsonMapping, *, paused: bool
    ) -> ConsumerOffer:
        del producer, rtp_capabilities, paused
        return ConsumerOffer(await self._make("consumer"), "simple", {})

    async def set_consumer_paused(self, consumer_id: str, *, paused: bool) -> None:
        del paused
        assert consumer_id in self.open
        await self.engine.work()

    def close_consumer(self, consumer_id: str) -> None:
        self.open.remove(consumer_id)

    async def producer_scores(self, producer_id: str) -> AsyncIterator[list[Json]]:
        del producer_id
        for score in self.scores:
            yield score

    async def consumer_reports(
        self, consumer_id: str
    ) -> AsyncIterator[ConsumerScore | ConsumerLayers]:
        del consumer_id
        for report in self.reports:
            yield report

    async def stats(self) -> Json:
        await self.engine.work()
        return {}

    def close(self) -> None:
        self.closed = True
        self.open.clear()

    async def _make(self, name: str) -> str:
        await self.engine.work()
        made = f"{name}-{next(self.engine.ids)}"
        self.open.add(made)
        return made
