"""The page outlives its server."""

from pathlib import Path

from playwright.sync_api import Browser

from .people import People
from .server import Server


def test_call_comes_back_after_the_server(browser: Browser, tmp_path: Path, room: str) -> None:
    with (tmp_path / "log").open("wb") as log:
        first = Server(log)
        people = People(browser, first)
        ada, bob = people.join(room), people.join(room)
        bob.waits_for_picture(ada)

        first.kill()
        for attendee in (ada, bob):
            attendee.page.get_by_role("status").get_by_text(
                "is lost. Trying to come back"
            ).wait_for()
        second = Server(log, first.port)

        for attendee, other in ((ada, bob), (bob, ada)):
            attendee.waits_for_picture(other)
            attendee.waits_for_tone(other)
            assert attendee.page.get_by_role("status").inner_text() == ""
        people.go()
        assert second.stop() == 0
