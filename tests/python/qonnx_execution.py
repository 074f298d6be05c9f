"""What QONNX networks give: codes of their values, ties, and the qonnx package's own execution."""

import subprocess
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from qonnx_graph import Float64, Form

from brownout_binary import BROWNOUT

NEAR = 1e-4  # of a step: float32 decides such a tie either way


def constants_of(model: onnx.ModelProto) -> dict[str, NDArray]:
    return {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}


def codes_of(model: onnx.ModelProto, real: NDArray) -> NDArray:
    """The codes, as the engine holds them, of what the last Quant node gives."""
    quant = model.graph.node[-1]
    scale = float(constants_of(model)[quant.input[1]])
    if quant.op_type == "BipolarQuant":
        return np.round(real / scale).astype(int) + 128
    zero = float(constants_of(model)[quant.input[2]])
    signed = helper.get_node_attr_value(quant, "signed")
    return np.round(real / scale + zero).astype(int) + (128 if signed else 0)


def clear_of(form: Form, exact: Float64) -> NDArray:
    """The images without a tie that float32 may decide either way."""
    return np.full(len(exact.ties), True) if form.powers else exact.ties > NEAR


def run_package(model: onnx.ModelProto, real: NDArray) -> NDArray:
    """The qonnx package's own execution, one image after the other."""
    wrapper = pytest.importorskip("qonnx.core.modelwrapper", reason="needs the qonnx package")
    from qonnx.core.onnx_exec import execute_onnx

    exact = Float64(model)
    exact.run(real[:1])
    known = {tensor.name for tensor in (*model.graph.initializer, *model.graph.output)}
    for name, value in exact.edges.items():
        if name not in known | {model.graph.input[0].name}:
            made = helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, value.shape)
            model.graph.value_info.append(made)
    wrapped = wrapper.ModelWrapper(model)
    output = model.graph.output[0].name
    name = model.graph.input[0].name
    return np.concatenate([execute_onnx(wrapped, {name: x[None]})[output] for x in real])


def message_of(model: onnx.ModelProto, folder: Path) -> str:
    path = folder / "model.onnx"
    path.write_bytes(model.SerializeToString())
    done = subprocess.run([BROWNOUT, "network", path], capture_output=True, text=True)
    assert done.returncode == 2, done.stdout
    return done.stderr
