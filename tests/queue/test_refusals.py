"""Operations that cannot be carried out: the documented answer, and everything as before."""

from uuid import uuid4

import pytest
import trio
from sfu.testing import ReceivedTrack

from .api_role import PATIENCE, ApiRole, Json, RefusedError
from .peers import Streamer, Viewer, streamer, viewer

WITHOUT_STREAM: dict[str, Json] = {
    "connect-as-viewer": {"peerId": "p"},
    "get-recv-tracks": {"peerId": "p", "rtpCapabilities": {}},
    "close-peer": {"peerId": "p"},
    "end-stream": {},
}


@pytest.mark.parametrize("op", WITHOUT_STREAM)
async def test_unknown_stream_is_an_error(api: ApiRole, stream_id: str, op: str) -> None:
    with pytest.raises(RefusedError) as refused:
        await api.ask(op, uuid4().hex, answer="none", streamId=stream_id, **WITHOUT_STREAM[op])

    assert (refused.value.name, refused.value.msg) == (op, "there is no such stream")


async def test_unknown_stream_is_an_error_in_a_result(api: ApiRole, stream_id: str) -> None:
    refused = {"streamId": stream_id, "error": "there is no such stream"}

    assert await _connect(api, stream_id, "p", "send", {}) == refused
    assert await _resume(api, stream_id) == refused
    assert await _send(api, stream_id, "p", {"transportId": "t"}) == refused


async def test_unknown_peer_is_an_error(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as ann:
        for op in ("close-peer", "get-recv-tracks"):
            with pytest.raises(RefusedError) as refused:
                await api.ask(
                    op, uuid4().hex, answer="none", streamId=stream_id, **WITHOUT_STREAM[op]
                )
            assert refused.value.name == op

        for answer in (
            await _connect(api, stream_id, "nobody", "recv", ann.receiver.dtls_parameters),
            await _send(api, stream_id, "nobody", ann.track("video")),
            await _resume(api, stream_id),
            await _resume(api, stream_id, peerId="nobody"),
        ):
            assert answer.keys() == {"streamId", "error"}
        await goes_on(ann)


async def test_viewer_cannot_send(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as ann, viewer(api, stream_id, "vic") as vic:
        track = ann.track("video") | {"transportId": vic.offered["recvTransportOptions"]["id"]}

        sent = await _send(api, stream_id, "vic", track)
        connected = await _connect(api, stream_id, "vic", "send", ann.sender.dtls_parameters)

        assert sent.keys() == connected.keys() == {"streamId", "error"}
        await goes_on(ann, vic)


async def test_track_by_another_transport_is_refused(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as ann:
        for wrong in ("made up", ann.offered["recvTransportOptions"]["id"]):
            sent = await _send(api, stream_id, "ann", ann.track("video") | {"transportId": wrong})
            assert sent.keys() == {"streamId", "error"}
        await goes_on(ann)


async def test_track_in_the_receiving_direction_is_refused(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as ann:
        track = ann.track("video") | {"direction": "recv"}

        sent = await ann.ask("send-track", answer="send-track-recv-res", **track)

        assert sent.keys() == {"streamId", "error"}
        await goes_on(ann)


@pytest.mark.parametrize("direction", ["send", "recv"])
async def test_transport_connects_once(api: ApiRole, stream_id: str, direction: str) -> None:
    async with streamer(api, stream_id, "ann") as ann:
        dtls = (ann.sender if direction == "send" else ann.receiver).dtls_parameters
        assert await _connect(api, stream_id, "ann", direction, dtls) == {"streamId": stream_id}

        again = await _connect(api, stream_id, "ann", direction, dtls)

        assert again.keys() == {"streamId", "error"}


@pytest.mark.parametrize("dtls", [{}, {"fingerprints": []}, {"role": 1, "fingerprints": "x"}])
async def test_misshapen_dtls_parameters_are_refused(
    api: ApiRole, stream_id: str, dtls: Json
) -> None:
    async with streamer(api, stream_id, "ann") as ann:
        refused = await _connect(api, stream_id, "ann", "send", dtls)

        assert refused.keys() == {"streamId", "error"}
        await goes_on(ann)


async def test_dtls_parameters_that_never_match_hurt_nobody_else(
    api: ApiRole, stream_id: str
) -> None:
    async with (
        streamer(api, stream_id, "ann") as ann,
        viewer(api, stream_id, "vic") as vic,
        viewer(api, stream_id, "mallory") as mallory,
    ):
        strange = ann.sender.dtls_parameters
        assert await _connect(api, stream_id, "mallory", "recv", strange) == {"streamId": stream_id}
        _, picture = await ann.broadcast()
        lost = (await mallory.receive())[picture]
        await mallory.resume()

        track = (await vic.watch())[picture]

        await plays(track)
        assert lost.stats().packets == 0


@pytest.mark.parametrize(
    "change",
    [
        {"rtpParameters": {}},
        {"rtpParameters": {"codecs": [], "encodings": []}},
        {"rtpParameters": {"codecs": [{"mimeType": "video/unknown", "payloadType": 96}]}},
        {"kind": "audio"},
    ],
    ids=["empty", "no codec", "unknown codec", "other kind"],
)
async def test_track_that_cannot_be_consumed_is_refused(
    api: ApiRole, stream_id: str, change: Json
) -> None:
    async with streamer(api, stream_id, "ann") as ann, viewer(api, stream_id, "vic") as vic:
        sent = await _send(api, stream_id, "ann", ann.track("video") | change)

        assert sent.keys() == {"streamId", "error"}
        assert await vic.recv_tracks() == []
        await goes_on(ann, vic)


async def test_what_a_client_cannot_decode_is_left_out(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as ann, viewer(api, stream_id, "vic") as vic:
        sound, _ = await ann.broadcast()
        capabilities: Json = dict(vic.client.rtp_capabilities)
        deaf = [one for one in capabilities["codecs"] if one["kind"] == "audio"]

        answer = await vic.ask(
            "get-recv-tracks",
            answer="get-recv-tracks-res",
            rtpCapabilities=capabilities | {"codecs": deaf},
        )

        [only] = answer["consumerParametersArr"]
        assert only["peerId"] == "ann"
        assert only["consumerParameters"]["producerId"] == sound


async def test_misshapen_capabilities_are_an_error(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as ann, viewer(api, stream_id, "vic") as vic:
        await ann.broadcast()

        with pytest.raises(RefusedError) as refused:
            await vic.ask("get-recv-tracks", answer="none", rtpCapabilities={"codecs": "all"})

        assert refused.value.name == "get-recv-tracks"
        assert len(await vic.recv_tracks()) == 2


async def test_resuming_nothing_is_done(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as ann:
        assert await ann.resume() == {"streamId": stream_id}
        await goes_on(ann)


async def test_end_while_others_connect_answers_everybody(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as ann:
        sids = [uuid4().hex for _ in range(10)]
        for number, sid in enumerate(sids):
            if number == 5:
                await api.send("end-stream", uuid4().hex, streamId=stream_id)
            await api.send("connect-as-viewer", sid, streamId=stream_id, peerId=sid)

        for sid in sids[:5]:
            await api.answer("you-connected-as-viewer", sid)
            await api.answer("you-left-stream", sid)
        await api.answer("you-left-stream", ann.sid)
        for sid in sids[5:]:
            with pytest.raises(RefusedError):
                await api.answer("none", sid)


async def test_operations_published_twice_are_answered_twice(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as ann, viewer(api, stream_id, "vic") as vic:
        await ann.connect_sender()
        track = ann.track("video")
        first = await _send(api, stream_id, "ann", track)
        assert await _send(api, stream_id, "ann", track) == first
        assert await vic.recv_tracks() == await vic.recv_tracks()
        assert await vic.resume() == await vic.resume() == {"streamId": stream_id}
        assert await vic.leave() == {"streamId": stream_id}
        with pytest.raises(RefusedError):
            await vic.leave()


async def _connect(
    api: ApiRole, stream_id: str, peer_id: str, direction: str, dtls: object
) -> Json:
    return await api.ask(
        "connect-transport",
        uuid4().hex,
        answer=f"connect-transport-{direction}-res",
        streamId=stream_id,
        peerId=peer_id,
        direction=direction,
        dtlsParameters=dtls,
    )


async def _send(api: ApiRole, stream_id: str, peer_id: str, track: Json) -> Json:
    complete = {
        "direction": "send",
        "paused": False,
        "kind": "video",
        "rtpParameters": {},
        "rtpCapabilities": {},
        "appData": {},
    } | track
    return await api.ask(
        "send-track",
        uuid4().hex,
        answer="send-track-send-res",
        streamId=stream_id,
        peerId=peer_id,
        **complete,
    )


async def _resume(api: ApiRole, stream_id: str, **data: object) -> Json:
    return await api.ask(
        "resume-consumers", uuid4().hex, answer="resume-consumers-done", streamId=stream_id, **data
    )


async def goes_on(ann: Streamer, vic: Viewer | None = None) -> None:
    """Broadcasts and watches, as if nothing had been."""
    if vic is None:
        async with viewer(ann.api, ann.stream_id, uuid4().hex) as somebody:
            await goes_on(ann, somebody)
        return
    _, picture = await ann.broadcast()
    await plays((await vic.watch())[picture])


async def plays(track: ReceivedTrack) -> None:
    """Waits for frames that are made from now on."""
    with trio.fail_after(PATIENCE):
        await track.wait_for_frames(5)
