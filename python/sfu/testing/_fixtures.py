"""The fixtures of `sfu.testing.pytest_plugin`."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias, TypeVar, cast

import trio
from pytest_trio import trio_fixture  # type: ignore[import-untyped]

import sfu
from sfu.testing import Peer

MakePeer: TypeAlias = Callable[[], Awaitable[Peer]]
Function = TypeVar("Function", bound=Callable[..., object])


def _fixture(function: Function) -> Function:
    """Makes a fixture that runs under Trio, also where pytest-trio's trio mode is off."""
    return cast("Function", trio_fixture(function))


@_fixture
async def sfu_worker() -> AsyncIterator[sfu.Worker]:
    """A worker on a free port of 127.0.0.1."""
    async with sfu.create_worker(listen_ip="127.0.0.1") as worker:
        yield worker


@_fixture
async def sfu_router(sfu_worker: sfu.Worker) -> sfu.Router:
    """A router of `sfu_worker` with Opus, VP8, VP9, H.264 and AV1."""
    return await sfu_worker.create_router(media_codecs=_CODECS)


@_fixture
async def sfu_peer(sfu_router: sfu.Router) -> AsyncIterator[MakePeer]:
    """Gives a function that makes peers of `sfu_router`; they are closed after the test."""
    async with trio.open_nursery() as nursery:

        async def make() -> Peer:
            return cast("Peer", await nursery.start(_run, Peer(sfu_router)))

        yield make
        nursery.cancel_scope.cancel()


async def _run(peer: Peer, *, task_status: trio.TaskStatus[Peer]) -> None:
    """Keeps a peer open in a task of its own: it cannot outlive the task that enters it."""
    async with peer:
        task_status.started(peer)
        await trio.sleep_forever()


_CODECS = (
    {"kind": "audio", "mimeType": "audio/opus", "clockRate": 48000, "channels": 2},
    {"kind": "video", "mimeType": "video/VP8", "clockRate": 90000},
    {"kind": "video", "mimeType": "video/VP9", "clockRate": 90000},
    {
        "kind": "video",
        "mimeType": "video/H264",
        "clockRate": 90000,
        "parameters": {
            "packetization-mode": 1,
            "profile-level-id": "42e01f",
            "level-asymmetry-allowed": 1,
        },
    },
    {"kind": "video", "mimeType": "video/AV1", "clockRate": 90000},
)
