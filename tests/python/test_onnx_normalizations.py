"""Group, instance and layer normalizations against ONNX Runtime, in each form of ONNX.

ONNX Runtime computes them in float32 in an order of its own, so codes differ where a value lies
between two of them: by one, in less than one element of a thousand.
"""

from pathlib import Path

import numpy as np
import pytest
from engine_codes import channels_last, compare, import_error, needs_run_network, run_one
from engine_codes import runtime_codes as of_runtime
from numpy.typing import NDArray
from onnx import helper
from quantized_graph import F32, QuantizedGraph, Tensor, with_one_input
from random_onnx import RandomNetwork

from brownout_binary import needs_brownout

pytestmark = [needs_brownout, needs_run_network]

# Channels, height, width and groups: several sizes, a channel a group, one group, one pixel.
SHAPES = [
    ((4, 6, 5), 2),
    ((12, 7, 9), 3),
    ((32, 8, 8), 8),
    ((6, 5, 4), 6),
    ((5, 6, 6), 1),
    ((24, 1, 1), 4),
]


def parameters(made: QuantizedGraph, shape, quantized: bool = False) -> list[str]:
    """Scale and bias; as int8 and int32 codes if `quantized`."""
    drawn = [made.rng.normal(mean, spread, shape) for mean, spread in ((1, 0.4), (0, 0.7))]
    if not quantized:
        return [made.constant(value.astype(F32)) for value in drawn]
    names = []
    for value, step, dtype in zip(drawn, (0.02, 0.001), (np.int8, np.int32), strict=True):
        codes = made.constant(np.rint(value / step).astype(dtype))
        inputs = [codes, made.constant(F32(step)), made.constant(dtype(0))]
        names.append(codes + ".real")
        made.nodes.append(helper.make_node("DequantizeLinear", inputs, names[-1:]))
    return names


def normalize(made: QuantizedGraph, op: str, constants: list[str], relu=False, **attributes):
    x = made.pool[-1]
    inputs = [made.dequantize(x), *constants]
    out = made.named(x.shape, 1.0)
    if not relu:
        return made.real("norm", op, inputs, out, **attributes)
    made.nodes.append(helper.make_node(op, inputs, ["norm"], **attributes))
    return made.real("relu", "Relu", ["norm"], out)


def group_norm(made: QuantizedGraph, groups: int, quantized=False, relu=False) -> None:
    made.opset = 21
    constants = parameters(made, made.pool[-1].shape[0], quantized)
    normalize(made, "GroupNormalization", constants, relu, num_groups=groups)


def require_equal_but_at_ties(steps: NDArray) -> None:
    assert steps.max() <= 1 and (steps > 0).mean() < 1e-3


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize(("shape", "groups"), SHAPES)
def test_group_normalization(shape, groups: int, relu: bool, signed: bool, tmp_path: Path) -> None:
    for case in range(4):
        made = with_one_input(case, shape=shape, signed=signed)
        group_norm(made, groups, quantized=case % 2 == 1, relu=relu)
        require_equal_but_at_ties(compare(made, tmp_path))


def test_a_constant_group_becomes_its_bias(tmp_path: Path) -> None:
    """Its variance is 0. ONNX Runtime's, mean of squares less square of mean in float32, may be
    less than -epsilon; it then has no root."""
    made = with_one_input(3, shape=(6, 5, 4))
    group_norm(made, 3)
    codes = np.broadcast_to(np.arange(256).reshape(256, 1, 1, 1), (256, 6, 5, 4))
    first = made.pool[0]
    real = ((codes - first.zero_point).astype(F32) * first.scale).astype(F32)
    expected = channels_last(of_runtime(made.model(), real).astype(int)).reshape(256, -1)
    rooted = (expected > 0).any(axis=1)  # codes of NaN are 0
    steps = np.abs(run_one(made.model(), codes, tmp_path) - expected)[rooted]
    assert rooted.sum() > 240 and steps.max() == 0


def block(made: RandomNetwork) -> None:
    """A normalization of groups that differ, and an operator behind it."""
    channels, height, width = made.pool[-1].shape
    groups = [g for g in range(1, 9) if channels % g == 0]
    large = [g for g in groups if channels // g * height * width >= 8]
    if large:
        group_norm(made, made.one_of(*large))
    made.one_of(made.conv, made.max_pool, made.average_pool, made.elementwise)()


def test_networks_with_normalizations(tmp_path: Path) -> None:
    """A code that is off by one at a tie changes what follows; and where all codes of a group are
    equal, ONNX Runtime divides its rounding errors by a root of epsilon. Most are equal."""
    equal = []
    for case in range(30):
        made = RandomNetwork(case, "qdq")
        made.conv()
        for _ in range(3):
            block(made)
        if made.kinds.count("norm") > 1 and np.prod(made.pool[-1].shape) > 8:
            equal.append((compare(made, tmp_path, 8) == 0).all(axis=1))
    assert len(equal) > 15
    assert np.mean([images.all() for images in equal]) > 0.9


def test_groups_divide_the_channels(tmp_path: Path) -> None:
    made = with_one_input(0)
    group_norm(made, 3)
    assert "3 groups do not divide its 4 channels" in import_error(made, tmp_path)


def test_scales_are_one_per_channel(tmp_path: Path) -> None:
    made = with_one_input(0)
    made.opset = 21
    normalize(made, "GroupNormalization", parameters(made, 2), num_groups=2)
    assert "has 2 elements in place of 4" in import_error(made, tmp_path)


def test_sums_are_quantized_before_they_are_normalized(tmp_path: Path) -> None:
    made = with_one_input(6)
    made.opset = 21
    x = made.pool[-1]
    weights, _, _ = made.weights((4, 4, 1, 1), 0, False)
    made.nodes.append(helper.make_node("DequantizeLinear", weights, ["w"], axis=0))
    made.nodes.append(helper.make_node("Conv", [made.dequantize(x), "w"], ["sums"]))
    inputs = ["sums", *parameters(made, 4)]
    made.real("norm", "GroupNormalization", inputs, made.named(x.shape, 1.0), num_groups=2)
    assert "float-only: its input 'sums'" in import_error(made, tmp_path)


def test_epsilon_is_positive(tmp_path: Path) -> None:
    made = with_one_input(0)
    made.opset = 21
    normalize(made, "GroupNormalization", parameters(made, 4), num_groups=2, epsilon=0.0)
    assert "its epsilon is not positive" in import_error(made, tmp_path)


@pytest.mark.parametrize(("shape", "groups"), SHAPES)
def test_a_scale_for_each_group(shape, groups: int, tmp_path: Path) -> None:
    """As GroupNormalization had them before opset 21."""
    made = with_one_input(1, shape=shape)
    normalize(made, "GroupNormalization", parameters(made, groups), num_groups=groups)
    require_equal_but_at_ties(compare(made, tmp_path))


@pytest.mark.parametrize("shape", [(4, 6, 5), (1, 8, 8), (9, 3, 2)])
def test_instance_normalization(shape, tmp_path: Path) -> None:
    made = with_one_input(2, shape=shape)
    normalize(made, "InstanceNormalization", parameters(made, shape[0], True), epsilon=1e-3)
    require_equal_but_at_ties(compare(made, tmp_path))


def by_channel(made: QuantizedGraph, shape) -> list[str]:
    """Scales and biases of all elements, equal in each channel."""
    drawn = made.rng.normal(1, 0.4, (2, shape[0], 1, 1)).astype(F32)
    return [made.constant(np.broadcast_to(value, shape)) for value in drawn]


@pytest.mark.parametrize("axis", [1, -3])
def test_layer_normalization_of_a_map(axis: int, tmp_path: Path) -> None:
    made = with_one_input(3, shape=(5, 4, 6))
    normalize(made, "LayerNormalization", by_channel(made, (5, 4, 6)), axis=axis)
    require_equal_but_at_ties(compare(made, tmp_path))


@pytest.mark.parametrize("bias", [False, True])
def test_layer_normalization_of_a_vector(bias: bool, tmp_path: Path) -> None:
    made = with_one_input(4, shape=(30, 1, 1))
    x = made.pool[-1]
    made.add("flatten", "Flatten", [x.name], made.named((30,), like=x))
    normalize(made, "LayerNormalization", parameters(made, 30)[: 2 if bias else 1])
    require_equal_but_at_ties(compare(made, tmp_path))


def test_layer_normalization_of_each_pixel_is_refused(tmp_path: Path) -> None:
    made = with_one_input(3, shape=(5, 4, 6))
    normalize(made, "LayerNormalization", parameters(made, 6))
    assert "over all dimensions but the batch" in import_error(made, tmp_path)


def test_scales_that_differ_between_pixels_are_refused(tmp_path: Path) -> None:
    made = with_one_input(3, shape=(5, 4, 6))
    normalize(made, "LayerNormalization", parameters(made, (5, 4, 6)), axis=1)
    assert "differs between the pixels of a channel" in import_error(made, tmp_path)


def by_instances(made: QuantizedGraph, groups: int, quantized: bool, relu: bool = False) -> None:
    """GroupNorm as PyTorch exports it below opset 18, or with every operator quantized."""
    x = made.pool[-1]
    ones, zeros = made.constant(np.ones(groups, F32)), made.constant(np.zeros(groups, F32))
    apart = made.constant(np.array([0, groups, -1], np.int64))
    together = made.constant(np.array([0, *x.shape], np.int64))
    scale, bias = (
        made.constant(made.rng.normal(1, 0.4, (x.shape[0], 1, 1)).astype(F32)) for _ in "sb"
    )
    edge = made.dequantize(x)
    for op, inputs in (
        ("Reshape", [apart]),
        ("InstanceNormalization", [ones, zeros]),
        ("Reshape", [together]),
        ("Mul", [scale]),
        ("Add", [bias]),
    ):
        name = f"part{len(made.nodes)}"
        made.nodes.append(helper.make_node(op, [edge, *inputs], [name], name))
        edge = name
        if quantized and op != "Add":
            moved = made.named(x.shape, like=made.pool[-1])
            out = moved if op == "Reshape" else Tensor(name + ".q", x.shape, F32(0.03), 120, 40.0)
            made.quantize(op, edge, out)
            edge = made.dequantize(out)
    if relu:
        made.nodes.append(helper.make_node("Relu", [edge], ["relu"]))
        edge = "relu"
    made.quantize("norm", edge, made.named(x.shape, 1.4))


@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize(("shape", "groups"), SHAPES)
def test_a_group_normalization_by_instances(shape, groups, relu: bool, tmp_path: Path) -> None:
    made = with_one_input(5, shape=shape)
    by_instances(made, groups, False, relu)
    require_equal_but_at_ties(compare(made, tmp_path))


def test_a_quantized_one_by_instances(tmp_path: Path) -> None:
    """Its products and sums are tables then, and what is off by one at a tie remains so."""
    for case in range(5):
        made = with_one_input(case, shape=(6, 5, 4))
        by_instances(made, 3, True)
        steps = compare(made, tmp_path)
        assert (steps > 0).mean() < 1e-3


def test_rows_of_groups_go_nowhere_else(tmp_path: Path) -> None:
    """Behind the normalization they are no rows of channels, which a pool would take them for."""
    made = with_one_input(5, shape=(6, 5, 4))
    ones, zeros = made.constant(np.ones(3, F32)), made.constant(np.zeros(3, F32))
    apart = made.constant(np.array([0, 3, -1], np.int64))
    made.nodes.append(helper.make_node("Reshape", [made.dequantize(made.pool[-1]), apart], ["r"]))
    x = made.named((6, 5, 4), 1.0)
    made.real("norm", "InstanceNormalization", ["r", ones, zeros], x)
    pooled = made.named((3, 20, 1), like=x)
    made.real("pool", "MaxPool", [made.dequantize(x)], pooled, kernel_shape=[2], strides=[2])
    assert "its input has its channels in groups" in import_error(made, tmp_path)
