"""A way to a broker that can be held in either direction, and cut."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import trio

PIECE = 4096
SMALL = {
    (socket.SOL_SOCKET, socket.SO_RCVBUF): 4096,
    (socket.IPPROTO_TCP, socket.TCP_MAXSEG): 536,
}
"""Options by which the kernel keeps little of what the near side sends."""


class Direction:
    """One direction of all connections: flows unless it is held."""

    def __init__(self) -> None:
        self._allowed: int | None = None
        self._open = trio.Event()
        self._open.set()

    def hold(self) -> None:
        """Lets nothing more through."""
        self._allowed = 0
        self._open = trio.Event()

    def let(self, count: int) -> None:
        """Lets about so many bytes more through."""
        self._allowed = count
        self._open.set()

    def release(self) -> None:
        """Lets everything through."""
        self._allowed = None
        self._open.set()

    async def pump(
        self, source: trio.SocketStream, sink: trio.SocketStream, connection: trio.CancelScope
    ) -> None:
        """Carries bytes until one side is gone, and ends the connection."""
        with suppress(trio.BrokenResourceError):
            while piece := await source.receive_some(PIECE):
                await self._open.wait()
                await sink.send_all(piece)
                self._count(len(piece))
        connection.cancel()

    def _count(self, carried: int) -> None:
        if self._allowed is not None:
            self._allowed -= carried
            if self._allowed <= 0:
                self.hold()


class Strait:
    """The way; `url` is that of its near end."""

    def __init__(self, url: str, broker_port: int) -> None:
        self.url = url
        self.to_broker = Direction()
        self.from_broker = Direction()
        self._broker_port = broker_port
        self._connections: set[trio.CancelScope] = set()

    def cut(self) -> None:
        """Ends all connections without a word; new ones flow."""
        for connection in self._connections:
            connection.cancel()
        self.to_broker.release()
        self.from_broker.release()

    async def carry(self, near: trio.SocketStream) -> None:
        """Serves one connection."""
        far = await trio.open_tcp_stream("127.0.0.1", self._broker_port)
        async with near, far, trio.open_nursery() as nursery:
            self._connections.add(nursery.cancel_scope)
            nursery.start_soon(self.to_broker.pump, near, far, nursery.cancel_scope)
            nursery.start_soon(self.from_broker.pump, far, near, nursery.cancel_scope)
        self._connections.discard(nursery.cancel_scope)


@asynccontextmanager
async def strait(url: str) -> AsyncIterator[Strait]:
    """Opens a way to a broker."""
    near = socket.socket()
    for (level, option), value in SMALL.items():
        near.setsockopt(level, option, value)
    near.bind(("127.0.0.1", 0))
    near.listen()
    broker = urlsplit(url)
    port: int = near.getsockname()[1]
    here = broker._replace(netloc=f"{broker.username}:{broker.password}@127.0.0.1:{port}")
    assert broker.port
    way = Strait(here.geturl(), broker.port)
    listener = trio.SocketListener(trio.socket.from_stdlib_socket(near))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, way.carry, [listener])
        yield way
        nursery.cancel_scope.cancel()
