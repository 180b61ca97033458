"""Peers of a stream with media: `sfu.testing.Client` behind an API server, as browsers are."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from sfu.testing import Client, PublishedTrack, ReceivedTrack, RecvTransport, SendTransport

from .api_role import ApiRole, Json

Direction = Literal["send", "recv"]
Kind = Literal["audio", "video"]


@dataclass(slots=True)
class Viewer:
    """A peer that receives. `offered` is the `data` of the answer to its connecting."""

    api: ApiRole
    stream_id: str
    peer_id: str
    sid: str
    offered: Json
    client: Client
    receiver: RecvTransport

    async def send(self, op: str, **data: object) -> None:
        """Publishes an operation of this peer."""
        await self.api.send(op, self.sid, streamId=self.stream_id, peerId=self.peer_id, **data)

    async def ask(self, op: str, *, answer: str, **data: object) -> Json:
        """Publishes an operation of this peer and gives its answer's data."""
        await self.send(op, **data)
        return await self.api.answer(answer, self.sid)

    async def connect_receiver(self) -> Json:
        return await self.ask(
            "connect-transport",
            answer="connect-transport-recv-res",
            direction="recv",
            dtlsParameters=self.receiver.dtls_parameters,
        )

    async def recv_tracks(self) -> list[Json]:
        """The `Consumer`s of what the others send."""
        answer = await self.ask(
            "get-recv-tracks",
            answer="get-recv-tracks-res",
            rtpCapabilities=self.client.rtp_capabilities,
        )
        assert answer.keys() == {"streamId", "consumerParametersArr"}
        assert answer["streamId"] == self.stream_id
        consumers: list[Json] = answer["consumerParametersArr"]
        return consumers

    async def receive(self) -> dict[str, ReceivedTrack]:
        """Receives what the others send, by producer id. It is still paused."""
        return {
            consumer["consumerParameters"]["producerId"]: await self.receiver.subscribe(
                consumer["consumerParameters"]
            )
            for consumer in await self.recv_tracks()
        }

    async def resume(self) -> Json:
        return await self.api.ask(
            "resume-consumers", self.sid, answer="resume-consumers-done", streamId=self.stream_id
        )

    async def watch(self) -> dict[str, ReceivedTrack]:
        """Connects, and receives what the others send, by producer id."""
        assert await self.connect_receiver() == {"streamId": self.stream_id}
        tracks = await self.receive()
        assert await self.resume() == {"streamId": self.stream_id}
        return tracks

    async def leave(self) -> Json:
        return await self.ask("close-peer", answer="you-left-stream")


@dataclass(slots=True)
class Streamer(Viewer):
    """A peer that sends too."""

    sender: SendTransport

    async def connect_sender(self) -> Json:
        return await self.ask(
            "connect-transport",
            answer="connect-transport-send-res",
            direction="send",
            dtlsParameters=self.sender.dtls_parameters,
        )

    def track(self, kind: Kind) -> Json:
        """The data of a `send-track`, besides the ids of stream and peer."""
        return {
            "transportId": self.offered["sendTransportOptions"]["id"],
            "direction": "send",
            "paused": False,
            "kind": kind,
            "rtpParameters": self.sender.rtp_parameters(kind),
            "rtpCapabilities": self.client.rtp_capabilities,
            "appData": {},
        }

    async def send_track(self, kind: Kind) -> tuple[str, PublishedTrack]:
        """Sends something: the producer's id, and the track behind it."""
        track = self.track(kind)
        made = await self.ask("send-track", answer="send-track-send-res", **track)
        assert made.keys() == {"streamId", "id"}, made
        published = await self.sender.publish(kind, track["rtpParameters"])
        return made["id"], published

    async def broadcast(self) -> tuple[str, str]:
        """Connects, sends sound and picture, and gives the ids of both producers."""
        assert await self.connect_sender() == {"streamId": self.stream_id}
        sound, _ = await self.send_track("audio")
        picture, _ = await self.send_track("video")
        return sound, picture


@asynccontextmanager
async def viewer(api: ApiRole, stream_id: str, peer_id: str) -> AsyncIterator[Viewer]:
    """Connects a peer as a viewer, under a sid of its own."""
    sid = uuid4().hex
    offered = await _connect(api, "viewer", stream_id, peer_id, sid)
    async with Client(offered["routerRtpCapabilities"]) as client:
        receiver = await client.create_recv_transport(offered["recvTransportOptions"])
        yield Viewer(api, stream_id, peer_id, sid, offered, client, receiver)


@asynccontextmanager
async def streamer(api: ApiRole, stream_id: str, peer_id: str) -> AsyncIterator[Streamer]:
    """Connects a peer as a streamer, under a sid of its own."""
    sid = uuid4().hex
    offered = await _connect(api, "streamer", stream_id, peer_id, sid)
    async with Client(offered["routerRtpCapabilities"]) as client:
        receiver = await client.create_recv_transport(offered["recvTransportOptions"])
        sender = await client.create_send_transport(offered["sendTransportOptions"])
        yield Streamer(api, stream_id, peer_id, sid, offered, client, receiver, sender)


async def _connect(api: ApiRole, role: str, stream_id: str, peer_id: str, sid: str) -> Json:
    return await api.ask(
        f"connect-as-{role}",
        sid,
        answer=f"you-connected-as-{role}",
        streamId=stream_id,
        peerId=peer_id,
    )
