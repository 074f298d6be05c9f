"""Forms of ONNX graphs that exporters write, one by one, against ONNX Runtime."""

from pathlib import Path

import numpy as np
import pytest
from engine_codes import compare, needs_run_network, run_one
from onnx import helper
from quantized_graph import F32, QuantizedGraph, Tensor

from brownout_binary import needs_brownout
from brownout_tools.training.reference_logits import vnni_flag

pytestmark = [
    needs_brownout,
    needs_run_network,
    pytest.mark.skipif(
        vnni_flag() is None, reason="no VNNI: ONNX Runtime's u8 x s8 sums may saturate on this CPU"
    ),
]


def graph(case: int, form: str = "qdq", shape=(4, 6, 5), signed: bool = False) -> QuantizedGraph:
    """With its quantized input only."""
    made = QuantizedGraph(case, form, signed)
    made.input_shape = shape
    made.pool[0] = Tensor(**{**vars(made.pool[0]), "shape": shape})
    return made


def refusal(made: QuantizedGraph, folder: Path) -> str:
    codes = np.zeros((1, *made.input_shape), np.uint8)
    with pytest.raises(ValueError) as error:
        run_one(made.model(), codes, folder)
    return str(error.value)


def reduce_mean(made: QuantizedGraph, axes: list[int], shape, keepdims: int = 1) -> None:
    x = made.pool[-1]
    inputs = [made.dequantize(x), made.constant(np.array(axes, np.int64))]
    out = made.named(shape, like=x)  # every 30th mean is a tie of two codes
    made.real("mean", "ReduceMean", inputs, out, keepdims=keepdims)


@pytest.mark.parametrize("keepdims", [0, 1])
@pytest.mark.parametrize("axes", [[2, 3], [-1, -2]])
def test_a_mean_over_the_map_is_a_global_average(axes, keepdims: int, tmp_path: Path) -> None:
    """ONNX Runtime sums it in float: at a tie of two codes it may take the other one."""
    steps = []
    for case in range(20):
        made = graph(case)
        reduce_mean(made, axes, (4, 1, 1) if keepdims else (4,), keepdims)
        steps.append(compare(made, tmp_path))
    # Less than one in thirty is such a tie.
    assert np.max(steps) <= 1 and (np.stack(steps) > 0).mean() < 1 / 30


def test_a_mean_over_anything_else_is_refused(tmp_path: Path) -> None:
    made = graph(0)
    reduce_mean(made, [1], (1, 6, 5))
    assert "only a mean over height and width is supported" in refusal(made, tmp_path)


def cast(made: QuantizedGraph, to: int) -> None:
    x = made.pool[-1]
    made.add("cast", "Cast", [x.name], made.named(x.shape, like=x), to=to)


@pytest.mark.parametrize("signed", [False, True])
def test_a_cast_to_the_same_type_is_nothing(signed: bool, tmp_path: Path) -> None:
    code = helper.np_dtype_to_tensor_dtype(np.dtype(np.int8 if signed else np.uint8))
    made = graph(1, signed=signed)
    cast(made, code)
    x = made.pool[-1]
    made.real("relu", "Relu", [made.dequantize(x)], made.named(x.shape, float(x.scale) * 40))
    assert compare(made, tmp_path).max() == 0


def test_any_other_cast_is_refused(tmp_path: Path) -> None:
    made = graph(1)
    cast(made, helper.np_dtype_to_tensor_dtype(np.dtype(np.int8)))
    assert "only a Cast to the type that its input has" in refusal(made, tmp_path)


def test_zero_points_may_be_computed(tmp_path: Path) -> None:
    """As PyTorch writes those of a bias: ConstantOfShape and a Cast."""
    made = graph(2, shape=(3, 4, 4))
    x, scale = made.pool[-1], F32(0.01)
    shape = made.constant(np.array([5], np.int64))
    zero = helper.make_tensor("zero", helper.np_dtype_to_tensor_dtype(np.dtype(np.int32)), [1], [0])
    made.nodes += [
        helper.make_node("ConstantOfShape", [shape], ["zeros"], value=zero),
        helper.make_node("Cast", ["zeros"], ["zeros.cast"], to=6),
    ]
    weights = made.constant(made.rng.integers(-127, 128, (5, 3, 3, 3)).astype(np.int8))
    bias = made.constant(made.rng.integers(-999, 999, 5).astype(np.int32))
    w = [weights, made.constant(np.full(5, scale)), made.constant(np.zeros(5, np.int8))]
    b = [bias, made.constant(np.full(5, scale * x.scale)), "zeros.cast"]
    made.nodes += [
        helper.make_node("DequantizeLinear", w, ["w"], axis=0),
        helper.make_node("DequantizeLinear", b, ["b"], axis=0),
    ]
    out = made.named((5, 2, 2), float(x.scale * scale) * 75 * 75 * 5)
    made.real("conv", "Conv", [made.dequantize(x), "w", "b"], out)
    assert compare(made, tmp_path).max() == 0
