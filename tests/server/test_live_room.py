"""What time and order decide in rooms, on virtual time and without media."""

from collections.abc import AsyncIterator, Callable, Coroutine

import pytest
import trio
from sfu_server.conference import ConsumerLayers, ConsumerScore, Json
from sfu_server.rooms import (
    Direction,
    Dismissal,
    ErrorCode,
    LiveRoom,
    Mailbox,
    RoomError,
    Rooms,
    Rules,
    Timeouts,
    notices,
)
from sfu_server.rooms.notices import (
    Notice,
    ProducerAdded,
    ProducerPaused,
    ProducerRemoved,
    ProducerResumed,
    ProducerScore,
    UserJoined,
    UserLeft,
)
from trio.testing import MockClock

from tests.server.support.fake_media import FakeEngine

VIDEO = ["video/VP8"]
NOTHING: Json = {}
RULES = Rules(stream_types={"mic": "audio", "webcam": "video"}, max_attendees=10, max_consumers=10)


class House:
    """Rooms, the engine behind them, and time."""

    def __init__(self, rooms: Rooms, engine: FakeEngine) -> None:
        self.rooms = rooms
        self.engine = engine

    async def room(self, name: str = "lounge") -> LiveRoom:
        await self.rooms.create(name)
        return self.rooms.find(name)


OpenHouse = Callable[..., House]


@pytest.fixture
async def open_house(nursery: trio.Nursery) -> AsyncIterator[OpenHouse]:
    def make(grace: float = 0, max_rooms: int = 100) -> House:
        engine = FakeEngine()
        timeouts = Timeouts(join=60, grace=grace, unused_room=300, empty_room=20)
        return House(Rooms(engine, RULES, timeouts, max_rooms, nursery), engine)

    yield make
    nursery.cancel_scope.cancel()


async def test_an_attendee_who_opens_no_socket_is_closed(
    open_house: OpenHouse, autojump_clock: MockClock
) -> None:
    house = open_house()
    room = await house.room()
    await room.admit("ann")

    await trio.sleep(59)
    assert house.engine.open_sessions == 1
    await trio.sleep(2)

    assert room.attendees == ()
    assert house.engine.open_sessions == 0
    assert autojump_clock.current_time() > 0


async def test_another_admission_gives_the_full_time_to_join(
    open_house: OpenHouse, autojump_clock: MockClock
) -> None:
    room = await open_house().room()
    await room.admit("ann")
    await trio.sleep(50)

    await room.admit("ann")

    await trio.sleep(59)
    assert len(room.attendees) == 1
    await trio.sleep(2)
    assert len(room.attendees) == 0
    assert autojump_clock.current_time() > 0


async def test_an_attendee_who_joins_in_time_stays(
    open_house: OpenHouse, autojump_clock: MockClock
) -> None:
    room = await open_house().room()
    await room.admit("ann")
    room.join("ann", mailbox())

    await trio.sleep(1000)

    assert [one.user for one in room.attendees] == ["ann"]
    assert autojump_clock.current_time() > 0


async def test_a_dropped_socket_ends_the_attendee_at_once_without_grace(
    open_house: OpenHouse,
) -> None:
    house = open_house()
    room = await house.room()
    await room.admit("ann")
    anns, bobs = mailbox(), mailbox()
    room.join("bob", bobs)
    room.join("ann", anns)

    room.disconnect("ann", anns)

    assert taken(bobs) == [UserJoined("ann"), UserLeft("ann")]
    assert house.engine.open_sessions == 0


async def test_a_socket_that_comes_back_within_the_grace_time_loses_nothing(
    open_house: OpenHouse, autojump_clock: MockClock
) -> None:
    house = open_house(grace=10)
    room = await house.room()
    await room.admit("ann")
    anns, bobs, again = mailbox(), mailbox(), mailbox()
    room.join("bob", bobs)
    room.join("ann", anns)
    room.disconnect("ann", anns)
    await trio.sleep(9)

    room.join("ann", again)
    await trio.sleep(100)

    assert taken(bobs) == [UserJoined("ann")]
    assert house.engine.open_sessions == 1
    assert autojump_clock.current_time() > 0


async def test_the_grace_time_ends(open_house: OpenHouse, autojump_clock: MockClock) -> None:
    room = await open_house(grace=10).room()
    anns, bobs = mailbox(), mailbox()
    room.join("bob", bobs)
    room.join("ann", anns)
    room.disconnect("ann", anns)

    await trio.sleep(11)

    assert taken(bobs) == [UserJoined("ann"), UserLeft("ann")]
    assert autojump_clock.current_time() > 0


async def test_a_second_socket_replaces_the_first_and_nobody_is_told(
    open_house: OpenHouse,
) -> None:
    room = await open_house().room()
    first, second, bobs = mailbox(), mailbox(), mailbox()
    room.join("bob", bobs)
    room.join("ann", first)

    room.join("ann", second)
    room.disconnect("ann", first)

    assert first.dismissal is Dismissal.REPLACED
    assert second.dismissal is None
    assert taken(bobs) == [UserJoined("ann")]
    assert room.attendees[1].joined


async def test_a_room_closes_some_time_after_the_last_attendee_left(
    open_house: OpenHouse, autojump_clock: MockClock
) -> None:
    house = open_house()
    room = await house.room()
    room.join("ann", mailbox())
    room.leave("ann")

    await trio.sleep(19)
    assert "lounge" in house.rooms
    await trio.sleep(2)

    assert "lounge" not in house.rooms
    assert house.engine.open_rooms == 0
    assert autojump_clock.current_time() > 0


async def test_a_room_that_is_entered_again_does_not_close(
    open_house: OpenHouse, autojump_clock: MockClock
) -> None:
    house = open_house()
    room = await house.room()
    room.join("ann", mailbox())
    room.leave("ann")
    await trio.sleep(10)

    room.join("bob", mailbox())
    await trio.sleep(1000)

    assert "lounge" in house.rooms
    assert autojump_clock.current_time() > 0


async def test_a_room_that_nobody_enters_closes(
    open_house: OpenHouse, autojump_clock: MockClock
) -> None:
    house = open_house()
    await house.room()

    await trio.sleep(301)

    assert len(house.rooms) == 0
    assert house.engine.open_rooms == 0
    assert autojump_clock.current_time() > 0


async def test_a_room_is_created_once(open_house: OpenHouse) -> None:
    house = open_house()

    assert await house.rooms.create("lounge")
    assert not await house.rooms.create("lounge")
    assert house.engine.open_rooms == 1


async def test_rooms_are_limited_also_while_they_are_being_opened(open_house: OpenHouse) -> None:
    house = open_house(max_rooms=2)
    house.engine.gate = trio.Event()
    codes: list[ErrorCode | None] = []

    async with trio.open_nursery() as nursery:
        for name in ("a", "b", "c"):
            nursery.start_soon(collect_refusal, codes, house.rooms.create, name)
        await trio.testing.wait_all_tasks_blocked()
        house.engine.gate.set()

    assert sorted(codes, key=str) == [None, None, ErrorCode.LIMIT_EXCEEDED]
    assert house.engine.open_rooms == 2


async def test_a_refused_admission_leaves_no_session_and_no_attendee(
    open_house: OpenHouse,
) -> None:
    house = open_house()
    room = await house.room()
    house.engine.failing = True

    with pytest.raises(RoomError, match="failing"):
        await room.admit("ann")

    assert room.attendees == ()
    assert house.engine.open_sessions == 0


async def test_a_refused_readmission_leaves_the_old_session(open_house: OpenHouse) -> None:
    house = open_house()
    room = await house.room()
    await room.admit("ann")
    await room.produce("ann", "webcam", NOTHING, VIDEO)
    house.engine.failing = True

    with pytest.raises(RoomError, match="failing"):
        await room.admit("ann")

    assert house.engine.open_sessions == 1
    assert len(room.producers("ann")) == 1


async def test_readmission_closes_producers_and_the_old_session(open_house: OpenHouse) -> None:
    house = open_house()
    room = await house.room()
    bobs = mailbox()
    room.join("bob", bobs)
    room.join("ann", mailbox())
    await room.admit("ann")
    producer_id = await room.produce("ann", "webcam", NOTHING, VIDEO)

    await room.admit("ann")

    assert taken(bobs) == [
        UserJoined("ann"),
        ProducerAdded("ann", "webcam", producer_id),
        ProducerRemoved("ann", "webcam"),
    ]
    assert house.engine.open_sessions == 1
    assert room.attendees[1].joined


async def test_a_cancelled_admission_leaves_nothing(open_house: OpenHouse) -> None:
    house = open_house()
    room = await house.room()
    house.engine.gate = trio.Event()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(room.admit, "ann")
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()

    house.engine.gate.set()
    await room.admit("ann")
    assert house.engine.open_sessions == 1


async def test_two_admissions_of_one_attendee_leave_one_session(open_house: OpenHouse) -> None:
    house = open_house()
    room = await house.room()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(room.admit, "ann")
        nursery.start_soon(room.admit, "ann")

    assert house.engine.open_sessions == 1
    assert len(room.attendees) == 1


async def test_of_two_attendees_at_once_for_the_last_place_one_is_admitted(
    open_house: OpenHouse,
) -> None:
    house = open_house()
    room = await house.room()
    for number in range(RULES.max_attendees - 1):
        room.join(f"guest-{number}", mailbox())
    codes: list[ErrorCode | None] = []

    async with trio.open_nursery() as nursery:
        for user in ("ann", "bob"):
            nursery.start_soon(collect_refusal, codes, room.admit, user)

    assert sorted(codes, key=str) == [None, ErrorCode.LIMIT_EXCEEDED]
    assert house.engine.open_sessions == 1


async def test_of_two_producers_of_a_type_at_once_one_is_made(open_house: OpenHouse) -> None:
    room = await open_house().room()
    await room.admit("ann")
    codes: list[ErrorCode | None] = []

    async with trio.open_nursery() as nursery:
        for _ in range(2):
            nursery.start_soon(
                collect_refusal, codes, room.produce, "ann", "webcam", NOTHING, VIDEO
            )

    assert sorted(codes, key=str) == [None, ErrorCode.PRODUCER_EXISTS]
    assert len(room.producers("ann")) == 1


async def test_pause_and_resume_take_effect_in_the_order_of_their_arrival(
    open_house: OpenHouse,
) -> None:
    house = open_house()
    room = await house.room()
    bobs = mailbox()
    room.join("bob", bobs)
    await room.admit("ann")
    await room.produce("ann", "webcam", NOTHING, VIDEO)
    house.engine.gate = trio.Event()

    async with trio.open_nursery() as nursery:
        for paused in (True, False, True):
            nursery.start_soon(pause, room, paused)
            await trio.testing.wait_all_tasks_blocked()
        house.engine.gate.set()

    expected: list[Notice] = [
        ProducerPaused("ann", "webcam"),
        ProducerResumed("ann", "webcam"),
        ProducerPaused("ann", "webcam"),
    ]
    assert taken(bobs) == expected


async def test_leaving_waits_for_no_request_and_the_request_is_refused(
    open_house: OpenHouse,
) -> None:
    house = open_house()
    room = await house.room()
    bobs = mailbox()
    room.join("bob", bobs)
    await room.admit("ann")
    house.engine.gate = trio.Event()
    codes: list[ErrorCode | None] = []

    async with trio.open_nursery() as nursery:
        nursery.start_soon(collect_refusal, codes, room.produce, "ann", "webcam", NOTHING, VIDEO)
        await trio.testing.wait_all_tasks_blocked()
        room.leave("ann")
        assert [one.user for one in room.attendees] == ["bob"]
        house.engine.gate.set()

    assert codes == [ErrorCode.ATTENDEE_NOT_FOUND]
    assert taken(bobs) == []
    assert house.engine.open_sessions == 0


async def test_a_consumer_whose_producer_ends_meanwhile_is_refused(open_house: OpenHouse) -> None:
    house = open_house()
    room = await house.room()
    await room.admit("ann")
    await room.admit("bob")
    producer_id = await room.produce("ann", "webcam", NOTHING, VIDEO)
    house.engine.gate = trio.Event()
    codes: list[ErrorCode | None] = []

    async def consume() -> None:
        await room.consume("bob", "ann", producer_id, {}, paused=False)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(collect_refusal, codes, consume)
        await trio.testing.wait_all_tasks_blocked()
        await room.close_producer("ann", "webcam")
        house.engine.gate.set()

    assert codes == [ErrorCode.PRODUCER_NOT_FOUND]
    assert room.attendees[1].consumers == {}


async def test_an_attendee_by_socket_alone_has_no_transports(open_house: OpenHouse) -> None:
    room = await open_house().room()
    room.join("ann", mailbox())
    codes: list[ErrorCode | None] = []

    await collect_refusal(codes, room.connect, "ann", Direction.SEND, {})

    assert codes == [ErrorCode.TRANSPORT_NOT_FOUND]


async def test_a_client_that_does_not_read_is_gone_and_the_others_are_told(
    open_house: OpenHouse,
) -> None:
    house = open_house()
    room = await house.room()
    deaf, bobs = mailbox(capacity=1), mailbox()
    await room.admit("ann")
    room.join("ann", deaf)
    room.join("bob", bobs)

    room.join("cid", mailbox())

    assert deaf.dismissal is Dismissal.NEVER_READ
    assert taken(bobs) == [UserJoined("cid"), UserLeft("ann")]
    assert house.engine.open_sessions == 0


async def test_what_is_measured_is_told_to_whose_media_it_is(open_house: OpenHouse) -> None:
    house = open_house()
    room = await house.room()
    anns, bobs = mailbox(), mailbox()
    await room.admit("ann")
    room.join("ann", anns)
    await room.admit("bob")
    room.join("bob", bobs)
    ann, bob = house.engine.rooms[0].sessions
    ann.scores = [[{"score": 7}]]
    bob.reports = [ConsumerScore(9, 7), ConsumerLayers(1, None)]
    producer_id = await room.produce("ann", "webcam", NOTHING, VIDEO)
    offer, _ = await room.consume("bob", "ann", producer_id, NOTHING, paused=False)

    await trio.testing.wait_all_tasks_blocked()

    assert taken(anns)[1:] == [ProducerScore("ann", "webcam", producer_id, [{"score": 7}])]
    assert taken(bobs)[1:] == [
        notices.ConsumerScore(offer.id, producer_id, 9, 7),
        notices.ConsumerLayersChanged(offer.id, producer_id, 1, None),
    ]


def test_measurements_take_no_more_than_half_of_a_mailbox() -> None:
    box = mailbox(capacity=4)
    for score in range(10):
        box.offer(notices.ConsumerScore("c", "p", score, 10))

    assert box.put(UserJoined("ann"))

    assert [type(notice).__name__ for notice in taken(box)] == [
        "ConsumerScore",
        "ConsumerScore",
        "UserJoined",
    ]
    box.dismiss(Dismissal.LEFT)
    box.offer(notices.ConsumerScore("c", "p", 1, 1))


async def test_a_room_whose_media_is_lost_closes_with_its_sockets(open_house: OpenHouse) -> None:
    house = open_house()
    room = await house.room()
    other = await house.room("other")
    anns, bobs = mailbox(), mailbox()
    room.join("ann", anns)
    other.join("bob", bobs)

    house.engine.rooms[0].lose()

    assert "lounge" not in house.rooms
    assert anns.dismissal is Dismissal.MEDIA_LOST
    assert bobs.dismissal is None
    assert await house.rooms.create("lounge")


async def test_shutdown_dismisses_all_and_lets_nobody_in(open_house: OpenHouse) -> None:
    house = open_house()
    room = await house.room()
    anns = mailbox()
    room.join("ann", anns)

    house.rooms.close()

    assert anns.dismissal is Dismissal.SHUTDOWN
    assert house.engine.open_rooms == 0
    with pytest.raises(RoomError, match="shuts down"):
        await house.rooms.create("another")
    with pytest.raises(RoomError, match="closed"):
        room.join("bob", mailbox())


async def test_a_room_that_is_opened_during_shutdown_leaves_nothing(open_house: OpenHouse) -> None:
    house = open_house()
    house.engine.gate = trio.Event()
    codes: list[ErrorCode | None] = []

    async with trio.open_nursery() as nursery:
        nursery.start_soon(collect_refusal, codes, house.rooms.create, "lounge")
        await trio.testing.wait_all_tasks_blocked()
        house.rooms.close()
        house.engine.gate.set()

    assert codes == [ErrorCode.SHUTTING_DOWN]
    assert house.engine.open_rooms == 0


def mailbox(capacity: int = 100) -> Mailbox:
    return Mailbox(capacity)


def taken(box: Mailbox) -> list[Notice]:
    """What waits in a mailbox."""
    found: list[Notice] = []
    while True:
        try:
            found.append(box.take())
        except trio.WouldBlock:
            return found


async def pause(room: LiveRoom, paused: object) -> None:
    await room.set_producer_paused("ann", "webcam", paused=bool(paused))


async def collect_refusal(
    codes: list[ErrorCode | None],
    act: Callable[..., Coroutine[object, object, object]],
    *arguments: object,
) -> None:
    """Calls `act` and notes the code that it is refused with, or None."""
    try:
        await act(*arguments)
    except RoomError as error:
        codes.append(error.code)
    else:
        codes.append(None)
