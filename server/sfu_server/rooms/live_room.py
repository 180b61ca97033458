"""One room at work: the rules, the media, and the sockets of those who are told.

    request -> turn of the attendee -> check (rules) -> carry out (media) -> change (rules) ->
    deliver

The requests of one attendee take effect one after the other; those of different attendees side by
side. Between the last await of a request and its delivery nothing else runs, so everybody is told
of changes in their order. Leaving waits for nobody: it ends the media at once, and a request that
was under way finds its session closed.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import structlog
import trio

from sfu_server.conference import (
    ConsumerOffer,
    Direction,
    ErrorCode,
    Json,
    JsonMapping,
    Offer,
    Producer,
    RoomError,
    RoomMedia,
    Session,
    Turns,
)
from sfu_server.rooms import measured
from sfu_server.rooms.countdown import Countdown
from sfu_server.rooms.mailbox import Dismissal, Mailbox
from sfu_server.rooms.notices import Delivery, Notice
from sfu_server.rooms.room import Attendee, Room, Rules

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long things may be unused, in seconds."""

    join: float
    """An attendee before they open a socket."""
    grace: float
    """An attendee whose socket dropped, before they count as gone."""
    unused_room: float
    """A room before its first attendee comes."""
    empty_room: float
    """A room after its last attendee left."""


@dataclass(slots=True)
class Seat:
    """What an attendee holds besides their place in the rules."""

    countdown: Countdown
    session: Session | None = None
    mailbox: Mailbox | None = None


class LiveRoom:
    """A room that is open. Every method raises `RoomError`, at least with `attendee_not_found`."""

    def __init__(
        self,
        rules: Rules,
        timeouts: Timeouts,
        media: RoomMedia,
        nursery: trio.Nursery,
        on_unused: Callable[[], None],
    ) -> None:
        """Opens a room.

        Args:
            rules: What the site decided.
            timeouts: How long to wait for whom.
            media: Its place in the media engine; now the room's own.
            nursery: Where its timers live.
            on_unused: Called when nobody was in it for long enough.
        """
        self._room = Room(rules)
        self._timeouts = timeouts
        self._media = media
        self._nursery = nursery
        self._on_unused = on_unused
        self._seats: dict[str, Seat] = {}
        self._turns = Turns()
        self._closed = False
        self._unused = Countdown(nursery)
        self._unused.start(timeouts.unused_room, on_unused)

    @property
    def attendees(self) -> tuple[Attendee, ...]:
        """All, in the order of their arrival; to be read, not changed."""
        return self._room.attendees

    def producers(self, user: str | None = None) -> list[Producer]:
        """All producers, or those of one attendee; of somebody unknown, none."""
        return self._room.producers(user)

    async def admit(self, user: str) -> Offer:
        """Makes `user` an attendee with new transports; what they had before ends.

        Raises:
            RoomError: `limit_exceeded`, `media_unavailable`; everything is then as it was.
        """
        async with self._turns.of(user):
            self._room.check_admissible(user)
            session = await self._media.open_session()
            try:
                self._install(user, session)
            except RoomError:
                session.close()
                raise
            return session.offer

    def join(self, user: str, mailbox: Mailbox) -> None:
        """Opens an attendee's socket in place of an older one; a stranger becomes an attendee.

        Raises:
            RoomError: `limit_exceeded`.
        """
        seat = self._take_seat(user)
        seat.countdown.stop()
        replaced, seat.mailbox = seat.mailbox, mailbox
        if replaced is not None:
            replaced.dismiss(Dismissal.REPLACED)
        self._deliver(self._room.join(user))
        log.debug("joined", user=user)

    def disconnect(self, user: str, mailbox: Mailbox) -> None:
        """A socket is gone; its attendee is after the grace time.

        Nothing happens if it was replaced.
        """
        seat = self._seats.get(user)
        if seat is None or seat.mailbox is not mailbox:
            return
        seat.mailbox = None
        self._room.lose_socket(user)
        seat.countdown.start(self._timeouts.grace, partial(self.leave, user))

    def leave(self, user: str) -> None:
        """Ends an attendee with all that they send and receive."""
        deliveries = self._room.remove(user)
        seat = self._seats.pop(user)
        _vacate(seat, Dismissal.LEFT)
        self._deliver(deliveries)
        log.debug("left", user=user)
        if not self._seats:
            self._unused.start(self._timeouts.empty_room, self._on_unused)

    async def connect(self, user: str, direction: Direction, dtls_parameters: JsonMapping) -> None:
        """Tells a transport its peer.

        Raises:
            RoomError: `transport_not_found`, `transport_already_connected`, `invalid_parameter`.
        """
        async with self._session(user) as session:
            await session.connect(direction, dtls_parameters)

    async def restart_ice(self, user: str, direction: Direction) -> Json:
        """Gives a transport new ICE credentials, and returns them.

        Raises:
            RoomError: `transport_not_found`.
        """
        async with self._session(user) as session:
            return await session.restart_ice(direction)

    async def stats(self, user: str) -> Json:
        """Counts what went through an attendee's transports.

        Raises:
            RoomError: `transport_not_found`.
        """
        async with self._session(user) as session:
            return await session.stats()

    async def produce(
        self, user: str, stream_type: str, rtp_parameters: JsonMapping, mime_types: Iterable[str]
    ) -> str:
        """Makes a producer and returns its id.

        Args:
            user: Who sends.
            stream_type: What.
            rtp_parameters: mediasoup's `RtpParameters`.
            mime_types: The codecs in `rtp_parameters`.

        Raises:
            RoomError: `transport_not_found`, `invalid_parameter`, `producer_exists`,
                `cannot_produce`.
        """
        async with self._session(user) as session:
            kind = self._room.check_producible(user, stream_type, mime_types)
            producer_id = await session.produce(kind, rtp_parameters, paused=False)
            _check_open(session)
            self._deliver(self._room.add_producer(user, stream_type, producer_id))
            producer = self._room.producer(user, stream_type)
            scores = measured.of_producer(producer, session.producer_scores(producer_id))
            self._nursery.start_soon(self._relay, user, scores)
            return producer_id

    async def set_producer_paused(self, user: str, stream_type: str, *, paused: bool) -> str:
        """Pauses or resumes an attendee's producer, and returns its id.

        Raises:
            RoomError: `transport_not_found`, `invalid_parameter`, `producer_not_found`.
        """
        async with self._session(user) as session:
            producer = self._room.producer(user, stream_type)
            await session.set_producer_paused(producer.id, paused=paused)
            _check_open(session)
            self._deliver(self._room.set_paused(user, stream_type, paused=paused))
            return producer.id

    async def close_producer(self, user: str, stream_type: str) -> str:
        """Closes an attendee's producer, and returns what its id was.

        Raises:
            RoomError: `transport_not_found`, `invalid_parameter`, `producer_not_found`.
        """
        async with self._session(user) as session:
            producer = self._room.producer(user, stream_type)
            session.close_producer(producer.id)
            self._deliver(self._room.remove_producer(user, stream_type))
            return producer.id

    async def consume(
        self,
        user: str,
        producer_user: str,
        producer_id: str,
        rtp_capabilities: JsonMapping,
        *,
        paused: bool,
    ) -> tuple[ConsumerOffer, Producer]:
        """Makes a consumer; unless `paused` it flows once the transport is connected.

        Raises:
            RoomError: `transport_not_found`, `producer_not_found`, `invalid_parameter`,
                `cannot_consume`, `limit_exceeded`.
        """
        async with self._session(user) as session:
            producer = self._room.check_consumable(user, producer_user, producer_id)
            offer = await session.consume(producer, rtp_capabilities, paused=paused)
            _check_open(session)
            self._room.add_consumer(user, offer.id, producer)
            reports = session.consumer_reports(offer.id)
            told = measured.of_consumer(offer.id, producer.id, reports)
            self._nursery.start_soon(self._relay, user, told)
            return offer, self._room.producer(producer.user, producer.type)

    async def set_consumer_paused(self, user: str, consumer_id: str, *, paused: bool) -> None:
        """Pauses or resumes an attendee's consumer.

        Raises:
            RoomError: `transport_not_found`, `consumer_not_found`.
        """
        async with self._session(user) as session:
            self._room.check_consumer(user, consumer_id)
            await session.set_consumer_paused(consumer_id, paused=paused)

    async def close_consumer(self, user: str, consumer_id: str) -> None:
        """Closes an attendee's consumer.

        Raises:
            RoomError: `transport_not_found`, `consumer_not_found`.
        """
        async with self._session(user) as session:
            self._room.remove_consumer(user, consumer_id)
            session.close_consumer(consumer_id)

    def close(self, why: Dismissal) -> None:
        """Ends the room and everybody in it. Idempotent."""
        self._closed = True
        self._unused.stop()
        seats, self._seats = self._seats, {}
        for seat in seats.values():
            _vacate(seat, why)
        self._media.close()

    def _install(self, user: str, session: Session) -> None:
        seat = self._take_seat(user)
        if not self._room.attendee(user).visible:
            seat.countdown.start(self._timeouts.join, partial(self.leave, user))
        old, seat.session = seat.session, session
        self._deliver(self._room.reset(user))
        if old is not None:
            old.close()

    def _take_seat(self, user: str) -> Seat:
        if self._closed:
            raise RoomError(ErrorCode.ROOM_NOT_FOUND, "the room is closed")
        self._room.admit(user)
        seat = self._seats.get(user)
        if seat is None:
            seat = self._seats[user] = Seat(Countdown(self._nursery))
            self._unused.stop()
        return seat

    @asynccontextmanager
    async def _session(self, user: str) -> AsyncGenerator[Session]:
        async with self._turns.of(user):
            seat = self._seats.get(user)
            if seat is None:
                raise RoomError(
                    ErrorCode.ATTENDEE_NOT_FOUND, "there is no such attendee in the room"
                )
            if seat.session is None:
                message = "the attendee has no transports: createAttendee makes them"
                raise RoomError(ErrorCode.TRANSPORT_NOT_FOUND, message)
            yield seat.session

    async def _relay(self, user: str, notices: AsyncIterator[Notice]) -> None:
        """Tells an attendee what is measured of their media."""
        async for notice in notices:
            seat = self._seats.get(user)
            if seat is not None and seat.mailbox is not None:
                seat.mailbox.offer(notice)

    def _deliver(self, deliveries: Iterable[Delivery]) -> None:
        unread = {
            (user, seat.mailbox)
            for delivery in deliveries
            for user in delivery.recipients
            if (seat := self._seats.get(user)) and seat.mailbox
            if not seat.mailbox.put(delivery.notice)
        }
        for user, mailbox in unread:
            self.disconnect(user, mailbox)


def _vacate(seat: Seat, why: Dismissal) -> None:
    seat.countdown.stop()
    if seat.mailbox is not None:
        seat.mailbox.dismiss(why)
    if seat.session is not None:
        seat.session.close()


def _check_open(session: Session) -> None:
    """Checks that the attendee did not leave while the media engine was at work."""
    if session.closed:
        raise RoomError(ErrorCode.ATTENDEE_NOT_FOUND, "the attendee has left")
