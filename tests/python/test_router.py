"""What routers of the same codecs share, and what they do not."""

import sfu
from sfu.testing import Peer

VP8 = {"kind": "video", "mimeType": "video/VP8", "clockRate": 90000}
OPUS = {"kind": "audio", "mimeType": "audio/opus", "clockRate": 48000, "channels": 2}


async def test_a_call_on_one_router_changes_nothing_for_the_next(sfu_worker: sfu.Worker) -> None:
    first = await sfu_worker.create_router(media_codecs=[VP8, OPUS])
    before = first.rtp_capabilities.to_json()
    async with Peer(first) as alice, Peer(first) as bob:
        await bob.subscribe(await alice.publish("video"))

    second = await sfu_worker.create_router(media_codecs=[VP8, OPUS])

    assert second.rtp_capabilities.to_json() == before
    async with Peer(second) as alice, Peer(second) as bob:
        await (await bob.subscribe(await alice.publish("video"))).wait_for_frames(1)


async def test_routers_of_other_codecs_have_other_capabilities(sfu_worker: sfu.Worker) -> None:
    routers = [await sfu_worker.create_router(media_codecs=[codec]) for codec in (VP8, OPUS)]

    kinds = [{codec.kind for codec in router.rtp_capabilities.codecs} for router in routers]

    assert kinds == [{"video"}, {"audio"}]
