"""Constant biases of ONNX layers in every form that exporters write, against ONNX Runtime."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from engine_codes import compare, needs_run_network
from numpy.typing import NDArray
from onnx import helper
from quantized_graph import F32, QuantizedGraph, Tensor, with_one_input

from brownout_binary import BROWNOUT, needs_brownout

pytestmark = [needs_brownout, needs_run_network]

CHANNELS = 6
# Of the bias: factors on input scale x weight scale, and steps of the last bit.
NEAR = {
    "one_ulp_up": (1.0, 1),
    "one_ulp_down": (1.0, -1),
    "three_ulps": (1.0, 3),
    "1e-6": (1 + 1e-6, 0),
    "1e-3": (1 + 1e-3, 0),
    "1%": (1.0095, 0),
}
FAR = {"double": 2.0, "third": 1 / 3, "3.7": 3.7}


def layer(made: QuantizedGraph, op: str, per_channel: bool) -> tuple[list[str], NDArray, float]:
    """Inputs of an operator without its bias, units of its sums, and the spread of these."""
    x = made.pool[-1]
    matrix = op != "Conv"
    terms = int(np.prod(x.shape)) if matrix else x.shape[0] * 9
    shape = (terms, CHANNELS) if matrix else (CHANNELS, x.shape[0], 3, 3)
    codes = made.constant(made.rng.integers(-127, 128, shape).astype(np.int8))
    scale = made.rng.uniform(0.003, 0.03, CHANNELS if per_channel else ()).astype(F32)
    zero = made.constant(np.zeros(scale.shape, np.int8))
    inputs = [codes, made.constant(scale), zero]
    made.nodes.append(helper.make_node("DequantizeLinear", inputs, ["w"], axis=int(matrix)))
    if matrix:
        made.nodes.append(helper.make_node("Flatten", [x.name], ["flat"]))
        x = Tensor(**{**vars(x), "name": "flat"})
    spread = x.spread * 74 * terms**0.5
    return [made.dequantize(x), "w"], (x.scale * scale).astype(F32), spread


def bias(
    made: QuantizedGraph,
    scale: NDArray,
    spread: float,
    dtype: type = np.int32,
    zero_point: int | None = None,
    shape: tuple[int, ...] = (CHANNELS,),
) -> str:
    """A dequantized constant whose values have about this spread, in units of its scale."""
    limit = min(2 * spread, np.iinfo(dtype).max)
    codes = made.rng.uniform(-limit, limit, CHANNELS) + (zero_point or 0)
    codes = np.clip(codes, np.iinfo(dtype).min, np.iinfo(dtype).max).astype(dtype)
    inputs = [made.constant(codes.reshape(shape)), made.constant(scale)]
    if zero_point is not None:
        inputs.append(made.constant(np.full(np.shape(scale), zero_point, dtype)))
    axis = shape.index(CHANNELS)
    made.nodes.append(helper.make_node("DequantizeLinear", inputs, ["b"], axis=axis))
    return "b"


def finish(made: QuantizedGraph, op: str, inputs: list[str], real_spread: float) -> None:
    """As an input of the operator, or by an Add behind it ("Conv+Add")."""
    x = made.pool[-1]
    shape = (CHANNELS,) if not op.startswith("Conv") else (CHANNELS, x.shape[1] - 2, x.shape[2] - 2)
    out = made.named(shape, real_spread)
    if "+" not in op and op != "MatMul":
        return made.real("layer", op, inputs, out)
    made.nodes.append(helper.make_node(op.split("+")[0], inputs[:2], ["sums"], "layer"))
    return made.real("sum", "Add", ["sums", inputs[2]], out)


def graph(case: int, op: str, per_channel: bool, **kinds) -> tuple[QuantizedGraph, float]:
    """A layer and its bias; the share of outputs that half a unit may bring to another code."""
    made = with_one_input(case, shape=(4, 7, 6), signed=kinds.pop("signed", False))
    inputs, unit, spread = layer(made, op.split("+")[0], per_channel)
    factor, ulps = kinds.pop("factor", 1.0), kinds.pop("ulps", 0)
    scale = (unit.astype(np.float64) * factor).astype(F32)
    scale = (scale.view(np.int32) + ulps).astype(np.int32).view(F32)
    if kinds.pop("one_scale", False):
        scale = np.asarray(scale).ravel()[0]
    name = kinds.pop("constant", None)
    if name is None:
        size = spread / factor if kinds.get("dtype", np.int32) is np.int32 else spread
        inputs.append(bias(made, scale, size, **kinds))
    else:
        values = made.rng.normal(0, spread * float(unit.mean()), name)
        inputs.append(made.constant(values.astype(F32)))
    finish(made, op, inputs, spread * float(unit.mean()))
    return made, float(unit.max() / made.pool[-1].scale) / 2


def notes(made: QuantizedGraph, folder: Path) -> str:
    path = folder / "noted.onnx"
    path.write_bytes(made.model().SerializeToString())
    words = [str(BROWNOUT), "network", str(path)]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("zero_point", [None, 0])
@pytest.mark.parametrize("kind", NEAR)
@pytest.mark.parametrize("op", ["Conv", "Gemm", "MatMul"])
def test_codes_of_about_the_unit_are_taken_as_they_are(
    op: str, kind: str, zero_point: int | None, per_channel: bool, tmp_path: Path
) -> None:
    factor, ulps = NEAR[kind]
    made, _ = graph(1, op, per_channel, factor=factor, ulps=ulps, zero_point=zero_point)
    assert compare(made, tmp_path, 64).max() == 0


@pytest.mark.parametrize("op", ["Gemm", "MatMul"])
@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("kind", [*FAR, "zero_point"])
def test_a_product_takes_codes_of_any_scale(
    kind: str, per_channel: bool, op: str, tmp_path: Path
) -> None:
    """As ONNX Runtime's QGemm does, whatever they stand for; that is told."""
    kinds = {"factor": FAR[kind]} if kind in FAR else {"zero_point": 5000}
    made, _ = graph(2, op, per_channel, **kinds)
    assert compare(made, tmp_path, 64).max() == 0
    told = notes(made, tmp_path)
    assert "are taken, as ONNX Runtime does, for other values than their scale" in told


def relu(made: QuantizedGraph) -> None:
    """Before the quantization of the result, whose zero point makes it no nothing."""
    made.constants[made.nodes[-1].input[2]] = made.dtype(made.low + 90)
    made.nodes.insert(-1, helper.make_node("Relu", [made.nodes[-1].input[0]], ["relu"]))
    made.nodes[-1].input[0] = "relu"


@pytest.mark.parametrize("op", ["Conv", "Gemm", "MatMul"])
@pytest.mark.parametrize("why", ["int8", "relu"])
def test_where_onnx_runtime_adds_in_float_values_count(why: str, op: str, tmp_path: Path) -> None:
    """It fuses neither int8 activations nor a Relu that its quantization does not imply."""
    factor = 1.009 if op == "Conv" else 3.0
    made, share = graph(6, op, True, signed=why == "int8", factor=factor)
    if why == "relu":
        relu(made)
    steps = compare(made, tmp_path, 64)
    assert steps.max() <= 1 and (steps > 0).mean() <= share + 1e-3
    expected = "is rounded to whole units" if why == "int8" else "where ONNX Runtime fuses"
    assert (op != "Conv" and why == "int8") or expected in notes(made, tmp_path)


@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("kind", ["double", "zero_point", "product_int8"])
def test_values_of_whole_units_are_exact(kind: str, per_channel: bool, tmp_path: Path) -> None:
    """ONNX Runtime adds them in float: another code only where that rounds a tie otherwise."""
    kinds = {
        "double": {"factor": 2.0},
        "zero_point": {"zero_point": 777},
        "product_int8": {"dtype": np.int8, "zero_point": 3},
    }[kind]
    for op in ("Conv", "Conv+Add"):
        shape = (CHANNELS,) if op == "Conv" else (1, CHANNELS, 1, 1)
        made, _ = graph(3, op, per_channel, shape=shape, **kinds)
        steps = compare(made, tmp_path, 64)
        assert steps.max() <= 1 and (steps > 0).mean() < 1e-3
        assert "bias '" not in notes(made, tmp_path)


ROUNDED = {
    "third": ("Conv", {"factor": 1 / 3}),
    "3.7": ("Conv", {"factor": 3.7}),
    "int8": ("Conv", {"factor": 80.6, "dtype": np.int8, "zero_point": 0}),
    "uint8": ("Gemm", {"factor": 80.6, "dtype": np.uint8, "zero_point": 128}),
    "int8_product": (
        "MatMul",
        {"factor": 80.6, "dtype": np.int8, "one_scale": True, "zero_point": 0},
    ),
    "add_int32": ("Conv+Add", {"factor": 1.37, "shape": (CHANNELS, 1, 1)}),
    "add_int8": (
        "Conv+Add",
        {"factor": 80.6, "dtype": np.int8, "zero_point": 0, "shape": (1, CHANNELS, 1, 1)},
    ),
    "add_float": ("Conv+Add", {"constant": (1, CHANNELS, 1, 1)}),
    "add_scalar": ("Conv+Add", {"constant": ()}),
    "add_to_gemm": ("Gemm+Add", {"constant": (1, CHANNELS)}),
    "add_row": ("MatMul", {"constant": (1, CHANNELS)}),
}


@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("kind", ROUNDED)
def test_other_values_are_rounded_to_whole_units(
    kind: str, per_channel: bool, tmp_path: Path
) -> None:
    """By up to half a unit, which few outputs notice, by one code; that is told."""
    op, kinds = ROUNDED[kind]
    for case in range(4):
        made, share = graph(case, op, per_channel, **kinds)
        steps = compare(made, tmp_path, 128)
        assert steps.max() <= 1 and (steps > 0).mean() <= share + 1e-3
    assert "is rounded to whole units of the sum" in notes(made, tmp_path)


def test_a_float_input_is_rounded_as_by_onnx_runtime(tmp_path: Path) -> None:
    for case in range(4):
        for op in ("Conv", "Gemm"):
            made, _ = graph(case, op, bool(case % 2), constant=(CHANNELS,))
            assert compare(made, tmp_path, 128).max() == 0


@pytest.mark.parametrize("first", [False, True])
def test_constants_add_up(first: bool, tmp_path: Path) -> None:
    """A bias and an Add, either operand first, then another Add."""
    made, share = graph(5, "Conv", True)
    quantize = made.nodes.pop()
    unit = float(made.pool[-1].scale)
    for name, value in (("one", 3.5 * unit), ("two", -7.2 * unit)):
        inputs = [quantize.input[0], made.constant(F32(value))]
        made.nodes.append(helper.make_node("Add", inputs[::-1] if first else inputs, [name], name))
        quantize.input[0] = name
    made.nodes.append(quantize)
    steps = compare(made, tmp_path, 64)
    assert steps.max() <= 1 and (steps > 0).mean() <= 2 * share + 1e-3
