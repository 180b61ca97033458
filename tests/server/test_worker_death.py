"""A media worker that dies takes its rooms along, and nothing else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import cast

import httpx
import pytest
import sfu
import trio
from sfu import _core
from sfu_server.config import Settings
from sfu_server.server import serve

from tests.server.support.answers import PATIENCE
from tests.server.support.api import Api
from tests.server.support.bad_requests import ANN
from tests.server.support.call import ROOM, call


@dataclass
class Plant:
    """A server of two workers, the first of which can be made to die."""

    api: Api
    workers: list[sfu.Worker]

    async def kill_first(self) -> None:
        self.workers[0]._core.panic()
        with trio.fail_after(PATIENCE):
            while len(self.workers) < 3:  # noqa: ASYNC110 - a worker comes without a word
                await trio.sleep(0.01)


@pytest.fixture
async def plant(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Plant]:
    workers: list[sfu.Worker] = []
    started = sfu.Worker.__init__

    def note(worker: sfu.Worker, core: object) -> None:
        started(worker, cast("_core.Worker", core))
        workers.append(worker)

    monkeypatch.setattr(sfu.Worker, "__init__", note)
    stop = trio.Event()
    settings = Settings(port=0, rtc_port=0, workers=2)
    async with trio.open_nursery() as nursery, httpx.AsyncClient() as http:
        url = await nursery.start(partial(serve, settings, stop.wait))
        yield Plant(Api(url, http), workers)
        stop.set()


async def test_its_attendees_are_told_by_1011_and_the_room_can_be_made_again(plant: Plant) -> None:
    api = plant.api
    await api.ask("createRoom", **ANN)
    async with api.join(ROOM, "ann") as ann:
        plant.workers[0]._core.panic()

        assert await ann.close_code() == 1011
    assert (await api.get("exists", roomName=ROOM)).result == {"exists": False}
    assert await api.ask("createRoom", **ANN) == {"created": True}
    assert "sendTransportOptions" in await api.ask("createAttendee", **ANN)


async def test_a_call_on_another_worker_goes_on(plant: Plant) -> None:
    api = plant.api
    # The first room goes to the first worker, the second to the one with less to do.
    await api.ask("createRoom", roomName="doomed", userMail="ann")
    async with call(api) as running:
        await plant.kill_first()

        await running.goes_on()
        assert (await api.get("exists", roomName="doomed")).result == {"exists": False}


async def test_a_new_worker_takes_its_place_and_health_says_so(plant: Plant) -> None:
    await plant.kill_first()

    health = await plant.api.health()

    workers = cast("list[dict[str, object]]", health["workers"])
    assert health["status"] == "ok"
    assert [(one["running"], one["restarts"]) for one in workers] == [(True, 1), (True, 0)]


async def test_health_is_degraded_while_a_worker_is_missing(plant: Plant) -> None:
    plant.workers[0]._core.panic()
    with trio.fail_after(PATIENCE):
        await plant.workers[0].died

    assert (await plant.api.health())["status"] == "degraded"
