"""The rooms API as an asyncio client sees it."""

import json
from collections.abc import AsyncIterator
from typing import Any, TypeAlias

import aiohttp

JsonObject: TypeAlias = dict[str, Any]


class RoomsError(Exception):
    """A request that the server refused; its text is the error's code."""


class Rooms:
    """One attendee's dealings with a room."""

    def __init__(self, session: aiohttp.ClientSession, server: str, room: str, mail: str) -> None:
        self._session = session
        self._server = server.rstrip("/")
        self._who = {"roomName": room, "userMail": mail}

    async def get(self, endpoint: str, **parameters: str) -> JsonObject:
        query = {"roomName": self._who["roomName"], **parameters}
        async with self._session.get(self._url(endpoint), params=query) as response:
            return _result(await response.json())

    async def post(self, endpoint: str, **parameters: object) -> JsonObject:
        body = {**self._who, **parameters}
        async with self._session.post(self._url(endpoint), json=body) as response:
            return _result(await response.json())

    async def notifications(self) -> AsyncIterator[JsonObject]:
        """Joins, and yields what the others do until the socket closes."""
        async with self._session.ws_connect(f"{self._server}/", params=self._who) as socket:
            yield {"method": "joined", "data": {}}
            async for message in socket:
                yield json.loads(message.data)

    def _url(self, endpoint: str) -> str:
        return f"{self._server}/api/media/rooms/{endpoint}"


def _result(answer: JsonObject) -> JsonObject:
    result: JsonObject = answer["result"]
    if answer["status"] != "success":
        raise RoomsError(result["error"])
    return result
