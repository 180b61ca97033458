import subprocess
import sys
from pathlib import Path

TEST = """
import pytest

@pytest.mark.trio
async def test_a_call(sfu_worker, sfu_router, sfu_peer):
    alice, bob = await sfu_peer(), await sfu_peer()
    voice = await bob.subscribe(await alice.publish("audio"))
    await voice.wait_for_packets(5)
    assert sfu_router.id in (await sfu_worker.dump())["routerIds"]
"""


def test_a_project_can_use_the_fixtures_without_trio_mode(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TEST)
    run = _pytest(tmp_path, "-W", "error")
    assert "1 passed" in run.stdout, run.stdout


def test_a_project_without_pytest_trio_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\n"
        "def test_nothing_is_loaded():\n"
        "    assert 'sfu.testing._fixtures' not in sys.modules\n"
    )
    run = _pytest(tmp_path, "-p", "no:trio")
    assert "1 passed" in run.stdout, run.stdout


def _pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "pytest", "-q", *options, folder],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
