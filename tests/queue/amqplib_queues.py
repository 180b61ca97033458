"""The queues by amqplib, in a Node process that is spoken to by lines."""

import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio

from .api_role import ApiRole, Inbox

HERE = Path(__file__).parent / "amqplib"


class AmqplibQueues:
    """Publishes with amqplib's defaults: neither persistent nor of a content type."""

    def __init__(self, stdin: trio.abc.SendStream) -> None:
        self._stdin = stdin

    async def publish(self, body: bytes) -> None:
        await self._stdin.send_all(body + b"\n")


@asynccontextmanager
async def amqplib_role(url: str) -> AsyncIterator[ApiRole]:
    """An API server that speaks through amqplib. Its operations are of one line each."""
    node = shutil.which("node")
    if node is None or not (HERE / "node_modules" / "amqplib").is_dir():
        pytest.fail(f"amqplib is not installed: run `npm ci` in {HERE}")
    inbox = Inbox()
    run = partial(
        trio.run_process,
        [node, "api_server.js", url],
        cwd=HERE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    async with trio.open_nursery() as nursery:
        process: trio.Process = await nursery.start(run)
        assert process.stdin is not None
        assert process.stdout is not None
        ready = trio.Event()
        nursery.start_soon(_receive, process.stdout, ready, inbox)
        await ready.wait()
        async with process.stdin:
            yield ApiRole(AmqplibQueues(process.stdin), inbox)


async def _receive(stdout: trio.abc.ReceiveStream, ready: trio.Event, inbox: Inbox) -> None:
    rest = b""
    async for piece in stdout:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            if ready.is_set():
                inbox.put(line)
            else:
                ready.set()
