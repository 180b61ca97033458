"""A page and a client on aiortc and pymediasoup in a call."""

from collections.abc import Iterator

import pytest

from tests.interop.aiortc_attendee import AiortcAttendee

from .people import People
from .server import Server

# Beyond those of the pages.
NUMBER = 9


@pytest.fixture
def stranger(server: Server, room: str) -> Iterator[AiortcAttendee]:
    """A client that we did not write, in the room; sends nothing yet."""
    with AiortcAttendee.joined(server.address, room, NUMBER) as attendee:
        yield attendee


def test_page_sees_and_hears_aiortc(people: People, stranger: AiortcAttendee, room: str) -> None:
    stranger.publishes_picture()
    stranger.publishes_tone()

    ada = people.join(room)

    ada.waits_for_picture(stranger)
    ada.waits_for_tone(stranger)


def test_aiortc_sees_and_hears_the_page(
    people: People, stranger: AiortcAttendee, room: str
) -> None:
    ada = people.join(room)

    stranger.waits_for_picture(ada)
    stranger.waits_for_tone(ada)
