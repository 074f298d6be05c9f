"""Sweeps over bit error rates, points that coincide, and the network without faults beside them."""

import json
from pathlib import Path

import numpy as np
import pytest

from brownout_binary import ROOT, needs_brownout
from commands import WORKLOAD, brownout, json_of, rows_of

pytestmark = needs_brownout


def test_sweep_over_bit_error_rates(tmp_path: Path) -> None:
    arguments = ["sweep", WORKLOAD, "--ber", "0,0.04,0.001", "--chips", "1", "--images", "5"]
    arguments += ["--cosim", "none", "--out", tmp_path / "out", "--format", "csv", "--quiet"]
    rows = rows_of(brownout(*arguments).stdout)
    assert [float(row["ber"]) for row in rows] == pytest.approx([0, 0.001, 0.04], rel=0.1)
    assert [row["ber_asked"] for row in rows] == ["0", "0.001", "0.04"]
    for row, ber in zip(rows, ("0", "0.001", "0.04"), strict=True):
        run = ["run", WORKLOAD, "--ber", ber, "--images", "5", "--format", "json"]
        assert json.loads(brownout(*run).stdout)["voltage"] == float(row["voltage"])


def test_bit_error_rates_of_one_voltage_are_one_point(tmp_path: Path) -> None:
    """Twice the same command: what it wrote first must not come out doubled."""
    sweep = ["sweep", WORKLOAD, "--ber", "1e-12,1e-9,0.01,1e-2,1e-5", "--chips", "2"]
    sweep += ["--images", "20", "--cosim", "none", "--out", tmp_path / "out"]
    files = []
    for resumed in (0, 8):
        found = brownout(*sweep).stderr
        assert f"{resumed} of 8 points resumed" in found
        for rate in ("1e-12", "1e-09"):
            assert f"note: a bit error rate of {rate} is below the lowest that the profile" in found
        assert "note: the error-free voltage, 1 Vmin, was added" in found
        files.append((tmp_path / "out/points.csv").read_text())
    assert files[0] == files[1]
    points = [(row["voltage"], row["ber_asked"], row["chip"]) for row in rows_of(files[0])]
    assert len(points) == len(set(points)) == 8
    assert [asked for _, asked, chip in points if chip == "0"] == ["", "1e-09", "1e-05", "0.01"]
    assert points[0][0] == "1" and points[2][0] == "0.999999"
    asked = json.loads((tmp_path / "out/manifest.json").read_text())["ber_asked"]
    assert asked.startswith("0.999999: 1e-12, 1e-09; ") and asked.endswith(": 0.01")


@pytest.mark.parametrize("command", ["run", "sensitivity"])
def test_a_bit_error_rate_below_what_the_profile_resolves_is_told(
    command: str, tmp_path: Path
) -> None:
    point = [WORKLOAD, "--images", "5"]
    if command == "sensitivity":
        point += ["--chips", "1", "--by", "polarity", "--out", tmp_path / "out"]
    note = "is below the lowest that the profile sram-14nm resolves, "
    assert note in brownout(command, *point, "--ber", "1e-12").stderr
    if command == "run":
        between = brownout(command, *point, "--ber", "1e-6").stderr
        assert "is below the rows of the profile sram-14nm, which end at 1.91e-06" in between
        assert "is below" not in brownout(command, *point, "--ber", "0.001").stderr


def test_a_voltage_that_is_given_twice_is_one_point(tmp_path: Path) -> None:
    sweep = ["sweep", WORKLOAD, "--voltage", "0.9,0.90,1:0.9:0.1", "--chips", "1", "--images", "5"]
    brownout(*sweep, "--cosim", "none", "--out", tmp_path / "out")
    rows = rows_of((tmp_path / "out/points.csv").read_text())
    assert [row["voltage"] for row in rows] == ["1", "0.9"]
    assert {row["ber_asked"] for row in rows} == {""}


def test_lost_and_gained_images_lead_from_the_reference_to_the_score(tmp_path: Path) -> None:
    workload = ROOT / "workloads/cifar10_resnet8.yaml"  # which is not right about every image
    sweep = ["sweep", workload, "--voltage", "1,0.88", "--chips", "3", "--images", "200"]
    brownout(*sweep, "--cosim", "none", "--out", tmp_path / "out")
    rows = rows_of((tmp_path / "out/points.csv").read_text())
    clean = json_of("run", workload, "--voltage", "1", "--images", "200")["top1"]
    for row in rows:
        assert float(row["reference"]) == clean
        net = int(row["images_lost"]) - int(row["images_gained"])
        assert float(row["top1"]) == pytest.approx(clean - net / 200, abs=1e-12)
    # Image by image, from the output codes of two runs.
    reference = np.load(ROOT / "workloads/cifar10_resnet8/reference_logits.npz")
    labels = reference["labels"][:200]
    right = []
    for voltage in ("1", "0.88"):
        out = tmp_path / f"{voltage}.npz"
        run = ["run", workload, "--voltage", voltage, "--chip", "2", "--images", "200"]
        brownout(*run, "--logits-out", out)
        right.append(np.load(out)["logits"].argmax(1) == labels)
    last = rows[-1]
    assert int(last["images_lost"]) == np.sum(right[0] & ~right[1]) > 0
    assert int(last["images_gained"]) == np.sum(~right[0] & right[1]) > 0
    assert float(last["rerr"]) == pytest.approx(1 - np.mean(right[0] & right[1]), abs=1e-12)
    assert float(last["rerr"]) == json_of(*run)["rerr"] > 1 - float(last["top1"])
