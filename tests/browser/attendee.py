"""One who takes part in a call through the page, and what can be seen from there."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias
from urllib.parse import urlencode

from playwright.sync_api import BrowserContext, Locator, Page

HERE = Path(__file__).parent
STATS_PATIENCE = 60
"""Seconds; a machine may be busy."""

Stats: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Signature:
    """What pictures and sounds of one attendee are known by: codes of 8 bits, tones in hertz."""

    camera: int
    screen: int
    hz: int
    screen_hz: int

    @classmethod
    def of(cls, index: int) -> "Signature":
        return cls(index + 1, index + 101, 400 + 150 * index, 475 + 150 * index)

    def as_script(self) -> str:
        values = {
            "camera": self.camera,
            "screen": self.screen,
            "hz": self.hz,
            "screenHz": self.screen_hz,
        }
        return f"globalThis.signature = {json.dumps(values)};"


class Person(Protocol):
    """Anyone whose picture and sound can be told from others'."""

    @property
    def mail(self) -> str: ...

    @property
    def signature(self) -> Signature: ...


def open_page(context: BrowserContext, signature: Signature | None = None) -> Page:
    """A page with the devices of `signature`, or with the browser's own."""
    context.add_init_script(path=HERE / "probe.js")
    if signature:
        context.add_init_script(signature.as_script())
        context.add_init_script(path=HERE / "fake_devices.js")
    return context.new_page()


class Attendee:
    """A page in a room, driven as a person would drive it."""

    def __init__(self, page: Page, mail: str, signature: Signature) -> None:
        self.page = page
        self.mail = mail
        self.signature = signature

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    def join(self, address: str, room: str, *, devices: bool = True, **media: str) -> None:
        """Joins by the form and waits until the devices are sent. `media` goes into the address."""
        self.page.goto(f"{address}?{urlencode(media)}")
        self.page.get_by_role("textbox", name="Room").fill(room)
        self.page.get_by_role("textbox", name="Your mail").fill(self.mail)
        self.page.get_by_role("checkbox", name="Microphone").set_checked(devices)
        self.page.get_by_role("checkbox", name="Camera").set_checked(devices)
        self.page.get_by_role("button", name="Join").click()
        self.tile(self.mail).wait_for()
        if devices:
            self.page.locator("#camera[aria-pressed=true]").wait_for()
            self.page.locator(".tile.self[aria-busy=false]").wait_for()

    def press(self, name: str) -> None:
        """Presses one of the call's controls."""
        self.page.get_by_role("toolbar").get_by_role("button", name=name).click()

    def tile(self, user: str, source: str = "camera") -> Locator:
        return self.page.locator(f'.tile[data-user="{user}"][data-source="{source}"]')

    def waits_for_picture(self, other: Person, source: str = "camera") -> None:
        """Waits until a picture of `other` is shown that was drawn in the last second."""
        code = other.signature.screen if source == "screen" else other.signature.camera
        self.page.wait_for_function(
            """([user, source, code]) => {
                const picture = probe.picture(user, source);
                return picture?.code === code && picture.ageMs < 1000;
            }""",
            arg=[other.mail, source, code],
        )

    def waits_for_tone(self, other: Person, source: str = "camera") -> None:
        """Waits until the tone of `other` is heard."""
        hz = other.signature.screen_hz if source == "screen" else other.signature.hz
        self.page.wait_for_function(
            "([user, source, hz]) => Math.abs(probe.tone(user, source) - hz) < 15",
            arg=[other.mail, source, hz],
        )

    def waits_for_silence(self, other: "Attendee") -> None:
        self.page.wait_for_function("user => probe.tone(user, 'camera') === 0", arg=other.mail)

    def waits_for_standstill(self, other: "Attendee") -> None:
        """Waits until the camera of `other` shows no new frames."""
        self.page.evaluate("user => probe.standstill(user, 'camera')", other.mail)

    def waits_for_no_video(self, other: "Attendee") -> None:
        self.page.wait_for_function(
            "user => !probe.video(user, 'camera').srcObject", arg=other.mail
        )

    def waits_for_size(self, other: "Attendee", width: int, height: int) -> None:
        self.page.wait_for_function(
            """([user, width, height]) => {
                const { videoWidth, videoHeight } = probe.video(user, "camera");
                return videoWidth === width && videoHeight === height;
            }""",
            arg=[other.mail, width, height],
        )

    def waits_for_packets(self, count: int) -> None:
        """Waits until picture and sound of one other have arrived with this many packets each."""
        self.waits_for_stats(
            "inbound-rtp",
            lambda streams: (
                len(streams) == 2 and all(one["packetsReceived"] >= count for one in streams)
            ),
        )

    def waits_for_frames(self, count: int) -> None:
        """Waits until this many pictures of one other are decoded."""
        self.waits_for_stats(
            "inbound-rtp",
            lambda streams: any(one.get("framesDecoded", 0) >= count for one in streams),
        )

    def waits_for_stats(self, kind: str, enough: Callable[[list[Stats]], bool]) -> None:
        """Waits until the statistics of one type are as wanted.

        `page.wait_for_function` would not do: it takes the promise of an answer for the answer.
        """
        deadline = time.monotonic() + STATS_PATIENCE
        while not enough(self.stats(kind)):
            assert time.monotonic() < deadline, self.stats(kind)
            self.page.wait_for_timeout(100)

    def waits_for_text(self, element: Locator, pattern: str) -> None:
        """Waits until the text of `element` matches a regular expression somewhere."""
        element.filter(has_text=re.compile(pattern)).wait_for()

    def latencies_ms(self, other: "Attendee", *, frames: int) -> list[int]:
        """How long ago each of the next frames of a camera was drawn when it was shown."""
        ages: list[int] = self.page.evaluate(
            "([user, frames]) => probe.ages(user, 'camera', frames)", [other.mail, frames]
        )
        return ages

    def received_codecs(self) -> set[str]:
        """The MIME types of what has come in so far."""
        codecs = {codec["id"]: codec["mimeType"] for codec in self.stats("codec")}
        return {codecs[stream["codecId"]] for stream in self.stats("inbound-rtp")}

    def browser_stops_sharing(self) -> None:
        """Ends the shared screen as the browser's own button does."""
        self.page.evaluate(
            "() => screenTracks.forEach(track => track.dispatchEvent(new Event('ended')))"
        )

    def stats(self, kind: str) -> list[Stats]:
        """The entries of one type, such as `inbound-rtp`, in the statistics of all connections."""
        entries: list[Stats] = self.page.evaluate("kind => probe.stats(kind)", kind)
        return entries
