"""Where settings come from, and which of them wins."""

from pathlib import Path

import pytest
from sfu_server.config import load


def test_flags_win_over_the_environment_and_the_environment_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, "port = 1\nrtc-port = 1\nworkers = 1\n")
    monkeypatch.setenv("SFU_PORT", "2")
    monkeypatch.setenv("SFU_RTC_PORT", "2")

    settings = load(["--config", file, "--port", "3"])

    assert (settings.port, settings.rtc_port, settings.workers) == (3, 2, 1)


def test_the_environment_can_name_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFU_CONFIG", written(tmp_path, "port = 1\n"))

    assert load([]).port == 1


def test_the_defaults_are_those_of_the_documentation() -> None:
    settings = load([])

    assert (settings.host, settings.port, settings.rtc_port) == ("127.0.0.1", 3000, 40000)
    assert [str(ip) for ip in settings.rtc_ip] == ["127.0.0.1"]
    assert settings.worker_count() >= 1


@pytest.mark.parametrize(
    "arguments", [["--rtc-ip", "10.0.0.1", "--rtc-ip", "::1"], ["--rtc-ip", "10.0.0.1,::1"]]
)
def test_media_addresses_may_be_several(arguments: list[str]) -> None:
    assert [str(ip) for ip in load(arguments).rtc_ip] == ["10.0.0.1", "::1"]


def test_the_environment_has_several_media_addresses_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFU_RTC_IP", "10.0.0.1, ::1")

    assert [str(ip) for ip in load([]).rtc_ip] == ["10.0.0.1", "::1"]


def test_own_stream_types_stand_beside_the_known_ones(tmp_path: Path) -> None:
    file = written(tmp_path, '[stream_types]\nwhiteboard = "video"\n')

    types = load(["--config", file]).rules().stream_types

    assert (types["whiteboard"], types["mic"], types["screen"]) == ("video", "audio", "video")


@pytest.mark.parametrize("content", ["colour = 1\n", 'port = "three"\n', "port = 70000\n", "port"])
def test_a_file_that_makes_no_sense_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
        load(["--config", written(tmp_path, content)])


def written(directory: Path, content: str) -> str:
    path = directory / "sfu.toml"
    path.write_text(content, encoding="utf-8")
    return str(path)
