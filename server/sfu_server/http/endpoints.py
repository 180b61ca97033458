"""The endpoints of the rooms API: a checked request in, the `result` of its answer out.

All raise `RoomError`. Those that are `async` wait for the media worker, or for the attendee's
earlier requests.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import JsonValue

from sfu_server.conference import Json, Producer
from sfu_server.http.requests import (
    AttendeeRequest,
    ConnectRequest,
    ConsumerRequest,
    CreateConsumerRequest,
    CreateProducerRequest,
    ProducerRequest,
    ProducersRequest,
    RestartIceRequest,
    RoomRequest,
    RtpParameters,
)
from sfu_server.rooms import Direction, Rooms
from sfu_server.rooms.room import Attendee
from sfu_server.wire import MessageType, parse_message


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an endpoint is, and what it does with parameters that are not checked yet."""

    method: Literal["GET", "POST"]
    name: str
    carry_out: Callable[[Rooms, object], Awaitable[Json]]

    @classmethod
    def of(
        cls,
        method: Literal["GET", "POST"],
        name: str,
        request: type[MessageType],
        carry_out: Callable[[Rooms, MessageType], Awaitable[Json]],
    ) -> Self:
        """Makes one that checks its parameters to be a `request`."""

        async def checked(rooms: Rooms, parameters: object) -> Json:
            return await carry_out(rooms, parse_message(request, parameters))

        return cls(method, name, checked)


async def exists(rooms: Rooms, ask: RoomRequest) -> Json:
    """Tells whether a room is open."""
    return {"exists": ask.room_name in rooms}


async def create_room(rooms: Rooms, ask: AttendeeRequest) -> Json:
    """Opens a room, unless it is open. Its creator is not in it yet."""
    return {"created": await rooms.create(ask.room_name)}


async def attendees(rooms: Rooms, ask: RoomRequest) -> Json:
    """Lists who is in a room, and what they send."""
    return {"attendees": [_attendee(one) for one in rooms.find(ask.room_name).attendees]}


async def create_attendee(rooms: Rooms, ask: AttendeeRequest) -> Json:
    """Makes an attendee with new transports; what the same mail had before ends."""
    offer = await rooms.find(ask.room_name).admit(ask.user_mail)
    return {
        "routerRtpCapabilities": offer.router_rtp_capabilities,
        "sendTransportOptions": offer.transport_options[Direction.SEND],
        "recvTransportOptions": offer.transport_options[Direction.RECV],
    }


async def leave(rooms: Rooms, ask: AttendeeRequest) -> Json:
    """Ends an attendee, and closes their socket."""
    rooms.find(ask.room_name).leave(ask.user_mail)
    return {"left": True}


async def connect_sender(rooms: Rooms, ask: ConnectRequest) -> Json:
    """Tells the sending transport the client's side of DTLS."""
    room = rooms.find(ask.room_name)
    await room.connect(ask.user_mail, Direction.SEND, ask.dtls_parameters)
    return {"connected": True}


async def connect_receiver(rooms: Rooms, ask: ConnectRequest) -> Json:
    """Tells the receiving transport the client's side of DTLS."""
    room = rooms.find(ask.room_name)
    await room.connect(ask.user_mail, Direction.RECV, ask.dtls_parameters)
    return {"connected": True}


async def restart_ice(rooms: Rooms, ask: RestartIceRequest) -> Json:
    """Gives a transport new ICE credentials."""
    room = rooms.find(ask.room_name)
    return {"iceParameters": await room.restart_ice(ask.user_mail, ask.direction)}


async def create_producer(rooms: Rooms, ask: CreateProducerRequest) -> Json:
    """Receives something from an attendee."""
    mime_types = [one.mime_type for one in parse_message(RtpParameters, ask.rtp_parameters).codecs]
    room = rooms.find(ask.room_name)
    return {"id": await room.produce(ask.user_mail, ask.type, ask.rtp_parameters, mime_types)}


async def producers(rooms: Rooms, ask: ProducersRequest) -> Json:
    """Lists what is sent in a room, or by one attendee."""
    found = rooms.find(ask.room_name).producers(ask.producer_mail)
    return {"producers": [{"user": one.user, **_producer(one)} for one in found]}


async def close_producer(rooms: Rooms, ask: ProducerRequest) -> Json:
    """Ends what an attendee sends."""
    room = rooms.find(ask.room_name)
    return {"id": await room.close_producer(ask.user_mail, ask.type)}


async def pause_producer(rooms: Rooms, ask: ProducerRequest) -> Json:
    """Stops forwarding what an attendee sends."""
    room = rooms.find(ask.room_name)
    return {"id": await room.set_producer_paused(ask.user_mail, ask.type, paused=True)}


async def resume_producer(rooms: Rooms, ask: ProducerRequest) -> Json:
    """Forwards again what an attendee sends."""
    room = rooms.find(ask.room_name)
    return {"id": await room.set_producer_paused(ask.user_mail, ask.type, paused=False)}


async def create_consumer(rooms: Rooms, ask: CreateConsumerRequest) -> Json:
    """Sends a producer's media to an attendee."""
    offer, producer = await rooms.find(ask.room_name).consume(
        ask.user_mail, ask.producer_mail, ask.id, ask.rtp_capabilities, paused=ask.paused
    )
    return {
        "id": offer.id,
        "producerId": producer.id,
        "kind": producer.kind,
        "rtpParameters": offer.rtp_parameters,
        "type": offer.type,
        "producerPaused": producer.paused,
        "appData": {"user": producer.user, "type": producer.type},
    }


async def close_consumer(rooms: Rooms, ask: ConsumerRequest) -> Json:
    """Ends what is sent to an attendee."""
    await rooms.find(ask.room_name).close_consumer(ask.user_mail, ask.id)
    return {"id": ask.id}


async def pause_consumer(rooms: Rooms, ask: ConsumerRequest) -> Json:
    """Stops sending something to an attendee."""
    await rooms.find(ask.room_name).set_consumer_paused(ask.user_mail, ask.id, paused=True)
    return {"id": ask.id}


async def resume_consumer(rooms: Rooms, ask: ConsumerRequest) -> Json:
    """Sends something to an attendee again."""
    await rooms.find(ask.room_name).set_consumer_paused(ask.user_mail, ask.id, paused=False)
    return {"id": ask.id}


async def stats(rooms: Rooms, ask: AttendeeRequest) -> Json:
    """Counts what went through an attendee's transports, producers and consumers."""
    return await rooms.find(ask.room_name).stats(ask.user_mail)


def _attendee(attendee: Attendee) -> dict[str, JsonValue]:
    sent = [_producer(one) for one in attendee.producers.values()]
    return {"user": attendee.user, "joined": attendee.joined, "producers": list[JsonValue](sent)}


def _producer(producer: Producer) -> dict[str, JsonValue]:
    return {
        "id": producer.id,
        "type": producer.type,
        "kind": producer.kind,
        "paused": producer.paused,
    }


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint.of("GET", "exists", RoomRequest, exists),
    Endpoint.of("POST", "createRoom", AttendeeRequest, create_room),
    Endpoint.of("GET", "attendees", RoomRequest, attendees),
    Endpoint.of("POST", "createAttendee", AttendeeRequest, create_attendee),
    Endpoint.of("POST", "leave", AttendeeRequest, leave),
    Endpoint.of("POST", "connectSender", ConnectRequest, connect_sender),
    Endpoint.of("POST", "connectReceiver", ConnectRequest, connect_receiver),
    Endpoint.of("POST", "restartIce", RestartIceRequest, restart_ice),
    Endpoint.of("POST", "createProducer", CreateProducerRequest, create_producer),
    Endpoint.of("GET", "producers", ProducersRequest, producers),
    Endpoint.of("POST", "closeProducer", ProducerRequest, close_producer),
    Endpoint.of("POST", "pauseProducer", ProducerRequest, pause_producer),
    Endpoint.of("POST", "resumeProducer", ProducerRequest, resume_producer),
    Endpoint.of("POST", "createConsumer", CreateConsumerRequest, create_consumer),
    Endpoint.of("POST", "closeConsumer", ConsumerRequest, close_consumer),
    Endpoint.of("POST", "pauseConsumer", ConsumerRequest, pause_consumer),
    Endpoint.of("POST", "resumeConsumer", ConsumerRequest, resume_consumer),
    Endpoint.of("GET", "stats", AttendeeRequest, stats),
)
