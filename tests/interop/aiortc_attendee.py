"""`aiortc_client.py` as a child process, so that its event loop stays out of the tests."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any, Self, TypeAlias

from tests.browser.attendee import Person, Signature

ROOT = Path(__file__).parents[2]
DEADLINE_S = 30.0
FRESH_MS = 1000

Event: TypeAlias = dict[str, Any]


class AiortcAttendee:
    """One who takes part in a call by aiortc and pymediasoup."""

    def __init__(self, mail: str, signature: Signature, process: subprocess.Popen[str]) -> None:
        self.mail = mail
        self.signature = signature
        self._process = process
        self._consumed: dict[tuple[str, str], str] = {}
        self._events: Queue[Event] = Queue()
        self._reader = Thread(target=self._read)
        self._reader.start()

    @classmethod
    @contextmanager
    def joined(cls, server: str, room: str, number: int) -> Iterator[Self]:
        """Is in the room until the end of the block.

        Args:
            server: The server's address.
            room: The room's name; it is made if it is not there.
            number: Tells attendees apart by mail, picture and sound.
        """
        mail = f"aiortc{number}@example.org"
        command = [sys.executable, "-m", "tests.interop.aiortc_client", server, room, mail]
        with subprocess.Popen(  # noqa: S603 - our own module
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            attendee = cls(mail, Signature.of(number), process)
            try:
                attendee._waits_for("joined")
                yield attendee
            finally:
                attendee._leave()

    def publishes_picture(self) -> None:
        """Sends the camera's picture of its signature."""
        self._publish("webcam", code=self.signature.camera)

    def publishes_tone(self) -> None:
        """Sends the tone of its signature."""
        self._publish("mic", hz=self.signature.hz)

    def waits_for_picture(self, other: Person) -> None:
        """Waits for a picture of the camera of `other` that was drawn in the last second."""
        self._waits_for(
            "picture",
            lambda picture: picture["ageMs"] < FRESH_MS,
            producer=self._receives(other, "webcam"),
            code=other.signature.camera,
        )

    def waits_for_tone(self, other: Person) -> None:
        """Waits until the tone of `other` is heard."""
        self._waits_for(
            "sound",
            lambda sound: abs(sound["hz"] - other.signature.hz) < 15,
            producer=self._receives(other, "mic"),
        )

    def _publish(self, kind: str, **signature: float) -> None:
        self._command("publish", type=kind, **signature)
        self._waits_for("published", type=kind)

    def _receives(self, other: Person, kind: str) -> str:
        stream = other.mail, kind
        if stream not in self._consumed:
            self._command("consume", mail=other.mail, type=kind)
            event = self._waits_for("consuming", mail=other.mail, type=kind)
            self._consumed[stream] = event["producer"]
        return self._consumed[stream]

    def _waits_for(
        self, event: str, fits: Callable[[Event], bool] = lambda _: True, **values: object
    ) -> Event:
        wanted = {"event": event, **values}
        while True:
            found = self._next(wanted)
            assert found["event"] not in {"refused", "ended"}, f"{found} instead of {wanted}"
            if wanted.items() <= found.items() and fits(found):
                return found

    def _next(self, wanted: Event) -> Event:
        try:
            return self._events.get(timeout=DEADLINE_S)
        except Empty:
            raise AssertionError(wanted) from None

    def _leave(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        try:
            self._process.wait(DEADLINE_S)
        finally:
            self._process.kill()
            self._reader.join()

    def _command(self, do: str, **parameters: object) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"do": do, **parameters}) + "\n")
        self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._events.put(json.loads(line))
        self._events.put({"event": "ended"})
