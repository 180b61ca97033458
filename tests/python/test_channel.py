"""What the real thread cannot be made to do at a chosen moment: a scripted one does it."""

import json
import os
from collections.abc import AsyncIterator, Mapping

import pytest
import trio
from sfu._channel import Channel
from sfu._json import JsonObject
from sfu.errors import InvalidStateError, NotFoundError, WorkerDiedError


async def test_an_answer_goes_to_the_request_of_its_number(script: "Script") -> None:
    results: dict[str, JsonObject] = {}

    async def ask(method: str) -> None:
        results[method] = await script.channel.request({"method": method})

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask, "a")
        nursery.start_soon(ask, "b")
        numbers = {command["method"]: number for number, command in await script.submitted(2)}
        script.say(*({"request": numbers[name], "ok": {"is": name}} for name in ("b", "a")))

    assert results == {"a": {"is": "a"}, "b": {"is": "b"}}


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("exists", RuntimeError),
        ("invalidParameters", TypeError),
        ("invalidState", InvalidStateError),
        ("notFound", NotFoundError),
    ],
)
async def test_a_refusal_is_raised_as_the_error_of_its_kind(
    script: "Script", kind: str, error: type[Exception]
) -> None:
    async def refuse() -> None:
        [(number, _)] = await script.submitted(1)
        script.say({"request": number, "error": {"kind": kind, "message": "no"}})

    async with trio.open_nursery() as nursery:
        nursery.start_soon(refuse)
        with pytest.raises(error, match="no"):
            await script.channel.request({"method": "a"})


async def test_a_cancelled_request_is_undone_behind_itself(script: "Script") -> None:
    with trio.CancelScope() as scope:
        scope.cancel()
        await script.channel.request({"method": "make"}, undo={"method": "unmake"})

    assert scope.cancelled_caught
    commands = await script.submitted(2)
    assert [command["method"] for _, command in commands] == ["make", "unmake"]


async def test_an_answer_that_nobody_awaits_any_more_still_counts(script: "Script") -> None:
    answers: list[JsonObject] = []
    with trio.CancelScope() as scope:
        scope.cancel()
        await script.channel.request({"method": "pause"}, then=answers.append)

    [(number, _)] = await script.submitted(1)
    script.say({"request": number, "ok": {"done": 1}}, {"event": "x"})
    await script.event()

    assert answers == [{"done": 1}]


async def test_an_answer_that_came_is_not_lost_to_a_later_cancellation(script: "Script") -> None:
    with trio.CancelScope() as scope:

        async def answer_and_cancel() -> None:
            [(number, _)] = await script.submitted(1)
            script.say({"request": number, "ok": {}}, {"event": "x"})
            await script.event()
            scope.cancel()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(answer_and_cancel)
            await script.channel.request({"method": "make"}, undo={"method": "unmake"})

    assert len(await script.submitted(1)) == 1


async def test_death_fails_what_waits_and_what_comes_after(script: "Script") -> None:
    async def die() -> None:
        await script.submitted(1)
        script.say({"died": "panic"})

    async with trio.open_nursery() as nursery:
        nursery.start_soon(die)
        with pytest.raises(WorkerDiedError, match="panic"):
            await script.channel.request({"method": "a"})

    assert script.deaths == ["panic"]
    with pytest.raises(WorkerDiedError, match="panic"):
        await script.channel.request({"method": "a"})


async def test_a_command_to_a_thread_that_just_died_tells_why(script: "Script") -> None:
    script.say({"died": "panic: why"})
    script.ended = True
    with pytest.raises(WorkerDiedError, match="panic: why"):
        script.channel.post({"method": "a"})
    assert script.deaths == ["panic: why"]


async def test_a_command_that_the_core_cannot_read_is_a_type_error(script: "Script") -> None:
    with pytest.raises(TypeError, match="unknown"):
        await script.channel.request({"method": "unknown"})


async def test_the_owners_end_fails_what_waits(script: "Script") -> None:
    async def end() -> None:
        await script.submitted(1)
        script.channel.end()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(end)
        with pytest.raises(InvalidStateError):
            await script.channel.request({"method": "a"})


async def test_an_answer_that_the_owners_end_overtook_is_dropped(script: "Script") -> None:
    script.channel.post({"method": "close"})
    [(number, _)] = await script.submitted(1)
    script.channel.end()

    script.say({"request": number, "ok": {}}, {"event": "x"})

    assert await script.event() == {"event": "x"}


async def test_one_wake_up_drains_everything(script: "Script") -> None:
    script.say(*({"event": str(number)} for number in range(100)))
    for _ in range(100):
        await script.event()
    assert script.drains == 1


class Script:
    """A thread that says what the test makes it say."""

    def __init__(self) -> None:
        self.event_fd, self._end = os.pipe()
        self.ended = False
        self.deaths: list[str] = []
        self.drains = 0
        self._lines: list[str] = []
        self._submitted: list[tuple[int, JsonObject]] = []
        self._send_events, self._events = trio.open_memory_channel[JsonObject](1000)
        self.channel = Channel(
            self, on_event=self._send_events.send_nowait, on_death=self.deaths.append
        )

    def submit(self, request: int, command: str) -> None:
        if self.ended:
            message = "ended"
            raise RuntimeError(message)
        parsed = json.loads(command)
        if parsed["method"] == "unknown":
            message = "unknown method"
            raise ValueError(message)
        self._submitted.append((request, parsed))

    def drain(self) -> list[str]:
        self.drains += 1
        os.read(self.event_fd, 1000)
        lines, self._lines = self._lines, []
        return lines

    def say(self, *messages: Mapping[str, object]) -> None:
        self._lines += map(json.dumps, messages)
        os.write(self._end, b"x")

    async def submitted(self, count: int) -> list[tuple[int, JsonObject]]:
        """The commands so far, once there are so many."""
        with trio.fail_after(5):
            while len(self._submitted) < count:
                await trio.lowlevel.checkpoint()
        return self._submitted

    async def event(self) -> JsonObject:
        with trio.fail_after(5):
            return await self._events.receive()

    def close(self) -> None:
        os.close(self.event_fd)
        os.close(self._end)


@pytest.fixture
async def script() -> AsyncIterator[Script]:
    script = Script()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(script.channel.run)
        yield script
        nursery.cancel_scope.cancel()
    script.close()
