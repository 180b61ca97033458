"""A server, a browser and people, for the tests of the page.

Playwright's synchronous interface keeps an event loop in this thread. It is gone after each module,
so that the Trio tests of other directories do not meet it.
"""

import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from .people import People
from .server import Server

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--allow-loopback-in-peer-connection",
]
FAKE_DEVICES = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream=fps=30"]
SOUND_WITHOUT_CLICK = "--autoplay-policy=no-user-gesture-required"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("wb") as file:
        server = Server(file)
        yield server
        status = server.stop()
    assert status == 0, log.read_text()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A browser that grants everything, with a camera and a microphone that are not there."""
    flags = [*FLAGS, *FAKE_DEVICES, SOUND_WITHOUT_CLICK]
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def bare_browser(playwright: Playwright) -> Iterator[Browser]:
    """A browser as one that was just installed, on a machine without camera and microphone."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def people(browser: Browser, server: Server) -> Iterator[People]:
    """The people of one test, who leave after it. Their consoles must have stayed empty."""
    people = People(browser, server)
    yield people
    people.go()
    assert people.complaints == []


@pytest.fixture
def room(request: pytest.FixtureRequest) -> str:
    """The name of a room that no other test uses."""
    return str(request.node.name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Leaves a screenshot of every open page when a test has failed."""
    report = yield
    if report.failed and call.when == "call":
        taken = [str(path) for path in _screenshots(item)]
        report.sections.append(("screenshots", "\n".join(taken)))
    return report


def _screenshots(item: pytest.Function) -> Iterator[Path]:
    assert item.config.cache is not None
    directory = item.config.cache.mkdir("screenshots")
    browsers = [value for value in item.funcargs.values() if isinstance(value, Browser)]
    pages = [page for browser in browsers for context in browser.contexts for page in context.pages]
    for number, page in enumerate(pages):
        path = directory / f"{item.name}-{number}.png"
        page.screenshot(path=path)
        yield path
