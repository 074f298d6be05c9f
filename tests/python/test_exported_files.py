"""The stored outputs of the exported files are ONNX Runtime's on this machine."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from engine_codes import runtime_codes
from onnx import numpy_helper

from brownout_binary import ROOT

FOLDER = ROOT / "tests" / "models" / "data" / "exporters"
FILES = sorted(FOLDER.glob("torch_*.onnx")) + sorted(FOLDER.glob("brevitas_qcdq_*.onnx"))

def level(path: Path) -> str:
    """Of the optimization with which the stored outputs were made."""
    if path.stem == "torch_fake":
        return "ORT_ENABLE_BASIC"
    return "ORT_DISABLE_ALL" if path.stem.startswith("brevitas") else "ORT_ENABLE_ALL"


def quantization(model: onnx.ModelProto, node: onnx.NodeProto) -> tuple[float, int]:
    """Scale and zero point, of signed codes with 128 added."""
    values = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    for made in model.graph.node:
        if made.op_type in ("Constant", "Identity"):
            given = made.attribute[0].t if made.attribute else None
            values[made.output[0]] = (
                values[made.input[0]] if given is None else numpy_helper.to_array(given)
            )
    scale, zero_point = (values[name].reshape(-1)[0] for name in node.input[1:3])
    return scale, int(zero_point) + (128 if zero_point.dtype == np.int8 else 0)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_stored_outputs_are_the_runtimes(path: Path) -> None:
    model = onnx.load(path)
    ends = model.graph.input[0], model.graph.output[0]
    first = next(n for n in model.graph.node if ends[0].name in n.input)
    last = next(n for n in model.graph.node if ends[1].name in n.output)
    channels, height, width = (d.dim_value for d in ends[0].type.tensor_type.shape.dim[1:])
    codes = np.fromfile(path.with_suffix(".input.bin"), np.uint8)
    codes = codes.reshape(-1, height, width, channels).transpose(0, 3, 1, 2)
    scale, zero_point = quantization(model, first)
    real = ((codes.astype(np.float32) - zero_point) * scale).astype(np.float32)
    output = np.concatenate(
        [runtime_codes(model, real[i : i + 1], level(path)) for i in range(len(real))]
    )
    scale, zero_point = quantization(model, last)
    stored = np.fromfile(path.with_suffix(".output.bin"), np.uint8).reshape(output.shape)
    assert np.array_equal(np.rint(output / scale) + zero_point, stored)
