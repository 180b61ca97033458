"""A task that runs beside the body of a context."""

from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager

import anyio


@asynccontextmanager
async def beside(task: Callable[[], Coroutine[object, object, None]]) -> AsyncGenerator[None]:
    """Runs `task` until the body is left. What the body raises comes out as it is, in no group."""
    failure: Exception | None = None
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(task)
            try:
                yield
            except Exception as error:  # noqa: BLE001 - raised again below
                failure = error
            group.cancel_scope.cancel()
    finally:
        if failure is not None:
            raise failure
