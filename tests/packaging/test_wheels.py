"""What `make wheel` builds is all that a user needs: both wheels in an empty environment."""

import subprocess
import venv
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` directory of an environment with nothing but our wheels and what they ask for."""
    wheels = tmp_path_factory.mktemp("wheels")
    run("make", "--no-print-directory", "wheel", "PROFILE=dev", f"WHEELS={wheels}")
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, with_pip=True)
    pip = environment / "bin" / "pip"
    run(str(pip), "install", "--quiet", *map(str, wheels.glob("*.whl")))
    return environment / "bin"


@pytest.mark.timeout(900)
def test_the_module_imports_from_the_wheels_alone(installed: Path) -> None:
    outcome = run(str(installed / "python"), "-I", "-c", "import sfu; print(sfu.__file__)")
    assert Path(outcome.strip()).is_relative_to(installed.parent)


@pytest.mark.timeout(900)
def test_the_server_explains_itself_from_the_wheels_alone(installed: Path) -> None:
    assert "--rtc-announced-address" in run(str(installed / "sfu-server"), "--help")


@pytest.mark.timeout(900)
def test_the_page_is_in_the_wheel(installed: Path) -> None:
    script = "import sfu_server, pathlib; print(pathlib.Path(sfu_server.__file__).parent)"
    package = Path(run(str(installed / "python"), "-I", "-c", script).strip())
    assert (package / "static" / "main.js").stat().st_size > 0


def run(*command: str) -> str:
    outcome = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)  # noqa: S603 - our own commands
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return outcome.stdout
