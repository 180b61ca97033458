#!/usr/bin/env python3
"""A RabbitMQ of one's own: no service, no root, nothing left behind.

    scripts/private_broker.py COMMAND [ARGUMENT...]

runs the command with SFU_AMQP_URL set to a broker that ends with it. The tests use `PrivateBroker`.

The broker is a child process: private directories, free ports on 127.0.0.1, its own epmd.
RUNNING_UNDER_SYSTEMD makes its script exec, so that the child's pid is the broker's.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PROGRAMS = Path("/usr/lib/rabbitmq/bin")
"""The scripts themselves: what is on PATH wants to become the service's user."""
PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"
"""What a client sends first; a broker that is there answers it (AMQP 0-9-1, 4.2.2)."""
START_SECONDS = 90
STOP_SECONDS = 30
POLL_SECONDS = 0.1


class PrivateBroker:
    """A broker that can be started, stopped, killed and started again with its queues."""

    def __init__(self, directory: Path) -> None:
        """Chooses its ports.

        Args:
            directory: Where it keeps everything; empty.
        """
        self._port, dist_port, self._epmd_port = _free_ports(3)
        self._log = directory / "log"
        config = directory / "rabbitmq.conf"
        config.write_text(f"listeners.tcp.1 = 127.0.0.1:{self._port}\nlog.console = true\n")
        plugins = directory / "enabled_plugins"
        plugins.write_text("[].\n")
        self._environment = os.environ | {
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "HOME": str(directory),
            "RABBITMQ_CONFIG_FILE": str(config),
            "RABBITMQ_DIST_PORT": str(dist_port),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
            "RABBITMQ_LOG_BASE": str(directory / "logs"),
            "RABBITMQ_MNESIA_BASE": str(directory / "mnesia"),
            "RABBITMQ_NODENAME": f"sfu-{self._port}@localhost",
            # Schedulers that wait for work otherwise spin, on cores that media needs.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none",
            "RUNNING_UNDER_SYSTEMD": "1",
        }
        self._processes: list[subprocess.Popen[bytes]] = []

    @property
    def url(self) -> str:
        """Its address, with credentials."""
        return f"amqp://guest:guest@127.0.0.1:{self._port}/"

    @property
    def pid(self) -> int:
        """The process that is running."""
        return self._processes[-1].pid

    def start(self) -> None:
        """Starts it and waits until it takes connections.

        Raises:
            OSError: RabbitMQ is not installed.
            RuntimeError: It did not start.
        """
        self._run("epmd", "-address", "127.0.0.1", "-port", str(self._epmd_port))
        self._wait_for(self._has_epmd)
        self._run(str(PROGRAMS / "rabbitmq-server"))
        self._wait_for(self._has_broker)

    def stop(self) -> None:
        """Ends it as a service would be ended."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it as a crash would."""
        self._end(signal.SIGKILL)

    def control(self, *arguments: str) -> str:
        """Runs `rabbitmqctl` and gives its output."""
        command = [str(PROGRAMS / "rabbitmqctl"), "--quiet", *arguments]
        done = subprocess.run(command, env=self._environment, check=True, stdout=subprocess.PIPE)
        return done.stdout.decode()

    def _run(self, *command: str) -> None:
        with self._log.open("ab") as log:
            self._processes.append(
                subprocess.Popen(
                    command, env=self._environment, stdout=log, stderr=log, start_new_session=True
                )
            )

    def _end(self, by: signal.Signals) -> None:
        while self._processes:
            process = self._processes.pop()
            with suppress(ProcessLookupError):
                process.send_signal(by)
            process.wait(STOP_SECONDS)

    def _wait_for(self, is_there: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not is_there():
            if time.monotonic() > deadline or self._processes[-1].poll() is not None:
                self.kill()
                raise RuntimeError(self._log.read_text())
            time.sleep(POLL_SECONDS)

    def _has_epmd(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self._epmd_port)):
            return True
        return False

    def _has_broker(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self._port)) as connection:
            connection.settimeout(START_SECONDS)
            connection.sendall(PROTOCOL_HEADER)
            return bool(connection.recv(1))
        return False


@contextmanager
def private_broker(directory: Path) -> Iterator[PrivateBroker]:
    """Runs a broker until the body is left."""
    broker = PrivateBroker(directory)
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()


def _free_ports(count: int) -> list[int]:
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports: list[int] = [one.getsockname()[1] for one in taken]
    for one in taken:
        one.close()
    return ports


def main() -> int:
    """Runs the command of the arguments beside a broker.

    Returns:
        Its exit status.
    """
    with (
        tempfile.TemporaryDirectory(prefix="sfu-broker-") as directory,
        private_broker(Path(directory)) as broker,
    ):
        process = subprocess.Popen(sys.argv[1:], env=os.environ | {"SFU_AMQP_URL": broker.url})
        # The command shares the terminal and is interrupted by it too; it ends, then the broker.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        return process.wait()


if __name__ == "__main__":
    sys.exit(main())
