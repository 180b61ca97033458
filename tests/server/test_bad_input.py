"""What bad input gets: an error of the closed list, and nothing else happens."""

import json
from collections.abc import AsyncIterator
from typing import cast

import httpx
import pytest
import trio
import trio.testing
from sfu_server.conference import ErrorCode
from sfu_server.http.endpoints import ENDPOINTS
from sfu_server.http.envelope import STATUS

from tests.server.support.answers import PATIENCE, Answer, Json
from tests.server.support.api import Api
from tests.server.support.bad_requests import (
    ANN,
    BOB,
    DTLS,
    GETS,
    VALID,
    VIDEO,
    BadRequest,
    bad_requests,
)
from tests.server.support.call import ROOM, Call, call

BASE = "/api/media/rooms"
LIMIT = 256 * 1024
VP8: Json = {
    "codecs": [
        {"kind": "video", "mimeType": "video/VP8", "preferredPayloadType": 96, "clockRate": 90000}
    ]
}


class Scene:
    """A room as `bad_requests` want it, and all that can be seen of it."""

    def __init__(self, api: Api, ids: dict[str, str]) -> None:
        self.api = api
        self.ids = ids

    async def state(self) -> list[object]:
        health = await self.api.health()
        return [await self.api.snapshot(ROOM), health["workers"], health["attendees"]]

    async def send(self, bad: BadRequest) -> Answer:
        body = json.loads(json.dumps(bad.body), object_hook=self._fill)
        if bad.endpoint in GETS:
            return await self.api.get(bad.endpoint, **body)
        return await self.api.post(bad.endpoint, **body)

    def _fill(self, body: Json) -> Json:
        return {
            name: self.ids.get(value, value) if isinstance(value, str) else value
            for name, value in body.items()
        }


@pytest.fixture
async def scene(api: Api) -> Scene:
    """A scene without clients behind it."""
    camera = VIDEO | {"encodings": [{"ssrc": 1111}], "mid": "0"}
    for room in ("elsewhere", ROOM):
        await api.ask("createRoom", roomName=room, userMail="ann")
        await api.ask("createAttendee", roomName=room, userMail="ann")
    away = {"roomName": "elsewhere", "userMail": "ann"}
    elsewhere = await api.ask("createProducer", **away, type="webcam", rtpParameters=camera)
    await api.ask("createAttendee", **BOB)
    webcam = await api.ask("createProducer", **ANN, type="webcam", rtpParameters=camera)
    await api.ask("connectSender", **ANN, dtlsParameters=DTLS)
    await api.ask("connectReceiver", **ANN, dtlsParameters=DTLS)
    wanted = {"id": webcam["id"], "producerMail": "ann", "rtpCapabilities": VP8}
    consumer = await api.ask("createConsumer", **BOB, **wanted)
    ids = {"webcam": webcam["id"], "elsewhere": elsewhere["id"], "consumer": consumer["id"]}
    return Scene(api, {f"{{{name}}}": cast("str", id_) for name, id_ in ids.items()})


@pytest.fixture
async def running(api: Api) -> AsyncIterator[Call]:
    async with call(api) as running:
        yield running


async def test_what_cannot_be_carried_out_gets_its_error_and_changes_nothing(scene: Scene) -> None:
    before = await scene.state()
    for bad in bad_requests():
        answer = await scene.send(bad)

        assert not answer.succeeded, bad
        assert answer.error == bad.error, (bad, answer)
        assert answer.http_status == STATUS[ErrorCode(answer.error)]
        assert await scene.state() == before, bad


async def test_a_running_call_does_not_notice_what_cannot_be_carried_out(running: Call) -> None:
    api = running.ann.api
    await api.ask("createRoom", roomName="elsewhere", userMail="ann")
    ids = {"{webcam}": running.producer_id, "{consumer}": running.consumer_id}
    scene = Scene(api, ids)
    before = await scene.state()

    for bad in bad_requests():
        # The others depend on what the scene without clients has sent.
        if bad.name != "ssrc in use":
            assert not (await scene.send(bad)).succeeded, bad

    assert await scene.state() == before
    await running.goes_on()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b"roomName=lounge&userMail=ann",
        b'{"roomName": NaN, "userMail": "ann"}',
        b'{"roomName": "\\ud800", "userMail": "ann"}',
        b'{"roomName": "lounge", "userMail": "ann"} {}',
        b'{"roomName": "lounge", "userMail": "ann", "more": ' + b"[" * 32 + b"]" * 32 + b"}",
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
        b'{"roomName": "lounge", "userMail": ' + b"9" * 10_000 + b"}",
    ],
    ids=range(14),
)
async def test_what_is_no_json_object_is_an_invalid_parameter(scene: Scene, body: bytes) -> None:
    before = await scene.state()

    for endpoint in VALID.keys() - GETS:
        answer = await scene.api.send("POST", f"{BASE}/{endpoint}", content=body)

        assert (answer.http_status, answer.error) == (400, "invalid_parameter")
    assert await scene.state() == before


async def test_a_body_over_the_limit_is_too_large(scene: Scene) -> None:
    before = await scene.state()
    body = padded(LIMIT + 1)

    answer = await scene.api.send("POST", f"{BASE}/leave", content=body)

    assert (answer.http_status, answer.error) == (413, "body_too_large")
    # The rest of the body would be taken for the next request.
    assert answer.headers["connection"] == "close"
    assert await scene.state() == before


async def test_a_body_over_the_limit_is_too_large_whatever_length_it_tells(scene: Scene) -> None:
    before = await scene.state()

    async def pieces() -> AsyncIterator[bytes]:
        body = padded(LIMIT + 1)
        for start in range(0, len(body), 50_000):
            yield body[start : start + 50_000]

    answer = await scene.api.send("POST", f"{BASE}/leave", content=pieces())

    assert (answer.http_status, answer.error) == (413, "body_too_large")
    assert await scene.state() == before


async def test_a_body_at_the_limit_is_read(scene: Scene) -> None:
    answer = await scene.api.send("POST", f"{BASE}/leave", content=padded(LIMIT))

    assert answer.result == {"left": True}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
async def test_a_wrong_method_is_told_the_right_one(scene: Scene, endpoint: object) -> None:
    assert isinstance(endpoint, type(ENDPOINTS[0]))
    before = await scene.state()
    wrong = {"PUT", "DELETE", "PATCH", "OPTIONS", "GET", "POST"} - {endpoint.method}

    for method in sorted(wrong):
        answer = await scene.api.send(method, f"{BASE}/{endpoint.name}")

        assert (answer.http_status, answer.error) == (405, "method_not_allowed")
        assert endpoint.method in answer.headers["allow"]
    assert await scene.state() == before


@pytest.mark.parametrize(
    "path",
    [
        "/api/media/rooms",
        "/api/media/rooms/",
        "/api/media/rooms/exists/",
        "/api/media//rooms/exists",
        "/api/media/rooms/EXISTS",
        "/api/media/rooms/setPreferredLayers",
        "/api/media/rooms/../rooms/unknown",
        "/%00",
        "/nowhere",
    ],
)
async def test_an_unknown_path_is_not_found(scene: Scene, path: str) -> None:
    before = await scene.state()

    for method in ("GET", "POST"):
        answer = await scene.api.send(method, path)

        assert (answer.http_status, answer.error) == (404, "not_found")
    assert await scene.state() == before


async def test_a_large_body_at_an_unknown_path_leaves_the_connection_usable(api: Api) -> None:
    url = httpx.URL(api.url)
    half = b"x" * (LIMIT // 2)
    head = f"POST /nowhere HTTP/1.1\r\nHost: {url.host}\r\nContent-Length: {LIMIT}\r\n\r\n"
    async with await trio.open_tcp_stream(url.host, url.port or 80) as stream:
        await stream.send_all(head.encode() + half)
        await trio.testing.wait_all_tasks_blocked()
        await stream.send_all(half + f"GET /nowhere HTTP/1.1\r\nHost: {url.host}\r\n\r\n".encode())

        answers = b""
        with trio.fail_after(PATIENCE):
            while answers.count(b"HTTP/1.1 404") < 2:
                answers += await stream.receive_some()


async def test_unknown_fields_are_ignored(api: Api) -> None:
    answer = await api.post("createRoom", roomName=ROOM, userMail="ann", colour={"of": "room"})

    assert answer.result == {"created": True}


async def test_names_may_be_anything_of_256_characters(api: Api) -> None:
    name = "é/?&#%\u0000 \n😀" + "x" * 245

    await api.ask("createRoom", roomName=name, userMail=name)
    await api.ask("createAttendee", roomName=name, userMail=name)

    assert (await api.get("exists", roomName=name)).result == {"exists": True}
    assert await api.snapshot(name) == [{"user": name, "joined": False, "producers": []}]


def padded(size: int) -> bytes:
    """A valid request of `size` bytes."""
    body = json.dumps({**ANN, "padding": ""}).encode()
    return body.replace(b'"padding": ""', b'"padding": "' + b"x" * (size - len(body)) + b'"')
