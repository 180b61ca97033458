"""The WebSocket at `/`: opening it is joining a room, losing it is leaving.

    client -> _read -> inbox (bounded) -> _act -> room           one message after the other
    room -> mailbox (bounded) -> _write -> client                until the mailbox is dismissed

Reading never stops for more than a full inbox, so that a lost connection is noticed. Writing may
block for as long as the kernel lets it (`listen.py` bounds that); the room does not wait for it.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TypeAlias

import trio
from pydantic import Field, JsonValue
from pydantic.alias_generators import to_camel
from quart import websocket

from sfu_server.rooms import (
    Dismissal,
    ErrorCode,
    LiveRoom,
    Mailbox,
    Notice,
    Refused,
    RoomError,
    Rooms,
)
from sfu_server.wire import MAX_NAME, Message, Name, parse_json, parse_message

CLOSE_CODES = {
    Dismissal.LEFT: 1000,
    Dismissal.SHUTDOWN: 1001,
    Dismissal.NEVER_READ: 1008,
    Dismissal.MEDIA_LOST: 1011,
    Dismissal.REPLACED: 4001,
}
"""RFC 6455 s.7.4; 4001 is this API's own."""

INBOX_CAPACITY = 16


class JoinRequest(Message):
    """The query of the WebSocket's address."""

    room_name: Name
    user_mail: Name


class ClientMessage(Message):
    """What clients send."""

    method: Name
    data: dict[str, JsonValue] = Field(default_factory=dict)


class ProducerMessage(Message):
    """The data of the messages about the client's own producer; whose it is goes without saying."""

    type: Name


class RoomSocket:
    """Serves the WebSockets of all rooms."""

    def __init__(self, rooms: Rooms, mailbox_capacity: int, deadline: float) -> None:
        """Makes it.

        Args:
            rooms: What it works on.
            mailbox_capacity: How many notifications may wait for one client.
            deadline: How long one message may take, in seconds.
        """
        self._rooms = rooms
        self._mailbox_capacity = mailbox_capacity
        self._deadline = deadline

    async def serve(self) -> None:
        """Serves one, from before it is accepted to after its end.

        Raises:
            RoomError: It is refused.
        """
        ask = parse_message(JoinRequest, websocket.args.to_dict())
        room = self._rooms.find(ask.room_name)
        mailbox = Mailbox(self._mailbox_capacity)
        room.join(ask.user_mail, mailbox)
        try:
            await websocket.accept()
            await self._converse(room, ask.user_mail, mailbox)
        finally:
            room.disconnect(ask.user_mail, mailbox)

    async def _converse(self, room: LiveRoom, user: str, mailbox: Mailbox) -> None:
        inbox, messages = trio.open_memory_channel[str | bytes](INBOX_CAPACITY)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_read, inbox)
            nursery.start_soon(self._act_on_all, room, user, mailbox, messages)
            await _write(mailbox)
            nursery.cancel_scope.cancel()

    async def _act_on_all(
        self,
        room: LiveRoom,
        user: str,
        mailbox: Mailbox,
        messages: trio.MemoryReceiveChannel[str | bytes],
    ) -> None:
        async for message in messages:
            refused = await self._act(room, user, message)
            if refused is not None:
                await mailbox.answer(refused)

    async def _act(self, room: LiveRoom, user: str, message: str | bytes) -> Refused | None:
        method = None
        try:
            value = _parse(message)
            method = _method(value)
            ask = parse_message(ClientMessage, value)
            with trio.fail_after(self._deadline):
                await _action(ask.method)(room, user, ask.data)
        except RoomError as error:
            return Refused(error.code, error.message, method)
        except trio.TooSlowError:
            message = "the media worker did not answer in time"
            return Refused(ErrorCode.MEDIA_UNAVAILABLE, message, method)
        return None


def to_text(notice: Notice) -> str:
    """Writes a notification as `{"method", "data"}`."""
    data = {to_camel(name): value for name, value in asdict(notice).items()}
    if isinstance(notice, Refused):
        data["method"] = data.pop("refusedMethod")
    return json.dumps({"method": notice.method, "data": data})


async def _read(inbox: trio.MemorySendChannel[str | bytes]) -> None:
    while True:
        await inbox.send(await websocket.receive())


async def _write(mailbox: Mailbox) -> None:
    async for notice in mailbox:
        await websocket.send(to_text(notice))
    if mailbox.dismissal is not None:
        await websocket.close(CLOSE_CODES[mailbox.dismissal], mailbox.dismissal.value)


def _parse(message: str | bytes | None) -> JsonValue:
    if not isinstance(message, str):
        raise RoomError(ErrorCode.INVALID_PARAMETER, "messages are texts")
    return parse_json(message)


def _method(value: JsonValue) -> str | None:
    """The method to name in an answer, as far as it can be read."""
    method = value.get("method") if isinstance(value, dict) else None
    return method if isinstance(method, str) and len(method) <= MAX_NAME else None


def _action(method: str) -> "Action":
    action = _ACTIONS.get(method)
    if action is None:
        raise RoomError(ErrorCode.UNKNOWN_METHOD, "there is no such method")
    return action


async def _remove_producer(room: LiveRoom, user: str, data: dict[str, JsonValue]) -> None:
    await room.close_producer(user, parse_message(ProducerMessage, data).type)


async def _pause_producer(room: LiveRoom, user: str, data: dict[str, JsonValue]) -> None:
    await room.set_producer_paused(user, parse_message(ProducerMessage, data).type, paused=True)


async def _resume_producer(room: LiveRoom, user: str, data: dict[str, JsonValue]) -> None:
    await room.set_producer_paused(user, parse_message(ProducerMessage, data).type, paused=False)


Action: TypeAlias = Callable[[LiveRoom, str, dict[str, JsonValue]], Awaitable[None]]

_ACTIONS: dict[str, Action] = {
    "producerRemoved": _remove_producer,
    "producerPaused": _pause_producer,
    "producerResumed": _resume_producer,
}
