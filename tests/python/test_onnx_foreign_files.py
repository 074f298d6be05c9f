"""ONNX files that hold no network of a form that is read: what is said of each."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from engine_codes import needs_run_network, run_one
from onnx import TensorProto, helper, numpy_helper
from quantized_graph import F32, QuantizedGraph, with_one_input
from refusals import refusal

from brownout_binary import needs_brownout

pytestmark = [needs_brownout, needs_run_network]


def model(*nodes: onnx.NodeProto, opsets: dict[str, int] | None = None) -> onnx.ModelProto:
    """Of nodes from "x" to "y"; every other name is a float constant."""
    made = {name for node in nodes for name in node.output}
    read = {name for node in nodes for name in node.input} - made - {"x"}
    ends = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, 4, 4])]
    ends.append(helper.make_tensor_value_info("y", TensorProto.FLOAT, None))
    weights = np.ones((2, 2, 1, 1), F32)
    tensors = [numpy_helper.from_array(weights, name) for name in sorted(read)]
    graph = helper.make_graph(nodes, "foreign", ends[:1], ends[1:], tensors)
    imports = [helper.make_opsetid(*item) for item in (opsets or {"": 13}).items()]
    return helper.make_model(graph, opset_imports=imports, ir_version=8)


def said(foreign: onnx.ModelProto, folder: Path) -> str:
    path = folder / "foreign.onnx"
    path.write_bytes(foreign.SerializeToString())
    return refusal(path)


CONV = helper.make_node("Conv", ["x", "w"], ["c"], "conv")


@pytest.mark.parametrize(
    ("domain", "op", "words"),
    [
        ("PACTOps", "RequantShift", "operators of domain 'PACTOps' are not supported"),
        ("finn.custom_op.general", "MultiThreshold", "this operator is not supported"),
        ("qonnx.custom_op.general", "Trunc", "this operator is not supported"),
        ("onnx.brevitas", "BinaryQuant", "this operator is not supported"),
        ("my.company", "Quant8", "operators of domain 'my.company' are not supported"),
    ],
)
def test_the_first_unknown_operator_is_named(
    domain: str, op: str, words: str, tmp_path: Path
) -> None:
    """Not the float operators before it, and not what the file is thought to lack."""
    last = helper.make_node(op, ["c", "t"], ["y"], "last", domain=domain)
    message = said(model(CONV, last, opsets={"": 13, domain: 1}), tmp_path)
    assert message.startswith(f"node 'last' ({domain}.{op}): {words}")


def test_it_is_named_in_a_quantized_network_too(tmp_path: Path) -> None:
    made = with_one_input(1)
    x = made.pool[-1]
    made.nodes.append(helper.make_node("Conv", [made.dequantize(x), "w"], ["c"], "float"))
    made.add("end", "Einsum", ["c"], made.named(x.shape, like=x), equation="nchw->nchw")
    with pytest.raises(ValueError, match=r"node 'end3' \(Einsum\): this operator is not supported"):
        run_one(made.model(), np.zeros((1, *made.input_shape), np.uint8), tmp_path)


def test_a_float_network_is_told_how_to_be_quantized(tmp_path: Path) -> None:
    relu = helper.make_node("Relu", ["c"], ["y"])
    message = said(model(CONV, relu), tmp_path)
    assert message.startswith("a float network; it is quantized by python -m brownout_tools")
    elu = helper.make_node("Elu", ["c"], ["y"], "elu")
    message = said(model(CONV, elu), tmp_path)
    assert message.startswith("a float network, whose node 'elu' (Elu) is not supported either;")


@pytest.mark.parametrize(
    ("op", "domain"),
    [
        ("DynamicQuantizeLinear", ""),
        ("ConvInteger", ""),
        ("MatMulInteger", ""),
        ("DynamicQuantizeMatMul", "com.microsoft"),
        ("MatMulIntegerToFloat", "com.microsoft"),
        ("DynamicQuantizeLSTM", "com.microsoft"),
    ],
)
def test_dynamic_quantization_is_told_to_be_static(op: str, domain: str, tmp_path: Path) -> None:
    node = helper.make_node(op, ["x", "w"], ["y"], "dynamic", domain=domain)
    message = said(model(node, opsets={"": 13, "com.microsoft": 1}), tmp_path)
    assert "(docs/add-a-network.md)" in message and "python -m brownout_tools.quantize" in message
    assert message.startswith(f"node 'dynamic' ({domain}{'.' * bool(domain)}{op}): the network was")


def row(case: int) -> QuantizedGraph:
    """An operator of com.microsoft on codes only."""
    made = with_one_input(case, "qoperator")
    x = made.pool[-1]
    made.unary("function", "Sigmoid", x, made.named(x.shape, 0.3))
    del made.nodes[0]
    return made


def test_a_file_needs_no_opset_of_operators_that_it_does_not_use(tmp_path: Path) -> None:
    made = row(1)
    codes = made.rng.integers(0, 256, (4, *made.input_shape))
    results = []
    for version in (18, None):
        network = made.model()
        network.graph.input[0].name = made.pool[0].name
        network.graph.input[0].type.tensor_type.elem_type = TensorProto.UINT8
        if version is None:
            del network.opset_import[0]
        results.append(run_one(network, codes, tmp_path))
    assert np.array_equal(*results) and len(np.unique(results[0])) > 4


def test_operators_without_an_opset_are_refused(tmp_path: Path) -> None:
    message = said(model(CONV, opsets={"com.microsoft": 1}), tmp_path)
    assert message.startswith("node 'conv' (Conv): the file names no version of ONNX's own")
    nothing = model(CONV)
    del nothing.opset_import[:]
    assert said(nothing, tmp_path).startswith("no ONNX file: it names no operator set")
