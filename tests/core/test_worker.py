"""`sfu._core.Worker`: what of it is Python's."""

import errno
import json
import os
import select
import socket

import pytest
from sfu._core import Worker

CREATE_ROUTER = json.dumps({"method": "createRouter", "router": 1})


def test_answers_come_by_the_descriptor() -> None:
    worker = Worker(options())
    worker.submit(7, CREATE_ROUTER)
    assert lines(worker) == [{"request": 7, "ok": {}}]
    assert not readable(worker, timeout=0)
    worker.close()


def test_a_taken_port_is_an_os_error_with_its_number() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"127.0.0.1:{port}") as caught:
            Worker(options(port=port))
    assert caught.value.errno == errno.EADDRINUSE


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "EOF"),
        ("{}", "listen"),
        ('{"listen": []}', "no address"),
        ('{"listen": [{"ip": "localhost", "port": 0}]}', "invalid IP address"),
        ('{"listen": [{"ip": "127.0.0.1", "port": 0}], "unknown": 1}', "unknown field"),
        ('{"listen": [{"ip": "127.0.0.1", "port": 0}], "dtlsMtu": 1}', "dtlsMtu"),
    ],
)
def test_options_of_another_form_are_a_value_error(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Worker(text)


@pytest.mark.parametrize(
    "text", ["", "1", "{}", '{"method": "unknown"}', '{"method": "createRouter"}']
)
def test_what_is_no_command_is_a_value_error(text: str) -> None:
    worker = Worker(options())
    with pytest.raises(ValueError, match="not a command"):
        worker.submit(1, text)
    worker.close()


def test_both_families_are_bound_and_told() -> None:
    listen = [{"ip": "::1", "port": 0}, {"ip": "127.0.0.1", "port": 0}]
    worker = Worker(json.dumps({"listen": listen}))
    assert [host for host, _ in worker.listen] == ["::1", "127.0.0.1"]
    assert all(port > 0 for _, port in worker.listen)
    worker.close()


def test_a_panic_is_told_last_and_the_process_lives() -> None:
    worker = Worker(options())
    worker.panic()
    assert lines(worker) == [{"died": "panic: ordered"}]
    with pytest.raises(RuntimeError, match="ended"):
        worker.submit(1, CREATE_ROUTER)
    worker.close()


def test_close_is_idempotent_and_frees_the_port() -> None:
    worker = Worker(options())
    worker.close()
    worker.close()
    with pytest.raises(RuntimeError, match="ended"):
        worker.submit(1, CREATE_ROUTER)
    again = Worker(options(port=worker.listen[0][1]))
    assert again.listen == worker.listen
    again.close()


def test_cpu_times_are_seconds() -> None:
    worker = Worker(options())
    while worker.cpu_times() == (0, 0):
        worker.submit(1, CREATE_ROUTER)
        lines(worker)
    assert sum(worker.cpu_times()) < 60
    worker.close()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_ends_without_waiting_for_a_thread_it_does_not_have() -> None:
    worker = Worker(options())
    child = os.fork()
    if child == 0:
        worker.close()
        os._exit(0)
    assert os.waitpid(child, 0) == (child, 0)
    worker.submit(1, CREATE_ROUTER)
    assert lines(worker) == [{"request": 1, "ok": {}}]
    worker.close()


def options(port: int = 0) -> str:
    return json.dumps({"listen": [{"ip": "127.0.0.1", "port": port}]})


def lines(worker: Worker) -> list[dict[str, object]]:
    assert readable(worker, timeout=20)
    return [json.loads(line) for line in worker.drain()]


def readable(worker: Worker, timeout: float) -> bool:
    return bool(select.select([worker.event_fd], [], [], timeout)[0])
