"""Order, and each operation once: without broker and media."""

import json
from collections.abc import AsyncIterator
from itertools import count

import pytest
import trio
import trio.testing
from sfu_server.streams import Delivery, Dispatcher, Limits, Streams
from sfu_server.streams.messages import Answer

from tests.server.support.fake_media import FakeEngine

from .api_role import Json
from .fake_broker import FakeBroker

LIMITS = Limits(max_streams=10, max_peers=3, max_producers=2, max_consumers=10)


class Desk:
    """A dispatcher between a broker and an engine that are not there."""

    def __init__(self, nursery: trio.Nursery) -> None:
        self.engine = FakeEngine()
        self.broker = FakeBroker()
        self.tags = count(1)
        self.streams = Streams(self.engine, LIMITS, self.tell)
        self.dispatcher = Dispatcher(self.streams, self.broker, 4, 10, nursery)

    def tell(self, stream_id: str, answers: list[Answer]) -> None:
        self.dispatcher.tell(stream_id, answers)

    def deliver(
        self, op: str, stream_id: str = "s", *, redelivered: bool = False, **data: object
    ) -> None:
        body = json.dumps({"op": op, "data": {"streamId": stream_id, **data}, "sid": "sid"})
        self.dispatcher.accept(
            Delivery(body.encode(), None, redelivered, self.broker.connection, next(self.tags))
        )

    @property
    def answers(self) -> list[Json]:
        return [json.loads(one.body) for one in self.broker.published]

    @property
    def ops(self) -> list[str]:
        return [answer["op"] for answer in self.answers]


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with trio.open_nursery() as nursery:
        yield Desk(nursery)
        nursery.cancel_scope.cancel()


async def settled() -> None:
    await trio.testing.wait_all_tasks_blocked()


async def test_slow_stream_holds_up_no_other(desk: Desk) -> None:
    desk.engine.gate = trio.Event()
    desk.deliver("connect-as-streamer", "slow", peerId="ann")
    await settled()
    desk.engine.gate, slow = trio.Event(), desk.engine.gate
    desk.engine.gate.set()

    desk.deliver("connect-as-streamer", "quick", peerId="bob")
    desk.deliver("close-peer", "slow", peerId="ann")
    await settled()

    assert [answer["data"]["streamId"] for answer in desk.answers] == ["quick"]
    slow.set()
    await settled()
    assert desk.ops[1:] == ["you-connected-as-streamer", "you-left-stream"]


async def test_media_worker_that_does_not_answer_is_an_error_in_the_end(
    desk: Desk, autojump_clock: trio.testing.MockClock
) -> None:
    desk.engine.gate = trio.Event()

    desk.deliver("connect-as-streamer", peerId="ann")
    await trio.sleep(11)

    assert autojump_clock.current_time() > 10
    [answer] = desk.answers
    assert answer["data"]["name"] == "connect-as-streamer"
    assert desk.broker.acknowledged == [1]


async def test_what_waits_for_a_stuck_media_worker_is_refused_with_the_first(
    desk: Desk, autojump_clock: trio.testing.MockClock
) -> None:
    desk.engine.gate = trio.Event()

    for peer_id in ("ann", "bob", "cat"):
        desk.deliver("connect-as-streamer", peerId=peer_id)
    await trio.sleep(11)
    assert desk.ops == ["media-server-error"] * 3
    assert autojump_clock.current_time() < 20

    desk.engine.gate.set()
    desk.deliver("connect-as-streamer", peerId="dan")
    await settled()
    assert desk.ops[3:] == ["you-connected-as-streamer"]


async def test_message_is_acknowledged_after_its_answer_is_confirmed(desk: Desk) -> None:
    desk.broker.back = trio.Event()

    desk.deliver("connect-as-streamer", peerId="ann")
    await settled()
    assert (desk.broker.acknowledged, desk.streams.peers) == ([], 1)

    desk.broker.back.set()
    await settled()
    assert desk.broker.acknowledged == [1]


async def test_redelivered_operation_changes_nothing_and_is_answered_again(desk: Desk) -> None:
    desk.deliver("connect-as-streamer", peerId="ann")
    await settled()
    sessions = desk.engine.open_sessions

    desk.deliver("connect-as-streamer", redelivered=True, peerId="ann")
    await settled()

    first, again = desk.answers
    assert again == first
    assert len(desk.engine.rooms[0].sessions) == sessions == 1
    assert desk.broker.acknowledged == [1, 2]


async def test_operation_of_a_lost_connection_is_known_even_if_not_marked(desk: Desk) -> None:
    desk.broker.back = trio.Event()
    desk.deliver("connect-as-streamer", peerId="ann")
    await settled()
    desk.broker.connection += 1
    desk.broker.back.set()

    desk.deliver("connect-as-streamer", peerId="ann")
    await settled()

    first, again = desk.answers
    assert again == first
    assert desk.broker.acknowledged == [2]


async def test_operations_that_look_alike_are_known_in_their_order(desk: Desk) -> None:
    desk.deliver("connect-as-streamer", peerId="ann")
    await settled()
    desk.broker.back = trio.Event()
    desk.deliver("close-peer", peerId="ann")
    await settled()
    desk.broker.connection += 1
    desk.deliver("close-peer", redelivered=True, peerId="ann")
    desk.broker.back.set()
    await settled()

    assert desk.ops == ["you-connected-as-streamer", "you-left-stream", "you-left-stream"]


async def test_operation_published_twice_is_two_operations(desk: Desk) -> None:
    desk.deliver("connect-as-streamer", peerId="ann")
    desk.deliver("close-peer", peerId="ann")
    desk.deliver("close-peer", peerId="ann")
    await settled()

    assert desk.ops == ["you-connected-as-streamer", "you-left-stream", "media-server-error"]


async def test_what_a_lost_connection_brought_and_is_not_begun_waits_for_the_next(
    desk: Desk,
) -> None:
    desk.broker.back = trio.Event()
    for peer_id in ("ann", "bob"):
        desk.deliver("connect-as-streamer", peerId=peer_id)
    await settled()
    desk.broker.connection += 1

    for peer_id in ("ann", "bob"):
        desk.deliver("connect-as-streamer", redelivered=True, peerId=peer_id)
    desk.broker.back.set()
    await settled()

    assert [answer["data"]["peerId"] for answer in desk.answers] == ["ann", "ann", "bob"]
    assert desk.streams.peers == 2


async def test_answer_that_nobody_confirms_hands_its_operation_back(desk: Desk) -> None:
    desk.broker.impatient = True
    desk.deliver("connect-as-streamer", peerId="ann")
    await settled()
    assert (desk.broker.handed_back, desk.broker.acknowledged) == ([1], [])

    desk.broker.impatient = False
    desk.deliver("connect-as-streamer", redelivered=True, peerId="ann")
    await settled()

    assert desk.ops == ["you-connected-as-streamer"]
    assert len(desk.engine.rooms[0].sessions) == 1


async def test_death_of_the_media_worker_ends_the_stream_and_tells_everybody(desk: Desk) -> None:
    desk.deliver("connect-as-streamer", peerId="ann")
    desk.deliver("connect-as-viewer", peerId="vic")
    await settled()

    desk.engine.rooms[0].lose()
    desk.deliver("close-peer", peerId="ann")
    await settled()

    assert desk.ops[2:] == ["you-left-stream", "you-left-stream", "media-server-error"]


async def test_stop_finishes_what_is_begun_and_begins_nothing(desk: Desk) -> None:
    desk.engine.gate = trio.Event()
    desk.deliver("connect-as-streamer", peerId="ann")
    desk.deliver("close-peer", peerId="ann")
    await settled()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(desk.dispatcher.stop)
        await settled()
        desk.deliver("connect-as-streamer", "other", peerId="bob")
        desk.engine.gate.set()

    assert desk.ops == ["you-connected-as-streamer"]
    assert desk.broker.acknowledged == [1]


async def test_failing_connect_leaves_no_stream_and_no_peer_behind(desk: Desk) -> None:
    desk.engine.failing = True

    desk.deliver("connect-as-streamer", peerId="ann")
    await settled()

    assert desk.ops == ["media-server-error"]
    assert (len(desk.streams), desk.engine.open_rooms) == (0, 0)


async def test_peers_and_streams_are_limited(desk: Desk) -> None:
    for number in range(4):
        desk.deliver("connect-as-streamer", peerId=f"peer-{number}")
    await settled()
    for number in range(10):
        desk.deliver("connect-as-streamer", f"stream-{number}", peerId="ann")
    await settled()

    assert desk.ops.count("media-server-error") == 2
    assert (len(desk.streams), desk.streams.peers) == (10, 12)
