import sfu
import trio
from sfu.events import Event, ProducerPause, ProducerResume
from sfu.testing import Peer, Subscription


async def test_a_paused_producer_sends_nothing_and_its_consumers_know(
    sfu_router: sfu.Router,
) -> None:
    async with Peer(sfu_router) as alice, Peer(sfu_router) as bob:
        camera = await alice.publish("video")
        picture = await bob.subscribe(camera)
        voice = await bob.subscribe(await alice.publish("audio"))
        events = picture.consumer.events()
        with trio.fail_after(10):
            await picture.wait_for_frames(5)
            dropped_before = picture.stats().frames_dropped
            await camera.pause()
            assert (camera.paused, picture.consumer.producer_paused) == (True, True)
            await _nothing_comes(picture, meanwhile=voice)
            await camera.resume()
            await picture.wait_for_frames(5)
            seen = [await _next_of_pausing(events), await _next_of_pausing(events)]

        assert [event.name for event in seen] == ["producerpause", "producerresume"]
        assert (camera.paused, picture.consumer.producer_paused) == (False, False)
        stats = picture.stats()
        assert (stats.lost, stats.frames_dropped) == (0, dropped_before)


async def test_pausing_twice_is_told_once(sfu_router: sfu.Router) -> None:
    async with Peer(sfu_router) as alice, Peer(sfu_router) as bob:
        camera = await alice.publish("video")
        picture = await bob.subscribe(camera)
        events = picture.consumer.events()
        await camera.pause()
        await camera.pause()
        camera.close()

        told = [event.name async for event in events if not event.lossy]
        assert told == ["producerpause", "producerclose"]


async def test_a_paused_consumer_is_sent_nothing_and_others_are(sfu_router: sfu.Router) -> None:
    async with Peer(sfu_router) as alice, Peer(sfu_router) as bob, Peer(sfu_router) as carol:
        camera = await alice.publish("video")
        bobs, carols = await bob.subscribe(camera), await carol.subscribe(camera)
        with trio.fail_after(10):
            await bobs.wait_for_frames(5)
            await bobs.consumer.pause()
            await _nothing_comes(bobs, meanwhile=carols)
            await bobs.consumer.resume()
            await bobs.wait_for_frames(5)

        assert bobs.stats().lost == 0


async def test_a_consumer_made_paused_waits_for_its_resume(sfu_router: sfu.Router) -> None:
    async with Peer(sfu_router) as alice, Peer(sfu_router) as bob, Peer(sfu_router) as carol:
        camera = await alice.publish("video")
        waiting = await bob.subscribe(camera, paused=True)
        running = await carol.subscribe(camera)
        with trio.fail_after(10):
            await running.wait_for_frames(30)
            assert waiting.stats().packets == 0
            await waiting.consumer.resume()
            await waiting.wait_for_frames(5)


async def test_a_key_frame_can_be_asked_for(sfu_router: sfu.Router) -> None:
    async with Peer(sfu_router) as alice, Peer(sfu_router) as bob:
        picture = await bob.subscribe(await alice.publish("video"))
        with trio.fail_after(15):
            await picture.wait_for_frames(60)
            before = picture.stats().key_frames
            await picture.consumer.request_key_frame()
            while picture.stats().key_frames == before:
                await picture.wait_for_frames(1)


async def _next_of_pausing(events: sfu.EventStream) -> Event:
    """Passes over the scores that are told meanwhile."""
    while not isinstance(event := await anext(events), ProducerPause | ProducerResume):
        pass
    return event


async def _nothing_comes(track: Subscription, *, meanwhile: Subscription) -> None:
    """Checks that at most what was on its way comes while another track goes on."""
    before = track.stats().packets
    await meanwhile.wait_for_packets(50)
    assert track.stats().packets - before <= 4
