"""Producers."""

from typing import cast

from sfu._engine import Engine
from sfu._json import Json, JsonObject
from sfu._negotiation import ProducerNegotiation
from sfu._node import Node
from sfu._resolve import ProducerType
from sfu._resource import EngineObject
from sfu._scores import ProducerScore
from sfu.events import ProducerPause, ProducerResume, ProducerScoreChange
from sfu.parameters import MediaKind, RtpParameters


class Producer(EngineObject):
    """One audio or video source that a client sends. Made by `WebRtcTransport.produce`.

    Events: `score`; `transportclose`, `workerdied`.
    """

    _kind = "producer"
    _close_method = "closeProducer"

    def __init__(
        self,
        engine: Engine,
        number: int,
        node: Node,
        app_data: JsonObject | None,
        produced: ProducerNegotiation,
        *,
        paused: bool,
    ) -> None:
        """Wraps a producer that the engine has."""
        super().__init__(engine, number, node, app_data)
        self._media_kind: MediaKind = produced.kind
        self._type: ProducerType = produced.type
        self._rtp_parameters = RtpParameters.from_json(produced.rtp_parameters)
        self._paused = paused
        self._score: tuple[ProducerScore, ...] = ()
        engine.take(number, self._take_event)
        node.on_close.append(lambda: engine.takers.pop(number))

    @property
    def kind(self) -> MediaKind:
        """`audio` or `video`."""
        return self._media_kind

    @property
    def type(self) -> ProducerType:
        """One stream, several of one source (`simulcast`), or one of several layers (`svc`)."""
        return self._type

    @property
    def rtp_parameters(self) -> RtpParameters:
        """What the client said it sends."""
        return self._rtp_parameters

    @property
    def paused(self) -> bool:
        """Whether nothing of it is forwarded."""
        return self._paused

    @property
    def score(self) -> tuple[ProducerScore, ...]:
        """How well it comes, as last told: about once a second if it changes.

        One for each of its RTP streams that has come. A stream that is silent has 0, but those of a
        paused producer keep what they had.
        """
        return self._score

    async def pause(self) -> None:
        """Stops forwarding it; its consumers get `producerpause`. No effect if it is paused.

        Raises:
            InvalidStateError: It is closed.
            WorkerDiedError: The worker died.
        """
        await self._request("pauseProducer", then=self._paused_now)

    async def resume(self) -> None:
        """Forwards it again; its consumers get `producerresume`. No effect if it is not paused.

        Raises:
            InvalidStateError: It is closed.
            WorkerDiedError: The worker died.
        """
        await self._request("resumeProducer", then=self._resumed_now)

    async def stats(self) -> list[Json]:
        """Counts what came of it: one object for each of its RTP streams.

        Raises:
            InvalidStateError: It is closed.
            WorkerDiedError: The worker died.
        """
        return await self._stats()

    def _take_event(self, event: JsonObject) -> None:
        scores = cast("list[JsonObject]", event["scores"])
        self._score = tuple(ProducerScore.from_json(score) for score in scores)
        self._node.events.emit(ProducerScoreChange(self._score))

    def _paused_now(self, _: JsonObject) -> None:
        if not self._paused:
            self._paused = True
            self._tell_consumers(ProducerPause())

    def _resumed_now(self, _: JsonObject) -> None:
        if self._paused:
            self._paused = False
            self._tell_consumers(ProducerResume())

    def _tell_consumers(self, event: ProducerPause | ProducerResume) -> None:
        for consumer in self._node.children:
            consumer.events.emit(event)
