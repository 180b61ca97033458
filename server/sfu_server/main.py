"""The command `sfu-server`."""

import gc
import signal
import sys
import traceback
from collections.abc import Sequence

import trio
from pydantic import ValidationError
from pydantic_settings import SettingsError

from sfu_server import log
from sfu_server.config import Settings, load
from sfu_server.server import serve

USAGE_ERROR = 2
FAILED = 1
YOUNG_OBJECTS = 50_000
"""Between collections of garbage: at Python's own 700 they take a third of an operation's CPU."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the server until SIGTERM or SIGINT.

    Returns:
        The exit status: 0 after a signal, 1 if an address cannot be bound, 2 if the options make no
        sense.
    """
    try:
        settings = load(sys.argv[1:] if arguments is None else arguments)
    except (OSError, SettingsError, ValueError) as error:
        print(f"sfu-server: {_explain(error)}", file=sys.stderr)  # noqa: T201 - before there is a log
        return USAGE_ERROR
    log.configure(settings.log_level, settings.log_format)
    status = 0
    # What was imported stays: full collections, which hold up everybody, need not look at it.
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 10, 10)
    try:
        trio.run(_run, settings)
    except* OSError as group:
        for line in traceback.format_exception_only(_first(group)):
            print(f"sfu-server: {line}", end="", file=sys.stderr)  # noqa: T201 - the last words
        status = FAILED
    return status


async def _run(settings: Settings) -> None:
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        await serve(settings, signals.__anext__, task_status=Announcement())


class Announcement:
    """The one line of standard output: whoever started the server waits for it."""

    def started(self, value: str | None = None) -> None:
        """Says that the server is ready at an address."""
        print(f"ready {value}", flush=True)  # noqa: T201


def _first(group: BaseExceptionGroup[OSError]) -> OSError:
    """The cause in a group of groups."""
    cause = group.exceptions[0]
    return _first(cause) if isinstance(cause, BaseExceptionGroup) else cause


def _explain(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{_option(one['loc'])}: {one['msg']}" for one in error.errors())
    return str(error)


def _option(path: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in path)
