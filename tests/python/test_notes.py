"""Notes about what a user should look at twice; results stay what they are."""

from pathlib import Path

import numpy as np
import pytest

from brownout_binary import ROOT, needs_brownout
from commands import brownout

pytestmark = needs_brownout

WORKLOAD = ROOT / "workloads/cifar10_resnet8.yaml"
RUN = ["run", WORKLOAD]
RANGE, GUESSING = "is workload.preprocess that of the training?", "no better than guessing"


def notes(*options: str) -> str:
    return brownout(*RUN, "--images", "200", *options).stderr


@pytest.mark.parametrize(
    "preprocess", ["{}", "{scale: 1}", "{mean: [125.3, 123.0, 113.9], std: [63.0, 62.1, 66.7]}"]
)
def test_wrong_preprocessing_is_noted(preprocess: str) -> None:
    assert RANGE in notes("--voltage", "1", "--set", f"workload.preprocess={preprocess}")


def test_wrong_labels_are_noted(tmp_path: Path) -> None:
    raw = np.fromfile(ROOT / "workloads/cifar10_resnet8/test_batch.bin", np.uint8)
    records = raw.reshape(-1, 3073)[:200]
    images = records[:, 1:].reshape(-1, 3, 32, 32)
    np.savez(tmp_path / "off_by_one.npz", x=images, y=(records[:, 0] + 1) % 10)
    found = notes(
        *("--voltage", "1", "--set"),
        f"workload.dataset={{format: npz, file: {tmp_path}/off_by_one.npz, axes: channels_first}}",
    )
    assert GUESSING in found and RANGE not in found


def test_accumulators_that_are_too_narrow_are_noted() -> None:
    note = "sums may need up to 23 bits, the accumulators have 16: what does not fit"
    narrow = ("--voltage", "1", "--set", "accelerator.accumulator.bits=16")
    assert f"{note} wraps" in notes(*narrow)
    saturating = ("--set", "accelerator.accumulator.overflow=saturate")
    assert f"{note} is limited" in notes(*narrow, *saturating)
    wide = ("--voltage", "1", "--set", "accelerator.accumulator.bits=23")
    assert notes(*wide) == ""


def test_voltages_of_another_memory_are_noted(tmp_path: Path) -> None:
    volts = ["--memory", ROOT / "configs/memories/bram_28nm_kc705.yaml", "--images", "10"]
    note = "the profile bram-28nm-kc705 has no errors at 0.6 V and above"
    above = brownout(*RUN, *volts, "--voltage", "0.85").stderr  # meant as a multiple of Vmin
    assert f"note: nothing fails at 0.85 V: {note}\n" in above
    assert note not in brownout(*RUN, *volts, "--voltage", "0.6").stderr
    sweep = ["sweep", WORKLOAD, *volts, "--chips", "1", "--out"]
    found = brownout(*sweep, tmp_path / "all", "--voltage", "1.0:0.75:0.05").stderr
    assert f"note: nothing fails at any of these voltages: {note}\n" in found
    found = brownout(*sweep, tmp_path / "some", "--voltage", "0.6,0.53").stderr
    assert "note: " not in found


def test_nothing_is_noted_where_nothing_is_wrong() -> None:
    assert notes("--voltage", "1") == ""
    assert notes("--voltage", "0.75") == ""  # faults may bring the accuracy down to guessing
    assert notes("--set", "workload.preprocess={}", "--quiet") == ""
