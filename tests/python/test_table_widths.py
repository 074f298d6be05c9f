"""Tables fit the terminal, say what they leave out, and --wide brings it back."""

import os
import subprocess
from pathlib import Path

import pytest

from brownout_binary import BROWNOUT, needs_brownout
from commands import ACCELERATOR, NETWORK, PROFILE, WORKLOAD, brownout

pytestmark = needs_brownout

IMAGES = ["--images", "10"]
COMMANDS = {
    "run": ["run", WORKLOAD, *IMAGES],
    "run --explain": ["run", WORKLOAD, *IMAGES, "--voltage", "0.8", "--explain", "3"],
    "network": ["network", NETWORK, "--accelerator", ACCELERATOR],
    "sensitivity": ["sensitivity", WORKLOAD, "--chips", "2", *IMAGES, "--out", "out"],
    "sweep": ["sweep", WORKLOAD, "--voltage", "0.9,0.8", "--chips", "2", *IMAGES, "--out", "sweep"],
    "map info": ["map", "info", "map.csv"],
}


def tables(arguments: list[str | Path], columns: str | None, directory: Path) -> list[str]:
    """The lines below the facts."""
    environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    if columns is not None:
        environment["COLUMNS"] = columns
    result = subprocess.run(
        [BROWNOUT, *arguments],
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.split("\n\n", 1)[1].splitlines()


@pytest.mark.parametrize("command", COMMANDS)
def test_tables_fit(command: str, tmp_path: Path) -> None:
    if command == "map info":
        size = ["--banks", "1", "--rows", "64", "--columns", "32", "--out", tmp_path / "map.csv"]
        brownout("map", "generate", "--memory", PROFILE, *size)
    arguments = COMMANDS[command]
    for columns, most in (("80", 80), (None, 100), ("120", 120)):
        lines = tables(arguments, columns, tmp_path)
        assert max(map(len, lines)) <= most
    narrow = tables(arguments, "60", tmp_path)
    assert any(line.startswith("left out: ") for line in narrow)
    wide = tables([*arguments, "--wide"], "60", tmp_path)
    assert not any(line.startswith("left out: ") for line in wide)
    assert max(map(len, wide)) > 60
