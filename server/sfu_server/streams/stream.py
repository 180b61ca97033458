"""The rules of a stream, pure: no clock, no await, no media.

Each change checks all before it changes anything, and returns the closings that it causes: a
`close-consumer` for every consumer whose producer ended, a `you-left-stream` for every peer of a
stream that ended.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sfu_server.conference import (
    ConsumerOffer,
    Direction,
    EndedConsumer,
    ErrorCode,
    JsonMapping,
    Kind,
    Member,
    Members,
    Producer,
    RoomError,
)
from sfu_server.streams.messages import (
    Answer,
    CloseConsumer,
    CloseConsumerData,
    StreamAnswerData,
    YouLeftStream,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a site decides about its streams."""

    max_streams: int
    max_peers: int
    """Of one stream."""
    max_producers: int
    """Of one peer."""
    max_consumers: int
    """Of one peer."""


@dataclass(slots=True, kw_only=True)
class Peer(Member):
    """Somebody in a stream; their producers by id."""

    sid: str
    """The client's WebSocket at the API server, when it connected."""
    transports: Mapping[Direction, str]
    """The ids of their transports: a viewer has none to send by."""
    sent: dict[str, JsonMapping] = field(default_factory=dict)
    """The `RtpParameters` of each producer, by its id."""
    received: dict[str, ConsumerOffer] = field(default_factory=dict)
    """What was offered, by the producer's id."""


class Stream:
    """Who is in a stream, and what they send and receive."""

    def __init__(self, stream_id: str, limits: Limits) -> None:
        """Makes one without peers."""
        self.id = stream_id
        self._limits = limits
        self._peers = Members[Peer](limits.max_peers, limits.max_consumers)

    def __len__(self) -> int:
        """How many peers there are."""
        return len(self._peers)

    def peer(self, peer_id: str) -> Peer:
        """Finds one.

        Raises:
            RoomError: `attendee_not_found`.
        """
        if peer_id not in self._peers:
            raise RoomError(ErrorCode.ATTENDEE_NOT_FOUND, "there is no such peer in the stream")
        return self._peers.find(peer_id)

    def peer_of(self, sid: str) -> Peer:
        """Finds the one that connected last under a `sid`.

        Raises:
            RoomError: `attendee_not_found`.
        """
        found = [peer for peer in self._peers if peer.sid == sid]
        if not found:
            raise RoomError(ErrorCode.ATTENDEE_NOT_FOUND, "the stream has no peer of this sid")
        return found[-1]

    def check_admissible(self, peer_id: str) -> None:
        """Checks that there is room for a peer.

        Raises:
            RoomError: `limit_exceeded`.
        """
        self._peers.check_admissible(peer_id)

    def connect(self, peer_id: str, sid: str, transports: Mapping[Direction, str]) -> list[Answer]:
        """Lets a peer in; the one of the same id ends first.

        Raises:
            RoomError: `limit_exceeded`.
        """
        self.check_admissible(peer_id)
        closings = self.leave(peer_id) if peer_id in self._peers else []
        self._peers.add(Peer(peer_id, sid=sid, transports=transports))
        return closings

    def leave(self, peer_id: str) -> list[Answer]:
        """Ends a peer with all that they send and receive.

        Raises:
            RoomError: `attendee_not_found`.
        """
        self.peer(peer_id)
        return self._close_consumers(self._peers.remove(peer_id))

    def end(self) -> list[Answer]:
        """Ends all peers."""
        peers = list(self._peers)
        ended = self._peers.end_consumers(one.id for one in self._peers.producers())
        for peer in peers:
            self._peers.remove(peer.user)
        left = StreamAnswerData(stream_id=self.id)
        return [
            *self._close_consumers(ended),
            *(YouLeftStream(data=left, sid=peer.sid) for peer in peers),
        ]

    def check_sendable(self, peer_id: str, direction: Direction, transport_id: str) -> Peer:
        """Checks that a peer may send one more thing by this transport, and finds the peer.

        Raises:
            RoomError: `attendee_not_found`, `transport_not_found`, `limit_exceeded`.
        """
        peer = self.peer(peer_id)
        if direction is not Direction.SEND or Direction.SEND not in peer.transports:
            raise RoomError(ErrorCode.TRANSPORT_NOT_FOUND, "the peer has no transport to send by")
        if peer.transports[Direction.SEND] != transport_id:
            message = "transportId is not the peer's transport to send by"
            raise RoomError(ErrorCode.TRANSPORT_NOT_FOUND, message)
        if len(peer.producers) >= self._limits.max_producers:
            raise RoomError(ErrorCode.LIMIT_EXCEEDED, "the peer sends too much already")
        return peer

    def add_producer(
        self, peer: Peer, kind: Kind, rtp_parameters: JsonMapping, producer_id: str, *, paused: bool
    ) -> None:
        """A peer sends something more."""
        peer.producers[producer_id] = Producer(producer_id, peer.user, kind, kind, paused)
        peer.sent[producer_id] = rtp_parameters

    def check_receivable(self, peer_id: str) -> list[Producer]:
        """Lists what the others send, and checks that a peer may receive all of it.

        Raises:
            RoomError: `attendee_not_found`, `limit_exceeded`.
        """
        self.peer(peer_id)
        producers = [one for one in self._peers.producers() if one.user != peer_id]
        if len(producers) > self._limits.max_consumers:
            raise RoomError(ErrorCode.LIMIT_EXCEEDED, "that is too much to receive for one peer")
        return producers

    def add_consumer(self, peer: Peer, producer: Producer, offer: ConsumerOffer) -> None:
        """A peer receives something more.

        Raises:
            RoomError: `attendee_not_found`, `producer_not_found`: ended meanwhile.
        """
        self._peers.add_consumer(peer.user, offer.id, producer)
        peer.received[producer.id] = offer

    def _close_consumers(self, ended: Iterable[EndedConsumer]) -> list[Answer]:
        return [self._close_consumer(one) for one in ended]

    def _close_consumer(self, ended: EndedConsumer) -> CloseConsumer:
        if ended.user in self._peers:
            self._peers.find(ended.user).received.pop(ended.producer_id, None)
        data = CloseConsumerData(stream_id=self.id, producer_id=ended.producer_id)
        return CloseConsumer(data=data, stream_id=self.id)


def already_sent(peer: Peer, kind: Kind, rtp_parameters: JsonMapping) -> str | None:
    """The id of a peer's producer that is just this, if there is one."""
    same = (id_ for id_, parameters in peer.sent.items() if parameters == rtp_parameters)
    return next((id_ for id_ in same if peer.producers[id_].kind == kind), None)
