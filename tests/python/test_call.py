"""Media between peers through a real worker."""

from contextlib import AsyncExitStack
from itertools import permutations

import pytest
import sfu
import trio
from sfu.errors import InvalidStateError
from sfu.testing import Client, Peer

CODECS = [
    {"kind": "audio", "mimeType": "audio/opus", "clockRate": 48000, "channels": 2},
    {"kind": "audio", "mimeType": "audio/PCMU", "clockRate": 8000},
    {"kind": "audio", "mimeType": "audio/PCMA", "clockRate": 8000},
    {"kind": "audio", "mimeType": "audio/G722", "clockRate": 8000},
    {"kind": "video", "mimeType": "video/VP8", "clockRate": 90000},
    {"kind": "video", "mimeType": "video/VP9", "clockRate": 90000},
    {
        "kind": "video",
        "mimeType": "video/H264",
        "clockRate": 90000,
        "parameters": {
            "packetization-mode": 1,
            "profile-level-id": "42e01f",
            "level-asymmetry-allowed": 1,
        },
    },
    {"kind": "video", "mimeType": "video/AV1", "clockRate": 90000},
]


@pytest.mark.parametrize(
    ("kind", "codec"),
    [
        ("audio", "opus"),
        ("audio", "PCMU"),
        ("audio", "PCMA"),
        ("audio", "G722"),
        ("video", "VP8"),
        ("video", "VP9"),
        ("video", "H264"),
        ("video", "AV1"),
    ],
)
async def test_media_arrives_complete_and_unchanged(
    sfu_worker: sfu.Worker, kind: sfu.MediaKind, codec: str
) -> None:
    router = await sfu_worker.create_router(media_codecs=CODECS)
    async with Peer(router) as alice, Peer(router) as bob:
        producer = await alice.publish(kind, codec=codec)
        track = await bob.subscribe(producer)
        with trio.fail_after(10):
            await track.wait_for_frames(30)

        received = track.consumer.rtp_parameters.codecs[0]
        assert received.mime_type.lower() == f"{kind}/{codec}".lower()
        dropped = track.stats().frames_dropped
        with trio.fail_after(10):
            await track.wait_for_frames(30)
        stats = track.stats()
        # A client that is not quite ready misses its first key frame: only what follows one counts.
        assert (stats.corrupt, stats.lost, stats.frames_dropped) == (0, 0, dropped)
        assert stats.sources == (alice.published(producer).source,)


async def test_everybody_sees_everybody_else(sfu_router: sfu.Router) -> None:
    async with AsyncExitStack() as stack:
        peers = [await stack.enter_async_context(Peer(sfu_router)) for _ in range(4)]
        cameras = {peer: await peer.publish("video") for peer in peers}
        pictures = {
            (viewer, sender): await viewer.subscribe(cameras[sender])
            for viewer, sender in permutations(peers, 2)
        }
        with trio.fail_after(20):
            for picture in pictures.values():
                await picture.wait_for_frames(10)

        for (_, sender), picture in pictures.items():
            assert picture.stats().sources == (sender.published(cameras[sender]).source,)


async def test_one_of_a_simulcasts_encodings_is_forwarded(sfu_router: sfu.Router) -> None:
    async with Peer(sfu_router) as alice, Peer(sfu_router) as bob:
        camera = await alice.publish("video", codec="VP8", simulcast=3)
        picture = await bob.subscribe(camera)
        with trio.fail_after(10):
            await picture.wait_for_frames(30)

        assert (camera.type, picture.consumer.type) == ("simulcast", "simulcast")
        assert picture.stats().corrupt == 0
        assert len(alice.published(camera).stats()) == 3


@pytest.mark.parametrize("role", ["client", "server"])
async def test_a_peer_may_have_either_dtls_role(
    sfu_router: sfu.Router, role: "sfu.parameters.DtlsRole"
) -> None:
    async with Peer(sfu_router, dtls_role=role) as alice, Peer(sfu_router, dtls_role=role) as bob:
        picture = await bob.subscribe(await alice.publish("video"))
        with trio.fail_after(10):
            await picture.wait_for_frames(5)

        ours = (await bob.receiving()).transport.dtls_parameters.role
        assert {ours, role} == {"client", "server"}


async def test_media_goes_on_through_an_ice_restart(sfu_router: sfu.Router) -> None:
    async with Peer(sfu_router) as alice, Peer(sfu_router) as bob:
        picture = await bob.subscribe(await alice.publish("video"))
        transport = (await alice.sending()).transport
        with trio.fail_after(20):
            await picture.wait_for_frames(5)
            before = transport.ice_parameters
            await alice.restart_ice()
            await bob.restart_ice()
            await picture.wait_for_frames(60)

        assert transport.ice_parameters != before
        assert picture.stats().corrupt == 0


async def test_sound_and_picture_of_a_peer_have_one_clock(sfu_router: sfu.Router) -> None:
    async with Peer(sfu_router) as alice, Peer(sfu_router) as bob:
        picture = await bob.subscribe(await alice.publish("video"))
        voice = await bob.subscribe(await alice.publish("audio"))
        offsets: list[float] = []
        with trio.fail_after(20):
            for track in (picture, voice):
                while (offset := track.stats().clock_offset) is None:
                    await track.wait_for_packets(10)
                offsets.append(offset)

        assert abs(offsets[0] - offsets[1]) < 0.05
        assert picture.consumer.rtp_parameters.rtcp == voice.consumer.rtp_parameters.rtcp


async def test_a_consumer_may_come_before_the_connection(sfu_router: sfu.Router) -> None:
    async with Peer(sfu_router) as alice, Client(sfu_router.rtp_capabilities) as bob:
        camera = await alice.publish("video")
        transport = await sfu_router.create_webrtc_transport()
        consumer = await transport.consume(
            producer_id=camera.id, rtp_capabilities=bob.rtp_capabilities
        )
        receiver = await bob.create_recv_transport(transport.options())
        picture = await receiver.subscribe(consumer.options())
        await transport.connect(dtls_parameters=receiver.dtls_parameters)
        with trio.fail_after(10):
            await picture.wait_for_frames(10)

        assert picture.stats().corrupt == 0


async def test_a_transport_connects_once(sfu_router: sfu.Router) -> None:
    async with Client(sfu_router.rtp_capabilities) as client:
        transport = await sfu_router.create_webrtc_transport()
        end = await client.create_send_transport(transport.options())
        await transport.connect(dtls_parameters=end.dtls_parameters)
        with pytest.raises(InvalidStateError, match="connected already"):
            await transport.connect(dtls_parameters=end.dtls_parameters)


async def test_a_transport_tells_how_far_it_is(sfu_router: sfu.Router) -> None:
    async with Peer(sfu_router) as alice:
        path = await alice.sending()
        events = path.transport.events()
        await alice.publish("audio")
        seen: list[str] = []
        with trio.fail_after(10):
            async for event in events:
                seen.append(event.name)
                if path.transport.dtls_state == "connected":
                    break

        assert {"icestatechange", "iceselectedtuplechange", "dtlsstatechange"} <= set(seen)
        assert path.transport.ice_state in ("connected", "completed")
        chosen = path.transport.ice_selected_tuple
        assert chosen is not None
        assert (chosen.local_address, chosen.remote_ip) == ("127.0.0.1", "127.0.0.1")
        [stats] = await path.transport.stats()
        assert isinstance(stats, dict)
        assert stats["srtpProfile"] in ("AEAD_AES_128_GCM", "AEAD_AES_256_GCM")


async def test_a_worker_listens_on_several_addresses() -> None:
    async with sfu.create_worker(listen_ip=["127.0.0.1", "127.0.0.2"]) as worker:
        router = await worker.create_router(media_codecs=CODECS)
        transport = await router.create_webrtc_transport()
        assert [ip for ip, _ in worker.listen] == ["127.0.0.1", "127.0.0.2"]
        assert [candidate.address for candidate in transport.ice_candidates] == [
            "127.0.0.1",
            "127.0.0.2",
        ]


async def test_peers_are_told_the_announced_address() -> None:
    async with sfu.create_worker(
        listen_ip="127.0.0.1", announced_address="sfu.example.org"
    ) as worker:
        router = await worker.create_router(media_codecs=CODECS)
        transport = await router.create_webrtc_transport()
        assert [candidate.address for candidate in transport.ice_candidates] == ["sfu.example.org"]


async def test_media_costs_the_worker_cpu_time(sfu_worker: sfu.Worker) -> None:
    router = await sfu_worker.create_router(media_codecs=CODECS)
    before = await sfu_worker.resource_usage()
    async with Peer(router) as alice, Peer(router) as bob:
        picture = await bob.subscribe(await alice.publish("video", fps=120))
        with trio.fail_after(10):
            await picture.wait_for_frames(100)
    after = await sfu_worker.resource_usage()
    assert after.ru_utime + after.ru_stime > before.ru_utime + before.ru_stime
