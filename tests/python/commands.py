"""Runs the program's commands and reads what they print."""

import csv
import io
import json
import subprocess
from pathlib import Path

from brownout_binary import BROWNOUT, ROOT

WORKLOAD = ROOT / "workloads/mnist_cnn.yaml"
NETWORK = ROOT / "workloads/mnist_cnn/network.onnx"
PROFILE = ROOT / "configs/memories/sram_14nm.yaml"
ACCELERATOR = ROOT / "configs/accelerators/edge_32x32.yaml"


def brownout(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        [BROWNOUT, *arguments], cwd=cwd, capture_output=True, text=True, timeout=300, check=False
    )
    assert result.returncode == 0, result.stderr
    return result


def json_of(*arguments: str | Path) -> dict:
    result = brownout(*arguments, "--format", "json")
    return json.loads(result.stdout)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def means(text: str, value: str | float | None) -> bool:
    """Whether a field of a CSV file holds the value that JSON holds."""
    if value is None:
        return text == ""
    return text == value if isinstance(value, str) else float(text) == value


def sweep(out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    grid = ["--voltage", "1,0.8,0.9", "--chips", "3", "--images", "30"]
    return brownout("sweep", WORKLOAD, "--out", out, *grid, *options)
