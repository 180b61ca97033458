"""Who is in a conference, what they send and receive, and what ends with what; pure.

    a member ends   -> their producers and consumers end
    a producer ends -> its consumers end, whoever has them

Each change checks all before it changes anything.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeAlias, TypeVar

from sfu_server.conference.errors import ErrorCode, RoomError

Kind: TypeAlias = Literal["audio", "video"]


@dataclass(frozen=True, slots=True)
class Producer:
    """Something that a member sends."""

    id: str
    user: str
    type: str
    """What it shows: a `MediaStreamType`."""
    kind: Kind
    paused: bool = False


@dataclass(slots=True)
class Member:
    """Somebody in a conference."""

    user: str
    producers: dict[str, Producer] = field(default_factory=dict)
    """By what tells those of one member apart: rooms take the stream type, streams the id."""
    consumers: dict[str, str] = field(default_factory=dict)
    """The producer's id by the consumer's."""


@dataclass(frozen=True, slots=True)
class EndedConsumer:
    """A consumer that ended with its producer."""

    user: str
    """Who received it."""
    id: str
    producer_id: str


AnyMember = TypeVar("AnyMember", bound=Member)


class Members(Generic[AnyMember]):
    """All members of one conference."""

    def __init__(self, max_members: int, max_consumers: int) -> None:
        """Makes it empty.

        Args:
            max_members: That may be there at a time.
            max_consumers: That each of them may have.
        """
        self._max_members = max_members
        self._max_consumers = max_consumers
        self._members: dict[str, AnyMember] = {}

    def __len__(self) -> int:
        """How many there are."""
        return len(self._members)

    def __contains__(self, user: object) -> bool:
        """Whether somebody is there."""
        return user in self._members

    def __iter__(self) -> Iterator[AnyMember]:
        """All, in the order of their arrival."""
        return iter(self._members.values())

    def find(self, user: str) -> AnyMember:
        """Finds one.

        Raises:
            RoomError: `attendee_not_found`.
        """
        member = self._members.get(user)
        if member is None:
            raise RoomError(ErrorCode.ATTENDEE_NOT_FOUND, "there is nobody of this name")
        return member

    def check_admissible(self, user: str) -> None:
        """Checks that there is room for `user`.

        Raises:
            RoomError: `limit_exceeded`.
        """
        if user not in self._members and len(self._members) >= self._max_members:
            raise RoomError(ErrorCode.LIMIT_EXCEEDED, "there is no room for one more")

    def add(self, member: AnyMember) -> None:
        """Lets somebody in who is not there.

        Raises:
            RoomError: `limit_exceeded`.
        """
        self.check_admissible(member.user)
        self._members[member.user] = member

    def remove(self, user: str) -> list[EndedConsumer]:
        """Ends a member with all of theirs; names what the others received of it.

        Raises:
            RoomError: `attendee_not_found`.
        """
        member = self.find(user)
        del self._members[user]
        return self.end_consumers(producer.id for producer in member.producers.values())

    def producers(self, user: str | None = None) -> list[Producer]:
        """All producers, or those of one member; of somebody unknown, none."""
        return [
            producer
            for member in self._members.values()
            if user is None or member.user == user
            for producer in member.producers.values()
        ]

    def check_consumable(self, user: str, producer_user: str, producer_id: str) -> Producer:
        """Checks that a member may receive a producer, and finds it.

        Raises:
            RoomError: `attendee_not_found`, `producer_not_found`, `limit_exceeded`.
        """
        member = self.find(user)
        producers = self.find(producer_user).producers.values()
        producer = next((one for one in producers if one.id == producer_id), None)
        if producer is None:
            raise RoomError(ErrorCode.PRODUCER_NOT_FOUND, "they have no such producer")
        if len(member.consumers) >= self._max_consumers:
            raise RoomError(ErrorCode.LIMIT_EXCEEDED, "they receive too much already")
        return producer

    def add_consumer(self, user: str, consumer_id: str, producer: Producer) -> None:
        """A member receives something more.

        Raises:
            RoomError: `producer_not_found`: it has ended since `check_consumable`.
        """
        if producer.id not in {one.id for one in self.producers(producer.user)}:
            raise RoomError(ErrorCode.PRODUCER_NOT_FOUND, "the producer has ended")
        self.find(user).consumers[consumer_id] = producer.id

    def check_consumer(self, user: str, consumer_id: str) -> None:
        """Checks that a member has this consumer.

        Raises:
            RoomError: `attendee_not_found`, `consumer_not_found`.
        """
        if consumer_id not in self.find(user).consumers:
            raise RoomError(ErrorCode.CONSUMER_NOT_FOUND, "they have no such consumer")

    def remove_consumer(self, user: str, consumer_id: str) -> None:
        """A member receives something no longer.

        Raises:
            RoomError: As `check_consumer`.
        """
        self.check_consumer(user, consumer_id)
        del self.find(user).consumers[consumer_id]

    def end_consumers(self, producer_ids: Iterable[str]) -> list[EndedConsumer]:
        """Ends all consumers of producers that ended, and names them."""
        ended = set(producer_ids)
        return [
            EndedConsumer(member.user, consumer_id, producer_id)
            for member in self._members.values()
            for consumer_id, producer_id in _pop_consumers(member, ended)
        ]


def _pop_consumers(member: Member, producer_ids: set[str]) -> list[tuple[str, str]]:
    ended = [pair for pair in member.consumers.items() if pair[1] in producer_ids]
    for consumer_id, _ in ended:
        del member.consumers[consumer_id]
    return ended
