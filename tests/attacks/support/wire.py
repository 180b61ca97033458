"""A UDP socket towards a worker, whose every byte is the test's own."""

import socket

import trio


class Wire:
    """One 5-tuple. Sends at once; what does not fit into the receiver's buffer is lost."""

    def __init__(self, worker: tuple[str, int]) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.connect(worker)

    @property
    def port(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    def send(self, datagram: bytes) -> None:
        self._socket.send(datagram)

    async def receive(self) -> bytes:
        """Waits for the next datagram."""
        while True:
            await trio.lowlevel.wait_readable(self._socket)
            try:
                return self._socket.recv(_LARGEST)
            except BlockingIOError:
                continue

    def waiting(self) -> list[bytes]:
        """Takes what has come already."""
        datagrams: list[bytes] = []
        while True:
            try:
                datagrams.append(self._socket.recv(_LARGEST))
            except BlockingIOError:
                return datagrams

    def close(self) -> None:
        self._socket.close()


_LARGEST = 65_535
