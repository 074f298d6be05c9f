"""What the scripts of this folder have in common: an exported file, its input and outputs as codes.

`NAME.onnx` comes with `NAME.input.bin` (codes as the simulator holds them, images x height x width
x channels) and `NAME.output.bin` (codes of the output).
"""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import numpy_helper

from brownout_tools.runtime import session

FOLDER = Path(__file__).parent
QUANTIZERS = ("QuantizeLinear", "Quant")


def without_metadata(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same graph without stack traces and documentation, which hold paths of the exporter."""
    for parts in (model.graph.node, model.graph.value_info, model.graph.initializer):
        for part in parts:
            part.ClearField("metadata_props")
            part.ClearField("doc_string")
    for part in (*model.graph.input, *model.graph.output, model.graph, model):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    model.graph.ClearField("value_info")
    return model


def constants(model: onnx.ModelProto) -> dict[str, NDArray]:
    found = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Constant":
            found[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
        if node.op_type == "Identity" and node.input[0] in found:
            found[node.output[0]] = found[node.input[0]]
    return found


def codes(model: onnx.ModelProto, node: onnx.NodeProto, real: NDArray) -> NDArray[np.uint8]:
    """Real values as a quantizer of this model codes them; signed codes with 128 added."""
    values = constants(model)
    scale, zero_point = (values[name].reshape(-1)[0] for name in node.input[1:3])
    low, high = 0, 255
    signed = zero_point.dtype == np.int8
    if node.op_type == "Quant":
        width = int(values[node.input[3]])
        signed = next(a.i for a in node.attribute if a.name == "signed")
        low, high = (
            (128 - (1 << width - 1), 127 + (1 << width - 1)) if signed else (0, (1 << width) - 1)
        )
    shifted = np.rint(real / scale) + int(zero_point) + (128 if signed else 0)
    return np.clip(shifted, low, high).astype(np.uint8)


def input_codes(model: onnx.ModelProto, real: NDArray) -> NDArray[np.uint8]:
    """(N, C, H, W) as codes (N, H, W, C)."""
    name = model.graph.input[0].name
    first = next(n for n in model.graph.node if n.op_type in QUANTIZERS and n.input[0] == name)
    return np.ascontiguousarray(codes(model, first, real).transpose(0, 2, 3, 1))


def output_codes(model: onnx.ModelProto, real: NDArray) -> NDArray[np.uint8]:
    """(N, classes), with the quantization of the last DequantizeLinear or Quant node."""
    name = model.graph.output[0].name
    last = next(n for n in model.graph.node if name in n.output)
    return codes(model, last, real.reshape(len(real), -1))


def run_runtime(model: onnx.ModelProto, real: NDArray, level: str = "ORT_ENABLE_ALL") -> NDArray:
    """ONNX Runtime's real outputs, image by image, as the batch may be fixed."""
    options = ort.SessionOptions()
    options.graph_optimization_level = getattr(ort.GraphOptimizationLevel, level)
    network = session(model, options)
    name = network.get_inputs()[0].name
    return np.concatenate([network.run(None, {name: real[i : i + 1]})[0] for i in range(len(real))])


def write(name: str, model: onnx.ModelProto, real: NDArray, output: NDArray) -> None:
    """Store a model with real inputs and real outputs as codes."""
    (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString())
    input_codes(model, real).tofile(FOLDER / f"{name}.input.bin")
    output_codes(model, output).tofile(FOLDER / f"{name}.output.bin")
