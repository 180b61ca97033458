"""Peers leave, streams end, and everybody who must know is told, under the right sid."""

from uuid import uuid4

import pytest
import trio
from sfu.testing import ReceivedTrack

from .api_role import PATIENCE, ApiRole, RefusedError
from .peers import streamer, viewer


async def test_close_peer_tells_the_streamer_and_those_who_watched(
    api: ApiRole, stream_id: str
) -> None:
    async with streamer(api, stream_id, "ann") as ann, viewer(api, stream_id, "vic") as vic:
        producers = await ann.broadcast()
        await vic.watch()

        assert await ann.leave() == {"streamId": stream_id}

        await end(api, stream_id, set(producers))
        assert api.waiting(vic.sid) == []


async def test_viewer_who_leaves_is_told_alone(api: ApiRole, stream_id: str) -> None:
    async with (
        streamer(api, stream_id, "ann") as ann,
        viewer(api, stream_id, "vic") as vic,
        viewer(api, stream_id, "wim") as wim,
    ):
        _, picture = await ann.broadcast()
        await vic.watch()
        watched = await wim.watch()

        assert await vic.leave() == {"streamId": stream_id}

        await plays(watched[picture])
        assert api.waiting(ann.sid, wim.sid, stream_id) == []


async def test_producer_that_nobody_consumes_ends_without_a_word(
    api: ApiRole, stream_id: str
) -> None:
    async with streamer(api, stream_id, "ann") as ann, viewer(api, stream_id, "vic") as vic:
        await ann.broadcast()

        await ann.leave()

        assert await vic.recv_tracks() == []
        assert api.waiting(stream_id) == []


async def test_stream_ends_with_its_last_peer(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as ann, viewer(api, stream_id, "vic") as vic:
        await ann.leave()
        await vic.leave()

        with pytest.raises(RefusedError) as refused:
            async with viewer(api, stream_id, "wim"):
                pass

        assert refused.value.name == "connect-as-viewer"


async def test_end_stream_tells_every_peer_under_its_own_sid(api: ApiRole, stream_id: str) -> None:
    async with (
        streamer(api, stream_id, "ann") as ann,
        streamer(api, stream_id, "bob") as bob,
        viewer(api, stream_id, "vic") as vic,
    ):
        producers = {*await ann.broadcast(), *await bob.broadcast()}
        for peer in (ann, bob, vic):
            await peer.watch()

        await api.send("end-stream", uuid4().hex, streamId=stream_id)

        for peer in (ann, bob, vic):
            assert await api.answer("you-left-stream", peer.sid) == {"streamId": stream_id}
        await end(api, stream_id, producers)


async def test_stream_of_the_same_name_begins_anew_after_its_end(
    api: ApiRole, stream_id: str
) -> None:
    async with streamer(api, stream_id, "ann") as ann:
        await api.send("end-stream", ann.sid, streamId=stream_id)
        await api.answer("you-left-stream", ann.sid)

    async with streamer(api, stream_id, "ann") as ann, viewer(api, stream_id, "vic") as vic:
        _, picture = await ann.broadcast()
        await plays((await vic.watch())[picture])


async def test_streamer_who_connects_again_replaces_itself(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as before, viewer(api, stream_id, "vic") as vic:
        lost = set(await before.broadcast())
        await vic.watch()

        async with streamer(api, stream_id, "ann") as ann:
            await end(api, stream_id, lost)
            _, picture = await ann.broadcast()

            tracks = await vic.receive()
            await vic.resume()

            await plays(tracks[picture])
            assert lost.isdisjoint(tracks)


async def test_viewer_who_connects_again_sees_the_stream_again(
    api: ApiRole, stream_id: str
) -> None:
    async with streamer(api, stream_id, "ann") as ann:
        _, picture = await ann.broadcast()
        async with viewer(api, stream_id, "vic") as before:
            await plays((await before.watch())[picture])

        async with viewer(api, stream_id, "vic") as vic:
            await plays((await vic.watch())[picture])


async def test_only_peer_who_connects_again_keeps_the_stream(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as before:
        await before.broadcast()

        async with streamer(api, stream_id, "ann") as ann, viewer(api, stream_id, "vic") as vic:
            _, picture = await ann.broadcast()
            await plays((await vic.watch())[picture])


async def test_end_is_told_under_the_sid_of_the_newest_connection(
    api: ApiRole, stream_id: str
) -> None:
    async with streamer(api, stream_id, "ann") as before, streamer(api, stream_id, "ann") as ann:
        await api.send("end-stream", uuid4().hex, streamId=stream_id)

        await api.answer("you-left-stream", ann.sid)
        with pytest.raises(RefusedError):
            await ann.leave()
        assert api.waiting(before.sid) == []


async def end(api: ApiRole, stream_id: str, producers: set[str]) -> None:
    """Waits until a stream was told of the end of all these producers, and of no other."""
    told = set[str]()
    while told != producers:
        told.add(await api.close_consumer(stream_id))
        assert told <= producers


async def plays(track: ReceivedTrack) -> None:
    """Waits for frames that are made from now on."""
    with trio.fail_after(PATIENCE):
        await track.wait_for_frames(10)
