"""Routers."""

from collections.abc import Mapping

from sfu import ortc
from sfu._engine import Engine
from sfu._json import JsonObject
from sfu._negotiation import RouterNegotiation
from sfu._node import Node
from sfu._producer import Producer
from sfu._resource import EngineObject
from sfu._shared import Shared
from sfu._transport import WebRtcTransport
from sfu._wire import Given, to_wire
from sfu.events import RouterClose
from sfu.parameters import RtpCapabilities


class Router(EngineObject):
    """Producers, and the consumers that may consume them. Made by `Worker.create_router`.

    Events: `workerclose`, `workerdied`.
    """

    _kind = "router"
    _close_method = "closeRouter"

    def __init__(
        self,
        engine: Engine,
        number: int,
        node: Node,
        negotiated: RouterNegotiation,
        app_data: JsonObject | None,
    ) -> None:
        """Wraps a router that the engine has."""
        super().__init__(engine, number, node, app_data)
        self._shared = Shared(negotiated.wire)
        self._rtp_capabilities = negotiated.capabilities

    @property
    def rtp_capabilities(self) -> RtpCapabilities:
        """What clients load their device with: codecs and header extensions."""
        return self._rtp_capabilities

    @property
    def producers(self) -> Mapping[str, Producer]:
        """The open producers of all its transports by their id."""
        return {id_: produced.producer for id_, produced in self._shared.produced.items()}

    def can_consume(self, *, producer_id: str, rtp_capabilities: Given) -> bool:
        """Whether `WebRtcTransport.consume` would take these.

        False also where the producer is unknown or the capabilities are misshapen.
        """
        produced = self._shared.produced.get(producer_id)
        if produced is None:
            return False
        try:
            return ortc.can_consume(produced.consumable, to_wire(rtp_capabilities))
        except TypeError:
            return False

    async def create_webrtc_transport(
        self, *, app_data: JsonObject | None = None
    ) -> WebRtcTransport:
        """Makes a transport on the worker's sockets.

        Raises:
            InvalidStateError: The router is closed.
            WorkerDiedError: The worker died.
        """
        self._node.check_open()
        number = self._engine.next_number()
        made = await self._request(
            "createWebRtcTransport",
            {"transport": number},
            undo={"method": "closeTransport", "transport": number},
        )
        self._node.check_open()
        node = Node()
        node.live_in(self._node, RouterClose())
        return WebRtcTransport(
            self._engine, number, node, self._shared, made=made, app_data=app_data
        )
