"""The rules of a room, pure: no clock, no await, no media.

An attendee is

    EXPECTED --join--> PRESENT --lose_socket--> AWAY --join--> PRESENT
    each of them --remove--> gone

and everybody but the expected is told of what the others do. Each change checks all before it
changes anything, and returns the notifications it causes in their order.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from sfu_server.conference import (
    EndedConsumer,
    ErrorCode,
    Kind,
    Member,
    Members,
    Producer,
    RoomError,
)
from sfu_server.rooms.notices import (
    ConsumerClosed,
    Delivery,
    Notice,
    ProducerAdded,
    ProducerPaused,
    ProducerRemoved,
    ProducerResumed,
    UserJoined,
    UserLeft,
)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a site decides about its rooms."""

    stream_types: Mapping[str, Kind]
    """The kind of each `MediaStreamType`."""
    max_attendees: int
    """In one room."""
    max_consumers: int
    """Of one attendee. Producers are bounded by the stream types: one of each."""


class Presence(Enum):
    """Whether an attendee is there to be told things."""

    EXPECTED = "expected"
    """Never opened a socket."""
    PRESENT = "present"
    """Has an open socket."""
    AWAY = "away"
    """Lost the socket and may come back; the others still see them."""


@dataclass(slots=True)
class Attendee(Member):
    """Somebody in a room; their producers by stream type."""

    presence: Presence = Presence.EXPECTED

    @property
    def joined(self) -> bool:
        """Whether the socket is open."""
        return self.presence is Presence.PRESENT

    @property
    def visible(self) -> bool:
        """Whether the others have been told of them."""
        return self.presence is not Presence.EXPECTED


class Room:
    """Who is in a room, and what they send and receive."""

    def __init__(self, rules: Rules) -> None:
        """Makes an empty room."""
        self._rules = rules
        self._members = Members[Attendee](rules.max_attendees, rules.max_consumers)

    @property
    def attendees(self) -> tuple[Attendee, ...]:
        """All, in the order of their arrival."""
        return tuple(self._members)

    def attendee(self, user: str) -> Attendee:
        """Finds one.

        Raises:
            RoomError: `attendee_not_found`.
        """
        return self._members.find(user)

    def check_admissible(self, user: str) -> None:
        """Checks that there is room for `user`.

        Raises:
            RoomError: `limit_exceeded`.
        """
        self._members.check_admissible(user)

    def admit(self, user: str) -> None:
        """Makes `user` an attendee; nobody is told yet.

        Raises:
            RoomError: `limit_exceeded`.
        """
        if user not in self._members:
            self._members.add(Attendee(user))

    def join(self, user: str) -> list[Delivery]:
        """Opens an attendee's socket; the others are told unless they know already."""
        attendee = self.attendee(user)
        known, attendee.presence = attendee.visible, Presence.PRESENT
        return [] if known else [self._broadcast(user, UserJoined(user))]

    def lose_socket(self, user: str) -> None:
        """An attendee's socket is gone, and may come back."""
        self.attendee(user).presence = Presence.AWAY

    def reset(self, user: str) -> list[Delivery]:
        """Ends all that an attendee sends and receives; they stay."""
        attendee = self.attendee(user)
        attendee.consumers.clear()
        return [
            delivery
            for stream_type in list(attendee.producers)
            for delivery in self.remove_producer(user, stream_type)
        ]

    def remove(self, user: str) -> list[Delivery]:
        """Ends an attendee and all of theirs."""
        if not self.attendee(user).visible:
            deliveries = self.reset(user)
            self._members.remove(user)
            return deliveries
        left = self._broadcast(user, UserLeft(user))
        return [left, *_consumers_closed(self._members.remove(user))]

    def producers(self, user: str | None = None) -> list[Producer]:
        """All producers of the room, or of one attendee; of somebody unknown, none."""
        return self._members.producers(user)

    def producer(self, user: str, stream_type: str) -> Producer:
        """Finds an attendee's producer.

        Raises:
            RoomError: `attendee_not_found`, `invalid_parameter` (unknown type),
                `producer_not_found`.
        """
        attendee = self.attendee(user)
        self._kind(stream_type)
        producer = attendee.producers.get(stream_type)
        if producer is None:
            raise RoomError(ErrorCode.PRODUCER_NOT_FOUND, "the attendee sends nothing of this type")
        return producer

    def check_producible(self, user: str, stream_type: str, mime_types: Iterable[str]) -> Kind:
        """Checks that an attendee may send this, and tells its kind.

        Args:
            user: Who.
            stream_type: What.
            mime_types: The codecs it is sent with.

        Raises:
            RoomError: `attendee_not_found`; `invalid_parameter` if the type is unknown or the
                codecs are of another kind; `producer_exists`.
        """
        attendee = self.attendee(user)
        kind = self._kind(stream_type)
        if any(not mime.lower().startswith(f"{kind}/") for mime in mime_types):
            message = "rtpParameters are of another kind than type"
            raise RoomError(ErrorCode.INVALID_PARAMETER, message)
        if stream_type in attendee.producers:
            message = "the attendee sends something of this type already"
            raise RoomError(ErrorCode.PRODUCER_EXISTS, message)
        return kind

    def add_producer(self, user: str, stream_type: str, producer_id: str) -> list[Delivery]:
        """An attendee sends something more; the others are told if they know the attendee."""
        attendee = self.attendee(user)
        producer = Producer(producer_id, user, stream_type, self._kind(stream_type))
        attendee.producers[stream_type] = producer
        if not attendee.visible:
            return []
        return [self._broadcast(user, ProducerAdded(user, stream_type, producer_id))]

    def remove_producer(self, user: str, stream_type: str) -> list[Delivery]:
        """An attendee stops sending something.

        Raises:
            RoomError: As `producer`.
        """
        producer = self.producer(user, stream_type)
        del self.attendee(user).producers[stream_type]
        removed = self._broadcast(user, ProducerRemoved(user, stream_type))
        return [removed, *_consumers_closed(self._members.end_consumers([producer.id]))]

    def set_paused(self, user: str, stream_type: str, *, paused: bool) -> list[Delivery]:
        """Pauses or resumes a producer; nobody is told of what was so before.

        Raises:
            RoomError: As `producer`.
        """
        producer = self.producer(user, stream_type)
        if producer.paused is paused:
            return []
        self.attendee(user).producers[stream_type] = replace(producer, paused=paused)
        notice = (ProducerPaused if paused else ProducerResumed)(user, stream_type)
        return [self._broadcast(user, notice)]

    def check_consumable(self, user: str, producer_user: str, producer_id: str) -> Producer:
        """Checks that an attendee may receive a producer, and finds it.

        Raises:
            RoomError: `attendee_not_found`, `producer_not_found`, `limit_exceeded`.
        """
        return self._members.check_consumable(user, producer_user, producer_id)

    def add_consumer(self, user: str, consumer_id: str, producer: Producer) -> None:
        """An attendee receives something more.

        Raises:
            RoomError: `producer_not_found`: it has ended since `check_consumable`.
        """
        self._members.add_consumer(user, consumer_id, producer)

    def check_consumer(self, user: str, consumer_id: str) -> None:
        """Checks that an attendee has this consumer.

        Raises:
            RoomError: `attendee_not_found`, `consumer_not_found`.
        """
        self._members.check_consumer(user, consumer_id)

    def remove_consumer(self, user: str, consumer_id: str) -> None:
        """An attendee receives something no longer.

        Raises:
            RoomError: As `check_consumer`.
        """
        self._members.remove_consumer(user, consumer_id)

    def _kind(self, stream_type: str) -> Kind:
        kind = self._rules.stream_types.get(stream_type)
        if kind is None:
            raise RoomError(ErrorCode.INVALID_PARAMETER, "type is no known MediaStreamType")
        return kind

    def _broadcast(self, sender: str, notice: Notice) -> Delivery:
        others = (one.user for one in self._members if one.visible)
        return Delivery(tuple(user for user in others if user != sender), notice)


def _consumers_closed(ended: Iterable[EndedConsumer]) -> list[Delivery]:
    return [Delivery((one.user,), ConsumerClosed(one.id, one.producer_id)) for one in ended]
