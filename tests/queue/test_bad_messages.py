"""What is no operation: somebody is told, the dead-letter queue keeps it, and no more happens."""

import json
from collections.abc import AsyncIterator

import pytest
import trio

from .aio_pika_queues import API_SERVER_QUEUE, MEDIA_SERVER_QUEUE
from .api_role import PATIENCE, ApiRole
from .bad_messages import SID, BadMessage, bad_messages
from .peers import streamer, viewer
from .raw import DEAD_LETTER_QUEUE, RawQueues, raw_queues


@pytest.fixture
async def raw(amqp_url: str) -> AsyncIterator[RawQueues]:
    async with raw_queues(amqp_url) as raw:
        yield raw
        await raw.purge()


@pytest.mark.parametrize("bad", list(bad_messages()), ids=lambda bad: bad.title)
async def test_bad_message_ends_among_the_dead_letters(raw: RawQueues, bad: BadMessage) -> None:
    await raw.publish(bad.body)

    letter = await raw.next(DEAD_LETTER_QUEUE)
    assert letter.body == bad.body
    assert letter.headers["x-reason"]
    assert letter.persistent
    if bad.name is not None:
        answer = await raw.next(API_SERVER_QUEUE)
        assert (answer.persistent, answer.content_type) == (True, "application/json")
        told = json.loads(answer.body)
        assert told.keys() == {"op", "data", "sid"}
        assert (told["op"], told["sid"]) == ("media-server-error", SID)
        assert told["data"] == {"name": bad.name, "msg": letter.headers["x-reason"]}
    assert await raw.waiting(API_SERVER_QUEUE) == 0
    assert await raw.waiting(MEDIA_SERVER_QUEUE) == 0


async def test_call_goes_on_through_all_bad_messages(api: ApiRole, stream_id: str) -> None:
    async with streamer(api, stream_id, "ann") as ann, viewer(api, stream_id, "vic") as vic:
        _, picture = await ann.broadcast()
        track = (await vic.watch())[picture]

        for bad in bad_messages():
            await api.publish(bad.body)

        with trio.fail_after(PATIENCE):
            await track.wait_for_frames(20)
        assert len(await vic.recv_tracks()) == 2


async def test_unknown_fields_are_ignored(api: ApiRole, stream_id: str) -> None:
    body = {
        "op": "connect-as-streamer",
        "data": {"streamId": stream_id, "peerId": "ann", "version": 2},
        "sid": "newer",
        "traceId": "t",
    }

    await api.publish(json.dumps(body).encode())

    made = await api.answer("you-connected-as-streamer", "newer")
    assert made["peerId"] == "ann"
