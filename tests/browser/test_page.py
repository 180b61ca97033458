"""The page itself: keyboard, narrow screens, assistive technology, and words for what fails."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from .attendee import open_page
from .people import People
from .server import Server

PHONE: ViewportSize = {"width": 390, "height": 844}
PHONE_ON_ITS_SIDE: ViewportSize = {"width": 844, "height": 390}

LOBBY_TEXTS = ("#lobby h1", ".lead", "label:has(> [name=roomName])", "summary", "[type=submit]")
CALL_TEXTS = ("#room-name", "#head-count", "#camera", "#screen", "#leave")

# Headless Chromium plays streams always, other browsers do not.
SOUND_AFTER_CLICK = """
    const { play } = HTMLMediaElement.prototype;
    let clicked = false;
    addEventListener("click", () => (clicked = true), { capture: true });
    HTMLMediaElement.prototype.play = function () {
        if (clicked || this.muted) return play.call(this);
        return Promise.reject(new DOMException("", "NotAllowedError"));
    };
"""


def test_call_is_joined_and_held_by_keyboard_alone(
    people: People, server: Server, room: str
) -> None:
    ada, bob = people.arrive(), people.join(room)
    keyboard = ada.page.keyboard

    ada.page.goto(server.address)
    keyboard.type(room)
    keyboard.press("Tab")
    keyboard.type(ada.mail)
    keyboard.press("Enter")
    bob.waits_for_tone(ada)

    tab_to(ada.page, "Microphone")
    keyboard.press("Space")
    bob.waits_for_silence(ada)


def test_focus_is_visible(people: People, room: str) -> None:
    ada = people.join(room)

    for name in ("Microphone", "Camera", "Screen", "Statistics", "Leave"):
        tab_to(ada.page, name)
        width = "() => getComputedStyle(document.activeElement).outlineWidth"
        assert ada.page.evaluate(width) == "3px", name


@pytest.mark.parametrize("viewport", [PHONE, PHONE_ON_ITS_SIDE])
def test_nothing_is_cut_off_on_a_phone(
    people: People, server: Server, room: str, viewport: ViewportSize
) -> None:
    for _ in range(2):
        people.join(room)
    ada = people.arrive(viewport=viewport)

    ada.page.goto(server.address)
    assert overflow(ada.page) == 0
    ada.join(server.address, room)
    ada.press("Statistics")
    ada.page.locator(".tile:nth-child(3) .stats").wait_for()

    assert overflow(ada.page) == 0
    for button in ada.page.get_by_role("toolbar").get_by_role("button").all():
        box = button.bounding_box()
        assert box
        assert box["width"] >= 44
        assert box["height"] >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= viewport["width"]
        assert box["y"] + box["height"] <= viewport["height"]


def test_everything_that_can_be_used_has_a_name(people: People, server: Server, room: str) -> None:
    people.join(room)
    ada = people.arrive()

    ada.page.goto(server.address)
    lobby = ada.page.locator("body").aria_snapshot()
    ada.join(server.address, room)
    ada.press("Screen")
    ada.tile(ada.mail, "screen").wait_for()
    call = ada.page.locator("body").aria_snapshot()

    for role in ("textbox", "checkbox", "button", "combobox", "listitem", "heading"):
        unnamed = re.compile(rf"^\s*- {role}(?! \")\b.*$", re.MULTILINE)
        assert not unnamed.findall(lobby + call), role
    assert 'button "Pause' in call
    assert 'button "Mute' in call


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_both_colour_schemes(
    people: People, server: Server, room: str, scheme: Literal["light", "dark"]
) -> None:
    ada = people.arrive(scheme=scheme)

    ada.page.goto(server.address)
    lobby = [contrast(ada.page, part) for part in LOBBY_TEXTS]
    ada.join(server.address, room)
    call = [contrast(ada.page, part) for part in CALL_TEXTS]

    assert min(lobby + call) >= 4.5


def test_blocked_devices_are_explained_and_the_call_goes_on(
    browser: Browser, people: People, server: Server, room: str
) -> None:
    bob = people.join(room)
    page = open_page(browser.new_context())
    page.add_init_script(
        "const denied = () => Promise.reject(new DOMException('', 'NotAllowedError'));"
        "navigator.mediaDevices.getUserMedia = denied;"
    )

    page.goto(f"{server.address}?roomName={room}&userMail=eve@example.org")

    alert = page.get_by_role("alert")
    alert.get_by_text("The microphone is blocked. Allow it").wait_for()
    alert.get_by_text("The camera is blocked. Allow it").wait_for()
    page.locator(f'.tile[data-user="{bob.mail}"]').wait_for()
    page.context.close()


def test_missing_devices_are_explained(bare_browser: Browser, server: Server, room: str) -> None:
    page = open_page(bare_browser.new_context(permissions=["camera", "microphone"]))

    page.goto(f"{server.address}?roomName={room}&userMail=eve@example.org")

    page.get_by_role("alert").get_by_text("No camera was found. Connect one").wait_for()
    page.get_by_role("alert").get_by_text("No microphone was found. Connect one").wait_for()
    page.context.close()


def test_sound_that_the_browser_holds_back_is_offered(
    browser: Browser, people: People, server: Server, room: str
) -> None:
    ada = people.join(room)
    page = open_page(browser.new_context())
    page.add_init_script(SOUND_AFTER_CLICK)
    page.goto(f"{server.address}?roomName={room}&userMail=eve@example.org&camera=off&mic=off")

    page.get_by_role("button", name="Play sound").click()

    playing = "user => !document.querySelector(`[data-user='${user}'] audio`).paused"
    page.wait_for_function(playing, arg=ada.mail)
    page.context.close()


def test_unreachable_server_is_explained_in_the_form(people: People, server: Server) -> None:
    ada = people.arrive()
    ada.page.goto(server.address)
    ada.context.set_offline(True)

    ada.page.get_by_role("textbox", name="Room").fill("anywhere")
    ada.page.get_by_role("textbox", name="Your mail").fill(ada.mail)
    ada.page.get_by_role("button", name="Join").click()

    ada.page.get_by_role("alert").get_by_text("The server cannot be reached").wait_for()
    people.complaints.clear()


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until the button of this name has the focus."""
    button = page.get_by_role("toolbar").get_by_role("button", name=name)
    for _ in range(40):
        page.keyboard.press("Tab")
        if button.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{name} cannot be reached by Tab")


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    wider: int = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    return wider


def contrast(page: Page, selector: str) -> float:
    """The contrast ratio of an element's text to what is behind it (WCAG 2.2, 1.4.3)."""
    ratio: float = page.locator(selector).evaluate("element => probe.contrast(element)")
    return ratio
