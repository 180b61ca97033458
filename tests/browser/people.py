"""Who takes part in a test: pages of one browser, each with its own mail, picture and sound."""

import itertools
from typing import Literal

from playwright.sync_api import Browser, ConsoleMessage, ViewportSize

from .attendee import Attendee, Signature, open_page
from .server import Server

PERMISSIONS = ["camera", "microphone", "local-network-access"]


class People:
    """Opens pages and joins them to rooms. `complaints` are their consoles' errors and warnings."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self.complaints: list[str] = []
        self._browser = browser
        self._server = server
        self._attendees: list[Attendee] = []
        self._numbers = itertools.count()

    def arrive(
        self,
        mail: str | None = None,
        *,
        viewport: ViewportSize | None = None,
        scheme: Literal["dark", "light"] = "light",
    ) -> Attendee:
        """An attendee whose page is still empty."""
        number = next(self._numbers)
        signature = Signature.of(number)
        context = self._browser.new_context(
            permissions=PERMISSIONS, viewport=viewport, color_scheme=scheme
        )
        page = open_page(context, signature)
        page.on("console", lambda message: self._listen(message.type, _text(message)))
        page.on("pageerror", lambda error: self._listen("error", str(error)))
        attendee = Attendee(page, mail or f"person{number}@example.org", signature)
        self._attendees.append(attendee)
        return attendee

    def join(self, room: str, *, devices: bool = True, **media: str) -> Attendee:
        """An attendee in a room. `media` is what the address says of it, such as `codec="VP9"`."""
        attendee = self.arrive()
        attendee.join(self._server.address, room, devices=devices, **media)
        return attendee

    def go(self) -> None:
        """Closes all the pages."""
        for attendee in self._attendees:
            attendee.page.context.close()

    def _listen(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(text)


def _text(message: ConsoleMessage) -> str:
    return f"{message.text} ({message.location['url']})"
