"""Workload files of the zoo, without PyTorch: each names its network, its command and its row."""

import re
import subprocess
from pathlib import Path

import pytest

from brownout_binary import BROWNOUT, ROOT, needs_brownout

ZOO = ROOT / "workloads/zoo"
WORKLOADS = sorted(ZOO.glob("*.yaml"))


def test_there_are_seventeen() -> None:
    assert len(WORKLOADS) == 17


@pytest.mark.parametrize("path", WORKLOADS, ids=lambda path: path.stem)
def test_file_names_its_network_and_its_command(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    name = path.stem
    assert f"\n  network: {name}/network.onnx\n" in text
    assert f"\n  made_by: python -m brownout_tools.zoo {name}\n" in text
    assert f"\n  name: {name.replace('_', '-')}\n" in text
    readme = (ZOO / "README.md").read_text(encoding="utf-8")
    assert len(re.findall(rf"^\| `{name}` \| \S", readme, re.MULTILINE)) >= 2


@needs_brownout
def test_missing_network_says_how_to_make_it() -> None:
    command = [BROWNOUT, "run", ZOO / "vgg11.yaml", "--set", "workload.network=none/network.onnx"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert "none/network.onnx (made by: python -m brownout_tools.zoo vgg11)" in line
