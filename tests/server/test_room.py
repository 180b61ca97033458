"""The rules of a room, without server and media."""

from collections.abc import Callable

import pytest
from sfu_server.rooms import ErrorCode, RoomError, Rules
from sfu_server.rooms.notices import (
    ConsumerClosed,
    Delivery,
    ProducerAdded,
    ProducerPaused,
    ProducerRemoved,
    ProducerResumed,
    UserJoined,
    UserLeft,
)
from sfu_server.rooms.room import Presence, Room

RULES = Rules(
    stream_types={"mic": "audio", "webcam": "video", "screen": "video"},
    max_attendees=3,
    max_consumers=2,
)


def test_the_joined_others_are_told_of_a_joining_attendee() -> None:
    room = room_with("ann", "bob")
    room.admit("waiting")

    deliveries = room.join("waiting")

    assert deliveries == [Delivery(("ann", "bob"), UserJoined("waiting"))]


def test_an_attendee_without_socket_is_told_nothing() -> None:
    room = room_with("ann")
    room.admit("waiting")

    deliveries = room.add_producer("ann", "mic", "p1")

    assert deliveries == [Delivery((), ProducerAdded("ann", "mic", "p1"))]


def test_admitting_twice_changes_nothing() -> None:
    room = room_with("ann")
    room.add_producer("ann", "mic", "p1")

    room.admit("ann")

    assert room.attendee("ann").presence is Presence.PRESENT
    assert len(room.producers("ann")) == 1


def test_joining_again_is_not_told() -> None:
    room = room_with("ann", "bob")

    assert room.join("ann") == []


def test_coming_back_from_away_is_not_told() -> None:
    room = room_with("ann", "bob")
    room.lose_socket("ann")
    assert not room.attendee("ann").joined

    assert room.join("ann") == []
    assert room.attendee("ann").joined


def test_a_producer_is_told_only_after_its_attendee_joined() -> None:
    room = room_with("bob")
    room.admit("ann")

    assert room.add_producer("ann", "mic", "p1") == []
    room.join("ann")
    assert room.add_producer("ann", "webcam", "p2") == [
        Delivery(("bob",), ProducerAdded("ann", "webcam", "p2"))
    ]


def test_a_removed_producer_ends_its_consumers_after_it_was_told() -> None:
    room = room_with("ann", "bob")
    room.add_producer("ann", "mic", "p1")
    room.add_consumer("bob", "c1", room.check_consumable("bob", "ann", "p1"))

    deliveries = room.remove_producer("ann", "mic")

    assert deliveries == [
        Delivery(("bob",), ProducerRemoved("ann", "mic")),
        Delivery(("bob",), ConsumerClosed("c1", "p1")),
    ]
    assert refusal(lambda: room.check_consumer("bob", "c1")) is ErrorCode.CONSUMER_NOT_FOUND


def test_leaving_is_told_once_with_the_consumers_that_end() -> None:
    room = room_with("ann", "bob")
    room.add_producer("ann", "mic", "p1")
    room.add_producer("ann", "webcam", "p2")
    room.add_consumer("bob", "c1", room.check_consumable("bob", "ann", "p1"))

    deliveries = room.remove("ann")

    assert deliveries == [
        Delivery(("bob",), UserLeft("ann")),
        Delivery(("bob",), ConsumerClosed("c1", "p1")),
    ]
    assert [one.user for one in room.attendees] == ["bob"]


def test_an_attendee_who_never_joined_leaves_by_their_producers() -> None:
    room = room_with("bob")
    room.admit("ann")
    room.add_producer("ann", "mic", "p1")

    assert room.remove("ann") == [Delivery(("bob",), ProducerRemoved("ann", "mic"))]


def test_reset_ends_producers_and_consumers_but_not_the_attendee() -> None:
    room = room_with("ann", "bob")
    room.add_producer("ann", "mic", "p1")
    room.add_producer("bob", "mic", "p2")
    room.add_consumer("ann", "c1", room.check_consumable("ann", "bob", "p2"))

    deliveries = room.reset("ann")

    assert deliveries == [Delivery(("bob",), ProducerRemoved("ann", "mic"))]
    assert room.attendee("ann").joined
    assert room.attendee("ann").consumers == {}
    assert room.producers("ann") == []


def test_pausing_is_told_when_it_changes_something() -> None:
    room = room_with("ann", "bob")
    room.add_producer("ann", "mic", "p1")

    assert room.set_paused("ann", "mic", paused=True) == [
        Delivery(("bob",), ProducerPaused("ann", "mic"))
    ]
    assert room.set_paused("ann", "mic", paused=True) == []
    assert room.producer("ann", "mic").paused
    assert room.set_paused("ann", "mic", paused=False) == [
        Delivery(("bob",), ProducerResumed("ann", "mic"))
    ]


def test_an_attendee_may_receive_their_own_producer() -> None:
    room = room_with("ann")
    room.add_producer("ann", "mic", "p1")

    assert room.check_consumable("ann", "ann", "p1").id == "p1"


@pytest.mark.parametrize(
    ("stream_type", "mime_types", "code"),
    [
        ("hologram", ["video/VP8"], ErrorCode.INVALID_PARAMETER),
        ("mic", ["video/VP8"], ErrorCode.INVALID_PARAMETER),
        ("webcam", ["video/VP8", "audio/opus"], ErrorCode.INVALID_PARAMETER),
        ("screen", ["video/VP8"], ErrorCode.PRODUCER_EXISTS),
    ],
)
def test_what_cannot_be_produced_is_refused(
    stream_type: str, mime_types: list[str], code: ErrorCode
) -> None:
    room = room_with("ann")
    room.add_producer("ann", "screen", "p1")

    assert refusal(lambda: room.check_producible("ann", stream_type, mime_types)) is code
    assert [one.id for one in room.producers()] == ["p1"]


def test_the_case_of_a_mime_type_does_not_matter() -> None:
    assert room_with("ann").check_producible("ann", "mic", ["Audio/OPUS"]) == "audio"


def test_a_producer_is_found_only_under_its_attendee() -> None:
    room = room_with("ann", "bob")
    room.add_producer("ann", "mic", "p1")

    code = refusal(lambda: room.check_consumable("bob", "bob", "p1"))

    assert code is ErrorCode.PRODUCER_NOT_FOUND


def test_a_consumer_of_a_producer_that_has_ended_meanwhile_is_refused() -> None:
    room = room_with("ann", "bob")
    room.add_producer("ann", "mic", "p1")
    producer = room.check_consumable("bob", "ann", "p1")
    room.remove_producer("ann", "mic")

    assert refusal(lambda: room.add_consumer("bob", "c1", producer)) is ErrorCode.PRODUCER_NOT_FOUND
    assert room.attendee("bob").consumers == {}


def test_a_full_room_refuses_strangers_only() -> None:
    room = room_with("ann", "bob", "cid")

    assert refusal(lambda: room.admit("dan")) is ErrorCode.LIMIT_EXCEEDED
    room.admit("ann")
    assert [one.user for one in room.attendees] == ["ann", "bob", "cid"]


def test_an_attendee_receives_only_so_much() -> None:
    room = room_with("ann", "bob")
    room.add_producer("ann", "mic", "p1")
    for consumer_id in ("c1", "c2"):
        room.add_consumer("bob", consumer_id, room.check_consumable("bob", "ann", "p1"))

    assert refusal(lambda: room.check_consumable("bob", "ann", "p1")) is ErrorCode.LIMIT_EXCEEDED


def test_producers_are_filtered_by_their_attendee() -> None:
    room = room_with("ann", "bob")
    room.add_producer("ann", "mic", "p1")
    room.add_producer("bob", "webcam", "p2")

    assert [one.id for one in room.producers()] == ["p1", "p2"]
    assert [one.id for one in room.producers("bob")] == ["p2"]
    assert room.producers("stranger") == []


def room_with(*users: str) -> Room:
    """A room that `users` have joined."""
    room = Room(RULES)
    for user in users:
        room.admit(user)
        room.join(user)
    return room


def refusal(act: Callable[[], object]) -> ErrorCode:
    """The code that calling `act` is refused with."""

    with pytest.raises(RoomError) as caught:
        act()
    return caught.value.code
