"""A cancelled call leaves nothing behind."""

from collections.abc import Awaitable, Callable

import pytest
import sfu
import trio
from sfu.testing import Client, Peer

OPUS = {"kind": "audio", "mimeType": "audio/opus", "clockRate": 48000, "channels": 2}


async def test_a_cancelled_router(sfu_worker: sfu.Worker) -> None:
    before = await _objects(sfu_worker)
    await _cancelled(lambda: sfu_worker.create_router(media_codecs=[OPUS]))
    assert await _objects(sfu_worker) == before


async def test_a_cancelled_transport(sfu_worker: sfu.Worker, sfu_router: sfu.Router) -> None:
    before = await _objects(sfu_worker)
    await _cancelled(sfu_router.create_webrtc_transport)
    assert await _objects(sfu_worker) == before


async def test_a_cancelled_producer_and_a_cancelled_consumer(
    sfu_worker: sfu.Worker, sfu_router: sfu.Router
) -> None:
    async with Client(sfu_router.rtp_capabilities) as client:
        transport = await sfu_router.create_webrtc_transport()
        end = await client.create_send_transport(transport.options())
        parameters = end.rtp_parameters("video")
        before = await _objects(sfu_worker)

        await _cancelled(lambda: transport.produce(kind="video", rtp_parameters=parameters))
        assert await _objects(sfu_worker) == before
        assert sfu_router.producers == {}

        producer = await transport.produce(kind="video", rtp_parameters=parameters)
        with_producer = await _objects(sfu_worker)
        await _cancelled(
            lambda: transport.consume(
                producer_id=producer.id, rtp_capabilities=client.rtp_capabilities
            )
        )
        assert await _objects(sfu_worker) == with_producer


async def test_a_cancelled_pause_is_carried_out_and_known(sfu_router: sfu.Router) -> None:
    async with Peer(sfu_router) as alice:
        microphone = await alice.publish("audio")
        await _cancelled(microphone.pause)
        dump = await microphone.dump()
        assert (dump["paused"], microphone.paused) == (True, True)


async def test_a_cancelled_publication_leaves_no_producer(sfu_router: sfu.Router) -> None:
    async with Peer(sfu_router) as alice:
        await alice.sending()
        await _cancelled(lambda: alice.publish("video"))
        assert (await sfu_router.dump())["producerIds"] == []


@pytest.mark.parametrize("steps", range(1, 12))
async def test_a_join_may_be_cancelled_anywhere(
    sfu_worker: sfu.Worker, sfu_router: sfu.Router, steps: int
) -> None:
    before = await _objects(sfu_worker)
    with trio.CancelScope() as scope:
        async with trio.open_nursery() as nursery:

            async def cancel_later() -> None:
                for _ in range(steps):
                    await sfu_worker.dump()
                scope.cancel()

            nursery.start_soon(cancel_later)
            async with Peer(sfu_router) as alice, Peer(sfu_router) as bob:
                await bob.subscribe(await alice.publish("video"))
                await trio.sleep_forever()

    assert scope.cancelled_caught
    assert await _objects(sfu_worker) == before


async def _objects(worker: sfu.Worker) -> dict[str, object]:
    """What the engine has."""
    dump = await worker.dump()
    return {name: dump[name] for name in ("routerIds", "transports", "producers", "consumers")}


async def _cancelled(call: Callable[[], Awaitable[object]]) -> None:
    with trio.CancelScope() as scope:
        scope.cancel()
        await call()
    assert scope.cancelled_caught
