import re
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "first_call.py"


def test_the_documented_program_runs_as_it_stands() -> None:
    run = subprocess.run(  # noqa: S603 - our own example
        [sys.executable, "-W", "error", EXAMPLE],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert (run.returncode, run.stderr) == (0, "")
    dump, stats = run.stdout.splitlines()
    assert "producerIds" in dump
    assert re.search(r"frames=(\d{2,}), .*lost=0, .*corrupt=0", stats)
