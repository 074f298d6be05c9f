"""Random Brevitas networks, exported as QCDQ and QONNX: the engine's codes are Brevitas' own.

Needs Brevitas. `BROWNOUT_CASES` sets the number of networks of each kind of weights.
"""

import os
from pathlib import Path

import numpy as np
import pytest
from engine_codes import needs_run_network, run_all

from brownout_binary import ROOT, needs_brownout

torch = pytest.importorskip("torch")
pytest.importorskip("brevitas")
import brevitas_models  # noqa: E402

CASES = int(os.environ.get("BROWNOUT_CASES", "4"))
IMAGES = 64

pytestmark = [needs_brownout, needs_run_network]


@pytest.fixture(scope="module")
def reference(request: pytest.FixtureRequest):
    """What the scripts that export use, from their folder."""
    folder = ROOT / "tests" / "models" / "data" / "exporters"
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield pytest.importorskip("reference")


def steps(reference, network, seed: int, form: str, folder: Path) -> np.ndarray:
    """By how many codes the engine differs from Brevitas, image by class."""
    path = folder / "model.onnx"
    model = brevitas_models.export(network, form, path)
    real = brevitas_models.images(seed, IMAGES)
    with torch.no_grad():
        expected = reference.output_codes(model, network(torch.from_numpy(real)).numpy())
    assert len(np.unique(expected)) > 4
    reference.input_codes(model, real).tofile(folder / "in")
    assert run_all([f"{path} {folder / 'in'} {folder / 'out'}"]) == ["ok"]
    found = np.fromfile(folder / "out", np.uint8).reshape(expected.shape)
    return np.abs(found.astype(int) - expected)


@pytest.mark.parametrize("form", ["qcdq", "qonnx", "qonnx_dynamo"])
@pytest.mark.parametrize("weights", brevitas_models.WEIGHTS)
def test_codes_are_brevitas(reference, weights: str, form: str, tmp_path: Path) -> None:
    """But for a mean at a tie of two codes, which float32 and integers may decide differently."""
    different = []
    for seed in range(CASES):
        network = brevitas_models.network(seed, weights)
        different.append(steps(reference, network, seed, form, tmp_path))
    # Powers of two make such ties common.
    assert (np.stack(different) > 0).mean() < (0.02 if weights == "power_of_two" else 0.002)
    assert np.stack(different).max() <= 1


@pytest.mark.parametrize("weights", brevitas_models.WEIGHTS)
def test_a_float_bias_of_qonnx_is_added_as_it_is(reference, weights: str, tmp_path: Path) -> None:
    """But for ties, as above."""
    different = []
    for seed in range(CASES):
        network = brevitas_models.network(seed, weights, float_bias=True)
        different.append(steps(reference, network, seed, "qonnx", tmp_path))
    assert (np.stack(different) > 0).mean() < (0.02 if weights == "power_of_two" else 0.002)
    assert np.stack(different).max() <= 1
