"""An attendee on aiortc and pymediasoup, driven by lines of JSON.

    python -m tests.interop.aiortc_client SERVER ROOM MAIL

Commands on standard input:

    {"do": "publish", "type": "webcam", "code": 7}     a picture (signature.py)
    {"do": "publish", "type": "mic", "hz": 440}        a sound
    {"do": "consume", "mail": OWNER, "type": "webcam"}

The end of the input ends it.

Events on standard output:

    {"event": "joined"}
    {"event": "published", "type", "id"}, {"event": "consuming", "mail", "type", "producer"}
    {"event": "connection", "direction", "state"}      of ICE
    {"event": "notification", "method", "data"}        from the room
    {"event": "picture", "producer", "code", "ageMs", "width", "height", "frames"}
    {"event": "sound", "producer", "hz"}               each half second, 0 for silence
    {"event": "refused", "do", "error"}
"""

import asyncio
import json
import sys
from collections.abc import Coroutine
from functools import partial

import aiohttp
import aioice.ice
import av
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from pydantic import BaseModel
from pymediasoup import AiortcHandler, Device  # type: ignore[import-untyped]
from pymediasoup.models.transport import DtlsParameters  # type: ignore[import-untyped]
from pymediasoup.rtp_parameters import RtpCapabilities, RtpParameters  # type: ignore[import-untyped]
from pymediasoup.transport import Transport  # type: ignore[import-untyped]

from .rooms import JsonObject, Rooms, RoomsError
from .tracks import Camera, Ear, Eye, Microphone


class Client:
    """The attendee: one device, a transport each way."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._device = Device(handlerFactory=AiortcHandler.createFactory())
        self._tasks: set[asyncio.Task[None]] = set()

    async def join(self) -> None:
        """Enters the room, made if it is not there, and sets up both transports."""
        await self._rooms.post("createRoom")
        self._start(self._listen())
        options = await self._rooms.post("createAttendee")
        await self._device.load(RtpCapabilities(**options["routerRtpCapabilities"]))
        send, receive = options["sendTransportOptions"], options["recvTransportOptions"]
        self._sending = self._device.createSendTransport(**_known(send))
        self._receiving = self._device.createRecvTransport(**_known(receive))
        self._wire_up(self._sending, "send", "connectSender")
        self._wire_up(self._receiving, "recv", "connectReceiver")
        tell("joined")

    async def publish(self, command: JsonObject) -> None:
        """Sends a picture or a sound."""
        track = Camera(command["code"]) if "code" in command else Microphone(command["hz"])
        producer = await self._sending.produce(track=track, appData={"type": command["type"]})
        tell("published", type=command["type"], id=producer.id)

    async def consume(self, command: JsonObject) -> None:
        """Receives a producer, from a key frame on that is not sent before it can be taken."""
        producer = await self._producer(command["mail"], command["type"])
        options = await self._rooms.post(
            "createConsumer",
            id=producer,
            producerMail=command["mail"],
            rtpCapabilities=_wire(self._device.rtpCapabilities),
            paused=True,
        )
        consumer = await self._receiving.consume(
            id=options["id"],
            producerId=producer,
            kind=options["kind"],
            rtpParameters=RtpParameters(**options["rtpParameters"]),
        )
        tell("consuming", mail=command["mail"], type=command["type"], producer=producer)
        self._start(self._watch(consumer.track, producer))
        await self._rooms.post("resumeConsumer", id=options["id"])

    async def leave(self) -> None:
        """Closes everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(self._sending.close(), self._receiving.close())

    def _wire_up(self, transport: Transport, direction: str, endpoint: str) -> None:
        transport.on("connect", partial(self._connect, endpoint))
        transport.on("produce", self._create_producer)
        transport.on("connectionstatechange", partial(_tell_state, direction))

    async def _connect(self, endpoint: str, parameters: DtlsParameters) -> None:
        await self._rooms.post(endpoint, dtlsParameters=_wire(parameters))

    async def _create_producer(
        self, _: str, parameters: RtpParameters, app_data: JsonObject
    ) -> str:
        wire = _wire(parameters)
        answer = await self._rooms.post("createProducer", rtpParameters=wire, **app_data)
        return str(answer["id"])

    async def _producer(self, owner: str, kind: str) -> str:
        """Waits until the owner produces it: he may still be about to."""
        while True:
            listed = await self._rooms.get("producers", producerMail=owner)
            for each in listed["producers"]:
                if each["type"] == kind:
                    return str(each["id"])
            await asyncio.sleep(0.05)

    async def _listen(self) -> None:
        async for message in self._rooms.notifications():
            tell("notification", **message)

    async def _watch(self, track: MediaStreamTrack, producer: str) -> None:
        ear, eye = Ear(), Eye()
        try:
            while True:
                match await track.recv():
                    case av.AudioFrame() as frame:
                        for reading in ear.hear(frame):
                            tell("sound", producer=producer, **reading)
                    case av.VideoFrame() as frame:
                        for reading in eye.see(frame):
                            tell("picture", producer=producer, **reading)
        except MediaStreamError:
            return

    def _start(self, coroutine: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def tell(event: str, **data: object) -> None:
    """Writes an event."""
    sys.stdout.write(json.dumps({"event": event, **data}) + "\n")
    sys.stdout.flush()


def _tell_state(direction: str, state: str) -> None:
    tell("connection", direction=direction, state=state)


def _wire(model: BaseModel) -> JsonObject:
    wire: JsonObject = model.model_dump(exclude_none=True)
    return wire


def _known(options: JsonObject) -> JsonObject:
    wanted = ("id", "iceParameters", "iceCandidates", "dtlsParameters", "sctpParameters")
    return {name: options.get(name) for name in wanted}


async def _obey(client: Client) -> None:
    commands = {"publish": client.publish, "consume": client.consume}
    async for line in await _standard_input():
        command = json.loads(line)
        try:
            await commands[command["do"]](command)
        except RoomsError as error:
            tell("refused", do=command["do"], error=str(error))


async def _standard_input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    return reader


async def main(server: str, room: str, mail: str) -> None:
    # aioice leaves out the loopback address, the only one that a test can count on.
    aioice.ice.get_host_addresses = lambda **_: ["127.0.0.1"]
    async with aiohttp.ClientSession() as session:
        client = Client(Rooms(session, server, room, mail))
        await client.join()
        try:
            await _obey(client)
        finally:
            await client.leave()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
