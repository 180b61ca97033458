"""Cost of the queues' operations, from an API server's publishing to the answer in its hands.

    python -m benches.queue      (make bench-queue: on the release build)

Runs a broker, `sfu-server` on it and, in this process, an API server on aio-pika. Prints a line for
each measurement and asserts nothing. CPU is that of all threads of a process; the broker's is not
counted. No media flows: the worker only makes and closes what it is told.
"""

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from scripts.private_broker import private_broker
from tests.browser.server import Server

Json: TypeAlias = dict[str, Any]

STREAMS = 1000
AT_ONCE = 200
WARM_UP = 100


@dataclass(frozen=True, slots=True)
class Operation:
    """One message. Its `sid` is nobody else's while it is under way."""

    op: str
    sid: str
    data: Json


class ApiServer:
    """Publishes operations, and finds each its answer by `sid`."""

    def __init__(self, channel: AbstractChannel) -> None:
        """Takes an open channel over."""
        self._channel = channel
        self._asked: dict[str, asyncio.Future[Json]] = {}

    async def ask(self, operation: Operation) -> Json:
        """Gives the answer's data.

        Raises:
            RuntimeError: The media server refuses.
        """
        answer = self._asked[operation.sid] = asyncio.get_running_loop().create_future()
        message = {"op": operation.op, "data": operation.data, "sid": operation.sid}
        await self._channel.default_exchange.publish(
            aio_pika.Message(json.dumps(message).encode(), content_type="application/json"),
            "media_server_queue",
        )
        data: Json = await answer
        if "error" in data or "msg" in data:
            raise RuntimeError(data)
        return data

    async def receive(self, message: AbstractIncomingMessage) -> None:
        """Takes an answer from the queue."""
        answer = json.loads(message.body)
        asked = self._asked.pop(answer.get("sid", ""), None)
        if asked is not None:
            asked.set_result(answer["data"])


@dataclass(frozen=True, slots=True)
class Bench:
    """Measures operations against one server."""

    api: ApiServer
    server_clock: int

    async def measure(self, name: str, operations: list[Operation], at_once: int = 1) -> list[Json]:
        """Prints what operations cost, `at_once` of them under way at a time; gives the answers."""
        latencies: list[float] = []
        turn = asyncio.Semaphore(at_once)

        async def ask(operation: Operation) -> Json:
            async with turn:
                began = time.perf_counter()
                answer = await self.api.ask(operation)
                latencies.append((time.perf_counter() - began) * 1000)
                return answer

        server_cpu, own_cpu, began = self._server_cpu(), time.process_time(), time.perf_counter()
        answers = await asyncio.gather(*map(ask, operations))
        seconds = time.perf_counter() - began
        server_cpu, own_cpu = self._server_cpu() - server_cpu, time.process_time() - own_cpu
        count = len(operations)
        print(
            f"{name:20}{count:6}{at_once:9}{count / seconds:8.0f}"
            f"{server_cpu / count * 1000:12.3f}{own_cpu / count * 1000:12.3f}"
            f"{statistics.median(latencies):10.2f}{statistics.quantiles(latencies, n=100)[-1]:9.2f}"
        )
        return answers

    def _server_cpu(self) -> float:
        return time.clock_gettime(self.server_clock)


async def measure_all(bench: Bench) -> None:
    """Measures the operations in the order in which streams need them."""
    print("operation                 at once   ops/s   server ms  client ms   median ms   p99 ms")
    for name, count, at_once in (
        ("(warm-up)", WARM_UP, 1),
        ("connect-as-streamer", AT_ONCE, AT_ONCE),
    ):
        await bench.measure(name, [connect("streamer", n) for n in range(count)], at_once)
        await bench.measure("end-stream", [end(n) for n in range(count)], at_once)
    numbers = range(STREAMS)
    streamers = await bench.measure(
        "connect-as-streamer", [connect("streamer", n) for n in numbers]
    )
    await bench.measure("connect-as-viewer", [connect("viewer", n) for n in numbers])
    others = [connect("viewer", n, "another") for n in range(AT_ONCE)]
    await bench.measure("connect-as-viewer", others, AT_ONCE)
    await bench.measure("connect-transport", [connect_transport(n) for n in numbers])
    await bench.measure("send-track", [send_track(n, streamers[n]) for n in numbers])
    await bench.measure("get-recv-tracks", [recv_tracks(n, streamers[n]) for n in numbers])
    await bench.measure("resume-consumers", [of_viewer("resume-consumers", n) for n in numbers])
    await bench.measure("close-peer", [of_viewer("close-peer", n) for n in numbers])
    await bench.measure("end-stream", [end(n) for n in numbers])


def connect(role: str, number: int, peer: str | None = None) -> Operation:
    """One streamer or viewer enters a stream, under the name of its role if it has no other."""
    peer = peer or role
    data = {"streamId": f"stream{number}", "peerId": peer}
    return Operation(f"connect-as-{role}", f"{peer}{number}", data)


def connect_transport(number: int) -> Operation:
    """A viewer's transport learns of a client that never comes."""
    fingerprint = {"algorithm": "sha-256", "value": ":".join(["A5"] * 32)}
    dtls_parameters = {"role": "client", "fingerprints": [fingerprint]}
    return of_viewer("connect-transport", number, direction="recv", dtlsParameters=dtls_parameters)


def send_track(number: int, streamer: Json) -> Operation:
    """A streamer announces its microphone."""
    data = {
        "streamId": f"stream{number}",
        "peerId": "streamer",
        "transportId": streamer["sendTransportOptions"]["id"],
        "direction": "send",
        "paused": False,
        "kind": "audio",
        "rtpParameters": OPUS,
        "rtpCapabilities": streamer["routerRtpCapabilities"],
        "appData": {},
    }
    return Operation("send-track", f"streamer{number}", data)


def recv_tracks(number: int, streamer: Json) -> Operation:
    """A viewer who can receive all that the router can asks for what there is."""
    capabilities = streamer["routerRtpCapabilities"]
    return of_viewer("get-recv-tracks", number, rtpCapabilities=capabilities)


def of_viewer(op: str, number: int, **data: object) -> Operation:
    """An operation of a stream's viewer."""
    peer = {"streamId": f"stream{number}", "peerId": "viewer"}
    return Operation(op, f"viewer{number}", {**peer, **data})


def end(number: int) -> Operation:
    """Ends a stream; the answer is the streamer's `you-left-stream`."""
    return Operation("end-stream", f"streamer{number}", {"streamId": f"stream{number}"})


@asynccontextmanager
async def open_channel(url: str) -> AsyncIterator[AbstractChannel]:
    """Connects to the broker, and declares the queues as any API server does."""
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        await channel.declare_queue("media_server_queue", durable=True)
        await channel.declare_queue("api_server_queue", durable=True)
        yield channel


async def run(url: str, server: Server) -> None:
    """Measures a server that is ready."""
    async with open_channel(url) as channel:
        api = ApiServer(channel)
        answers = await channel.get_queue("api_server_queue")
        await answers.consume(api.receive, no_ack=True)
        await measure_all(Bench(api, server.cpu_clock))


def main() -> None:
    """Runs broker, server and measurements."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "broker").mkdir()
        with (
            private_broker(directory / "broker") as broker,
            (directory / "server.log").open("wb") as log,
        ):
            server = Server(log, "--amqp-url", broker.url)
            try:
                asyncio.run(run(broker.url, server))
            finally:
                server.stop()


OPUS: Json = {
    "mid": "0",
    "codecs": [
        {
            "mimeType": "audio/opus",
            "payloadType": 111,
            "clockRate": 48000,
            "channels": 2,
            "parameters": {"minptime": 10, "useinbandfec": 1},
            "rtcpFeedback": [],
        }
    ],
    "headerExtensions": [{"uri": "urn:ietf:params:rtp-hdrext:sdes:mid", "id": 4}],
    "encodings": [{"ssrc": 1111}],
    "rtcp": {"cname": "bench", "reducedSize": True},
}


if __name__ == "__main__":
    main()
