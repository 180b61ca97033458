"""People with cameras who come and go leave nothing in the server."""

from itertools import pairwise
from pathlib import Path

import httpx
import pytest
import trio

from tests.server.support.answers import PATIENCE
from tests.server.support.api import Api
from tests.server.support.call import ROOM, attend
from tests.server.support.process import Holdings, ServerProcess, exceeds, server_process

AT_ONCE = 5
ROUNDS = 4
GUESTS = 100
MEBIBYTE = 2**20


@pytest.mark.timeout(300)
async def test_400_calls_return_descriptors_threads_transports_and_memory() -> None:
    async with (
        server_process("--workers", "1") as server,
        httpx.AsyncClient() as http,
        attend(Api(server.url, http), "host") as host,
        host.api.join(ROOM, "host"),
    ):
        producers = [(await host.produce(kind))[0] for kind in ("webcam", "mic")]
        before = await held(server, host.api)
        sizes = []

        for number in range(ROUNDS):
            first = number * GUESTS
            await come_and_go(server.url, producers, range(first, first + GUESTS))
            sizes.append(resident_bytes(server))

        with trio.fail_after(PATIENCE):
            # Connections end a moment after their last answer.
            while exceeds(await held(server, host.api), before):  # noqa: ASYNC110 - another process changes it
                await trio.sleep(0.1)
        # The heap gets the size of the crowd, in steps; what leaks is more in each round.
        growth = [later - earlier for earlier, later in pairwise(sizes)]
        assert min(growth) < MEBIBYTE, growth


async def come_and_go(url: str, producers: list[str], numbers: range) -> None:
    """Some guests after the other, a few at once."""
    guests = iter(numbers)

    async def visits(api: Api) -> None:
        for number in guests:
            await visit(api, producers, f"guest-{number}")

    async with httpx.AsyncClient() as http, trio.open_nursery() as nursery:
        for _ in range(AT_ONCE):
            nursery.start_soon(visits, Api(url, http))


async def visit(api: Api, producers: list[str], user: str) -> None:
    """Sends, receives until something is heard, and leaves."""
    async with attend(api, user) as guest:
        await guest.produce("webcam")
        await guest.produce("mic")
        *_, (_, voice) = [await guest.consume(producer, "host") for producer in producers]
        with trio.fail_after(PATIENCE):
            await voice.wait_for_packets(1)
        await guest.ask("leave")


async def held(server: ServerProcess, api: Api) -> Holdings:
    """Threads, file descriptors, and what the worker counts."""
    return server.threads(), server.descriptors(), (await api.health())["workers"]


def resident_bytes(server: ServerProcess) -> int:
    status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024
