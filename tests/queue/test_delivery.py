"""What is delivered, answered and left: on a broker where no other media server is."""

import json
import signal
from collections.abc import AsyncIterator, Iterator

import pytest

from scripts.private_broker import private_broker
from tests.server.support.process import server_process

from .aio_pika_queues import API_SERVER_QUEUE, MEDIA_SERVER_QUEUE, aio_pika_role
from .api_role import Json
from .raw import DEAD_LETTER_QUEUE, RawQueues, raw_queues


@pytest.fixture(scope="module")
def broker_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker without a media server."""
    with private_broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker.url


@pytest.fixture
async def raw(broker_url: str) -> AsyncIterator[RawQueues]:
    async with raw_queues(broker_url) as raw:
        await raw.purge()
        yield raw


async def test_redelivered_operations_are_carried_out_if_they_never_were(
    broker_url: str, raw: RawQueues, stream_id: str
) -> None:
    await raw.publish(operation("connect-as-streamer", stream_id, peerId="ann"))
    await raw.give_back()

    async with server_process("--amqp-url", broker_url):
        answer = json.loads((await raw.next(API_SERVER_QUEUE)).body)

    assert answer["op"] == "you-connected-as-streamer"


async def test_server_that_stops_answers_what_it_began_and_leaves_the_rest(
    broker_url: str, raw: RawQueues, stream_id: str
) -> None:
    async with server_process("--amqp-url", broker_url) as server:
        await raw.flood(
            [
                operation("connect-as-streamer", f"{stream_id}-{number % 7}", peerId="ann")
                for number in range(1000)
            ]
        )
        assert await server.stop(signal.SIGTERM) == 0

    answered = await raw.waiting(API_SERVER_QUEUE)
    assert answered + await raw.waiting(MEDIA_SERVER_QUEUE) == 1000
    assert await raw.waiting(DEAD_LETTER_QUEUE) == 0


async def test_flood_stays_in_the_broker(broker_url: str, raw: RawQueues, stream_id: str) -> None:
    flood = operation("send-track", stream_id, **(TRACK | {"appData": {"filler": "x" * 200_000}}))
    async with server_process("--amqp-url", broker_url, "--amqp-prefetch", "100") as server:
        before = server.resident()
        await raw.flood([flood] * FLOOD)
        async with aio_pika_role(broker_url) as api:
            for _ in range(FLOOD):
                assert "error" in await api.answer("send-track-send-res", "sid")

        assert server.resident() - before < FLOOD * len(flood) / 10


FLOOD = 5000


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
