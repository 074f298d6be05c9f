"""Zero points that ONNX graphs leave out: 0 of the tensor's own type, as in ONNX Runtime."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from engine_codes import (
    channels_last,
    compare,
    import_error,
    needs_run_network,
    run_one,
    runtime_codes,
)
from onnx import TensorProto, helper
from quantized_graph import QuantizedGraph, Tensor, with_one_input

from brownout_binary import needs_brownout

pytestmark = [needs_brownout, needs_run_network]
SIGNS = pytest.mark.parametrize("signed", [False, True])


def centred(case: int, signed: bool, form: str = "qdq") -> QuantizedGraph:
    """A graph whose input has zero point 0."""
    made = with_one_input(case, form, signed=signed)
    first = Tensor(**{**vars(made.pool[0]), "zero_point": 0})
    made.nodes[0].input[1:] = made.parameters(first)
    made.pool[0] = first
    return made


def without_zero_points(made: QuantizedGraph, op: str) -> None:
    """Leaves out those of DequantizeLinear or of the operators on codes."""
    zeros = {name for name, value in made.constants.items() if value.dtype == made.dtype}
    for node in made.nodes:
        if node.op_type.startswith(op):
            node.input[:] = ["" if name in zeros else name for name in node.input]
            while not node.input[-1]:
                node.input.pop()


@SIGNS
def test_dequantized_codes_have_the_type_of_their_tensor(signed: bool, tmp_path: Path) -> None:
    made = centred(1, signed)
    x = made.pool[-1]
    out = made.named(x.shape, float(x.scale) * 40)
    made.real("relu", "LeakyRelu", [made.dequantize(x)], out)
    without_zero_points(made, "DequantizeLinear")
    assert compare(made, tmp_path).max() == 0


@SIGNS
@pytest.mark.parametrize("op", ["Add", "Mul", "AveragePool", "LeakyRelu", "Sigmoid"])
def test_operators_on_codes_have_the_type_of_their_inputs(
    op: str, signed: bool, tmp_path: Path
) -> None:
    """Their definitions allow it, but not ONNX Runtime: as with zero points 0."""
    made = centred(2, signed, "qoperator")
    x = made.pool[-1]
    like = Tensor(**{**vars(x), "scale": x.scale * 2})
    out = made.named((4, 5, 4) if op == "AveragePool" else x.shape, like=like)
    if op in ("Add", "Mul"):
        inputs = [x.name, *made.parameters(x)] * 2 + made.parameters(out)
        made.add(op, "QLinear" + op, inputs, out, "com.microsoft")
    else:
        extra = {"kernel_shape": [2, 2]} if op == "AveragePool" else {}
        made.unary(op, op, x, out, **extra)
    assert compare(made, tmp_path).max() == 0
    _, codes = made.images(8)
    expected = run_one(made.model(), codes - made.low, tmp_path)
    without_zero_points(made, "QLinear")
    assert np.array_equal(run_one(made.model(), codes - made.low, tmp_path), expected)


def typed_output(made: QuantizedGraph, code: int) -> onnx.ModelProto:
    """The last QuantizeLinear says its type itself, from opset 21 on."""
    node = made.nodes[-1]
    del node.input[2]
    node.attribute.append(helper.make_attribute("output_dtype", code))
    model = made.model()
    model.opset_import[0].version = 21
    model.ir_version = 10
    return model


@SIGNS
def test_quantized_codes_have_the_type_that_is_asked(signed: bool, tmp_path: Path) -> None:
    made = centred(3, signed)
    x = made.pool[-1]
    out = made.named(x.shape, float(x.scale) * 40)
    made.real("relu", "LeakyRelu", [made.dequantize(x)], out)
    model = typed_output(made, TensorProto.INT8 if signed else TensorProto.UINT8)
    real, codes = made.images(8)
    expected = channels_last(runtime_codes(model, real).astype(int)).reshape(8, -1)
    assert np.array_equal(run_one(model, codes - made.low, tmp_path), expected - made.low)


@pytest.mark.parametrize("code", ["INT16", "UINT16", "INT4"])
def test_other_types_are_refused(code: str, tmp_path: Path) -> None:
    made = centred(3, False)
    x = made.pool[-1]
    made.real("relu", "LeakyRelu", [made.dequantize(x)], made.named(x.shape, like=x))
    model = typed_output(made, getattr(TensorProto, code))
    with pytest.raises(ValueError, match=f"activations must be uint8 or int8, not {code}"):
        run_one(model, np.zeros((1, *made.input_shape), np.uint8), tmp_path)


def given_codes(made: QuantizedGraph, code: int) -> onnx.ModelProto:
    """The graph without its first QuantizeLinear."""
    del made.nodes[0]
    model = made.model()
    model.graph.input[0].name = made.pool[0].name
    model.graph.input[0].type.tensor_type.elem_type = code
    return model


@SIGNS
def test_codes_as_input_have_its_type(signed: bool, tmp_path: Path) -> None:
    made = centred(4, signed)
    x = made.pool[-1]
    out = made.named(x.shape, float(x.scale) * 40)
    made.real("relu", "LeakyRelu", [made.dequantize(x)], out)
    without_zero_points(made, "DequantizeLinear")
    model = given_codes(made, TensorProto.INT8 if signed else TensorProto.UINT8)
    _, codes = made.images(8)
    expected = channels_last(runtime_codes(model, codes.astype(made.dtype)).astype(int))
    rows = expected.reshape(8, -1) - made.low
    assert np.array_equal(run_one(model, codes - made.low, tmp_path), rows)


def test_an_input_of_another_type_is_refused(tmp_path: Path) -> None:
    made = centred(4, False)
    x = made.pool[-1]
    made.real("relu", "LeakyRelu", [made.dequantize(x)], made.named(x.shape, like=x))
    model = made.model()
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.FLOAT16
    with pytest.raises(ValueError, match="input 'input' has type FLOAT16"):
        run_one(model, np.zeros((1, *made.input_shape), np.uint8), tmp_path)


def test_another_zero_point_than_that_of_the_tensor_is_refused(tmp_path: Path) -> None:
    made = with_one_input(1, signed=False)
    made.nodes[0].input[1:] = made.parameters(Tensor(**{**vars(made.pool[0]), "zero_point": 7}))
    x = Tensor(**{**vars(made.pool[0]), "zero_point": 0})
    made.real("relu", "LeakyRelu", [made.dequantize(x)], made.named(x.shape, like=x))
    without_zero_points(made, "DequantizeLinear")
    assert "not that with which it was quantized" in import_error(made, tmp_path)
