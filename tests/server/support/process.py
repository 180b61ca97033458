"""The command `sfu-server` in a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TypeAlias

import trio

START_PATIENCE = 30
"""Seconds; a machine may be busy."""

Holdings: TypeAlias = tuple[int, int, object]
"""What a server holds: threads, file descriptors, and what its worker counts."""


def exceeds(now: Holdings, before: Holdings) -> bool:
    """Whether something is left; the connection of the first call may have gone in the meantime."""
    return now[0] > before[0] or now[1] > before[1] or now[2] != before[2]


class ServerProcess:
    """A server; `url` is known when it is ready."""

    def __init__(self, process: trio.Process, output: trio.abc.ReceiveStream) -> None:
        self.process = process
        self.url = ""
        self._output = output

    async def stop(self, by: signal.Signals) -> int:
        """Ends it and gives the exit status; waits at most 5 s."""
        self.process.send_signal(by)
        with trio.fail_after(5):
            return await self.process.wait()

    async def ready(self) -> None:
        """Waits until it says that it is."""
        with trio.fail_after(START_PATIENCE):
            line = await _first_line(self._output)
        assert line.startswith("ready http://"), line
        self.url = line.split()[1]

    async def rest_of_output(self) -> bytes:
        """What it wrote to standard output after the first line, when it has ended."""
        return b"".join([piece async for piece in self._output])

    def resident(self) -> int:
        """The memory that it holds, in bytes."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def threads(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/task").iterdir()))

    def descriptors(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))


@asynccontextmanager
async def server_process(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> AsyncGenerator[ServerProcess]:
    """Runs the command on free ports, as one would from a shell, until it is ready."""
    async with starting_server(*arguments, environment=environment) as server:
        await server.ready()
        yield server


@asynccontextmanager
async def starting_server(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> AsyncGenerator[ServerProcess]:
    """Runs the command, and does not wait until it is ready."""
    command = [sys.executable, "-m", "sfu_server", "--port", "0", "--rtc-port", "0", *arguments]
    env = {**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})}
    async with trio.open_nursery() as nursery:
        run = partial(trio.run_process, command, env=env, check=False, stdout=subprocess.PIPE)
        process: trio.Process = await nursery.start(partial(run, capture_stdout=False))
        assert process.stdout is not None
        try:
            yield ServerProcess(process, process.stdout)
        finally:
            process.kill()


async def _first_line(output: trio.abc.ReceiveStream) -> str:
    line = b""
    while not line.endswith(b"\n"):
        piece = await output.receive_some(1)
        assert piece, "the server ended before it was ready"
        line += piece
    return line.decode()
