"""The media workers: how many there are, which one a room goes to, and what happens when one dies.

Worker *i* listens on the configured port + *i*. When one dies its rooms are lost and told so, and a
new one takes its place on the same port; the other workers' rooms do not notice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import cast

import sfu
import structlog
import trio
from pydantic import JsonValue

from sfu_server.conference import ErrorCode, Json, RoomError
from sfu_server.media.faults import translated
from sfu_server.media.room import RouterRoom

log = structlog.stdlib.get_logger(__name__)

RESTART_DELAYS = (0.1, 1, 5, 15)
"""Seconds before a new worker is tried; the last one again and again.

A worker that ran for `STABLE_AFTER` starts over.
"""
STABLE_AFTER = 60
ANSWER_DEADLINE = 1
"""Seconds after which a worker that says nothing counts as stuck."""


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """How workers are made."""

    count: int
    listen_ips: Sequence[str]
    port: int
    """Of the first worker; 0: each takes a free one."""
    announced_address: str | None
    media_codecs: Sequence[Mapping[str, JsonValue]]
    """mediasoup's `RtpCodecCapability`s of every room."""


@dataclass(frozen=True, slots=True)
class WorkerHealth:
    """What one worker is at."""

    running: bool
    restarts: int
    rooms: int
    transports: int
    """This and what follows is what the worker counts itself."""
    producers: int
    consumers: int


class WorkerPool:
    """A `MediaEngine` (`sfu_server.conference.ports`)."""

    def __init__(self, options: WorkerOptions) -> None:
        """Makes it without workers: `run` starts them."""
        self._options = options
        self._places = [Place(options, index) for index in range(options.count)]

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keeps the workers running until it is cancelled.

        Raises:
            OSError: A worker cannot be started at first.
            ValueError: The options make no sense.
        """
        async with trio.open_nursery() as nursery:
            for place in self._places:
                await nursery.start(place.run)
            task_status.started()

    async def open_room(self, on_lost: Callable[[], None]) -> RouterRoom:
        """Makes a router on the worker that has the fewest sessions."""
        running = [place for place in self._places if place.worker is not None]
        if not running:
            raise RoomError(ErrorCode.MEDIA_UNAVAILABLE, "no media worker is running")
        return await min(running, key=Place.load).open_room(on_lost)

    async def health(self) -> list[WorkerHealth]:
        """Asks every worker how it is."""
        found: dict[int, WorkerHealth] = {}
        async with trio.open_nursery() as nursery:
            for index, place in enumerate(self._places):
                nursery.start_soon(_ask, place, index, found)
        return [found[index] for index in sorted(found)]


class Place:
    """Where one worker after the other runs."""

    def __init__(self, options: WorkerOptions, index: int) -> None:
        """Makes it without a worker."""
        self.worker: sfu.Worker | None = None
        self._options = options
        self._index = index
        self._rooms: set[RouterRoom] = set()
        self._rtp_capabilities: Json | None = None
        self._restarts = 0

    def load(self) -> tuple[int, int]:
        """What is compared to find the least loaded: sessions, then rooms."""
        return sum(room.sessions for room in self._rooms), len(self._rooms)

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Runs a worker, and another one whenever it dies. Only the first start may fail."""
        await self._run_one(task_status.started)
        failures = 0
        while True:
            await trio.sleep(RESTART_DELAYS[min(failures, len(RESTART_DELAYS) - 1)])
            self._restarts += 1
            started = trio.current_time()
            try:
                await self._run_one(lambda: None)
            except OSError as error:
                log.warning("worker cannot be started", worker=self._index, error=str(error))
            stable = trio.current_time() - started >= STABLE_AFTER
            failures = 0 if stable else failures + 1

    async def open_room(self, on_lost: Callable[[], None]) -> RouterRoom:
        """Makes a router."""
        if self.worker is None:
            raise RoomError(ErrorCode.MEDIA_UNAVAILABLE, "the media worker died")
        with translated(ErrorCode.MEDIA_UNAVAILABLE):
            router = await self.worker.create_router(media_codecs=self._options.media_codecs)
        # All routers have the same, and writing them down costs as much as a new session.
        if self._rtp_capabilities is None:
            self._rtp_capabilities = router.rtp_capabilities.to_json()
        room = RouterRoom(router, self._rtp_capabilities, on_lost, self._rooms.discard)
        self._rooms.add(room)
        return room

    async def health(self) -> WorkerHealth:
        """Asks the worker how it is."""
        counted: Mapping[str, object] = {}
        with trio.move_on_after(ANSWER_DEADLINE):
            counted = await self._dump()
        transports, producers, consumers = (
            cast("int", counted.get(name, 0)) for name in ("transports", "producers", "consumers")
        )
        return WorkerHealth(
            running=bool(counted),
            restarts=self._restarts,
            rooms=len(self._rooms),
            transports=transports,
            producers=producers,
            consumers=consumers,
        )

    async def _run_one(self, on_started: Callable[[], None]) -> None:
        options = self._options
        async with sfu.create_worker(
            listen_ip=options.listen_ips,
            port=options.port and options.port + self._index,
            announced_address=_announced(options.listen_ips, options.announced_address),
        ) as worker:
            self.worker = worker
            log.info("worker started", worker=self._index, restarts=self._restarts)
            on_started()
            reason = await worker.died
            self.worker = None
        log.error("worker died", worker=self._index, reason=reason, rooms=len(self._rooms))
        for room in list(self._rooms):
            room.lose()

    async def _dump(self) -> Mapping[str, object]:
        if self.worker is None:
            return {}
        try:
            return await self.worker.dump()
        except sfu.SfuError:
            return {}


def _announced(ips: Sequence[str], address: str | None) -> list[str | None]:
    """What is announced instead of each of `ips`: an address stands for those of its own family."""
    try:
        version = None if address is None else ip_address(address).version
    except ValueError:
        return [address] * len(ips)
    return [address if ip_address(ip).version == version else None for ip in ips]


async def _ask(place: Place, index: int, found: dict[int, WorkerHealth]) -> None:
    found[index] = await place.health()
