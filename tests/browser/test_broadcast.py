"""The example API server and its page: a broadcast through broker and media server is watched."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from .attendee import Attendee, Signature, open_page
from .people import PERMISSIONS
from .server import Program, Server

API_SERVER = Path(__file__).parents[2] / "examples" / "api_server.py"

Enter = Callable[[Literal["Broadcast", "Watch"]], Attendee]


@pytest.fixture(scope="module")
def address(broker_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page of the example, with a media server behind it."""
    log = tmp_path_factory.mktemp("example") / "log"
    options = ["--amqp-url", broker_url]
    with log.open("wb") as file:
        media_server = Server(file, *options)
        example = Program([sys.executable, str(API_SERVER), "--port", "0", *options], file)
        yield example.address
        statuses = example.stop(), media_server.stop()
    assert statuses == (0, 0), log.read_text()


@pytest.fixture
def enter(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Enter]:
    """Opens the page for one more visitor and enters the test's own stream."""
    complaints: list[str] = []
    visitors: list[Attendee] = []

    def enter(role: Literal["Broadcast", "Watch"]) -> Attendee:
        signature = Signature.of(len(visitors))
        page = open_page(browser.new_context(permissions=PERMISSIONS), signature)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        visitor = Attendee(page, f"visitor{len(visitors)}", signature)
        visitors.append(visitor)
        page.goto(address)
        page.get_by_label("Stream").fill(str(request.node.name))
        page.get_by_label("Your name").fill(visitor.mail)
        page.get_by_role("button", name=role).click()
        return visitor

    yield enter
    for visitor in visitors:
        visitor.context.close()
    assert complaints == []


def test_stream_is_broadcast_and_watched(enter: Enter) -> None:
    ada = enter("Broadcast")
    ada.page.get_by_text("You are in.").wait_for()

    vic = enter("Watch")

    vic.waits_for_picture(ada)
    vic.waits_for_tone(ada)


def test_viewer_who_waits_sees_the_stream_begin(enter: Enter) -> None:
    vic = enter("Watch")
    vic.page.get_by_text("there is no such stream").wait_for()

    ada = enter("Broadcast")

    vic.waits_for_picture(ada)
    vic.waits_for_tone(ada)


def test_broadcasters_see_each_other(enter: Enter) -> None:
    ada, bob = enter("Broadcast"), enter("Broadcast")

    ada.waits_for_picture(bob)
    bob.waits_for_picture(ada)
    ada.waits_for_tone(bob)
    bob.waits_for_tone(ada)


def test_broadcaster_who_closes_the_page_disappears(enter: Enter) -> None:
    ada, bob, vic = enter("Broadcast"), enter("Broadcast"), enter("Watch")
    vic.waits_for_picture(ada)
    vic.waits_for_picture(bob)

    ada.page.close()

    vic.tile(ada.mail).wait_for(state="detached")
    vic.waits_for_picture(bob)


def test_everybody_is_told_of_the_end(enter: Enter) -> None:
    ada, vic = enter("Broadcast"), enter("Watch")
    vic.waits_for_picture(ada)

    ada.page.get_by_role("button", name="End the stream").click()

    for visitor in (ada, vic):
        visitor.page.get_by_text("The stream has ended.").wait_for()
    vic.tile(ada.mail).wait_for(state="detached")
