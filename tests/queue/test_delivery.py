"""Order, and what the broker delivers again."""

import json

from tests.server.support.process import server_process

from .aio_pika_queues import API_SERVER_QUEUE, MEDIA_SERVER_QUEUE, aio_pika_role
from .api_role import ApiRole, Json
from .peers import streamer
from .raw import DEAD_LETTER_QUEUE, raw_queues


async def test_operations_of_a_stream_take_effect_in_order(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann"):
        for _ in range(20):
            await api.send("connect-as-viewer", "s", streamId=stream_id, peerId="vic")
            await api.send("close-peer", "s", streamId=stream_id, peerId="vic")

        for _ in range(20):
            assert "recvTransportOptions" in await api.answer("you-connected-as-viewer", "s")
            assert await api.answer("you-left-stream", "s") == {"streamId": stream_id}
        assert api.waiting("s") == []


async def test_redelivered_operations_are_carried_out_if_they_never_were(
    broker_url: str, stream_id: str
) -> None:
    async with raw_queues(broker_url) as raw:
        await raw.publish(operation("connect-as-streamer", stream_id, peerId="ann"))
        await raw.give_back()

        async with server_process("--amqp-url", broker_url):
            answer = json.loads((await raw.next(API_SERVER_QUEUE)).body)

        assert answer["op"] == "you-connected-as-streamer"


async def test_server_that_stops_leaves_what_it_did_not_begin(
    broker_url: str, stream_id: str
) -> None:
    async with raw_queues(broker_url) as raw:
        async with server_process("--amqp-url", broker_url) as server:
            await raw.flood(
                [
                    operation("connect-as-streamer", f"{stream_id}-{number % 7}", peerId="ann")
                    for number in range(1000)
                ]
            )
            server.process.terminate()
            assert await server.process.wait() == 0

        answered = await raw.waiting(API_SERVER_QUEUE)
        assert answered + await raw.waiting(MEDIA_SERVER_QUEUE) == 1000
        assert await raw.waiting(DEAD_LETTER_QUEUE) == 0
        await raw.purge()


async def test_flood_stays_in_the_broker(broker_url: str, stream_id: str) -> None:
    body = operation("send-track", stream_id, **(TRACK | {"appData": {"filler": "x" * 200_000}}))
    async with raw_queues(broker_url) as raw, server_process("--amqp-url", broker_url) as server:
        await raw.flood([operation("end-stream", stream_id)])
        await raw.next(API_SERVER_QUEUE)
        before = server.resident()

        async with aio_pika_role(broker_url) as api:
            await raw.flood([body] * 5000)
            for _ in range(5000):
                assert "error" in await api.answer("send-track-send-res", "sid")

        assert server.resident() - before < 200_000_000


def operation(op: str, stream_id: str, **data: object) -> bytes:
    return json.dumps({"op": op, "data": {"streamId": stream_id, **data}, "sid": "sid"}).encode()


TRACK: Json = {
    "peerId": "ann",
    "transportId": "t",
    "direction": "send",
    "paused": False,
    "kind": "audio",
    "rtpParameters": {},
    "rtpCapabilities": {},
    "appData": {},
}
