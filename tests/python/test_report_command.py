"""``brownout report`` runs the Python package, and says what to do where there is none."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from brownout_binary import BROWNOUT, ROOT, needs_brownout
from brownout_tools.reporting.command import main
from reporting_data.synthetic_sweep import synthetic_sweep

pytestmark = needs_brownout


def report(*words: str | Path, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"BROWNOUT_PYTHON": python, "PYTHONPATH": str(ROOT / "tools")}
    return subprocess.run(
        [BROWNOUT, "report", *words], env=environment, capture_output=True, text=True, timeout=120
    )


def test_it_writes_and_prints_what_the_package_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = synthetic_sweep(chips=2).write(tmp_path / "in")
    result = report(source, "--out", tmp_path / "out", "--layers-at", "0.875")
    assert (result.returncode, result.stderr) == (0, "")
    assert main([str(source), "--out", str(tmp_path / "same"), "--layers-at", "0.875"]) == 0
    assert result.stdout == capsys.readouterr().out.replace("same", "out")
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert "report.html" in files
    for name in files:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "same" / name).read_bytes()


def test_bad_input_is_one_line_and_status_2(tmp_path: Path) -> None:
    for words, says in [
        ([], "DIR... is missing"),
        ([tmp_path], "points.csv: no such file"),
        (["-x"], 'unknown option "-x"'),
        ([tmp_path, "--layers"], "did you mean --layers-at?"),
    ]:
        result = report(*words)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr.startswith("error: ") and result.stderr.count("\n") == 1
        assert says in result.stderr


@pytest.mark.parametrize(
    ("python", "says"),
    [
        ("/no/such/python", "no such program"),
        ("/bin/false", "has not brownout_tools with what it needs"),
    ],
)
def test_without_the_package_it_says_how_to_get_it(tmp_path: Path, python: str, says: str) -> None:
    result = report(tmp_path, python=python)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"error: {python}: {says}; pip install ")
    assert result.stderr.count("\n") == 1
