"""Closing goes down, here and in the core, and everybody is told why."""

from dataclasses import dataclass

import pytest
import sfu
import trio
from sfu.errors import InvalidStateError, NotFoundError
from sfu.testing import Peer, Subscription


async def test_a_closed_producer_ends_its_consumers(call: "Call") -> None:
    events = call.picture.consumer.events()
    await call.camera.close()

    assert await _names(events) == ["producerclose"]
    assert call.picture.consumer.closed
    assert await call.engine_counts() == (2, 1, 1)
    with trio.fail_after(10):
        await call.voice.wait_for_packets(5)


async def test_a_closed_consumer_leaves_its_producer(call: "Call") -> None:
    events = call.picture.consumer.events()
    await call.picture.consumer.close()

    assert await _names(events) == ["close"]
    assert not call.camera.closed
    assert await call.engine_counts() == (2, 2, 1)


async def test_a_closed_transport_ends_what_is_on_it_and_what_consumed_that(call: "Call") -> None:
    transport = (await call.alice.sending()).transport
    transports, cameras, pictures = (
        thing.events() for thing in (transport, call.camera, call.picture.consumer)
    )
    await transport.close()

    assert await _names(cameras) == ["transportclose"]
    assert await _names(pictures) == ["producerclose"]
    assert (await _names(transports))[-1] == "close"
    assert (transport.ice_state, transport.dtls_state) == ("closed", "closed")
    assert await call.engine_counts() == (1, 0, 0)


async def test_a_closed_router_tells_transports_and_through_them_the_rest(call: "Call") -> None:
    transport = (await call.alice.sending()).transport
    transports, cameras, pictures = (
        thing.events() for thing in (transport, call.camera, call.picture.consumer)
    )
    await call.router.close()

    assert (await _names(transports))[-1] == "routerclose"
    assert await _names(cameras) == ["transportclose"]
    assert await _names(pictures) == ["transportclose"]
    assert call.router.producers == {}
    assert await call.engine_counts() == (0, 0, 0)


async def test_a_closed_worker_tells_its_routers() -> None:
    async with sfu.create_worker(listen_ip="127.0.0.1") as worker:
        router = await worker.create_router(media_codecs=[OPUS])
        events = router.events()
        worker.close()
        worker.close()

        assert await _names(events) == ["workerclose"]
        assert await worker.died is None
        with pytest.raises(InvalidStateError):
            await worker.create_router(media_codecs=[OPUS])
        with pytest.raises(InvalidStateError):
            await worker.dump()


async def test_what_is_closed_takes_no_calls(call: "Call") -> None:
    transport = (await call.bob.receiving()).transport
    await call.camera.close()
    await call.camera.close()

    with pytest.raises(InvalidStateError, match="closed"):
        await call.camera.pause()
    with pytest.raises(InvalidStateError, match="closed"):
        await call.picture.consumer.stats()
    with pytest.raises(NotFoundError, match="producer"):
        await transport.consume(
            producer_id=call.camera.id, rtp_capabilities=call.bob.rtp_capabilities
        )
    assert not call.router.can_consume(
        producer_id=call.camera.id, rtp_capabilities=call.bob.rtp_capabilities
    )


async def test_leaving_the_context_of_an_object_closes_it(sfu_router: sfu.Router) -> None:
    async with await sfu_router.create_webrtc_transport() as transport:
        assert not transport.closed
    assert transport.closed
    assert (await sfu_router.dump())["transportIds"] == []


async def test_what_the_body_raises_comes_out_of_the_worker_as_it_is() -> None:
    with pytest.raises(KeyError, match="mine"):
        async with sfu.create_worker(listen_ip="127.0.0.1"):
            raise KeyError("mine")


async def test_cancelling_the_body_ends_the_worker() -> None:
    with trio.CancelScope() as scope:
        async with sfu.create_worker(listen_ip="127.0.0.1") as worker:
            scope.cancel()
            await trio.sleep_forever()
    assert scope.cancelled_caught
    assert worker.closed


async def test_unpublishing_and_unsubscribing_leave_nothing(call: "Call") -> None:
    await call.alice.unpublish(call.camera)
    await call.picture.close()
    await call.voice.close()

    assert await call.engine_counts() == (2, 1, 0)
    with pytest.raises(NotFoundError):
        call.alice.published(call.camera)
    with pytest.raises(InvalidStateError):
        await call.picture.wait_for_frames(1)


async def test_waiting_for_a_track_that_is_closed_fails(call: "Call") -> None:
    async with trio.open_nursery() as nursery:

        async def wait() -> None:
            with pytest.raises(InvalidStateError, match="closed"):
                await call.picture.wait_for_frames(10**9)

        nursery.start_soon(wait)
        await trio.testing.wait_all_tasks_blocked(0.05)
        await call.picture.close()


async def _names(events: sfu.EventStream) -> list[str]:
    """All events of an object that is closed."""
    with trio.fail_after(5):
        return [event.name async for event in events]


@dataclass
class Call:
    worker: sfu.Worker
    router: sfu.Router
    alice: Peer
    bob: Peer
    camera: sfu.Producer
    picture: Subscription
    voice: Subscription

    async def engine_counts(self) -> tuple[object, object, object]:
        """The transports, producers and consumers that the engine has."""
        dump = await self.worker.dump()
        return dump["transports"], dump["producers"], dump["consumers"]


@pytest.fixture
async def call(sfu_worker: sfu.Worker, sfu_router: sfu.Router, sfu_peer: object) -> Call:
    """Alice's camera and microphone, as Bob gets them."""
    assert callable(sfu_peer)
    alice, bob = await sfu_peer(), await sfu_peer()
    camera = await alice.publish("video")
    picture = await bob.subscribe(camera)
    voice = await bob.subscribe(await alice.publish("audio"))
    return Call(sfu_worker, sfu_router, alice, bob, camera, picture, voice)


OPUS = {"kind": "audio", "mimeType": "audio/opus", "clockRate": 48000, "channels": 2}
