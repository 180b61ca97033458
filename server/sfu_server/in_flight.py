"""Knows when the app is at nothing any more, so that a shutdown waits no longer than it must.

Hypercorn itself waits for its own timers too, of pings for example.
"""

import trio
from hypercorn.typing import ASGIFramework, ASGIReceiveCallable, ASGISendCallable, Scope


class InFlight:
    """Wraps an ASGI app."""

    def __init__(self, app: ASGIFramework) -> None:
        """Wraps `app`."""
        self._app = app
        self._count = 0
        self._idle = trio.Event()

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Serves a request, a WebSocket, or the lifespan, which does not count."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        self._count += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._count -= 1
            if not self._count:
                self._idle.set()

    async def idle(self) -> None:
        """Waits until no request and no WebSocket is left."""
        while self._count:
            self._idle = trio.Event()
            await self._idle.wait()
