"""Programs with a page, as child processes; `sfu-server` above all."""

import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

COMMAND = Path(sys.executable).with_name("sfu-server")


class Program:
    """A child process that serves a page and says `ready ADDRESS` when it does."""

    def __init__(self, command: list[str], log: IO[bytes]) -> None:
        self._process = subprocess.Popen(  # noqa: S603  the commands are this environment's own
            command, stdout=subprocess.PIPE, stderr=log, text=True
        )
        self.address = self._ready()

    @property
    def port(self) -> int:
        return int(self.address.rstrip("/").rpartition(":")[2])

    def stop(self) -> int:
        """Ends it as an operator would, and returns its exit status."""
        self._process.send_signal(signal.SIGTERM)
        return self._ended()

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self._process.kill()
        self._ended()

    def _ready(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        ready = re.fullmatch(r"ready (http://\S+/)\n", line)
        if not ready:
            self.kill()
            message = f"not ready but {line!r}"
            raise RuntimeError(message)
        return ready[1]

    def _ended(self) -> int:
        assert self._process.stdout
        self._process.stdout.close()
        return self._process.wait(timeout=10)


class Server(Program):
    """A running server with ports of its own. `address` is that of its page."""

    def __init__(self, log: IO[bytes], *options: str, port: int = 0) -> None:
        command = [str(COMMAND), "--port", str(port), "--rtc-port", "0", "--workers", "1"]
        super().__init__([*command, *options], log)

    @property
    def cpu_clock(self) -> int:
        """The clock of the CPU time of all its threads, as clock_getcpuclockid(3) makes it."""
        return ~self._process.pid << 3 | 2

    def freeze(self) -> None:
        """Lets nothing through, neither media nor requests, until `thaw`."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)
