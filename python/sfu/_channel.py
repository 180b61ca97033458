"""The way to a thread of the extension module and back.

    request() --submit--> [ thread ] --event_fd readable--> run() --drain-->
        answers wake their request(), events go to one callback

One task of the owner's runs `run`; any number of tasks wait in `request`. The thread carries
commands out in the order of their submission: a command that undoes another can follow it without
waiting for its answer.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Protocol, cast

import anyio

from sfu._json import JsonObject
from sfu.errors import InvalidStateError, NotFoundError, WorkerDiedError


class Core(Protocol):
    """What `sfu._core.Worker` and `sfu._core.Peer` have in common."""

    @property
    def event_fd(self) -> int:
        """Readable when `drain` has something to give."""
        raise NotImplementedError

    def submit(self, request: int, command: str) -> None:
        """Queues a command."""
        raise NotImplementedError

    def drain(self) -> list[str]:
        """Takes everything that waits."""
        raise NotImplementedError


class Answer:
    """What will come back for one command."""

    def __init__(self, then: Callable[[JsonObject], None] | None = None) -> None:
        """Makes one that has not come; a good one goes to `then`, whether or not anybody waits."""
        self._then = then
        self._came = anyio.Event()
        self._outcome: JsonObject | Exception = {}

    def put(self, outcome: JsonObject | Exception) -> None:
        """Wakes those who wait."""
        self._outcome = outcome
        if self._then is not None and not isinstance(outcome, Exception):
            self._then(outcome)
        self._came.set()

    async def came(self) -> None:
        """Waits until the command is done, whatever came of it."""
        await self._came.wait()

    def unwrap(self) -> JsonObject:
        """Gives the answer once it came, or raises the error that came instead."""
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome


class Channel:
    """Commands to one thread, with their answers and the thread's events."""

    def __init__(
        self,
        core: Core,
        *,
        on_event: Callable[[JsonObject], None],
        on_death: Callable[[str], None],
    ) -> None:
        """Makes a channel that does nothing before `run`.

        Args:
            core: The thread.
            on_event: Takes `{"event": NAME, ...}`; must not raise.
            on_death: Takes the reason why the thread ended by itself; called at most once.
        """
        self._core = core
        self._on_event = on_event
        self._on_death = on_death
        self._numbers = count(1)
        self._waiting: dict[int, Answer] = {}
        self._death: str | None = None

    @property
    def death(self) -> str | None:
        """Why the thread ended by itself, once it has."""
        return self._death

    async def run(self) -> None:
        """Hands out what the thread says, until it dies or this is cancelled."""
        while self._death is None:
            await anyio.wait_readable(self._core.event_fd)
            self._drain()

    def post(self, command: JsonObject, then: Callable[[JsonObject], None] | None = None) -> Answer:
        """Queues a command without waiting.

        Args:
            command: What to do.
            then: Takes the answer if it is a good one.

        Raises:
            TypeError: The core does not understand the command.
            WorkerDiedError: The thread ended by itself.
        """
        if self._death is not None:
            raise WorkerDiedError(self._death)
        number = next(self._numbers)
        try:
            self._core.submit(number, json.dumps(command))
        except ValueError as error:
            raise TypeError(str(error)) from error
        except RuntimeError as error:
            self._drain()
            raise self._died(str(error)) from error
        answer = self._waiting[number] = Answer(then)
        return answer

    async def request(
        self,
        command: JsonObject,
        *,
        undo: JsonObject | None = None,
        then: Callable[[JsonObject], None] | None = None,
    ) -> JsonObject:
        """Carries a command out and waits for its answer.

        Args:
            command: What to do.
            undo: What to do after it if the caller is cancelled before it has the answer.
            then: Takes the answer if it is a good one, also when the caller was cancelled.

        Raises:
            InvalidStateError: The object is not in a state for this.
            NotFoundError: The object is not there (any more).
            TypeError: The parameters cannot be taken.
            WorkerDiedError: The thread ended by itself, before or meanwhile.
        """
        answer = self.post(command, then)
        try:
            await answer.came()
        except BaseException:
            if undo is not None:
                with suppress(WorkerDiedError):
                    self.post(undo)
            raise
        return answer.unwrap()

    def end(self) -> None:
        """Fails whoever still waits. The owner calls it when the thread has been closed."""
        self._fail_all(InvalidStateError, "the worker is closed")

    def _died(self, otherwise: str) -> WorkerDiedError:
        return WorkerDiedError(self._death or otherwise)

    def _drain(self) -> None:
        for line in self._core.drain():
            self._dispatch(cast("JsonObject", json.loads(line)))

    def _dispatch(self, message: JsonObject) -> None:
        if "event" in message:
            self._on_event(message)
        elif "died" in message:
            self._die(str(message["died"]))
        else:
            # None if `end` has failed it before.
            answer = self._waiting.pop(cast("int", message["request"]), None)
            if answer is not None:
                answer.put(_outcome(message))

    def _die(self, reason: str) -> None:
        self._death = reason
        self._fail_all(WorkerDiedError, reason)
        self._on_death(reason)

    def _fail_all(self, error: type[Exception], message: str) -> None:
        waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            answer.put(error(message))


def _outcome(message: JsonObject) -> JsonObject | Exception:
    if "error" not in message:
        return cast("JsonObject", message["ok"])
    error = cast("dict[str, str]", message["error"])
    return _ERRORS[error["kind"]](error["message"])


# An id that exists already is a mistake of this package: its own counters choose them.
_ERRORS: dict[str, type[Exception]] = {
    "exists": RuntimeError,
    "invalidParameters": TypeError,
    "invalidState": InvalidStateError,
    "notFound": NotFoundError,
}
