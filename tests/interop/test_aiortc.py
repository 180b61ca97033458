"""Two clients on aiortc and pymediasoup in a call through our server."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.browser.server import Server

from .aiortc_attendee import AiortcAttendee

Pair = tuple[AiortcAttendee, AiortcAttendee]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("wb") as file:
        server = Server(file)
        yield server
        status = server.stop()
    assert status == 0, log.read_text()


@pytest.fixture
def pair(server: Server, request: pytest.FixtureRequest) -> Iterator[Pair]:
    """Two in a room of their own, who send nothing yet."""
    address, room = server.address, request.node.name
    with ExitStack() as stack:
        ada, bob = (
            stack.enter_context(AiortcAttendee.joined(address, room, number)) for number in range(2)
        )
        yield ada, bob


def test_each_sees_the_others_picture(pair: Pair) -> None:
    ada, bob = pair

    ada.publishes_picture()
    bob.publishes_picture()

    bob.waits_for_picture(ada)
    ada.waits_for_picture(bob)


def test_each_hears_the_others_tone(pair: Pair) -> None:
    ada, bob = pair

    ada.publishes_tone()
    bob.publishes_tone()

    bob.waits_for_tone(ada)
    ada.waits_for_tone(bob)


def test_a_picture_joins_a_tone_that_goes_on(pair: Pair) -> None:
    ada, bob = pair
    ada.publishes_tone()
    bob.waits_for_tone(ada)

    ada.publishes_picture()

    bob.waits_for_picture(ada)
    bob.waits_for_tone(ada)
