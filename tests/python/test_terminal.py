"""What stands on a terminal in the end: results and notes, nothing of the progress."""

import os
import pty
import subprocess
from pathlib import Path

import pytest

from brownout_binary import BROWNOUT, ROOT, needs_brownout
from commands import WORKLOAD, brownout

pytestmark = needs_brownout

CLEAR_LINE = "\r\x1b[K"
COMMANDS = {
    "run": ["run", WORKLOAD, "--voltage", "0.9", "--images", "10"],
    "sweep": ["sweep", WORKLOAD, "--voltage", "0.9", "--chips", "2", "--images", "10"],
    "sensitivity": ["sensitivity", WORKLOAD, "--by", "polarity", "--chips", "1", "--images", "10"],
    "map fit": ["map", "fit", "map.csv", "--chips", "5"],
}
FIRST_WORD = {"run": "workload", "sweep": "to", "sensitivity": "workload", "map fit": "file"}


def terminal(command: list[str], directory: Path) -> str:
    """Everything that a program writes to a terminal."""
    try:
        leader, follower = pty.openpty()
    except OSError as error:  # a container without /dev/pts
        pytest.skip(f"no terminal to be had: {error}")
    with subprocess.Popen(
        [BROWNOUT, *command], cwd=directory, stdin=follower, stdout=follower, stderr=follower
    ) as process:
        os.close(follower)
        written = b""
        try:
            while block := os.read(leader, 4096):
                written += block
        except OSError:  # the end, on Linux
            pass
        os.close(leader)
    assert process.returncode == 0, written
    return written.decode()


@pytest.mark.parametrize("command", COMMANDS)
def test_progress_leaves_nothing_behind(command: str, tmp_path: Path) -> None:
    if command == "map fit":
        profile = ROOT / "configs/memories/sram_14nm_gaussian.yaml"
        size = ["--banks", "1", "--rows", "64", "--columns", "32", "--out", tmp_path / "map.csv"]
        terms = "{generator: bitline_vmin, mu: 0.71, sigma_bitline: 0.04, sigma_cell: 0.04}"
        brownout("map", "generate", "--memory", profile, "--generator", terms, *size)
    out = ["--out", "out"] if command in ("sweep", "sensitivity") else []
    written = terminal([*map(str, COMMANDS[command]), *out], tmp_path)
    assert CLEAR_LINE in written  # there was progress
    assert command != "run" or "20 of 20 images with and without faults" in written
    screen = [line.split(CLEAR_LINE)[-1] for line in written.split("\n")]
    assert screen[0].split()[0] == FIRST_WORD[command]
    assert "\x1b" not in "".join(screen)
