"""A client of a router in this process."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Self, TypeVar

import anyio

from sfu._consumer import Consumer
from sfu._json import JsonObject
from sfu._producer import Producer
from sfu._router import Router
from sfu._transport import WebRtcTransport
from sfu.errors import NotFoundError
from sfu.parameters import MediaKind
from sfu.testing._client import Client, DtlsRole
from sfu.testing._stats import ReceivedStats
from sfu.testing._tracks import PublishedTrack, ReceivedTrack
from sfu.testing._transports import ClientTransport, RecvTransport, SendTransport

End = TypeVar("End", bound=ClientTransport)


@dataclass(frozen=True, eq=False, slots=True)
class Path(Generic[End]):
    """Both ends of one transport.

    Attributes:
        transport: The router's end.
        client: The client's end.
    """

    transport: WebRtcTransport
    client: End

    async def restart_ice(self) -> None:
        """Gives both ends new ICE credentials."""
        await self.client.restart_ice(await self.transport.restart_ice())


class Peer:
    """A WebRTC client (webrtc-rs) with ICE, DTLS and SRTP over UDP, and synthetic media.

        async with Peer(router) as alice, Peer(router) as bob:
            camera = await alice.publish("video", fps=30)
            picture = await bob.subscribe(camera)
            await picture.wait_for_frames(30)

    It makes a transport of the router to send and one to receive, each when it is first needed.
    Leaving the context closes them, with their producers and consumers.
    """

    def __init__(
        self, router: Router, *, local_ip: str = "127.0.0.1", dtls_role: DtlsRole = "auto"
    ) -> None:
        """Makes a peer that does nothing before it is entered.

        Args:
            router: What it publishes to and subscribes from.
            local_ip: The address to send from.
            dtls_role: Its role in DTLS; `auto` is `client`, as in browsers.
        """
        self._router = router
        self._dtls_role: DtlsRole = dtls_role
        self._client = Client(router.rtp_capabilities, local_ip=local_ip)
        self._stack = AsyncExitStack()
        self._lock = anyio.Lock()
        self._sending: Path[SendTransport] | None = None
        self._receiving: Path[RecvTransport] | None = None
        self._published: dict[str, PublishedTrack] = {}

    @property
    def rtp_capabilities(self) -> JsonObject:
        """What it can receive, as JSON."""
        return self._client.rtp_capabilities

    async def __aenter__(self) -> Self:
        """Starts its thread."""
        await self._stack.enter_async_context(self._client)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Closes its transports, here and in the router, and stops its thread."""
        await self._stack.__aexit__(kind, error, traceback)

    async def publish(
        self,
        kind: MediaKind,
        *,
        codec: str | None = None,
        fps: float | None = None,
        packets: int | None = None,
        packet_bytes: int | None = None,
        key_frame_interval: float = 0,
        simulcast: int = 1,
        app_data: JsonObject | None = None,
    ) -> Producer:
        """Sends synthetic media to the router.

        Args:
            kind: `audio` or `video`.
            codec: A MIME subtype such as `VP8`; the router's first of the kind if None.
            fps: Frames a second; by default 30 of video, 50 of audio.
            packets: Packets a frame, twice as many a key frame; by default 2 of video, 1 of audio.
            packet_bytes: Bytes of a packet; by default 500 of video, 80 of audio.
            key_frame_interval: Seconds between key frames that nobody asked for; 0 for none.
            simulcast: How many encodings.
            app_data: The producer's.

        Raises:
            UnsupportedError: The router has no such codec, or the peer cannot make it.
        """
        path = await self.sending()
        parameters = path.client.rtp_parameters(kind, codec=codec, simulcast=simulcast)
        producer = await path.transport.produce(
            kind=kind, rtp_parameters=parameters, app_data=app_data
        )
        try:
            self._published[producer.id] = await path.client.publish(
                kind,
                parameters,
                fps=fps,
                packets=packets,
                packet_bytes=packet_bytes,
                key_frame_interval=key_frame_interval,
            )
        except BaseException:
            producer.close()
            raise
        return producer

    def published(self, producer: Producer) -> PublishedTrack:
        """Gives the client's side of what `publish` gave.

        Raises:
            NotFoundError: It was not published by this peer, or was unpublished.
        """
        track = self._published.get(producer.id)
        if track is None:
            message = f"this peer does not publish {producer.id}"
            raise NotFoundError(message)
        return track

    async def unpublish(self, producer: Producer) -> None:
        """Closes the producer, and stops sending it.

        Raises:
            NotFoundError: It was not published by this peer, or was unpublished.
        """
        track = self.published(producer)
        del self._published[producer.id]
        producer.close()
        await track.close()

    async def subscribe(
        self, producer: Producer | str, *, paused: bool = False, enable_rtx: bool | None = None
    ) -> "Subscription":
        """Receives a producer of the router.

        Args:
            producer: The producer, or its id.
            paused: Whether its consumer stays paused until it is resumed.
            enable_rtx: Whether lost packets are sent again; by default those of video.

        Raises:
            NotFoundError: The router has no such producer.
            UnsupportedError: The peer can receive none of its codecs.
        """
        path = await self.receiving()
        consumer = await path.transport.consume(
            producer_id=producer if isinstance(producer, str) else producer.id,
            rtp_capabilities=self.rtp_capabilities,
            paused=True,
            enable_rtx=enable_rtx,
        )
        try:
            track = await path.client.subscribe(consumer.options())
            if not paused:
                await consumer.resume()
        except BaseException:
            consumer.close()
            raise
        return Subscription(consumer, track)

    async def restart_ice(self) -> None:
        """Gives all its transports new ICE credentials."""
        for path in (self._sending, self._receiving):
            if path is not None:
                await path.restart_ice()

    async def sending(self) -> Path[SendTransport]:
        """Both ends of the transport that it sends on; made when first called."""
        async with self._lock:
            if self._sending is None:
                transport = await self._transport()
                client = await self._client.create_send_transport(
                    transport.options(), dtls_role=self._dtls_role
                )
                self._sending = await _connected(transport, client)
            return self._sending

    async def receiving(self) -> Path[RecvTransport]:
        """Both ends of the transport that it receives on; made when first called."""
        async with self._lock:
            if self._receiving is None:
                transport = await self._transport()
                client = await self._client.create_recv_transport(
                    transport.options(), dtls_role=self._dtls_role
                )
                self._receiving = await _connected(transport, client)
            return self._receiving

    async def _transport(self) -> WebRtcTransport:
        transport = await self._router.create_webrtc_transport()
        return await self._stack.enter_async_context(transport)


class Subscription:
    """A received track with the consumer that feeds it. Made by `Peer.subscribe`."""

    def __init__(self, consumer: Consumer, track: ReceivedTrack) -> None:
        """Puts both together."""
        self._consumer = consumer
        self._track = track

    @property
    def consumer(self) -> Consumer:
        """The router's side."""
        return self._consumer

    async def wait_for_frames(self, count: int) -> None:
        """Waits until `count` more frames have come, complete and unchanged.

        Raises:
            InvalidStateError: The track is closed, now or while it waits.
        """
        await self._track.wait_for_frames(count)

    async def wait_for_packets(self, count: int) -> None:
        """Waits until `count` more packets have come.

        Raises:
            InvalidStateError: The track is closed, now or while it waits.
        """
        await self._track.wait_for_packets(count)

    def stats(self) -> ReceivedStats:
        """Counts what came so far; after `close`, what had come until then."""
        return self._track.stats()

    async def close(self) -> None:
        """Closes the consumer, and stops receiving. Idempotent."""
        self._consumer.close()
        await self._track.close()


async def _connected(transport: WebRtcTransport, client: End) -> Path[End]:
    await transport.connect(dtls_parameters=client.dtls_parameters)
    return Path(transport, client)
