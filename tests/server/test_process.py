"""The command: what it says, how it ends, and what it leaves behind."""

import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest
import trio
import trio.testing
from sfu_server.config import Settings
from sfu_server.server import PING_SECONDS

from tests.server.support.api import Api
from tests.server.support.call import ROOM, call
from tests.server.support.process import Holdings, ServerProcess, exceeds, server_process
from tests.server.support.websocket import Socket


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_with_status_0_and_one_line_of_output(by: signal.Signals) -> None:
    async with server_process() as server:
        assert await server.stop(by) == 0
        assert await server.rest_of_output() == b""


async def test_a_signal_closes_sockets_with_1001() -> None:
    async with server_process() as server, client_of(server) as api:
        await api.ask("createRoom", roomName=ROOM, userMail="ann")
        async with api.join(ROOM, "ann") as ann, api.join(ROOM, "bob") as bob:
            server.process.terminate()

            assert await ann.close_code() == 1001
            assert await bob.close_code() == 1001
            with trio.fail_after(5):
                assert await server.process.wait() == 0


async def test_a_signal_ends_it_while_a_client_has_stopped_reading() -> None:
    async with server_process() as server, client_of(server) as api:
        await api.ask("createRoom", roomName=ROOM, userMail="ann")
        async with stopped_reading(api, "deaf"):
            assert await server.stop(signal.SIGTERM) == 0


async def test_a_client_that_stops_reading_leaves_and_the_others_do_not_wait() -> None:
    async with server_process() as server, client_of(server) as api:
        await api.ask("createRoom", roomName=ROOM, userMail="ann")
        async with stopped_reading(api, "deaf"), api.join(ROOM, "ann") as ann:
            assert await ann.next() == ("userLeft", {"user": "deaf"})
            assert await api.snapshot(ROOM) == [{"user": "ann", "joined": True, "producers": []}]


async def test_a_signal_ends_it_while_a_call_is_running() -> None:
    async with (
        server_process() as server,
        client_of(server) as api,
        call(api),
    ):
        assert await server.stop(signal.SIGTERM) == 0


async def test_200_joins_and_leaves_leave_nothing() -> None:
    async with server_process("--workers", "1") as server, client_of(server) as api:
        await join_and_leave(api, 0)
        before = await left_in(server, api)

        for number in range(200):
            await join_and_leave(api, number)

        with trio.fail_after(3 * PING_SECONDS):
            # The web server lets go of a connection that broke with its next ping.
            while exceeds(await left_in(server, api), before):  # noqa: ASYNC110 - another process changes it
                await trio.sleep(0.1)


async def test_help_names_every_option() -> None:
    ended = await command("--help")

    assert ended.returncode == 0
    for option in Settings.model_fields:
        assert f"--{option.replace('_', '-')} ".encode() in ended.stdout


@pytest.mark.parametrize(
    "arguments", [["--port", "many"], ["--workers", "-1"], ["--rtc-ip", "here"], ["--nonsense"]]
)
async def test_options_that_make_no_sense_end_it_with_status_2(arguments: list[str]) -> None:
    ended = await command(*arguments)

    assert ended.returncode == 2
    assert ended.stdout == b""
    assert b"Traceback" not in ended.stderr


async def test_an_address_in_use_ends_it_with_status_1() -> None:
    async with server_process() as server:
        port = str(httpx.URL(server.url).port)
        ended = await command("--rtc-port", "0", "--port", port)

    assert ended.returncode == 1
    assert ended.stdout == b""
    assert b"Address already in use" in ended.stderr


async def command(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Runs the command to its end."""
    return await trio.run_process(
        [sys.executable, "-m", "sfu_server", *arguments],
        capture_stdout=True,
        capture_stderr=True,
        check=False,
    )


@asynccontextmanager
async def client_of(server: ServerProcess) -> AsyncGenerator[Api]:
    async with httpx.AsyncClient() as http:
        yield Api(server.url, http)


@asynccontextmanager
async def stopped_reading(api: Api, user: str) -> AsyncGenerator[None]:
    """An attendee who asks for more answers than the connection's buffers take, and reads none."""
    async with api.join(ROOM, user) as socket, trio.open_nursery() as nursery:
        nursery.start_soon(ask_for_ever, socket)
        await trio.testing.wait_all_tasks_blocked(cushion=0.5)
        yield
        nursery.cancel_scope.cancel()
        await socket.break_off()


async def ask_for_ever(socket: Socket) -> None:
    with suppress(trio.BrokenResourceError):
        while True:
            await socket.send("x" * 256)


async def join_and_leave(api: Api, number: int) -> None:
    """One attendee with transports and a socket, who closes the tab."""
    user = f"guest-{number}"
    await api.ask("createRoom", roomName=ROOM, userMail=user)
    await api.ask("createAttendee", roomName=ROOM, userMail=user)
    async with api.join(ROOM, "witness") as witness:
        async with api.join(ROOM, user) as socket:
            assert await witness.next() == ("userJoined", {"user": user})
            await socket.break_off()
        assert await witness.next() == ("userLeft", {"user": user})


async def left_in(server: ServerProcess, api: Api) -> Holdings:
    """What the process holds: threads, file descriptors, and what its worker counts."""
    return server.threads(), server.descriptors(), (await api.health())["workers"]
