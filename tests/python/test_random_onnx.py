"""Random quantized networks: the engine's outputs are ONNX Runtime's, code for code.

QOperator graphs have to be equal, and QDQ graphs with uint8 activations. `BROWNOUT_CASES` sets the
number of networks of each form.
"""

import os
import subprocess
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
from random_onnx import RandomNetwork

from brownout_binary import BROWNOUT, needs_brownout
from brownout_tools.training.reference_logits import vnni_flag

CASES = int(os.environ.get("BROWNOUT_CASES", "100"))
RUN_NETWORK = Path(str(BROWNOUT)).parent / "tests" / "models" / "run_network"

pytestmark = [
    needs_brownout,
    pytest.mark.skipif(not RUN_NETWORK.exists(), reason=f"{RUN_NETWORK} is not built"),
    pytest.mark.skipif(
        vnni_flag() is None, reason="no VNNI: ONNX Runtime's u8 x s8 sums may saturate on this CPU"
    ),
]


def channels_last(codes: np.ndarray) -> np.ndarray:
    """(N, C, H, W) as the simulator holds it."""
    return codes.transpose(0, 2, 3, 1) if codes.ndim == 4 else codes


@pytest.mark.parametrize("signed", [False, True], ids=["uint8", "int8"])
@pytest.mark.parametrize("form", ["qoperator", "qdq"])
def test_engine_equals_onnxruntime(form: str, signed: bool, tmp_path: Path) -> None:
    if form == "qdq" and signed:
        pytest.skip("ONNX Runtime computes int8 QDQ graphs partly in float; see docs/validation.md")
    ort.set_default_logger_severity(4)
    expected, lines = [], []
    for case in range(CASES):
        network = RandomNetwork(case, form, signed)
        model = network.build().SerializeToString()
        real, codes = network.images(4)
        (output,) = ort.InferenceSession(model).run(None, {"input": real})
        expected.append(channels_last(output.astype(int) - network.low).astype(np.uint8))
        files = [tmp_path / f"{case}.{end}" for end in ("onnx", "in", "out")]
        files[0].write_bytes(model)
        channels_last(codes - network.low).astype(np.uint8).tofile(files[1])
        lines.append(" ".join(map(str, files)))
    run = subprocess.run(
        [RUN_NETWORK], input="\n".join(lines), capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines() == ["ok"] * CASES
    wrong = [
        case
        for case in range(CASES)
        if not np.array_equal(
            np.fromfile(tmp_path / f"{case}.out", np.uint8), expected[case].ravel()
        )
    ]
    assert not wrong, f"{len(wrong)} of {CASES} networks differ: {wrong[:20]}"
    # Else networks that only saturate would pass.
    assert np.mean([len(np.unique(codes)) > 4 for codes in expected]) > 0.5
