"""A stream through the queues, from connecting to frames, with real WebRTC clients.

Every test runs with two API servers, neither of our code: one on aio-pika, one on Node's amqplib.
"""

from collections.abc import AsyncIterator

import pytest
import trio
from sfu.testing import ReceivedTrack

from .aio_pika_queues import aio_pika_role
from .amqplib_queues import amqplib_role
from .api_role import PATIENCE, ApiRole, Json
from .peers import Streamer, streamer, viewer

ROLES = {"aio-pika": aio_pika_role, "amqplib": amqplib_role}

TRANSPORT_OPTIONS = {"id", "iceParameters", "iceCandidates", "dtlsParameters"}
CONSUMER_PARAMETERS = {"producerId", "id", "kind", "rtpParameters", "type", "producerPaused"}


@pytest.fixture(params=ROLES)
async def api(request: pytest.FixtureRequest, amqp_url: str) -> AsyncIterator[ApiRole]:
    async with ROLES[request.param](amqp_url) as role:
        yield role


async def test_streamer_is_offered_two_transports(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as ann:
        offered = ann.offered

        assert offered["streamId"] == stream_id
        assert offered["peerId"] == "ann"
        assert offered["routerRtpCapabilities"]["codecs"]
        assert offered["sendTransportOptions"].keys() >= TRANSPORT_OPTIONS
        assert offered["recvTransportOptions"].keys() >= TRANSPORT_OPTIONS
        assert offered["sendTransportOptions"]["id"] != offered["recvTransportOptions"]["id"]
        assert len(offered) == 5


async def test_viewer_is_offered_one_transport(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann"), viewer(api, stream_id, "vic") as vic:
        offered = vic.offered

        assert offered["streamId"] == stream_id
        assert offered["peerId"] == "vic"
        assert offered["routerRtpCapabilities"]["codecs"]
        assert offered["recvTransportOptions"].keys() >= TRANSPORT_OPTIONS
        assert len(offered) == 4


async def test_viewer_gets_a_consumer_of_each_producer(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as ann, viewer(api, stream_id, "vic") as vic:
        sound, picture = await ann.broadcast()

        consumers = await vic.recv_tracks()

        assert [consumer["peerId"] for consumer in consumers] == ["ann", "ann"]
        parameters = [consumer["consumerParameters"] for consumer in consumers]
        assert all(each.keys() >= CONSUMER_PARAMETERS for each in parameters)
        kinds = {each["producerId"]: each["kind"] for each in parameters}
        assert kinds == {sound: "audio", picture: "video"}
        assert [each["producerPaused"] for each in parameters] == [False, False]


async def test_viewer_sees_and_hears_the_streamer(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as ann, viewer(api, stream_id, "vic") as vic:
        sound, picture = await ann.broadcast()

        tracks = await vic.watch()

        await plays(tracks[picture], 30)
        await plays(tracks[sound], 50)


async def test_consumers_are_paused_until_they_are_resumed(api: ApiRole, stream_id: str) -> None:
    async with (
        streamer(api, stream_id, "ann") as ann,
        viewer(api, stream_id, "vic") as vic,
        viewer(api, stream_id, "wim") as wim,
    ):
        _, picture = await ann.broadcast()
        await vic.connect_receiver()
        waiting = await vic.receive()

        # That others see many frames meanwhile shows that there was something to see.
        watched = await wim.watch()
        await plays(watched[picture], 30)
        assert [track.stats().packets for track in waiting.values()] == [0, 0]

        await vic.resume()
        await plays(waiting[picture], 30)


async def test_consumers_of_a_named_peer_are_resumed(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as ann, viewer(api, stream_id, "vic") as vic:
        _, picture = await ann.broadcast()
        await vic.connect_receiver()
        tracks = await vic.receive()
        resume = {"streamId": stream_id, "peerId": "vic"}

        answer = await api.ask(
            "resume-consumers", ann.sid, answer="resume-consumers-done", **resume
        )

        assert answer == {"streamId": stream_id}
        await plays(tracks[picture], 30)


async def test_two_streamers_see_each_other(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as ann, streamer(api, stream_id, "bob") as bob:
        _, of_ann = await ann.broadcast()
        _, of_bob = await bob.broadcast()

        seen_by_ann, seen_by_bob = await ann.watch(), await bob.watch()

        assert of_ann not in seen_by_ann
        await plays(seen_by_ann[of_bob], 30)
        await plays(seen_by_bob[of_ann], 30)


async def test_viewer_who_was_there_first_asks_again(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as ann, viewer(api, stream_id, "vic") as vic:
        assert await vic.watch() == {}
        _, picture = await ann.broadcast()

        tracks = await vic.receive()
        await vic.resume()

        await plays(tracks[picture], 30)


async def test_tracks_are_asked_for_before_the_transport_connects(
    api: ApiRole, stream_id: str
) -> None:
    async with streamer(api, stream_id, "ann") as ann, viewer(api, stream_id, "vic") as vic:
        _, picture = await ann.broadcast()

        tracks = await vic.receive()
        assert await vic.resume() == {"streamId": stream_id}
        assert await vic.connect_receiver() == {"streamId": stream_id}

        await plays(tracks[picture], 30)


async def test_tracks_are_sent_beside_the_connecting(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as ann, viewer(api, stream_id, "vic") as vic:
        track = ann.track("video")

        await ann.send("send-track", **track)
        await ann.send(
            "connect-transport", direction="send", dtlsParameters=ann.sender.dtls_parameters
        )

        picture = await sent(ann, track)
        assert await api.answer("connect-transport-send-res", ann.sid) == {"streamId": stream_id}
        await plays((await vic.watch())[picture], 30)


async def test_paused_track_is_announced_as_paused(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as ann, viewer(api, stream_id, "vic") as vic:
        track = ann.track("video") | {"paused": True}
        await ann.ask("send-track", answer="send-track-send-res", **track)

        [consumer] = await vic.recv_tracks()

        assert consumer["consumerParameters"]["producerPaused"] is True


async def test_answers_go_to_who_asked_and_to_nobody_else(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as ann, viewer(api, stream_id, "vic") as vic:
        await ann.broadcast()
        await vic.watch()

        assert api.waiting(ann.sid, vic.sid, stream_id) == []


async def sent(of: Streamer, track: Json) -> str:
    """The producer's id of a track whose `send-track` is under way; it is sent from now on."""
    made = await of.api.answer("send-track-send-res", of.sid)
    await of.sender.publish(track["kind"], track["rtpParameters"])
    producer_id: str = made["id"]
    return producer_id


async def plays(track: ReceivedTrack, count: int) -> None:
    """Waits for frames, or packets of sound, that are made from now on."""
    with trio.fail_after(PATIENCE):
        await track.wait_for_frames(count)
