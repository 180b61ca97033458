"""Consumers."""

from typing import cast

import anyio.lowlevel

from sfu._engine import Engine
from sfu._json import Json, JsonObject, clone_object
from sfu._node import Node
from sfu._producer import Producer
from sfu._resolve import ProducerType
from sfu._resource import EngineObject
from sfu._scores import ConsumerLayers, ConsumerScore, check_natural
from sfu.events import ConsumerScoreChange, LayersChange
from sfu.parameters import MediaKind, RtpParameters


class Consumer(EngineObject):
    """One producer's media on its way to one client. Made by `WebRtcTransport.consume`.

    Events: `score`, `layerschange`, `producerpause`, `producerresume`; `producerclose`,
    `transportclose`, `workerdied`.
    """

    _kind = "consumer"
    _close_method = "closeConsumer"

    def __init__(
        self,
        engine: Engine,
        number: int,
        node: Node,
        app_data: JsonObject | None,
        *,
        producer: Producer,
        rtp_parameters: JsonObject,
        paused: bool,
        preferred_layers: ConsumerLayers | None,
    ) -> None:
        """Wraps a consumer that the engine has."""
        super().__init__(engine, number, node, app_data)
        self._producer = producer
        self._wire_parameters = rtp_parameters
        self._rtp_parameters = RtpParameters.from_json(rtp_parameters)
        self._paused = paused
        self._preferred_layers = preferred_layers
        self._priority = 1
        self._score = ConsumerScore(10, 0, ())
        self._current_layers: ConsumerLayers | None = None
        engine.take(number, self._take_event)
        node.on_close.append(lambda: engine.takers.pop(number))

    @property
    def producer_id(self) -> str:
        """The id of what it consumes."""
        return self._producer.id

    @property
    def kind(self) -> MediaKind:
        """`audio` or `video`."""
        return self._producer.kind

    @property
    def type(self) -> ProducerType:
        """The producer's type."""
        return self._producer.type

    @property
    def rtp_parameters(self) -> RtpParameters:
        """What the client is sent."""
        return self._rtp_parameters

    @property
    def paused(self) -> bool:
        """Whether it is paused itself; nothing is sent either while `producer_paused`."""
        return self._paused

    @property
    def producer_paused(self) -> bool:
        """Whether its producer is paused."""
        return self._producer.paused

    @property
    def score(self) -> ConsumerScore:
        """How well it reaches the client, as last told: about once a second if it changes."""
        return self._score

    @property
    def current_layers(self) -> ConsumerLayers | None:
        """What of a simulcast producer is sent, as last told; None while that is nothing.

        Also None if the producer has one encoding. All temporal layers are sent.
        """
        return self._current_layers

    @property
    def preferred_layers(self) -> ConsumerLayers | None:
        """What was last asked for; None if nothing was."""
        return self._preferred_layers

    @property
    def priority(self) -> int:
        """What was last asked for; 1, the lowest, if nothing was."""
        return self._priority

    def options(self) -> JsonObject:
        """What `mediasoup-client`'s `transport.consume` takes, as JSON; and `producerPaused`."""
        return {
            "id": self.id,
            "producerId": self.producer_id,
            "kind": self.kind,
            "rtpParameters": clone_object(self._wire_parameters),
            "type": self.type,
            "producerPaused": self.producer_paused,
            "appData": self.app_data,
        }

    async def pause(self) -> None:
        """Stops sending it. No effect if it is paused.

        Raises:
            InvalidStateError: It is closed.
            WorkerDiedError: The worker died.
        """
        await self._request("pauseConsumer", then=self._paused_now)

    async def resume(self) -> None:
        """Sends it again, video from a key frame on. No effect if it is not paused.

        Raises:
            InvalidStateError: It is closed.
            WorkerDiedError: The worker died.
        """
        await self._request("resumeConsumer", then=self._resumed_now)

    async def set_preferred_layers(self, *, spatial: int, temporal: int | None = None) -> None:
        """Says which layers the client would have; kept in `preferred_layers`.

        The engine forwards one fixed layer of each producer so far: the wish has no effect on media
        yet.

        Raises:
            InvalidStateError: It is closed.
            TypeError: A layer is not a natural number.
            WorkerDiedError: The worker died.
        """
        await anyio.lowlevel.checkpoint()
        self._node.check_open()
        self._preferred_layers = ConsumerLayers(spatial, temporal)

    async def set_priority(self, priority: int) -> None:
        """Says how important it is for its transport, 1 to 255; kept in `priority`.

        It will count when the engine divides bandwidth between consumers; so far it does not.

        Raises:
            InvalidStateError: It is closed.
            TypeError: It is no such number.
            WorkerDiedError: The worker died.
        """
        await anyio.lowlevel.checkpoint()
        self._node.check_open()
        check_natural(priority)
        if not 1 <= priority <= _HIGHEST_PRIORITY:
            message = f"a priority is a number from 1 to {_HIGHEST_PRIORITY}, not {priority}"
            raise TypeError(message)
        self._priority = priority

    async def request_key_frame(self) -> None:
        """Asks the producer for a key frame; no effect for audio.

        Raises:
            InvalidStateError: It is closed.
            WorkerDiedError: The worker died.
        """
        await self._request("requestKeyFrame")

    async def stats(self) -> list[Json]:
        """Counts what was sent: one object an RTP stream.

        Raises:
            InvalidStateError: It is closed.
            WorkerDiedError: The worker died.
        """
        return await self._stats()

    def _take_event(self, event: JsonObject) -> None:
        name = event["event"]
        if name == "consumerScore":
            self._score = ConsumerScore.from_json(event)
            self._node.events.emit(ConsumerScoreChange(self._score))
        elif name == "consumerLayersChange":
            layers = cast("dict[str, int] | None", event["layers"])
            self._current_layers = None if layers is None else ConsumerLayers.from_json(layers)
            self._node.events.emit(LayersChange(self._current_layers))

    def _paused_now(self, _: JsonObject) -> None:
        self._paused = True

    def _resumed_now(self, _: JsonObject) -> None:
        self._paused = False


# mediasoup's.
_HIGHEST_PRIORITY = 255
