"""An API server as the tests play it: what it asks of the media server, and what it is told.

    send, publish --> Queues --> media_server_queue
    api_server_queue --> Queues --> Inbox --> answer(sid), close_consumer(streamId)

Nothing of it is the server's own code; `Queues` is whichever AMQP client carries the messages.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import trio

Json: TypeAlias = dict[str, Any]

PATIENCE = 20
"""Seconds that an answer may take; a machine may be busy."""


class Queues(Protocol):
    """An AMQP client that publishes to the media server's queue."""

    async def publish(self, body: bytes) -> None:
        """Publishes one message."""


class RefusedError(Exception):
    """The media server answered with `media-server-error`."""

    def __init__(self, name: str, msg: str) -> None:
        super().__init__(f"{name}: {msg}")
        self.name = name
        self.msg = msg


@dataclass(slots=True)
class Inbox:
    """What came and was not looked at yet, in the order of its coming."""

    messages: list[Json] = field(default_factory=list)
    _changed: trio.Event = field(default_factory=trio.Event)

    def put(self, body: bytes) -> None:
        """Takes a message from the queue; runs in Trio's thread."""
        self.messages.append(json.loads(body))
        changed, self._changed = self._changed, trio.Event()
        changed.set()

    async def take(self, matches: Callable[[Json], bool]) -> Json:
        """Waits for the first message that matches, and removes it."""
        with trio.fail_after(PATIENCE):
            while True:
                for message in self.messages:
                    if matches(message):
                        self.messages.remove(message)
                        return message
                await self._changed.wait()


class ApiRole:
    """The API server between its WebSockets, of which only the ids exist, and the queues."""

    def __init__(self, queues: Queues, inbox: Inbox) -> None:
        self._queues = queues
        self._inbox = inbox

    async def publish(self, body: bytes) -> None:
        """Publishes anything."""
        await self._queues.publish(body)

    async def send(self, op: str, sid: str, **data: object) -> None:
        """Publishes an operation, and does not wait for its answer."""
        await self.publish(json.dumps({"op": op, "data": data, "sid": sid}).encode())

    async def ask(self, op: str, sid: str, *, answer: str, **data: object) -> Json:
        """Publishes an operation and gives its answer's data, as `answer` does."""
        await self.send(op, sid, **data)
        return await self.answer(answer, sid)

    async def answer(self, op: str, sid: str) -> Json:
        """Waits for an answer under a sid, and gives its data.

        Raises:
            RefusedError: It is `media-server-error`.
        """
        ops = {op, "media-server-error"}
        message = await self._inbox.take(
            lambda message: message.get("sid") == sid and message["op"] in ops
        )
        assert message.keys() == {"op", "data", "sid"}
        data: Json = message["data"]
        if message["op"] == "media-server-error":
            assert data.keys() == {"name", "msg"}
            raise RefusedError(**data)
        return data

    async def close_consumer(self, stream_id: str) -> str:
        """Waits until a stream is told of a producer's end, and gives the producer's id."""
        message = await self._inbox.take(lambda message: message.get("streamId") == stream_id)
        assert message.keys() == {"op", "data", "streamId"}
        assert message["op"] == "close-consumer"
        assert message["data"].keys() == {"producerId", "streamId"}
        assert message["data"]["streamId"] == stream_id
        producer_id: str = message["data"]["producerId"]
        return producer_id

    def waiting(self, *addressees: str) -> list[str]:
        """The ops of what came for these sids and streams and was not looked at."""
        return [
            message["op"]
            for message in self._inbox.messages
            if message.get("sid", message.get("streamId")) in addressees
        ]
