"""Two network namespaces with a cable between them that loses what it is told to lose.

    near 192.0.2.1 ---- veth ---- 192.0.2.2 far

A thread of this process can step into one: its new sockets, threads and child processes belong
there and stay there, wherever the thread goes next.
"""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Namespace:
    """One end of the cable."""

    name: str
    address: str

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Has this thread in the namespace, and back in its own afterwards."""
        with (
            _opened("/proc/thread-self/ns/net") as own,
            _opened(f"/run/netns/{self.name}") as other,
        ):
            _set_namespace(other)
            try:
                yield
            finally:
                _set_namespace(own)

    @contextmanager
    def losing(self, percent: int) -> Iterator[None]:
        """Drops UDP that arrives here, at random."""
        self.run("nft", "-f", "-", given=_RULES.format(percent=percent))
        try:
            yield
        finally:
            self.run("nft", "delete", "table", "inet", "loss")

    def run(self, *command: str, given: str = "") -> None:
        """Runs a command in the namespace; `ip netns exec` would not work in a chroot."""
        _run("nsenter", f"--net=/run/netns/{self.name}", *command, given=given)


@dataclass(frozen=True, slots=True)
class Cable:
    """Both ends."""

    near: Namespace
    far: Namespace


@contextmanager
def laid_cable() -> Iterator[Cable]:
    """Makes the namespaces, and removes them whatever happens."""
    cable = Cable(
        Namespace(f"sfu-near-{os.getpid()}", "192.0.2.1"),
        Namespace(f"sfu-far-{os.getpid()}", "192.0.2.2"),
    )
    with ExitStack() as stack:
        for end in (cable.near, cable.far):
            _run("ip", "netns", "add", end.name)
            stack.callback(_run, "ip", "netns", "delete", end.name)
        near, far = (("name", "cable", "netns", end.name) for end in (cable.near, cable.far))
        _run("ip", "link", "add", *near, "type", "veth", "peer", *far)
        for end in (cable.near, cable.far):
            end.run("ip", "address", "add", f"{end.address}/24", "dev", "cable")
            end.run("ip", "link", "set", "cable", "up")
            end.run("ip", "link", "set", "lo", "up")
        yield cable


def _run(*command: str, given: str = "") -> None:
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"


@contextmanager
def _opened(path: str) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _set_namespace(descriptor: int) -> None:
    """setns(2), which `os` has from Python 3.12 on."""
    if _LIBC.setns(descriptor, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


_LIBC = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000

# Dropped on the way in: what a sender's own kernel drops, the sender is told of.
_RULES = """
table inet loss {{
  chain arriving {{
    type filter hook input priority 0
    meta l4proto udp numgen random mod 100 < {percent} drop
  }}
}}
"""
