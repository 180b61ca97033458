"""Something that happens after a while, unless it is called off."""

from collections.abc import Callable

import trio


class Countdown:
    """One at a time: starting it anew calls the old one off."""

    def __init__(self, nursery: trio.Nursery) -> None:
        """Makes one that is not running; its task will live in `nursery`."""
        self._nursery = nursery
        self._scope: trio.CancelScope | None = None

    def start(self, seconds: float, then: Callable[[], None]) -> None:
        """Calls `then` after `seconds`; of none, before this returns."""
        self.stop()
        if seconds <= 0:
            then()
            return
        self._scope = trio.CancelScope()
        self._nursery.start_soon(_run, self._scope, seconds, then)

    def stop(self) -> None:
        """Calls it off."""
        if self._scope is not None:
            self._scope.cancel()
            self._scope = None


async def _run(scope: trio.CancelScope, seconds: float, then: Callable[[], None]) -> None:
    with scope:
        await trio.sleep(seconds)
        # A cancellation between the end of the sleep and this line is not delivered.
        if not scope.cancel_called:
            then()
