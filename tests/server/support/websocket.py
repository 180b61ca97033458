"""A WebSocket client on wsproto: nothing happens behind the test's back, not even reading."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import trio
from wsproto import ConnectionType, WSConnection
from wsproto.connection import ConnectionState
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    RejectConnection,
    RejectData,
    Request,
    TextMessage,
)

from tests.server.support.answers import PATIENCE, Answer, Json, read_answer

MEASUREMENTS = ("producerScore", "consumerScore", "consumerLayersChanged")
"""They come when they come."""


class RefusedError(Exception):
    """The handshake was answered like a request."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer)
        self.answer = answer


class Socket:
    """An open WebSocket. What the server sends is read when the test asks for it."""

    def __init__(self, stream: trio.SocketStream, protocol: WSConnection) -> None:
        self._stream = stream
        self._protocol = protocol
        self._events: list[Event] = []

    async def next(self) -> tuple[str, Json]:
        """The next notification that is not a measurement: its method and data."""
        while (notice := await self._next())[0] in MEASUREMENTS:
            pass
        return notice

    async def next_of(self, method: str) -> Json:
        """The data of the next notification of a method; others are dropped."""
        while (notice := await self._next())[0] != method:
            pass
        return notice[1]

    async def _next(self) -> tuple[str, Json]:
        with trio.fail_after(PATIENCE):
            text = ""
            while True:
                event = await self._event()
                assert isinstance(event, TextMessage), event
                text += event.data
                if event.message_finished:
                    break
        message = json.loads(text)
        assert set(message) == {"method", "data"}
        return message["method"], message["data"]

    async def send(self, method: str, **data: object) -> None:
        await self.send_raw(json.dumps({"method": method, "data": data}))

    async def send_raw(self, message: str | bytes) -> None:
        event = TextMessage(message) if isinstance(message, str) else BytesMessage(message)
        await self._stream.send_all(self._protocol.send(event))

    async def close_code(self) -> int:
        """Waits until the server closes it; what comes before is dropped."""
        with trio.fail_after(PATIENCE):
            while not isinstance(event := await self._event(), CloseConnection):
                pass
            await self._stream.send_all(self._protocol.send(event.response()))
        return event.code

    async def close(self) -> None:
        """Closes it as browsers do, unless it is closed or broken."""
        if self._protocol.state is not ConnectionState.OPEN or self._stream.socket.fileno() < 0:
            return
        with trio.fail_after(PATIENCE):
            await self._stream.send_all(self._protocol.send(CloseConnection(1000)))
            while not isinstance(await self._event(), CloseConnection):
                pass

    async def break_off(self) -> None:
        """Ends the connection without a word, as a closed tab does."""
        await self._stream.aclose()

    async def _event(self) -> Event:
        """The next event. Pings are answered on the way."""
        while not self._events:
            data = await self._stream.receive_some()
            self._protocol.receive_data(data or None)
            self._events = list(self._protocol.events())
        event = self._events.pop(0)
        if not isinstance(event, Ping):
            return event
        if self._protocol.state is ConnectionState.OPEN:
            await self._stream.send_all(self._protocol.send(event.response()))
        return await self._event()


@asynccontextmanager
async def open_socket(url: httpx.URL, target: str) -> AsyncGenerator[Socket]:
    """Opens a WebSocket, and closes it as browsers do.

    Raises:
        RefusedError: The server refuses it.
    """
    stream = await trio.open_tcp_stream(url.host, url.port or 80)
    async with stream:
        protocol = WSConnection(ConnectionType.CLIENT)
        await stream.send_all(protocol.send(Request(host=url.netloc.decode(), target=target)))
        await _await_acceptance(stream, protocol)
        socket = Socket(stream, protocol)
        yield socket
        await socket.close()


async def _await_acceptance(stream: trio.SocketStream, protocol: WSConnection) -> None:
    rejection: RejectConnection | None = None
    body = b""
    with trio.fail_after(PATIENCE):
        while True:
            for event in protocol.events():
                if isinstance(event, AcceptConnection):
                    return
                if isinstance(event, RejectConnection):
                    rejection = event
                if isinstance(event, RejectData) and rejection is not None:
                    body += event.data
                    if event.body_finished:
                        raise RefusedError(_read_rejection(rejection, body))
            protocol.receive_data(await stream.receive_some() or None)


def _read_rejection(rejection: RejectConnection, body: bytes) -> Answer:
    headers = {name.decode().lower(): value.decode() for name, value in rejection.headers}
    return read_answer(rejection.status_code, headers, body)
