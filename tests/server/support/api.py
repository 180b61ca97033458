"""The HTTP side of a server."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import cast

import httpx
import trio
from pydantic import JsonValue

from tests.server.support.answers import PATIENCE, Answer, Json, read_answer
from tests.server.support.websocket import Socket, open_socket


class Api:
    """A client of a server."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self.url = url
        self.http = http

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        content: bytes | AsyncIterator[bytes] | None = None,
    ) -> Answer:
        """Sends a request of any kind, and checks that the answer has the form."""
        with trio.fail_after(PATIENCE):
            response = await self.http.request(
                method, self.url.rstrip("/") + path, params=params, content=content
            )
        return read_answer(response.status_code, response.headers, response.content)

    async def get(self, endpoint: str, **params: str) -> Answer:
        return await self.send("GET", f"/api/media/rooms/{endpoint}", params=params)

    async def post(self, endpoint: str, **body: object) -> Answer:
        content = json.dumps(body).encode()
        return await self.send("POST", f"/api/media/rooms/{endpoint}", content=content)

    async def ask(self, endpoint: str, **body: object) -> Json:
        """Posts what must succeed, and gives its result."""
        answer = await self.post(endpoint, **body)
        assert answer.succeeded, answer
        return answer.result

    async def snapshot(self, room: str) -> JsonValue:
        """All that can be seen of a room."""
        return (await self.get("attendees", roomName=room)).result["attendees"]

    async def health(self) -> Json:
        response = await self.http.get(f"{self.url}healthz")
        return cast("Json", response.json())

    def join(self, room: str, user: str) -> AbstractAsyncContextManager[Socket]:
        """Opens an attendee's WebSocket, and closes it as browsers do."""
        params = httpx.QueryParams(roomName=room, userMail=user)
        return open_socket(httpx.URL(self.url), f"/?{params}")
