"""A member's transports, and the producers and consumers on them."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Generic, TypeVar, cast

import sfu
from pydantic import JsonValue

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
)
from sfu_server.media.faults import translated

Resource = TypeVar("Resource", sfu.Producer, sfu.Consumer)


class TransportSession:
    """A `Session` (`sfu_server.conference.ports`) on one router."""

    def __init__(
        self,
        transports: Mapping[Direction, sfu.WebRtcTransport],
        router_rtp_capabilities: Json,
        on_close: Callable[["TransportSession"], None],
    ) -> None:
        """Takes the transports over."""
        self._transports = transports
        self._router_rtp_capabilities = router_rtp_capabilities
        self._on_close = on_close
        self._producers = OpenOnes[sfu.Producer]()
        self._consumers = OpenOnes[sfu.Consumer]()

    @property
    def closed(self) -> bool:
        """Whether it, or something it lives in, was closed."""
        return any(transport.closed for transport in self._transports.values())

    @property
    def offer(self) -> Offer:
        """What the client needs to begin."""
        options = {
            direction: transport.options() for direction, transport in self._transports.items()
        }
        return Offer(self._router_rtp_capabilities, options)

    async def connect(self, direction: Direction, dtls_parameters: JsonMapping) -> None:
        """Tells a transport its peer."""
        transport = self._transport(direction)
        again = ErrorCode.TRANSPORT_ALREADY_CONNECTED
        with translated(ErrorCode.ATTENDEE_NOT_FOUND if transport.closed else again):
            await transport.connect(dtls_parameters=dtls_parameters)

    async def restart_ice(self, direction: Direction) -> Json:
        """Gives a transport new ICE credentials, and returns them."""
        with translated():
            parameters = await self._transport(direction).restart_ice()
        return parameters.to_json()

    async def produce(self, kind: Kind, rtp_parameters: JsonMapping, *, paused: bool) -> str:
        """Makes a producer and returns its id."""
        transport = self._transport(Direction.SEND)
        with translated(unsupported=ErrorCode.CANNOT_PRODUCE):
            producer = await transport.produce(
                kind=kind, rtp_parameters=rtp_parameters, paused=paused
            )
        return self._producers.add(producer)

    async def set_producer_paused(self, producer_id: str, *, paused: bool) -> None:
        """Pauses or resumes a producer of this session."""
        producer = self._producers[producer_id]
        with translated():
            await (producer.pause() if paused else producer.resume())

    def close_producer(self, producer_id: str) -> None:
        """Closes a producer of this session, and its consumers everywhere."""
        self._producers.pop(producer_id).close()

    async def consume(
        self, producer: Producer, rtp_capabilities: JsonMapping, *, paused: bool
    ) -> ConsumerOffer:
        """Makes a consumer that flows once the transport is connected."""
        transport = self._transport(Direction.RECV)
        # The producer may close meanwhile; the transport only with the attendee.
        with translated(ErrorCode.PRODUCER_NOT_FOUND):
            consumer = await transport.consume(
                producer_id=producer.id, rtp_capabilities=rtp_capabilities, paused=paused
            )
        parameters = consumer.rtp_parameters.to_json()
        return ConsumerOffer(self._consumers.add(consumer), consumer.type, parameters)

    async def set_consumer_paused(self, consumer_id: str, *, paused: bool) -> None:
        """Pauses or resumes a consumer of this session."""
        consumer = self._consumers[consumer_id]
        with translated(ErrorCode.CONSUMER_NOT_FOUND):
            await (consumer.pause() if paused else consumer.resume())

    def close_consumer(self, consumer_id: str) -> None:
        """Closes a consumer of this session."""
        self._consumers.pop(consumer_id).close()

    def producer_scores(self, producer_id: str) -> AsyncIterator[list[Json]]:
        """Tells mediasoup's `ProducerScore`s when they change, until the producer is closed."""
        return _scores(self._producers[producer_id].events())

    def consumer_reports(self, consumer_id: str) -> AsyncIterator[ConsumerScore | ConsumerLayers]:
        """Tells how a consumer is when that changes, until it is closed."""
        return _reports(self._consumers[consumer_id].events())

    async def stats(self) -> Json:
        """Counts what went through transports, producers and consumers."""
        with translated():
            transports = {
                direction.value: cast("JsonValue", await transport.stats())
                for direction, transport in self._transports.items()
            }
        return {
            "transports": transports,
            "producers": await _stats(self._producers),
            "consumers": await _stats(self._consumers),
        }

    def close(self) -> None:
        """Closes the transports. Idempotent."""
        for transport in self._transports.values():
            transport.close()
        self._on_close(self)

    def _transport(self, direction: Direction) -> sfu.WebRtcTransport:
        transport = self._transports.get(direction)
        if transport is None:
            message = f"there is no transport to {direction.value} by"
            raise RoomError(ErrorCode.TRANSPORT_NOT_FOUND, message)
        return transport


class OpenOnes(dict[str, Resource], Generic[Resource]):
    """Producers or consumers by id.

    Those that closed with something else are let go of when the next one comes.
    """

    def add(self, one: Resource) -> str:
        """Keeps one, and returns its id."""
        for id_ in [id_ for id_, old in self.items() if old.closed]:
            del self[id_]
        self[one.id] = one
        return one.id


async def _scores(events: sfu.EventStream) -> AsyncIterator[list[Json]]:
    async for event in events:
        if isinstance(event, sfu.events.ProducerScoreChange):
            yield [score.to_json() for score in event.score]


async def _reports(events: sfu.EventStream) -> AsyncIterator[ConsumerScore | ConsumerLayers]:
    async for event in events:
        if isinstance(event, sfu.events.ConsumerScoreChange):
            yield ConsumerScore(event.score.score, event.score.producer_score)
        elif isinstance(event, sfu.events.LayersChange):
            layers = event.layers
            if layers is None:
                yield ConsumerLayers(None, None)
            else:
                yield ConsumerLayers(layers.spatial_layer, layers.temporal_layer)


async def _stats(ones: OpenOnes[Resource]) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {}
    for id_, one in list(ones.items()):
        if not one.closed:
            with translated():
                found[id_] = cast("JsonValue", await one.stats())
    return found
