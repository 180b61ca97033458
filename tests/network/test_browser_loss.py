"""The same with the page in a browser, both ways at once."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.attendee import Attendee, Stats
from tests.browser.conftest import CHROMIUM, FAKE_DEVICES, FLAGS, SOUND_WITHOUT_CLICK
from tests.browser.people import People
from tests.browser.server import Server
from tests.network.support.namespaces import Cable

LOSS_PERCENT = 5
ENOUGH = 5


@pytest.fixture(scope="module")
def people(cable: Cable, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """Pages at the far end, of a server at the near end."""
    with ExitStack() as stack:
        log = stack.enter_context((tmp_path_factory.mktemp("server") / "log").open("wb"))
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        environment.setenv("SFU_HOST", cable.near.address)
        environment.setenv("SFU_RTC_IP", cable.near.address)
        with cable.near.entered():
            server = Server(log)
        stack.callback(server.stop)
        with cable.far.entered():
            playwright = stack.enter_context(sync_playwright())
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM,
                args=[
                    *FLAGS,
                    *FAKE_DEVICES,
                    SOUND_WITHOUT_CLICK,
                    # Devices are for secure origins, and this one is plain HTTP.
                    f"--unsafely-treat-insecure-origin-as-secure={server.address.rstrip('/')}",
                ],
            )
        stack.callback(browser.close)
        people = People(browser, server)
        stack.callback(people.go)
        yield people


def test_pages_see_each_other_through_loss(cable: Cable, people: People) -> None:
    ada, bob = people.join("lossy"), people.join("lossy")
    for attendee, other in ((ada, bob), (bob, ada)):
        attendee.waits_for_picture(other)

    with cable.near.losing(LOSS_PERCENT), cable.far.losing(LOSS_PERCENT):
        for attendee, other in ((ada, bob), (bob, ada)):
            waits_for_retransmissions(attendee)
            attendee.waits_for_picture(other)


def waits_for_retransmissions(attendee: Attendee) -> None:
    """Waits until the page has sent pictures again, and has got some again, a few times each."""
    attendee.waits_for_stats(
        "outbound-rtp",
        lambda streams: has_repeated(video_of(streams), "retransmittedPacketsSent"),
    )
    attendee.waits_for_stats(
        "inbound-rtp",
        lambda streams: has_repeated(video_of(streams), "retransmittedPacketsReceived"),
    )


def video_of(streams: list[Stats]) -> Stats:
    [video] = [stream for stream in streams if stream["kind"] == "video"]
    return video


def has_repeated(video: Stats, count: str) -> bool:
    repeated: int = video.get(count, 0)
    return repeated >= ENOUGH and video["nackCount"] > 0
