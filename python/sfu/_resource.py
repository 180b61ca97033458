"""What all objects share towards the program: `close`, `closed`, `events`, the async context."""

from collections.abc import Callable, Generator
from types import TracebackType
from typing import ClassVar, Self, cast
from uuid import uuid4

import anyio.lowlevel
from typing_extensions import override

from sfu._channel import Answer
from sfu._engine import Engine
from sfu._event_stream import EventStream
from sfu._json import Json, JsonObject
from sfu._node import Node
from sfu.errors import WorkerDiedError
from sfu.events import Close


class Closed:
    """What `close()` gives: awaiting it waits until the core has let go of the object too."""

    def __init__(self, answer: Answer | None = None) -> None:
        """Makes one that waits for `answer`, or for nothing."""
        self._answer = answer

    def __await__(self) -> Generator[object, None, None]:
        """Waits for the core."""
        return self._wait().__await__()

    async def _wait(self) -> None:
        await anyio.lowlevel.checkpoint()
        if self._answer is not None:
            await self._answer.came()


class Resource:
    """An object that is open until it, or something that it lives in, is closed.

    Leaving it as an async context manager closes it.
    """

    _node: Node

    @property
    def closed(self) -> bool:
        """Whether it, or something that it lives in, was closed."""
        return self._node.closing is not None

    def close(self) -> Closed:
        """Closes it and all that lives in it. Idempotent; takes effect at once.

        Returns:
            What may be awaited, to wait until the core has let go of it too.
        """
        if self.closed:
            return Closed()
        closed = self._close_in_core()
        self._node.close(Close())
        return closed

    def events(self) -> EventStream:
        """Starts to collect its `sfu.events` for one reader; they end when it is closed."""
        return self._node.events.stream(ended=self.closed)

    async def __aenter__(self) -> Self:
        """Gives itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Closes it."""
        await self.close()

    def _close_in_core(self) -> Closed:
        raise NotImplementedError


class EngineObject(Resource):
    """An object that the engine knows by a number, and the program by a UUID."""

    _kind: ClassVar[str]
    """The name that commands have for it."""
    _close_method: ClassVar[str]

    def __init__(
        self, engine: Engine, number: int, node: Node, app_data: JsonObject | None
    ) -> None:
        """Opens it.

        Args:
            engine: What it lives in.
            number: Its id there.
            node: Its place in the tree.
            app_data: The program's own.
        """
        self._engine = engine
        self._number = number
        self._node = node
        self._id = str(uuid4())
        self._app_data: JsonObject = {} if app_data is None else app_data
        engine.names[number] = self._id
        node.on_close.append(lambda: engine.names.pop(number))

    @property
    def id(self) -> str:
        """A UUID."""
        return self._id

    @property
    def app_data(self) -> JsonObject:
        """What the program gave when it made the object; the program's own."""
        return self._app_data

    @override
    def __repr__(self) -> str:
        """Names it, and says whether it is closed."""
        state = " closed" if self.closed else ""
        return f"<sfu.{type(self).__name__} {self._id}{state}>"

    async def dump(self) -> JsonObject:
        """Describes its state in the engine. For people to read.

        Raises:
            InvalidStateError: It is closed.
            WorkerDiedError: The worker died.
        """
        return self._engine.with_names(await self._request("dump"))

    async def _request(
        self,
        method: str,
        parameters: JsonObject | None = None,
        *,
        undo: JsonObject | None = None,
        then: Callable[[JsonObject], None] | None = None,
    ) -> JsonObject:
        """Carries out a command on it; see `Channel.request`."""
        self._node.check_open()
        command: JsonObject = {"method": method, self._kind: self._number, **(parameters or {})}
        return await self._engine.channel.request(command, undo=undo, then=then)

    async def _stats(self) -> list[Json]:
        return self._engine.with_names(cast("list[Json]", await self._request("stats")))

    @override
    def _close_in_core(self) -> Closed:
        command: JsonObject = {"method": self._close_method, self._kind: self._number}
        try:
            return Closed(self._engine.channel.post(command))
        except WorkerDiedError:
            return Closed()
