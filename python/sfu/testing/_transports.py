"""The client's ends of the worker's transports."""

from dataclasses import dataclass
from itertools import count
from typing import Literal, TypeAlias, cast

import anyio

from sfu._json import JsonObject
from sfu._wire import Given, to_wire
from sfu.errors import InvalidStateError
from sfu.parameters import MediaKind
from sfu.testing._capabilities import send_parameters
from sfu.testing._link import Link
from sfu.testing._tracks import PublishedTrack, ReceivedTrack

ConnectionState: TypeAlias = Literal[
    "new", "connecting", "connected", "disconnected", "failed", "closed"
]
"""As in the browsers' `RTCPeerConnection`."""


@dataclass(frozen=True, slots=True)
class _Pace:
    fps: float
    packets: int
    packet_bytes: int


class ClientTransport:
    """One peer connection of the client. Nothing is sent before its first track."""

    def __init__(self, link: Link, number: int, dtls_parameters: JsonObject) -> None:
        """Wraps a connection that the client has."""
        self._link = link
        self._number = number
        self._dtls_parameters = dtls_parameters
        self._state: ConnectionState = "new"
        self._changed = anyio.Event()
        link.on_state(number, self._take_state)

    @property
    def dtls_parameters(self) -> JsonObject:
        """The client's DTLS parameters, for the `connect` of the worker's transport."""
        return self._dtls_parameters

    @property
    def state(self) -> ConnectionState:
        """How far the connection is."""
        return self._state

    async def wait_state(self, state: ConnectionState) -> None:
        """Waits until the connection is in a state.

        Raises:
            InvalidStateError: It is closed before.
        """
        while self._state != state:
            if self._state == "closed":
                message = "the connection is closed"
                raise InvalidStateError(message)
            await self._changed.wait()

    async def restart_ice(self, ice_parameters: Given) -> None:
        """Takes the worker's new ICE credentials, and goes on with them."""
        parameters = to_wire(ice_parameters)
        await self._link.request(
            {
                "method": "restartIce",
                "connection": self._number,
                "iceParameters": parameters,
            }
        )

    async def close(self) -> None:
        """Closes it with its tracks, without a word to the program's side. Idempotent."""
        if self._state != "closed":
            self._take_state("closed")
            await self._link.request({"method": "closeConnection", "connection": self._number})

    def _take_state(self, state: str) -> None:
        if self._state != "closed":
            self._state = cast("ConnectionState", state)
        changed, self._changed = self._changed, anyio.Event()
        changed.set()


class SendTransport(ClientTransport):
    """A connection on which the client sends. Made by `Client.create_send_transport`."""

    def __init__(
        self,
        link: Link,
        number: int,
        dtls_parameters: JsonObject,
        *,
        codecs: list[JsonObject],
        cname: str,
    ) -> None:
        """Wraps a connection that the client has."""
        super().__init__(link, number, dtls_parameters)
        self._codecs = codecs
        self._cname = cname
        self._mids = count()

    def rtp_parameters(
        self, kind: MediaKind, *, codec: str | None = None, simulcast: int = 1
    ) -> JsonObject:
        """Makes the `RtpParameters` of one more track, for the worker's `produce` and `publish`.

        Args:
            kind: `audio` or `video`.
            codec: A MIME subtype such as `VP8`; the router's first of the kind if None.
            simulcast: How many encodings; of several the SSRCs are not signalled, only rids.

        Raises:
            UnsupportedError: The router has no such codec, or the client cannot make it.
        """
        return send_parameters(
            self._codecs,
            kind,
            mid=str(next(self._mids)),
            cname=self._cname,
            codec=codec,
            simulcast=simulcast,
        )

    async def publish(
        self,
        kind: MediaKind,
        rtp_parameters: JsonObject,
        *,
        fps: float | None = None,
        packets: int | None = None,
        packet_bytes: int | None = None,
        key_frame_interval: float = 0,
        paused: bool = False,
    ) -> PublishedTrack:
        """Sends synthetic media as soon as the connection is there.

        Args:
            kind: `audio` or `video`.
            rtp_parameters: What `rtp_parameters` gave.
            fps: Frames a second; by default 30 of video, 50 of audio.
            packets: Packets a frame, twice as many a key frame; by default 2 of video, 1 of audio.
            packet_bytes: Bytes of a packet; by default 500 of video, 80 of audio.
            key_frame_interval: Seconds between key frames that nobody asked for; 0 for none.
            paused: Whether it sends nothing until it is resumed.
        """
        defaults = _DEFAULTS[kind]
        track = self._link.next_id()
        command: JsonObject = {
            "method": "publish",
            "connection": self._number,
            "track": track,
            "kind": kind,
            "rtpParameters": rtp_parameters,
            "fps": defaults.fps if fps is None else fps,
            "packets": defaults.packets if packets is None else packets,
            "packetBytes": defaults.packet_bytes if packet_bytes is None else packet_bytes,
            "keyFrameInterval": key_frame_interval,
            "paused": paused,
        }
        undo: JsonObject = {"method": "unpublish", "track": track}
        published = await self._link.request(command, undo)
        return PublishedTrack(self._link, track, cast("str", published["source"]), rtp_parameters)


class RecvTransport(ClientTransport):
    """A connection on which the client receives. Made by `Client.create_recv_transport`."""

    async def subscribe(self, consumer: JsonObject) -> ReceivedTrack:
        """Receives what a consumer is sent.

        Args:
            consumer: What `sfu.Consumer.options` gives: `{"kind", "rtpParameters"}` of it.
        """
        track = self._link.next_id()
        command: JsonObject = {
            "method": "subscribe",
            "connection": self._number,
            "track": track,
            "kind": consumer["kind"],
            "rtpParameters": consumer["rtpParameters"],
        }
        await self._link.request(command, {"method": "unsubscribe", "track": track})
        return ReceivedTrack(self._link, track)


# A small camera picture; 20 ms of speech (RFC 7587 s.3).
_DEFAULTS: dict[MediaKind, _Pace] = {
    "audio": _Pace(fps=50, packets=1, packet_bytes=80),
    "video": _Pace(fps=30, packets=2, packet_bytes=500),
}
