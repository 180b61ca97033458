"""An API server in front of the media server's queues, with a page to broadcast and to watch.

    browser -- {op, data} --> WebSocket -- {op, data, sid} --> media_server_queue --> sfu-server
    browser <-- {op, data} -- WebSocket <-- {op, data, sid} -- api_server_queue <-- sfu-server

The WebSocket's id is the `sid`; its address says which peer of which stream it is, so that nobody
acts for somebody else. Two things are this server's own: `close-peer` when a WebSocket ends, and
`new-producer` to the other peers of a stream when somebody sends a track. Who may broadcast is for
your API server to decide; this one lets everybody.

    make run-broadcast      a broker, sfu-server and this on it: http://127.0.0.1:4000/

Open the page in two windows, broadcast in one and watch in the other.
"""

import argparse
import json
import os
import signal
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

import aio_pika
import trio
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypercorn.config import Config
from hypercorn.trio import serve
from quart import Response, websocket
from quart_trio import QuartTrio

Json: TypeAlias = dict[str, Any]

LOCAL_BROKER = "amqp://guest:guest@127.0.0.1:5672/"
PAGE = Path(__file__).parent / "broadcast"
FROM_BROWSERS = frozenset(
    {
        "connect-as-streamer",
        "connect-as-viewer",
        "connect-transport",
        "send-track",
        "get-recv-tracks",
        "resume-consumers",
        "end-stream",
    }
)
MAX_WAITING = 256
"""Messages that may wait for a browser before it counts as too slow."""


class Queues:
    """The two queues, by aio-pika on an asyncio loop in a thread of its own."""

    def __init__(self, portal: BlockingPortal, channel: AbstractChannel) -> None:
        """Takes an open channel over."""
        self._portal = portal
        self._channel = channel

    async def publish(self, message: Json) -> None:
        """Publishes to the media server, and waits until the broker has confirmed."""
        body = json.dumps(message).encode()
        await trio.to_thread.run_sync(self._portal.call, self._publish, body)

    async def _publish(self, body: bytes) -> None:
        persistent = aio_pika.DeliveryMode.PERSISTENT
        message = aio_pika.Message(body, content_type="application/json", delivery_mode=persistent)
        await self._channel.default_exchange.publish(message, "media_server_queue")


@asynccontextmanager
async def open_queues(url: str, deliver: Callable[[bytes], None]) -> AsyncIterator[Queues]:
    """Connects to the broker, and calls `deliver` in Trio's thread with each answer."""
    token = trio.lowlevel.current_trio_token()

    async def receive(message: AbstractIncomingMessage) -> None:
        token.run_sync_soon(deliver, message.body)
        await message.ack()

    @asynccontextmanager
    async def open_channel() -> AsyncIterator[AbstractChannel]:
        async with await aio_pika.connect_robust(url, reconnect_interval=1) as connection:
            channel = await connection.channel()
            await channel.declare_queue("media_server_queue", durable=True)
            answers = await channel.declare_queue("api_server_queue", durable=True)
            await answers.consume(receive)
            yield channel

    with (
        start_blocking_portal("asyncio") as portal,
        portal.wrap_async_context_manager(open_channel()) as channel,
    ):
        yield Queues(portal, channel)


@dataclass(frozen=True, slots=True)
class Peer:
    """Whom a WebSocket belongs to."""

    stream_id: str
    peer_id: str
    outbox: trio.MemorySendChannel[Json]

    def tell(self, op: str, data: Json) -> None:
        """Sends to the browser; one that does not read loses its WebSocket."""
        try:
            self.outbox.send_nowait({"op": op, "data": data})
        except trio.WouldBlock:
            self.outbox.close()
        except trio.ClosedResourceError:
            pass  # it is leaving


class Peers:
    """All open WebSockets by their `sid`."""

    def __init__(self) -> None:
        """Begins without any."""
        self._peers: dict[str, Peer] = {}

    def enter(self, sid: str, peer: Peer) -> None:
        """Takes a WebSocket in."""
        self._peers[sid] = peer

    def leave(self, sid: str) -> bool:
        """Forgets a WebSocket. True if its peer has no other: a reloaded page may be there."""
        gone = self._peers.pop(sid)
        return all(
            (peer.stream_id, peer.peer_id) != (gone.stream_id, gone.peer_id)
            for peer in self._peers.values()
        )

    def deliver(self, body: bytes) -> None:
        """Passes on what the media server said."""
        message = json.loads(body)
        op, data, sid = message["op"], message["data"], message.get("sid")
        if sid is None:  # close-consumer, which is for a whole stream
            self._tell_stream(message["streamId"], op, data)
        elif sid in self._peers:
            self._peers[sid].tell(op, data)
        if op == "send-track-send-res" and "id" in data:
            self._tell_stream(data["streamId"], "new-producer", {"id": data["id"]}, besides=sid)

    def _tell_stream(self, stream_id: str, op: str, data: Json, *, besides: str = "") -> None:
        for sid, peer in self._peers.items():
            if peer.stream_id == stream_id and sid != besides:
                peer.tell(op, data)


def create_app(amqp_url: str) -> QuartTrio:
    """Makes the application; it connects to the broker when it is served."""
    app = QuartTrio(__name__, static_folder=str(PAGE), static_url_path="")
    peers = Peers()
    queues: Queues

    @app.while_serving
    async def connect() -> AsyncGenerator[None]:
        nonlocal queues
        async with open_queues(amqp_url, peers.deliver) as queues:
            yield

    @app.get("/")
    async def page() -> Response:
        return await app.send_static_file("index.html")

    @app.websocket("/peer")
    async def browser() -> None:
        sid = uuid4().hex
        who = {name: websocket.args[name] for name in ("streamId", "peerId")}
        outbox, waiting = trio.open_memory_channel[Json](MAX_WAITING)
        peers.enter(sid, Peer(who["streamId"], who["peerId"], outbox))
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_send, waiting, nursery.cancel_scope)
                while (message := await websocket.receive_json())["op"] in FROM_BROWSERS:
                    data = {**message["data"], **who}
                    await queues.publish({"op": message["op"], "data": data, "sid": sid})
                nursery.cancel_scope.cancel()
        finally:
            if peers.leave(sid):
                with trio.move_on_after(5, shield=True):
                    await queues.publish({"op": "close-peer", "data": who, "sid": sid})

    return app


async def _send(waiting: trio.MemoryReceiveChannel[Json], browser: trio.CancelScope) -> None:
    async for message in waiting:
        await websocket.send_json(message)
    browser.cancel()


async def _signal() -> None:
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        await anext(aiter(signals))


def main() -> None:
    """Serves until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description="Broadcast and watch through RabbitMQ.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=4000)
    parser.add_argument("--amqp-url", default=os.environ.get("SFU_AMQP_URL", LOCAL_BROKER))
    options = parser.parse_args()
    listener = socket.create_server((options.host, options.port))
    print("ready http://{}:{}/".format(*listener.getsockname()), flush=True)
    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    trio.run(partial(serve, create_app(options.amqp_url), config, shutdown_trigger=_signal))


if __name__ == "__main__":
    main()
