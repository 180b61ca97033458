"""Joining, being told, and speaking by WebSocket."""

import httpx
import pytest
import trio

from tests.server.support.api import Api
from tests.server.support.websocket import RefusedError, open_socket

ROOM = "lounge"


@pytest.fixture
async def room(api: Api) -> Api:
    """A server with an open room."""
    await api.ask("createRoom", roomName=ROOM, userMail="ann")
    return api


async def test_connecting_makes_an_attendee_who_is_seen_to_have_joined(room: Api) -> None:
    async with room.join(ROOM, "ann"):
        assert await room.snapshot(ROOM) == [{"user": "ann", "joined": True, "producers": []}]


async def test_the_others_are_told_of_joining_and_leaving(room: Api) -> None:
    async with room.join(ROOM, "ann") as ann:
        async with room.join(ROOM, "bob") as bob:
            assert await ann.next() == ("userJoined", {"user": "bob"})
            async with room.join(ROOM, "cid"):
                # Bob's first: he was not told of himself.
                assert await bob.next() == ("userJoined", {"user": "cid"})
            assert await bob.next() == ("userLeft", {"user": "cid"})
        assert await ann.next() == ("userJoined", {"user": "cid"})
        assert await ann.next() == ("userLeft", {"user": "cid"})
        assert await ann.next() == ("userLeft", {"user": "bob"})


async def test_a_connection_that_breaks_is_a_leaving_within_a_second(room: Api) -> None:
    async with room.join(ROOM, "ann") as ann, room.join(ROOM, "bob") as bob:
        assert await ann.next() == ("userJoined", {"user": "bob"})

        await bob.break_off()

        with trio.fail_after(1):
            assert await ann.next() == ("userLeft", {"user": "bob"})


async def test_a_disconnect_is_noticed_while_messages_wait(room: Api) -> None:
    async with room.join(ROOM, "ann") as ann:
        async with room.join(ROOM, "bob") as bob:
            assert await ann.next() == ("userJoined", {"user": "bob"})
            for _ in range(100):
                await bob.send("hello")
        assert await ann.next() == ("userLeft", {"user": "bob"})


async def test_a_second_socket_replaces_the_first_unnoticed(room: Api) -> None:
    async with room.join(ROOM, "ann") as ann, room.join(ROOM, "bob") as first:
        assert await ann.next() == ("userJoined", {"user": "bob"})

        async with room.join(ROOM, "bob"):
            assert await first.close_code() == 4001
            async with room.join(ROOM, "cid"):
                assert await ann.next() == ("userJoined", {"user": "cid"})
            assert await ann.next() == ("userLeft", {"user": "cid"})
        assert await ann.next() == ("userLeft", {"user": "bob"})


async def test_leave_closes_the_socket_in_order(room: Api) -> None:
    async with room.join(ROOM, "ann") as ann, room.join(ROOM, "bob") as bob:
        assert await ann.next() == ("userJoined", {"user": "bob"})

        assert await room.ask("leave", roomName=ROOM, userMail="bob") == {"left": True}

        assert await bob.close_code() == 1000
        assert await ann.next() == ("userLeft", {"user": "bob"})
        assert len(await attendees(room)) == 1


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/?roomName=nowhere&userMail=ann", 404, "room_not_found"),
        ("/?roomName=lounge", 400, "invalid_parameter"),
        ("/?userMail=ann", 400, "invalid_parameter"),
        ("/?roomName=&userMail=ann", 400, "invalid_parameter"),
        ("/?roomName=lounge&userMail=", 400, "invalid_parameter"),
        (f"/?roomName=lounge&userMail={'a' * 257}", 400, "invalid_parameter"),
        ("/elsewhere?roomName=lounge&userMail=ann", 404, "not_found"),
    ],
)
async def test_a_handshake_that_cannot_be_is_refused_with_the_error(
    room: Api, path: str, status: int, code: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        async with open_socket(httpx.URL(room.url), path):
            pass

    answer = refused.value.answer
    assert (answer.http_status, answer.error) == (status, code)
    assert await room.snapshot(ROOM) == []


@pytest.mark.parametrize(
    ("message", "code", "method"),
    [
        (b"\x00\x01", "invalid_parameter", None),
        (b"", "invalid_parameter", None),
        ('{"method": "producerPaused"', "invalid_parameter", None),
        ("", "invalid_parameter", None),
        ("null", "invalid_parameter", None),
        ("[]", "invalid_parameter", None),
        ("{}", "invalid_parameter", None),
        ('{"method": 5, "data": {}}', "invalid_parameter", None),
        ('{"method": "producerPaused", "data": []}', "invalid_parameter", "producerPaused"),
        ('{"method": "producerPaused", "data": {}}', "invalid_parameter", "producerPaused"),
        ('{"method": "producerPaused"}', "invalid_parameter", "producerPaused"),
        ('{"method": "userLeft", "data": {"user": "bob"}}', "unknown_method", "userLeft"),
        ('{"method": "", "data": {}}', "invalid_parameter", ""),
        ('{"a":' * 100 + "1" + "}" * 100, "invalid_parameter", None),
        (
            '{"method": "producerRemoved", "data": {"type": "webcam", "user": "bob"}}',
            "transport_not_found",
            "producerRemoved",
        ),
    ],
)
async def test_a_message_that_cannot_be_acted_on_is_answered_to_its_sender_alone(
    room: Api, message: str | bytes, code: str, method: str | None
) -> None:
    async with room.join(ROOM, "ann") as ann, room.join(ROOM, "bob") as bob:
        assert await ann.next() == ("userJoined", {"user": "bob"})
        before = await room.snapshot(ROOM)

        await ann.send_raw(message)

        told, data = await ann.next()
        assert told == "error"
        assert (data["error"], data["method"]) == (code, method)
        assert data["message"]
        assert await room.snapshot(ROOM) == before
        async with room.join(ROOM, "cid"):
            assert await bob.next() == ("userJoined", {"user": "cid"})


async def test_a_message_that_is_too_large_closes_the_socket(room: Api) -> None:
    async with room.join(ROOM, "ann") as ann, room.join(ROOM, "bob") as bob:
        assert await ann.next() == ("userJoined", {"user": "bob"})

        await bob.send_raw("x" * 100_000)

        assert await bob.close_code() == 1009
        assert await ann.next() == ("userLeft", {"user": "bob"})


async def test_notifications_come_in_the_order_of_events(room: Api) -> None:
    async with room.join(ROOM, "ann") as ann:
        for number in range(20):
            async with room.join(ROOM, f"guest-{number}"):
                pass

        for number in range(20):
            assert await ann.next() == ("userJoined", {"user": f"guest-{number}"})
            assert await ann.next() == ("userLeft", {"user": f"guest-{number}"})


async def attendees(api: Api) -> list[object]:
    found = await api.snapshot(ROOM)
    assert isinstance(found, list)
    return list(found)
