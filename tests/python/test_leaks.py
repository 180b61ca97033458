"""Joining and leaving returns everything."""

import gc
from pathlib import Path

import sfu
import trio
from sfu.testing import Client, Peer


async def test_200_joins_and_leaves_return_what_they_took(
    sfu_worker: sfu.Worker, sfu_router: sfu.Router
) -> None:
    async with Peer(sfu_router) as alice:
        camera = await alice.publish("video")
        await _join_and_leave(sfu_router, camera)
        before = await _taken(sfu_worker)
        for _ in range(10):
            async with trio.open_nursery() as nursery:
                for _ in range(20):
                    nursery.start_soon(_join_and_leave, sfu_router, camera)
        after = await _taken(sfu_worker)
    assert after == before


async def test_workers_return_what_they_took(sfu_worker: sfu.Worker) -> None:
    await _work()
    before = await _taken(sfu_worker)
    for _ in range(20):
        await _work()
    assert await _taken(sfu_worker) == before


async def _join_and_leave(router: sfu.Router, camera: sfu.Producer) -> None:
    """Joins until both connections are there, and leaves."""
    async with Client(router.rtp_capabilities) as client:
        sending = await router.create_webrtc_transport()
        receiving = await router.create_webrtc_transport()
        sender = await client.create_send_transport(sending.options())
        receiver = await client.create_recv_transport(receiving.options())
        await sending.connect(dtls_parameters=sender.dtls_parameters)
        await receiving.connect(dtls_parameters=receiver.dtls_parameters)
        parameters = sender.rtp_parameters("audio")
        await sending.produce(kind="audio", rtp_parameters=parameters)
        await sender.publish("audio", parameters)
        consumer = await receiving.consume(
            producer_id=camera.id, rtp_capabilities=client.rtp_capabilities
        )
        await receiver.subscribe(consumer.options())
        with trio.fail_after(30):
            await sender.wait_state("connected")
            await receiver.wait_state("connected")
        await sending.close()
        await receiving.close()


async def _work() -> None:
    async with sfu.create_worker(listen_ip="127.0.0.1") as worker:
        await worker.create_router(media_codecs=[])


async def _taken(worker: sfu.Worker) -> dict[str, object]:
    await trio.testing.wait_all_tasks_blocked()
    gc.collect()
    dump = await worker.dump()
    return {
        "descriptors": _entries("/proc/self/fd"),
        "threads": _entries("/proc/self/task"),
        **{name: dump[name] for name in ("routerIds", "transports", "producers", "consumers")},
    }


def _entries(folder: str) -> int:
    return len(list(Path(folder).iterdir()))
