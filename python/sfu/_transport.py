"""WebRTC transports."""

from collections.abc import Mapping
from itertools import count
from typing import cast
from uuid import uuid4

from sfu import _negotiation, ortc
from sfu._consumer import Consumer
from sfu._engine import Engine
from sfu._json import Json, JsonObject, clone_object
from sfu._node import Node
from sfu._producer import Producer
from sfu._resource import EngineObject
from sfu._scores import ConsumerLayers
from sfu._shared import Shared
from sfu._wire import Given, to_wire
from sfu.events import (
    DtlsState,
    DtlsStateChange,
    IceSelectedTupleChange,
    IceState,
    IceStateChange,
    ProducerClose,
    TransportClose,
    TransportTuple,
)
from sfu.parameters import DtlsParameters, IceCandidate, IceParameters, MediaKind


class WebRtcTransport(EngineObject):
    """One client's path to the worker. Made by `Router.create_webrtc_transport`.

        client                         program                              engine
          | <-- options() ---------------|                                    |
          |--- dtlsParameters ---------> | connect ------------------------>  |
          |--- rtpParameters ----------> | produce: ortc, then resolved --->  |
          | <-- consumer.options() ------| consume: ortc, then resolved --->  |

    `connect`, `produce` and `consume` may come in any order.
    Events: `icestatechange`, `iceselectedtuplechange`, `dtlsstatechange`; `routerclose`,
    `workerdied`.
    """

    _kind = "transport"
    _close_method = "closeTransport"

    def __init__(
        self,
        engine: Engine,
        number: int,
        node: Node,
        shared: Shared,
        *,
        made: JsonObject,
        app_data: JsonObject | None,
    ) -> None:
        """Wraps a transport that the engine has."""
        super().__init__(engine, number, node, app_data)
        self._shared = shared
        self._ice_parameters = cast("JsonObject", made["iceParameters"])
        self._ice_candidates = cast("list[JsonObject]", made["iceCandidates"])
        self._dtls_parameters = cast("JsonObject", made["dtlsParameters"])
        self._ice_state: IceState = "new"
        self._dtls_state: DtlsState = "new"
        self._ice_selected_tuple: TransportTuple | None = None
        self._cname: str | None = None
        self._mids = count()
        engine.take(number, self._take_event)
        node.on_close.append(self._forget)

    @property
    def ice_parameters(self) -> IceParameters:
        """Our ICE credentials."""
        return IceParameters.from_json(self._ice_parameters)

    @property
    def ice_candidates(self) -> tuple[IceCandidate, ...]:
        """Our addresses."""
        return tuple(IceCandidate.from_json(candidate) for candidate in self._ice_candidates)

    @property
    def dtls_parameters(self) -> DtlsParameters:
        """Our fingerprint and role; the role is `auto` until `connect`."""
        return DtlsParameters.from_json(self._dtls_parameters)

    @property
    def ice_state(self) -> IceState:
        """How far ICE is."""
        return self._ice_state

    @property
    def ice_selected_tuple(self) -> TransportTuple | None:
        """The path that the client chose, once it has."""
        return self._ice_selected_tuple

    @property
    def dtls_state(self) -> DtlsState:
        """How far DTLS is."""
        return self._dtls_state

    def options(self) -> JsonObject:
        """What `mediasoup-client`'s `createSendTransport`, `createRecvTransport` take, as JSON."""
        return {
            "id": self.id,
            "iceParameters": clone_object(self._ice_parameters),
            "iceCandidates": [clone_object(candidate) for candidate in self._ice_candidates],
            "dtlsParameters": clone_object(self._dtls_parameters),
        }

    async def connect(self, *, dtls_parameters: Given) -> None:
        """Tells the client's DTLS parameters. Waits for the engine, not for the handshake.

        Args:
            dtls_parameters: The client's.

        Raises:
            InvalidStateError: It was called before, or the transport is closed.
            TypeError: No usable fingerprint, or misshapen.
            WorkerDiedError: The worker died.
        """
        parameters = to_wire(dtls_parameters)
        await self._request(
            "connectTransport", {"dtlsParameters": parameters}, then=self._connected
        )

    async def restart_ice(self) -> IceParameters:
        """Makes new ICE credentials for the client; the old path works until it uses them.

        Raises:
            InvalidStateError: The transport is closed.
            WorkerDiedError: The worker died.
        """
        await self._request("restartIce", then=self._ice_restarted)
        return self.ice_parameters

    async def produce(
        self,
        *,
        kind: MediaKind,
        rtp_parameters: Given,
        paused: bool = False,
        app_data: JsonObject | None = None,
        key_frame_request_delay: int = 0,
    ) -> Producer:
        """Takes what the client sends. Waits for the engine, not for media.

        Args:
            kind: `audio` or `video`.
            rtp_parameters: What the client says it sends.
            paused: Whether it starts paused.
            app_data: The program's own.
            key_frame_request_delay: The least time between two key frame requests to the client, in
                ms.

        Raises:
            InvalidStateError: The transport is closed.
            TypeError: The parameters are misshapen, contradict each other, or clash with another
                producer of the transport.
            UnsupportedError: A codec is not among the router's.
            WorkerDiedError: The worker died.
        """
        self._node.check_open()
        parameters = self._with_cname(to_wire(rtp_parameters))
        produced = _negotiation.produce(kind, parameters, self._shared.rtp_capabilities)
        number = self._engine.next_number()
        options: JsonObject = {
            "paused": paused,
            "keyFrameRequestDelayMs": key_frame_request_delay,
            "producer": number,
        }
        undo: JsonObject = {"method": "closeProducer", "producer": number}
        with self._engine.expecting(number):
            await self._request("produce", produced.command | options, undo=undo)
            self._node.check_open()
            node = Node()
            node.live_in(self._node, TransportClose())
            producer = Producer(self._engine, number, node, app_data, produced, paused=paused)
        self._shared.add(producer, number, node, produced.consumable)
        return producer

    async def consume(
        self,
        *,
        producer_id: str,
        rtp_capabilities: Given,
        paused: bool = False,
        preferred_layers: ConsumerLayers | Mapping[str, int] | None = None,
        enable_rtx: bool | None = None,
        mid: str | None = None,
        app_data: JsonObject | None = None,
    ) -> Consumer:
        """Sends a producer of the router to the client. Waits for the engine, not for media.

        Browsers lose what comes before they have set up the track: make it paused, and `resume` it
        when the client has taken `Consumer.options`.

        Args:
            producer_id: What to consume.
            rtp_capabilities: What the client can receive.
            paused: Whether it starts paused.
            preferred_layers: See `Consumer.set_preferred_layers`; as JSON `{"spatialLayer",
                "temporalLayer"?}`.
            enable_rtx: Whether lost packets are sent again; by default those of video.
            mid: The identification of its section; by default counted per transport.
            app_data: The program's own.

        Raises:
            InvalidStateError: The transport is closed, or the producer was while this waited.
            NotFoundError: The router has no such producer.
            TypeError: Something is misshapen.
            UnsupportedError: The client can receive none of the producer's codecs.
            WorkerDiedError: The worker died.
        """
        self._node.check_open()
        source = self._shared.find(producer_id)
        if isinstance(preferred_layers, Mapping):
            preferred_layers = ConsumerLayers.from_json(preferred_layers)
        consumed = _negotiation.consume(
            source.consumable,
            to_wire(rtp_capabilities),
            enable_rtx=source.producer.kind == "video" if enable_rtx is None else enable_rtx,
            mid=str(next(self._mids)) if mid is None else mid,
        )
        number = self._engine.next_number()
        options: JsonObject = {"consumer": number, "producer": source.number, "paused": paused}
        undo: JsonObject = {"method": "closeConsumer", "consumer": number}
        with self._engine.expecting(number):
            await self._request("consume", consumed.command | options, undo=undo)
            self._node.check_open()
            source.node.check_open()
            node = Node()
            node.live_in(self._node, TransportClose())
            node.live_in(source.node, ProducerClose())
            return Consumer(
                self._engine,
                number,
                node,
                app_data,
                producer=source.producer,
                rtp_parameters=consumed.rtp_parameters,
                paused=paused,
                preferred_layers=preferred_layers,
            )

    async def stats(self) -> list[Json]:
        """Counts what went through it, and how far ICE and DTLS are: a list of one object.

        Raises:
            InvalidStateError: The transport is closed.
            WorkerDiedError: The worker died.
        """
        return await self._stats()

    def _with_cname(self, rtp_parameters: JsonObject) -> JsonObject:
        """Gives all producers of the transport one CNAME, the first that comes, for lip sync."""
        parameters = ortc.validate_and_normalize_rtp_parameters(rtp_parameters)
        rtcp = cast("JsonObject", parameters["rtcp"])
        if self._cname is None:
            self._cname = cast("str", rtcp.get("cname")) or uuid4().hex[:8]
        rtcp["cname"] = self._cname
        return parameters

    def _connected(self, reply: JsonObject) -> None:
        self._dtls_parameters["role"] = reply["dtlsLocalRole"]

    def _ice_restarted(self, reply: JsonObject) -> None:
        self._ice_parameters = cast("JsonObject", reply["iceParameters"])

    def _take_event(self, event: JsonObject) -> None:
        name = event["event"]
        if name == "iceStateChange":
            self._ice_state = cast("IceState", event["iceState"])
            self._node.events.emit(IceStateChange(self._ice_state))
        elif name == "iceSelectedTupleChange":
            path = _tuple(cast("str", event["local"]), cast("str", event["remote"]))
            self._ice_selected_tuple = path
            self._node.events.emit(IceSelectedTupleChange(path))
        elif name == "dtlsStateChange":
            self._dtls_state = cast("DtlsState", event["dtlsState"])
            self._node.events.emit(DtlsStateChange(self._dtls_state))

    def _forget(self) -> None:
        del self._engine.takers[self._number]
        self._ice_state = self._dtls_state = "closed"
        self._ice_selected_tuple = None


def _tuple(local: str, remote: str) -> TransportTuple:
    local_address, local_port = _split(local)
    remote_ip, remote_port = _split(remote)
    return TransportTuple(local_address, local_port, remote_ip, remote_port)


def _split(address: str) -> tuple[str, int]:
    """Splits `ip:port`, where an IPv6 address stands in brackets."""
    ip, _, port = address.rpartition(":")
    return ip.strip("[]"), int(port)
