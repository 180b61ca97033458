"""A client that learns of the worker by JSON alone."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Literal, Self, TypeAlias, cast
from uuid import uuid4

from sfu._beside import beside
from sfu._json import JsonObject
from sfu._wire import Given, to_wire
from sfu.testing._capabilities import USED_EXTENSIONS, receivable, received_codecs, sent_codecs
from sfu.testing._link import Link
from sfu.testing._transports import RecvTransport, SendTransport

DtlsRole: TypeAlias = Literal["auto", "client", "server"]


class Client:
    """A WebRTC client of a server that speaks of an SFU in JSON, as `mediasoup-client` is.

    For tests of signalling servers; `Peer` is the same on a `Router` of this process. Media is
    synthetic, each frame with its maker's identity, number and checksum in it.

        async with Client(created["routerRtpCapabilities"]) as client:
            sender = await client.create_send_transport(created["sendTransportOptions"])
            ... POST connectSender   dtlsParameters=sender.dtls_parameters
            parameters = sender.rtp_parameters("video", codec="VP8")
            ... POST createProducer  rtpParameters=parameters
            camera = await sender.publish("video", parameters, fps=30)

            receiver = await client.create_recv_transport(created["recvTransportOptions"])
            ... POST connectReceiver dtlsParameters=receiver.dtls_parameters
            ... POST createConsumer  rtpCapabilities=client.rtp_capabilities -> consumer
            picture = await receiver.subscribe(consumer)
            await picture.wait_for_frames(30)

    All objects that it takes and gives here are JSON of mediasoup's shapes. Each client has a
    thread of its own; leaving the context closes it and all connections, and tells nobody.
    """

    def __init__(self, router_rtp_capabilities: Given, *, local_ip: str = "127.0.0.1") -> None:
        """Makes a client that does nothing before it is entered.

        Args:
            router_rtp_capabilities: The router's.
            local_ip: The address to send from.
        """
        self._capabilities = receivable(to_wire(router_rtp_capabilities))
        self._local_ip = local_ip
        self._cname = uuid4().hex[:8]
        self._stack = AsyncExitStack()
        self._entered: Link | None = None

    @property
    def rtp_capabilities(self) -> JsonObject:
        """What the client can receive, for the worker's `consume`."""
        return self._capabilities

    async def __aenter__(self) -> Self:
        """Starts the client's thread."""
        link = Link()
        self._stack.callback(link.close)
        await self._stack.enter_async_context(beside(link.run))
        self._entered = link
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Closes the connections and stops the thread."""
        await self._stack.__aexit__(kind, error, traceback)

    async def create_send_transport(
        self, options: Mapping[str, object], *, dtls_role: DtlsRole = "auto"
    ) -> SendTransport:
        """Makes the connection to the transport on which the client sends.

        Args:
            options: The server's `TransportOptions`.
            dtls_role: The client's role; `auto` is `client`, as in browsers.
        """
        codecs = sent_codecs(self._capabilities)
        number, dtls_parameters = await self._connect(options, codecs, dtls_role)
        return SendTransport(self._link, number, dtls_parameters, codecs=codecs, cname=self._cname)

    async def create_recv_transport(
        self, options: Mapping[str, object], *, dtls_role: DtlsRole = "auto"
    ) -> RecvTransport:
        """Makes the connection to the transport on which the client receives.

        Args:
            options: The server's `TransportOptions`.
            dtls_role: The client's role; `auto` is `client`, as in browsers.
        """
        codecs = received_codecs(self._capabilities)
        number, dtls_parameters = await self._connect(options, codecs, dtls_role)
        return RecvTransport(self._link, number, dtls_parameters)

    @property
    def _link(self) -> Link:
        if self._entered is None:
            message = "the client was not entered: async with Client(...)"
            raise RuntimeError(message)
        return self._entered

    async def _connect(
        self, options: Mapping[str, object], codecs: list[JsonObject], dtls_role: DtlsRole
    ) -> tuple[int, JsonObject]:
        number = self._link.next_id()
        command: JsonObject = {
            "method": "createConnection",
            "connection": number,
            "transport": to_wire(options),
            "codecs": [*codecs],
            "headerExtensions": [*USED_EXTENSIONS],
            "localIp": self._local_ip,
            "dtlsRole": dtls_role,
        }
        undo: JsonObject = {"method": "closeConnection", "connection": number}
        made = await self._link.request(command, undo)
        return number, cast("JsonObject", made["dtlsParameters"])
