"""Random quantized networks: the engine's outputs are ONNX Runtime's, code for code.

QOperator graphs have to be equal, and QDQ graphs with uint8 activations. `BROWNOUT_CASES` sets the
number of networks of each form.
"""

import os
from pathlib import Path

import numpy as np
import pytest
from engine_codes import UNFAITHFUL, channels_last, needs_run_network, run_all, runtime_codes
from random_onnx import RandomNetwork

from brownout_binary import needs_brownout

CASES = int(os.environ.get("BROWNOUT_CASES", "100"))

pytestmark = [
    needs_brownout,
    needs_run_network,
]


@pytest.mark.parametrize("signed", [False, True], ids=["uint8", "int8"])
@pytest.mark.parametrize("form", ["qoperator", "qdq"])
def test_engine_equals_onnxruntime(form: str, signed: bool, tmp_path: Path) -> None:
    if form == "qdq" and signed:
        pytest.skip("ONNX Runtime computes int8 QDQ graphs partly in float; see docs/validation.md")
    expected, lines = [], []
    for case in range(CASES):
        network = RandomNetwork(case, form, signed)
        model = network.build()
        real, codes = network.images(4)
        output = runtime_codes(model, real, skipped=UNFAITHFUL)
        expected.append(channels_last(output.astype(int) - network.low).astype(np.uint8))
        files = [tmp_path / f"{case}.{end}" for end in ("onnx", "in", "out")]
        files[0].write_bytes(model.SerializeToString())
        channels_last(codes - network.low).astype(np.uint8).tofile(files[1])
        lines.append(" ".join(map(str, files)))
    assert run_all(lines) == ["ok"] * CASES
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
