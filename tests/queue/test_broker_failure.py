"""The broker goes away, comes back, or takes nothing: media flows on, and nothing is lost."""

import json
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import trio
from sfu.testing import ReceivedTrack

from scripts.private_broker import PrivateBroker
from tests.server.support.process import ServerProcess, server_process, starting_server

from .aio_pika_queues import API_SERVER_QUEUE, MEDIA_SERVER_QUEUE, aio_pika_role
from .api_role import PATIENCE, Json, RefusedError
from .peers import streamer, viewer
from .raw import QUEUES, raw_queues
from .strait import strait

BACK_WITHIN = 5
"""Seconds after the broker is back in which operations work again."""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[PrivateBroker]:
    broker = PrivateBroker(tmp_path)
    broker.start()
    yield broker
    broker.kill()


@pytest.mark.parametrize("end", ["kill", "stop"])
async def test_media_flows_without_a_gap_while_the_broker_restarts(
    broker: PrivateBroker, end: str
) -> None:
    async with server_process("--amqp-url", broker.url) as server, call(broker.url) as track:
        await trio.to_thread.run_sync(getattr(broker, end))
        lost_before = track.stats().lost
        with trio.fail_after(PATIENCE):
            await track.wait_for_frames(60)
        assert (await health(server))["broker"]["connected"] is False
        await trio.to_thread.run_sync(broker.start)

        with trio.fail_after(BACK_WITHIN):
            async with aio_pika_role(broker.url) as api:
                stream_id = uuid4().hex
                await api.send("connect-as-streamer", "sid", streamId=stream_id, peerId="ann")
                await api.answer("you-connected-as-streamer", "sid")

        with trio.fail_after(PATIENCE):
            await track.wait_for_frames(30)
        assert track.stats().lost == lost_before
        assert (await health(server))["status"] == "ok"


async def test_no_operation_is_lost_when_the_broker_is_killed(broker: PrivateBroker) -> None:
    sids = [uuid4().hex for _ in range(300)]
    bodies = [
        json.dumps(
            {
                "op": "connect-as-streamer",
                "data": {"streamId": f"s{number % 50}", "peerId": sid},
                "sid": sid,
            }
        ).encode()
        for number, sid in enumerate(sids)
    ]
    async with server_process("--amqp-url", broker.url):
        async with raw_queues(broker.url) as raw:
            await raw.flood(bodies)
            await trio.to_thread.run_sync(broker.kill)
        await trio.to_thread.run_sync(broker.start)

        async with aio_pika_role(broker.url) as api:
            for sid in sids:
                assert "sendTransportOptions" in await api.answer("you-connected-as-streamer", sid)


async def test_operation_that_is_delivered_again_is_answered_as_the_first_time(
    broker: PrivateBroker,
) -> None:
    async with server_process("--amqp-url", broker.url) as server, raw_queues(broker.url) as raw:
        await raw.publish(operation("connect-as-streamer", peerId="ann"))
        await raw.next(API_SERVER_QUEUE)
        await refuse_answers(broker)
        await raw.publish(operation("connect-as-viewer", peerId="vic"))
        await becomes(server, lambda state: state["peers"] == 2)

        await control(broker, "close_all_connections", "test")
        await becomes(server, lambda state: state["broker"]["reconnects"] >= 1)
        await control(broker, "clear_policy", "full")

        async with raw_queues(broker.url) as later:
            answers = [json.loads((await later.next(API_SERVER_QUEUE)).body)]
            await later.publish(operation("close-peer", peerId="ann"))
            while answers[-1]["op"] != "you-left-stream":
                answers.append(json.loads((await later.next(API_SERVER_QUEUE)).body))
            assert await later.waiting(MEDIA_SERVER_QUEUE) == 0
    del answers[-1]
    assert answers[0]["op"] == "you-connected-as-viewer"
    assert all(answer == answers[0] for answer in answers)


async def test_acknowledgements_that_a_lost_connection_kept_hold_up_nothing(
    broker: PrivateBroker,
) -> None:
    # Their answers are more than the kernel holds of what is sent and not received.
    streams = [uuid4().hex for _ in range(900)]
    async with (
        strait(broker.url) as way,
        server_process("--amqp-url", way.url, "--amqp-prefetch", "1000") as server,
        raw_queues(broker.url) as raw,
    ):
        # The server's answers are stuck on their way, then some arrive, then all confirmations
        # come back at once: their acknowledgements have to wait behind the other answers.
        way.to_broker.hold()
        await raw.flood([about(one, "connect-as-streamer", peerId="ann") for one in streams])
        await becomes(server, lambda state: state["peers"] == len(streams))
        way.from_broker.hold()
        way.to_broker.let(300_000)
        await raw.becomes(API_SERVER_QUEUE, lambda ready: ready >= 30)
        way.from_broker.release()
        await trio.sleep(0.5)
        way.cut()

        await raw.flood([about(one, "close-peer", peerId="ann") for one in streams])
        left: set[str] = set()
        while left < set(streams):
            answer = json.loads((await raw.next(API_SERVER_QUEUE)).body)
            if answer["op"] == "you-left-stream":
                left.add(answer["data"]["streamId"])


async def test_operations_of_a_killed_server_are_answered_by_the_next(
    broker: PrivateBroker,
) -> None:
    async with raw_queues(broker.url) as raw:
        async with server_process("--amqp-url", broker.url) as killed:
            await raw.publish(operation("connect-as-streamer", peerId="ann"))
            await raw.next(API_SERVER_QUEUE)
            await refuse_answers(broker)
            await raw.publish(operation("connect-as-viewer", peerId="vic"))
            await raw.publish(about("new", "connect-as-streamer", peerId="bob"))
            await becomes(killed, lambda state: state["peers"] == 3)
            assert await killed.stop(signal.SIGKILL) == -signal.SIGKILL

        async with server_process("--amqp-url", broker.url) as server:
            await becomes(server, lambda state: state["peers"] == 1)
            await control(broker, "clear_policy", "full")
            answers = [json.loads((await raw.next(API_SERVER_QUEUE)).body) for _ in range(2)]
            assert await raw.waiting(MEDIA_SERVER_QUEUE) == 0

    by_op = {answer["op"]: answer["data"] for answer in answers}
    assert by_op["you-connected-as-streamer"]["streamId"] == "new"
    # Its stream went down with the server that had it.
    assert by_op["media-server-error"]["name"] == "connect-as-viewer"


async def test_blocked_publishers_leave_the_operations_in_the_broker(
    broker: PrivateBroker,
) -> None:
    sids = [uuid4().hex for _ in range(3000)]
    async with (
        server_process("--amqp-url", broker.url, "--amqp-prefetch", "50") as server,
        call(broker.url) as track,
        raw_queues(broker.url) as raw,
    ):
        server.process.send_signal(signal.SIGSTOP)
        await raw.flood([viewer_of_nothing(sid) for sid in sids])
        await control(broker, "set_vm_memory_high_watermark", "0.00001")
        server.process.send_signal(signal.SIGCONT)

        await becomes(server, lambda state: state["broker"]["blocked"])
        assert (await health(server))["broker"] == {
            "connected": True,
            "blocked": True,
            "reconnects": 0,
        }
        assert await raw.waiting(MEDIA_SERVER_QUEUE) >= 3000 - 2 * 50
        with trio.fail_after(PATIENCE):
            await track.wait_for_frames(30)

        await control(broker, "set_vm_memory_high_watermark", "0.4")
        async with aio_pika_role(broker.url) as api:
            for sid in sids:
                with pytest.raises(RefusedError):
                    await api.answer("none", sid)
        await becomes(server, lambda state: not state["broker"]["blocked"])


async def test_server_is_ready_when_the_broker_comes(tmp_path: Path) -> None:
    broker = PrivateBroker(tmp_path)
    port = str(free_port())
    async with starting_server("--amqp-url", broker.url, "--port", port) as server:
        server.url = f"http://127.0.0.1:{port}/"
        await answers(server)
        assert (await health(server))["broker"]["connected"] is False
        await trio.to_thread.run_sync(broker.start)

        await server.ready()

        async with aio_pika_role(broker.url) as api:
            await api.send("connect-as-streamer", "sid", streamId="s", peerId="ann")
            await api.answer("you-connected-as-streamer", "sid")
    await trio.to_thread.run_sync(broker.stop)


async def test_signal_ends_a_server_that_waits_for_its_broker() -> None:
    port = str(free_port())
    unused = f"amqp://127.0.0.1:{free_port()}/"
    async with starting_server("--amqp-url", unused, "--port", port) as server:
        server.url = f"http://127.0.0.1:{port}/"
        await answers(server)

        assert await server.stop(signal.SIGTERM) == 0
        assert await server.rest_of_output() == b""


@pytest.mark.parametrize("end", ["kill", "stop"])
async def test_signal_ends_the_server_while_the_broker_is_away(
    broker: PrivateBroker, end: str
) -> None:
    async with server_process("--amqp-url", broker.url) as server:
        await trio.to_thread.run_sync(getattr(broker, end))

        assert await server.stop(signal.SIGTERM) == 0


async def test_signal_ends_the_server_while_an_answer_waits(broker: PrivateBroker) -> None:
    async with raw_queues(broker.url) as raw:
        async with server_process("--amqp-url", broker.url) as server:
            await refuse_answers(broker)
            await raw.publish(operation("connect-as-streamer", peerId="ann"))
            await becomes(server, lambda state: state["peers"] == 1)

            assert await server.stop(signal.SIGTERM) == 0

        assert await raw.waiting(MEDIA_SERVER_QUEUE) == 1


async def test_answer_that_waits_too_long_hands_its_operation_back(broker: PrivateBroker) -> None:
    soon = ("--amqp-publish-timeout", "0.5")
    async with server_process("--amqp-url", broker.url, *soon), raw_queues(broker.url) as raw:
        await raw.publish(operation("connect-as-streamer", peerId="ann"))
        await raw.next(API_SERVER_QUEUE)
        await refuse_answers(broker)
        await raw.publish(operation("connect-as-viewer", peerId="vic"))
        await control(broker, "clear_policy", "full")

        answer = json.loads((await raw.next(API_SERVER_QUEUE)).body)

    assert answer["op"] == "you-connected-as-viewer"


async def test_queues_that_are_deleted_come_back(broker: PrivateBroker) -> None:
    async with server_process("--amqp-url", broker.url):
        for queue in QUEUES:
            await control(broker, "delete_queue", queue)

        with trio.fail_after(BACK_WITHIN):
            async with aio_pika_role(broker.url) as api:
                await api.send("connect-as-viewer", "sid", streamId="s", peerId="ann")
                with pytest.raises(RefusedError):
                    await api.answer("none", "sid")


@asynccontextmanager
async def call(url: str) -> AsyncIterator[ReceivedTrack]:
    """A call that is under way, whose API server has left: what the viewer sees."""
    stream_id = uuid4().hex
    async with AsyncExitStack() as peers:
        async with aio_pika_role(url) as api:
            ann = await peers.enter_async_context(streamer(api, stream_id, "ann"))
            vic = await peers.enter_async_context(viewer(api, stream_id, "vic"))
            _, picture = await ann.broadcast()
            track = (await vic.watch())[picture]
        with trio.fail_after(PATIENCE):
            await track.wait_for_frames(10)
        yield track


def viewer_of_nothing(sid: str) -> bytes:
    """An operation that is refused, and thus costs little."""
    data = {"streamId": sid, "peerId": "vic"}
    return json.dumps({"op": "connect-as-viewer", "data": data, "sid": sid}).encode()


async def control(broker: PrivateBroker, *arguments: str) -> None:
    """Runs `rabbitmqctl`."""
    await trio.to_thread.run_sync(broker.control, *arguments)


async def refuse_answers(broker: PrivateBroker) -> None:
    """Has the broker refuse what is published to the API server's queue."""
    full = json.dumps({"max-length": 0, "overflow": "reject-publish"})
    await control(broker, "set_policy", "--apply-to", "queues", "full", API_SERVER_QUEUE, full)


async def becomes(server: ServerProcess, wanted: Callable[[Json], bool]) -> None:
    """Waits until the server's health is as wanted."""
    with trio.fail_after(PATIENCE):
        while not wanted(await health(server)):  # noqa: ASYNC110 - as HTTP is
            await trio.sleep(0.1)


def operation(op: str, **data: object) -> bytes:
    return about("s", op, **data)


def about(stream_id: str, op: str, **data: object) -> bytes:
    """An operation on a stream."""
    return json.dumps({"op": op, "data": {"streamId": stream_id, **data}, "sid": "sid"}).encode()


async def answers(server: ServerProcess) -> None:
    """Waits until the server answers HTTP."""
    with trio.fail_after(PATIENCE):
        while True:
            with suppress(httpx.TransportError):
                await health(server)
                return
            await trio.sleep(0.1)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


async def health(server: ServerProcess) -> Json:
    async with httpx.AsyncClient() as http:
        answer: Json = (await http.get(f"{server.url}healthz")).json()
        return answer
