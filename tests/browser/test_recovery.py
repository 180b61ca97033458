"""The page outlives its server, and breaks of the network."""

from pathlib import Path

from playwright.sync_api import Browser

from .people import People
from .server import Server


def test_interrupted_media_is_said_and_mended_by_an_ice_restart(
    people: People, server: Server, room: str
) -> None:
    ada, bob = people.join(room), people.join(room)
    ada.waits_for_picture(bob)
    interrupted = ada.page.get_by_role("status").get_by_text("are interrupted. Reconnecting")

    server.freeze()
    try:
        with ada.page.expect_request("**/rooms/restartIce") as restart:
            interrupted.wait_for()
    finally:
        server.thaw()

    answer = restart.value.response()
    assert answer
    assert answer.ok
    interrupted.wait_for(state="detached")
    ada.waits_for_picture(bob)
    bob.waits_for_picture(ada)


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
        second = Server(log, port=first.port)

        for attendee, other in ((ada, bob), (bob, ada)):
            attendee.waits_for_picture(other)
            attendee.waits_for_tone(other)
            assert attendee.page.get_by_role("status").inner_text() == ""
        people.go()
        assert second.stop() == 0
