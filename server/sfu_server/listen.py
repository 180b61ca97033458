"""The listening socket: our own, so that the kernel ends connections whose client has gone silent.

Hypercorn shields what it sends: a client that stops reading would hold its task, and the shutdown,
for ever.
"""

import os
import socket
import stat
from contextlib import suppress
from pathlib import Path

BACKLOG = 1024


def listen(host: str, port: int, user_timeout: float) -> socket.socket:
    """Opens a listening TCP socket.

    Args:
        host: An IP address, or a name that has one.
        port: 0 takes a free one.
        user_timeout: After how many seconds without progress towards a client its connection is
            ended (RFC 5482).

    Raises:
        OSError: The address cannot be bound.
    """
    info = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    family, kind, protocol, _, address = info
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted sockets inherit both.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(user_timeout * 1000))
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def url(address: tuple[str, int]) -> str:
    """The address of a listening socket as `http://HOST:PORT/`."""
    host, port = address[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def abort_connections(port: int) -> int:
    """Ends and counts the TCP connections of this process on a local port, unsent data or not.

    For the end of a shutdown. Hypercorn gives nobody the sockets that it accepts, so they are
    looked for.
    """
    return sum(_abort(int(entry.name), port) for entry in Path("/proc/self/fd").iterdir())


def _abort(fd: int, port: int) -> bool:
    with suppress(OSError):
        if not stat.S_ISSOCK(os.fstat(fd).st_mode):
            return False
        with socket.socket(fileno=os.dup(fd)) as connection:
            if connection.family not in {socket.AF_INET, socket.AF_INET6}:
                return False
            if connection.getsockname()[1] != port or connection.type != socket.SOCK_STREAM:
                return False
            connection.getpeername()
            connection.shutdown(socket.SHUT_RDWR)
            return True
    return False
