"""The extension module: a worker's thread and a test client's. Nothing but JSON crosses here."""

from typing import Self, final

__all__ = ["Peer", "Worker"]

@final
class Worker:
    """A media thread with its sockets.

    Commands and what comes back are JSON texts (`rust/engine/src/command.rs`, `event.rs`). Each
    line drained is one of `{"request": N, "ok": {...}}`, `{"request": N, "error": {"kind": K,
    "message": M}}` with K in `notFound`, `exists`, `invalidState`, `invalidParameters`; `{"event":
    NAME, ...}`, with the number of the `transport`, `producer` or `consumer` that it is about;
    `{"died": REASON}`, which is the last. Of the events of one name about one object, old ones may
    be left out while nobody drains.
    """

    def __new__(cls, options: str) -> Self:
        """Binds the sockets and starts the thread.

        Args:
            options: JSON `{"listen": [{"ip", "port", "announcedAddress"?}], "certificatePem"?,
                "privateKeyPem"?, "iceConsentTimeout"?: seconds, "dtlsMtu"?}`; port 0 takes a free
                one.

        Raises:
            OSError: A socket cannot be bound.
            ValueError: The options are not of this form, or the certificate cannot be read.
        """

    @property
    def event_fd(self) -> int:
        """Readable when `drain` has something to give. Not to be read or closed."""

    @property
    def listen(self) -> list[tuple[str, int]]:
        """The bound addresses."""

    def submit(self, request: int, command: str) -> None:
        """Queues a command; never blocks. Its answer comes by `drain` under the same `request`.

        Raises:
            RuntimeError: The worker has ended.
            ValueError: The command is not JSON of a known form.
        """

    def drain(self) -> list[str]:
        """Takes everything that waits, and quiets `event_fd`."""

    def cpu_times(self) -> tuple[float, float]:
        """User and system CPU seconds of the media thread."""

    def close(self) -> None:
        """Stops the thread, closes its sockets, and waits for it without the GIL. Idempotent."""

    def panic(self) -> None:
        """Makes the media thread panic, for tests of `died`."""

@final
class Peer:
    """A WebRTC client on a thread of its own, for tests.

    Commands and what comes back are JSON texts (`rust/peer/src/command.rs`), in the forms of
    `Worker`. Events are `{"event": "connectionState", "connection": C, "state": S}` with S as in
    the browsers' `RTCPeerConnection`, and `{"event": "reached", "watch": W}`.
    """

    def __new__(cls) -> Self:
        """Starts the thread.

        Raises:
            OSError: The process is out of threads or descriptors.
        """

    @property
    def event_fd(self) -> int:
        """Readable when `drain` has something to give. Not to be read or closed."""

    def submit(self, request: int, command: str) -> None:
        """Queues a command; never blocks. Its answer comes by `drain` under the same `request`.

        Raises:
            RuntimeError: The peer is closed.
            ValueError: The command is not JSON of a known form.
        """

    def drain(self) -> list[str]:
        """Takes everything that waits, and quiets `event_fd`."""

    def stats(self, track: int) -> str:
        """Counts what came or went, as JSON.

        An object for a received track (`rust/peer/src/receive/stats.rs`), a list of one object an
        encoding for a published one (`send/track.rs`).

        Raises:
            KeyError: There is no such track.
        """

    def close(self) -> None:
        """Closes all connections, and waits for the thread without the GIL. Idempotent."""
