"""A RabbitMQ of the tests' own: private directories, free ports, no node on the machine but itself."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BROKER = "/usr/lib/rabbitmq/bin/rabbitmq-server"


@contextmanager
def broker(directory: Path) -> Iterator[str]:
    """Runs a broker and gives its URL."""
    port, dist_port, epmd_port = _free_port(), _free_port(), _free_port()
    config = directory / "rabbitmq.conf"
    config.write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\nlog.console = true\n")
    plugins = directory / "plugins"
    plugins.write_text("[].\n")
    env = {
        **os.environ,
        "HOME": str(directory),
        "RABBITMQ_MNESIA_BASE": str(directory / "mnesia"),
        "RABBITMQ_LOG_BASE": str(directory / "log"),
        "RABBITMQ_CONFIG_FILE": str(config),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
        "RABBITMQ_NODENAME": f"sfu-{port}@localhost",
        "RABBITMQ_DIST_PORT": str(dist_port),
        "ERL_EPMD_PORT": str(epmd_port),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RUNNING_UNDER_SYSTEMD": "1",
    }
    log = (directory / "out").open("wb")
    epmd = subprocess.Popen(["epmd"], env=env)
    server = subprocess.Popen([BROKER], env=env, stdout=subprocess.PIPE, stderr=log)
    assert server.stdout
    for line in server.stdout:
        log.write(line)
        if b"Server startup complete" in line:
            break
    else:
        raise RuntimeError(f"no broker: {(directory / 'out').read_text()}")
    yield f"amqp://guest:guest@127.0.0.1:{port}/"
    server.send_signal(signal.SIGTERM)
    server.communicate(timeout=30)
    log.close()
    epmd.kill()
    epmd.wait()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
