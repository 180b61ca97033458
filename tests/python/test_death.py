"""A panic in the media thread is an error of the objects, never of the process."""

import gc
import warnings

import pytest
import sfu
import trio
from sfu import _core
from sfu.errors import WorkerDiedError
from sfu.testing import Peer


async def test_a_panic_ends_as_died_and_everything_is_told(
    sfu_worker: sfu.Worker, sfu_router: sfu.Router
) -> None:
    async with Peer(sfu_router) as alice, Peer(sfu_router) as bob:
        camera = await alice.publish("video")
        picture = await bob.subscribe(camera)
        transport = (await bob.receiving()).transport
        things = (sfu_router, transport, camera, picture.consumer)
        streams = [thing.events() for thing in things]

        sfu_worker._core.panic()

        with trio.fail_after(10):
            reason = await sfu_worker.died
            last = [[event async for event in stream][-1] for stream in streams]
        assert reason
        assert {event.name for event in last} == {"workerdied"}
        assert all(thing.closed for thing in things)


async def test_calls_that_wait_and_later_ones_raise_worker_died(
    sfu_worker: sfu.Worker, sfu_router: sfu.Router
) -> None:
    transport = await sfu_router.create_webrtc_transport()
    died: list[str | None] = []

    async def ask_until_death() -> None:
        try:
            while True:
                await transport.dump()
        except WorkerDiedError as error:
            died.append(str(error))

    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask_until_death)
            nursery.start_soon(ask_until_death)
            sfu_worker._core.panic()

    assert died == [await sfu_worker.died] * 2
    with pytest.raises(WorkerDiedError):
        await sfu_router.create_webrtc_transport()
    with pytest.raises(WorkerDiedError):
        await sfu_worker.dump()
    await transport.close()


async def test_another_worker_does_not_notice(sfu_worker: sfu.Worker) -> None:
    async with sfu.create_worker(listen_ip="127.0.0.1") as other:
        other._core.panic()
        with trio.fail_after(10):
            await other.died
        assert (await sfu_worker.dump())["routerIds"] == []


async def test_a_worker_that_nobody_closed_complains_and_ends() -> None:
    options = '{"listen": [{"ip": "127.0.0.1", "port": 0}]}'
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        worker = sfu.Worker(_core.Worker(options))
        del worker
        gc.collect()
    assert ResourceWarning in [warning.category for warning in caught]
