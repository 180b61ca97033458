"""Attendees with media: `sfu.testing.Client` behind the API, as browsers are."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

import trio
from sfu.testing import Client, PublishedTrack, ReceivedTrack, RecvTransport, SendTransport
from sfu_server.conference import Kind

from tests.server.support.answers import PATIENCE, Json
from tests.server.support.api import Api

ROOM = "lounge"
KINDS: dict[str, Kind] = {"mic": "audio", "webcam": "video", "screen": "video"}


@dataclass(slots=True)
class Caller:
    """An attendee who can send and receive."""

    api: Api
    user: str
    client: Client
    sender: SendTransport
    receiver: RecvTransport

    async def ask(self, endpoint: str, **body: object) -> Json:
        """Posts what must succeed, in this attendee's name."""
        return await self.api.ask(endpoint, roomName=ROOM, userMail=self.user, **body)

    def rtp_parameters(self, stream_type: str, codec: str | None = None) -> Json:
        return self.sender.rtp_parameters(KINDS[stream_type], codec=codec)

    async def produce(
        self, stream_type: str, codec: str | None = None
    ) -> tuple[str, PublishedTrack]:
        """Sends something: the producer's id, and the track behind it."""
        parameters = self.rtp_parameters(stream_type, codec)
        made = await self.ask("createProducer", type=stream_type, rtpParameters=parameters)
        track = await self.sender.publish(KINDS[stream_type], parameters)
        return cast("str", made["id"]), track

    async def offer(self, producer_id: str, of: str, **more: object) -> Json:
        """Makes a consumer."""
        return await self.ask(
            "createConsumer",
            id=producer_id,
            producerMail=of,
            rtpCapabilities=self.client.rtp_capabilities,
            **more,
        )

    async def consume(self, producer_id: str, of: str) -> tuple[str, ReceivedTrack]:
        """Receives something: the consumer's id, and the track behind it."""
        consumer = await self.offer(producer_id, of)
        return cast("str", consumer["id"]), await self.receiver.subscribe(consumer)

    async def connect(self) -> None:
        """Connects both transports."""
        await self.ask("connectSender", dtlsParameters=self.sender.dtls_parameters)
        await self.ask("connectReceiver", dtlsParameters=self.receiver.dtls_parameters)


@asynccontextmanager
async def attend(api: Api, user: str, *, connect: bool = True) -> AsyncGenerator[Caller]:
    """Makes an attendee of the room, which is opened if it is not; `connect`s both transports."""
    await api.ask("createRoom", roomName=ROOM, userMail=user)
    made = await api.ask("createAttendee", roomName=ROOM, userMail=user)
    async with Client(cast("Json", made["routerRtpCapabilities"])) as client:
        sender = await client.create_send_transport(cast("Json", made["sendTransportOptions"]))
        receiver = await client.create_recv_transport(cast("Json", made["recvTransportOptions"]))
        caller = Caller(api, user, client, sender, receiver)
        if connect:
            await caller.connect()
        yield caller


@dataclass(slots=True)
class Call:
    """Two attendees, the first of whom the second sees."""

    ann: Caller
    bob: Caller
    producer_id: str
    consumer_id: str
    picture: ReceivedTrack

    async def goes_on(self) -> None:
        """Waits for pictures that are made from now on."""
        with trio.fail_after(PATIENCE):
            await self.picture.wait_for_frames(5)


@asynccontextmanager
async def call(api: Api) -> AsyncGenerator[Call]:
    """A call that is under way."""
    async with attend(api, "ann") as ann, attend(api, "bob") as bob:
        producer_id, _ = await ann.produce("webcam")
        consumer_id, picture = await bob.consume(producer_id, "ann")
        running = Call(ann, bob, producer_id, consumer_id, picture)
        await running.goes_on()
        yield running
