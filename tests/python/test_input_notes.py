"""Notes about images that are not what the network was made for; results stay what they are."""

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


def test_nothing_is_noted_where_nothing_is_wrong() -> None:
    assert notes("--voltage", "1") == ""
    assert notes("--voltage", "0.75") == ""  # faults may bring the accuracy down to guessing
    assert notes("--set", "workload.preprocess={}", "--quiet") == ""
