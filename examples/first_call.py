import trio
import sfu
from sfu.testing import Peer          # a real WebRTC client (webrtc-rs): ICE, DTLS, SRTP over UDP, synthetic media

CODECS = [
    {"kind": "audio", "mimeType": "audio/opus", "clockRate": 48000, "channels": 2},
    {"kind": "video", "mimeType": "video/VP8", "clockRate": 90000},
]

async def main() -> None:
    async with sfu.create_worker(listen_ip="127.0.0.1") as worker:
        router = await worker.create_router(media_codecs=CODECS)
        async with Peer(router) as alice, Peer(router) as bob:
            camera = await alice.publish("video", fps=30)          # -> sfu.Producer
            microphone = await alice.publish("audio")
            picture = await bob.subscribe(camera)                  # -> a received track of Bob's
            voice = await bob.subscribe(microphone)
            with trio.fail_after(5):
                await picture.wait_for_frames(30)
                await voice.wait_for_packets(50)
            print(await router.dump())
            print(picture.stats())                                 # frames, packets, lost, jitter, bitrate

trio.run(main)
