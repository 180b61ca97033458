"""Calls through the rooms API: what is asked for happens to the media."""

from typing import cast

import pytest
import trio

from tests.server.support.answers import PATIENCE, Json
from tests.server.support.api import Api
from tests.server.support.call import ROOM, attend, call


@pytest.mark.parametrize("codec", ["VP8", "VP9", "H264", "AV1"])
async def test_two_attendees_see_and_hear_each_other(api: Api, codec: str) -> None:
    async with attend(api, "ann") as ann, attend(api, "bob") as bob:
        for sender, receiver in ((ann, bob), (bob, ann)):
            webcam, _ = await sender.produce("webcam", codec)
            mic, _ = await sender.produce("mic")
            _, picture = await receiver.consume(webcam, sender.user)
            _, voice = await receiver.consume(mic, sender.user)

            with trio.fail_after(PATIENCE):
                await picture.wait_for_frames(10)
                await voice.wait_for_packets(10)


async def test_producers_and_consumers_may_come_before_their_transports_connect(api: Api) -> None:
    async with attend(api, "ann", connect=False) as ann, attend(api, "bob", connect=False) as bob:
        producer_id, _ = await ann.produce("webcam")
        _, picture = await bob.consume(producer_id, "ann")

        await bob.connect()
        await ann.connect()

        with trio.fail_after(PATIENCE):
            await picture.wait_for_frames(5)


async def test_a_late_viewer_gets_a_key_frame_without_asking(api: Api) -> None:
    async with call(api) as running, attend(api, "cid", connect=False) as cid:
        _, picture = await cid.consume(running.producer_id, "ann")

        await cid.connect()

        with trio.fail_after(PATIENCE):
            await picture.wait_for_frames(5)
        assert picture.stats().key_frames >= 1


async def test_a_consumer_tells_all_that_a_client_needs(api: Api) -> None:
    async with call(api) as running:
        offer = await running.bob.offer(running.producer_id, "ann")

        assert set(offer) == {
            "id",
            "producerId",
            "kind",
            "rtpParameters",
            "type",
            "producerPaused",
            "appData",
        }
        assert offer["producerId"] == running.producer_id
        assert (offer["kind"], offer["type"], offer["producerPaused"]) == ("video", "simple", False)
        assert offer["appData"] == {"user": "ann", "type": "webcam"}


async def test_a_consumer_made_paused_flows_after_resume(api: Api) -> None:
    async with call(api) as running:
        offer = await running.bob.offer(running.producer_id, "ann", paused=True)
        picture = await running.bob.receiver.subscribe(offer)
        await running.goes_on()
        assert picture.stats().packets == 0

        assert await running.bob.ask("resumeConsumer", id=offer["id"]) == {"id": offer["id"]}

        with trio.fail_after(PATIENCE):
            await picture.wait_for_frames(5)


async def test_a_paused_consumer_gets_nothing_and_the_others_notice_nothing(api: Api) -> None:
    async with call(api) as running:
        consumer_id, picture = await running.bob.consume(running.producer_id, "ann")
        with trio.fail_after(PATIENCE):
            await picture.wait_for_frames(5)

        await running.bob.ask("pauseConsumer", id=consumer_id)

        await running.goes_on()
        before = picture.stats().packets
        await running.goes_on()
        assert picture.stats().packets == before


async def test_a_paused_producer_is_told_and_not_forwarded(api: Api) -> None:
    async with call(api) as running, api.join(ROOM, "bob") as bob:
        answer = await running.ann.ask("pauseProducer", type="webcam")

        assert answer == {"id": running.producer_id}
        assert await bob.next() == ("producerPaused", {"user": "ann", "type": "webcam"})
        assert (await one_producer(api))["paused"] is True
        offer = await running.bob.offer(running.producer_id, "ann")
        assert offer["producerPaused"] is True

        await running.ann.ask("resumeProducer", type="webcam")

        assert await bob.next() == ("producerResumed", {"user": "ann", "type": "webcam"})
        assert (await one_producer(api))["paused"] is False
        await running.goes_on()


async def test_pausing_by_websocket_acts_on_the_own_producer_whoever_is_named(api: Api) -> None:
    async with call(api) as running, api.join(ROOM, "bob") as bob, api.join(ROOM, "ann") as ann:
        assert await bob.next() == ("userJoined", {"user": "ann"})

        await ann.send("producerPaused", type="webcam", user="bob")

        assert await bob.next() == ("producerPaused", {"user": "ann", "type": "webcam"})
        assert (await one_producer(api))["paused"] is True
        await ann.send("producerResumed", type="webcam")
        assert await bob.next() == ("producerResumed", {"user": "ann", "type": "webcam"})
        await running.goes_on()


async def test_somebody_elses_producer_cannot_be_touched_by_websocket(api: Api) -> None:
    async with call(api) as running, api.join(ROOM, "bob") as bob:
        await bob.send("producerRemoved", type="webcam", user="ann")

        method, data = await bob.next()

        assert (method, data["error"]) == ("error", "producer_not_found")
        assert (await one_producer(api))["id"] == running.producer_id
        await running.goes_on()


async def test_removing_by_websocket_ends_the_producer_and_its_consumers(api: Api) -> None:
    async with call(api) as running, api.join(ROOM, "bob") as bob, api.join(ROOM, "ann") as ann:
        assert await bob.next() == ("userJoined", {"user": "ann"})

        await ann.send("producerRemoved", type="webcam")

        assert await bob.next() == ("producerRemoved", {"user": "ann", "type": "webcam"})
        assert await bob.next() == (
            "consumerClosed",
            {"id": running.consumer_id, "producerId": running.producer_id},
        )
        assert await counts(api) == (4, 0, 0)


async def test_a_closed_producer_makes_room_for_another_of_its_type(api: Api) -> None:
    async with call(api) as running:
        assert await running.ann.ask("closeProducer", type="webcam") == {"id": running.producer_id}

        producer_id, _ = await running.ann.produce("webcam")
        _, picture = await running.bob.consume(producer_id, "ann")

        with trio.fail_after(PATIENCE):
            await picture.wait_for_frames(5)


async def test_a_closed_consumer_gets_nothing_more(api: Api) -> None:
    async with call(api) as running:
        consumer_id, picture = await running.bob.consume(running.producer_id, "ann")

        assert await running.bob.ask("closeConsumer", id=consumer_id) == {"id": consumer_id}

        await running.goes_on()
        before = picture.stats().packets
        await running.goes_on()
        assert picture.stats().packets == before
        assert await counts(api) == (4, 1, 1)


async def test_a_reload_gives_new_transports_and_ends_what_was_before(api: Api) -> None:
    async with call(api) as running, api.join(ROOM, "bob") as bob, attend(api, "ann") as again:
        assert await bob.next() == ("producerRemoved", {"user": "ann", "type": "webcam"})
        assert (await bob.next())[0] == "consumerClosed"
        assert await counts(api) == (4, 0, 0)

        producer_id, _ = await again.produce("webcam")
        _, picture = await running.bob.consume(producer_id, "ann")

        with trio.fail_after(PATIENCE):
            await picture.wait_for_frames(5)


async def test_a_closed_tab_takes_its_media_along(api: Api) -> None:
    async with call(api) as running, api.join(ROOM, "bob") as bob, api.join(ROOM, "ann") as ann:
        assert await bob.next() == ("userJoined", {"user": "ann"})

        await ann.break_off()

        with trio.fail_after(1):
            assert await bob.next() == ("userLeft", {"user": "ann"})
        assert await bob.next() == (
            "consumerClosed",
            {"id": running.consumer_id, "producerId": running.producer_id},
        )
        assert await counts(api) == (2, 0, 0)


async def test_producers_are_announced_to_those_who_joined(api: Api) -> None:
    async with attend(api, "ann") as ann, api.join(ROOM, "bob") as bob:
        await ann.produce("mic")
        async with api.join(ROOM, "ann"):
            assert await bob.next() == ("userJoined", {"user": "ann"})
            producer_id, _ = await ann.produce("webcam")
            assert await bob.next() == (
                "producerAdded",
                {"user": "ann", "type": "webcam", "id": producer_id},
            )


async def test_ten_viewers_get_one_publisher(api: Api) -> None:
    async with call(api) as running, trio.open_nursery() as nursery:
        arrived: list[int] = []

        async def view(number: int) -> None:
            async with attend(api, f"viewer-{number}") as viewer:
                _, picture = await viewer.consume(running.producer_id, "ann")
                await picture.wait_for_frames(5)
                arrived.append(number)

        with trio.fail_after(4 * PATIENCE):
            for number in range(10):
                nursery.start_soon(view, number)
            while len(arrived) < 10:
                await running.goes_on()


async def test_a_screen_beside_a_camera(api: Api) -> None:
    async with call(api) as running:
        screen, _ = await running.ann.produce("screen")
        _, picture = await running.bob.consume(screen, "ann")

        with trio.fail_after(PATIENCE):
            await picture.wait_for_frames(5)
        await running.goes_on()


async def test_media_goes_on_over_an_ice_restart(api: Api) -> None:
    async with call(api) as running:
        for caller, transport, direction in (
            (running.ann, running.ann.sender, "send"),
            (running.bob, running.bob.receiver, "recv"),
        ):
            answer = await caller.ask("restartIce", direction=direction)
            await transport.restart_ice(cast("Json", answer["iceParameters"]))

        await running.goes_on()


async def test_stats_count_what_went_through(api: Api) -> None:
    async with call(api) as running:
        sent = (await api.get("stats", roomName=ROOM, userMail="ann")).result
        received = (await api.get("stats", roomName=ROOM, userMail="bob")).result

        assert set(sent) == {"transports", "producers", "consumers"}
        assert list(cast("Json", sent["producers"])) == [running.producer_id]
        assert list(cast("Json", received["consumers"])) == [running.consumer_id]
        assert set(cast("Json", sent["transports"])) == {"send", "recv"}


async def test_everybody_is_told_how_their_own_media_gets_through(api: Api) -> None:
    async with (
        attend(api, "ann") as sender,
        attend(api, "bob") as receiver,
        api.join(ROOM, "ann") as ann,
        api.join(ROOM, "bob") as bob,
    ):
        producer_id, _ = await sender.produce("webcam")
        consumer_id, _ = await receiver.consume(producer_id, "ann")

        with trio.fail_after(4 * PATIENCE):
            told = await ann.next_of("producerScore")
            heard = await bob.next_of("consumerScore")
            while (heard["score"], heard["producerScore"]) != (10, 10):
                heard = await bob.next_of("consumerScore")

        (score,) = cast("list[Json]", told.pop("score"))
        assert told == {"user": "ann", "type": "webcam", "id": producer_id}
        assert (score["encodingIdx"], score["score"]) == (0, 10)
        assert (heard["id"], heard["producerId"]) == (consumer_id, producer_id)


async def test_the_same_in_the_lists(api: Api) -> None:
    async with call(api) as running:
        webcam = {"id": running.producer_id, "type": "webcam", "kind": "video", "paused": False}

        assert await api.snapshot(ROOM) == [
            {"user": "ann", "joined": False, "producers": [webcam]},
            {"user": "bob", "joined": False, "producers": []},
        ]
        listed = await api.get("producers", roomName=ROOM)
        assert listed.result == {"producers": [{"user": "ann", **webcam}]}
        of_bob = await api.get("producers", roomName=ROOM, producerMail="bob")
        assert of_bob.result == {"producers": []}


async def one_producer(api: Api) -> Json:
    """The only producer of the room."""
    found = (await api.get("producers", roomName=ROOM)).result["producers"]
    assert isinstance(found, list)
    assert len(found) == 1
    return cast("Json", found[0])


async def counts(api: Api) -> tuple[int, int, int]:
    """How many transports, producers and consumers the worker itself counts."""
    workers = cast("list[dict[str, int]]", (await api.health())["workers"])
    return workers[0]["transports"], workers[0]["producers"], workers[0]["consumers"]
