import anyio
import sfu
from sfu.errors import WorkerDiedError
from sfu.testing import Peer

OPUS = {"kind": "audio", "mimeType": "audio/opus", "clockRate": 48000, "channels": 2}


def test_a_call_on_asyncio() -> None:
    async def call() -> tuple[int, str | None]:
        async with sfu.create_worker(listen_ip="127.0.0.1") as worker:
            router = await worker.create_router(media_codecs=[OPUS])
            async with Peer(router) as alice, Peer(router) as bob:
                voice = await bob.subscribe(await alice.publish("audio"))
                with anyio.fail_after(10):
                    await voice.wait_for_packets(20)
                events = voice.consumer.events()
                worker._core.panic()
                with anyio.fail_after(10):
                    last = [event async for event in events][-1]
                try:
                    await router.dump()
                except WorkerDiedError:
                    return voice.stats().corrupt, last.name
                return -1, None

    assert anyio.run(call, backend="asyncio") == (0, "workerdied")
