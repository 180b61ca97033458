"""The parameters of the endpoints."""

from pydantic import Field, JsonValue

from sfu_server.conference import Direction
from sfu_server.wire import Message, Name


class RoomRequest(Message):
    """About a room."""

    room_name: Name


class AttendeeRequest(RoomRequest):
    """From an attendee, or about one."""

    user_mail: Name


class ConnectRequest(AttendeeRequest):
    """The client's side of DTLS."""

    dtls_parameters: dict[str, JsonValue]


class ProducerRequest(AttendeeRequest):
    """About the attendee's own producer of a type."""

    type: Name


class Codec(Message):
    """The part of mediasoup's `RtpCodecParameters` that the rules look at."""

    mime_type: str


class RtpParameters(Message):
    """The part of mediasoup's `RtpParameters` that the rules look at."""

    codecs: list[Codec] = Field(min_length=1)


class CreateProducerRequest(ProducerRequest):
    """What the client is going to send."""

    rtp_parameters: dict[str, JsonValue]


class ProducersRequest(RoomRequest):
    """About the producers of a room, or of one attendee."""

    producer_mail: Name | None = None


class CreateConsumerRequest(AttendeeRequest):
    """What the client wants to receive, and is able to."""

    id: Name
    producer_mail: Name
    rtp_capabilities: dict[str, JsonValue]
    paused: bool = False


class ConsumerRequest(AttendeeRequest):
    """About the attendee's own consumer."""

    id: Name


class RestartIceRequest(AttendeeRequest):
    """Which transport is to start anew."""

    # From JSON, thus a text: the only place where strictness would refuse what is meant.
    direction: Direction = Field(strict=False)
