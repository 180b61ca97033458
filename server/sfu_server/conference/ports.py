"""What conferences ask of the media engine.

All may raise `RoomError`: `invalid_parameter` for shapes that the engine refuses,
`media_unavailable` if its worker died. What is closed is closed at once, with all that lives in it;
a cancelled call leaves nothing behind.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from pydantic import JsonValue

from sfu_server.conference.members import Kind, Producer

Json: TypeAlias = dict[str, JsonValue]
JsonMapping: TypeAlias = Mapping[str, JsonValue]


class Direction(StrEnum):
    """Which of a member's two transports, seen from the client."""

    SEND = "send"
    RECV = "recv"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a client builds its device and its transports from, in mediasoup's JSON."""

    router_rtp_capabilities: Json
    transport_options: Mapping[Direction, Json]
    """Of each transport that was asked for."""


@dataclass(frozen=True, slots=True)
class ConsumerOffer:
    """What a client builds a consumer from, in mediasoup's JSON."""

    id: str
    type: str
    rtp_parameters: Json


@dataclass(frozen=True, slots=True)
class ConsumerScore:
    """How well a consumer reaches its client, and its producer us: 0 to 10 each."""

    score: int
    producer_score: int


@dataclass(frozen=True, slots=True)
class ConsumerLayers:
    """What of a simulcast producer a consumer is sent; None is nothing."""

    spatial_layer: int | None
    temporal_layer: int | None


class Session(Protocol):
    """A member's transports and what goes through them."""

    @property
    def closed(self) -> bool:
        """Whether it, or something it lives in, was closed."""
        raise NotImplementedError

    @property
    def offer(self) -> Offer:
        """What the client needs to begin."""
        raise NotImplementedError

    async def connect(self, direction: Direction, dtls_parameters: JsonMapping) -> None:
        """Tells a transport its peer. Also raises `transport_already_connected`."""
        raise NotImplementedError

    async def restart_ice(self, direction: Direction) -> Json:
        """Gives a transport new ICE credentials, and returns them."""
        raise NotImplementedError

    async def produce(self, kind: Kind, rtp_parameters: JsonMapping, *, paused: bool) -> str:
        """Makes a producer and returns its id. Also raises `cannot_produce`."""
        raise NotImplementedError

    async def set_producer_paused(self, producer_id: str, *, paused: bool) -> None:
        """Pauses or resumes a producer of this session."""
        raise NotImplementedError

    def close_producer(self, producer_id: str) -> None:
        """Closes a producer of this session, and its consumers everywhere."""
        raise NotImplementedError

    async def consume(
        self, producer: Producer, rtp_capabilities: JsonMapping, *, paused: bool
    ) -> ConsumerOffer:
        """Makes a consumer that flows once the transport is connected.

        Also raises `cannot_consume`.
        """
        raise NotImplementedError

    async def set_consumer_paused(self, consumer_id: str, *, paused: bool) -> None:
        """Pauses or resumes a consumer of this session."""
        raise NotImplementedError

    def close_consumer(self, consumer_id: str) -> None:
        """Closes a consumer of this session."""
        raise NotImplementedError

    def producer_scores(self, producer_id: str) -> AsyncIterator[list[Json]]:
        """Tells mediasoup's `ProducerScore`s when they change, until the producer is closed."""
        raise NotImplementedError

    def consumer_reports(self, consumer_id: str) -> AsyncIterator[ConsumerScore | ConsumerLayers]:
        """Tells how a consumer is when that changes, until it is closed."""
        raise NotImplementedError

    async def stats(self) -> Json:
        """Counts what went through transports, producers and consumers."""
        raise NotImplementedError

    def close(self) -> None:
        """Closes the transports. Idempotent."""
        raise NotImplementedError


class RoomMedia(Protocol):
    """A conference's place in the media engine."""

    async def open_session(self, directions: Collection[Direction] = tuple(Direction)) -> Session:
        """Makes a member's transports, by default both."""
        raise NotImplementedError

    def close(self) -> None:
        """Closes all sessions. Idempotent."""
        raise NotImplementedError


class MediaEngine(Protocol):
    """Where conferences get their place from."""

    async def open_room(self, on_lost: Callable[[], None]) -> RoomMedia:
        """Makes a place for one conference.

        Args:
            on_lost: Called once if the place goes away by itself.
        """
        raise NotImplementedError
