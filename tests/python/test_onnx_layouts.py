"""Reshape and Transpose between layouts: views where elements keep their order, else copies."""

from pathlib import Path

import numpy as np
import pytest
from engine_codes import (
    channels_last,
    compare,
    import_error,
    needs_run_network,
    run_one,
    runtime_codes,
)
from onnx import helper
from quantized_graph import QuantizedGraph, Tensor, with_one_input
from test_onnx_biases import notes

from brownout_binary import needs_brownout

pytestmark = [needs_brownout, needs_run_network]


def reshape(made: QuantizedGraph, target: list[int], shape: tuple[int, ...]) -> None:
    x = made.pool[-1]
    inputs = [x.name, made.constant(np.array(target, np.int64))]
    made.add("reshape", "Reshape", inputs, made.named(shape, like=x))


def transpose(made: QuantizedGraph, order: list[int]) -> None:
    x = made.pool[-1]
    shape = tuple(x.shape[d - 1] for d in order[1:])
    made.add("transpose", "Transpose", [x.name], made.named(shape, like=x), perm=order)


def convolution(made: QuantizedGraph) -> None:
    """So that a wrong order shows, whatever the layout of the output."""
    x = made.pool[-1]
    channels, height, width = x.shape
    kernel = [min(height, 2), min(width, 3)]
    out = (5, height - kernel[0] + 1, width - kernel[1] + 1)
    terms = channels * kernel[0] * kernel[1]
    shape = (5, channels, *kernel)
    made.weighted("conv", x, shape, 0, 5, out, terms, "Conv", kernel_shape=kernel)


def channels_last_input(shape: tuple[int, int, int], op: str) -> QuantizedGraph:
    """An input (N, H, W, C), which a convolution gets as (N, C, H, W)."""
    made = with_one_input(2, shape=shape)
    planes = (shape[2], *shape[:2])
    if op == "Reshape":
        reshape(made, [-1, *planes], planes)
    else:
        transpose(made, [0, 3, 1, 2])
    convolution(made)
    return made


@pytest.mark.parametrize("shape", [(6, 6, 1), (5, 7, 1), (1, 8, 1), (4, 1, 1)])
@pytest.mark.parametrize("dims", ["given", "open height", "open width", "batch"])
def test_one_channel_is_moved_by_a_reshape_as_by_a_transpose(
    shape: tuple[int, int, int], dims: str, tmp_path: Path
) -> None:
    """The input's pixels are those of a map of one channel; nothing is copied."""
    networks = [channels_last_input(shape, op) for op in ("Reshape", "Transpose")]
    planes = [1, *shape[:2]]
    target = {
        "given": [1, *planes],
        "open height": [1, 1, -1, planes[2]],
        "open width": [0, 1, planes[1], -1],
        "batch": [-1, *planes],
    }[dims]
    (name,) = [node.input[1] for node in networks[0].nodes if node.op_type == "Reshape"]
    networks[0].constants[name] = np.array(target, np.int64)
    images = 1 if dims == "given" or dims == "open height" else 16
    for made in networks:
        model = made.model()
        real, codes = made.images(images)
        expected = channels_last(runtime_codes(model, real)).reshape(images, -1)
        # The codes are given as the simulator holds them: (N, H, W, C), like the input.
        rows = run_one(model, codes.transpose(0, 3, 1, 2), tmp_path)
        assert np.array_equal(rows, expected)
        assert "copy" not in notes(made, tmp_path)
        assert f"input                 1x{shape[0]}x{shape[1]} CxHxW" in notes(made, tmp_path)


@pytest.mark.parametrize("where", ["codes", "real"])
def test_one_channel_in_the_middle_changes_its_place(where: str, tmp_path: Path) -> None:
    made = with_one_input(3, shape=(1, 6, 5))
    x = made.pool[-1]
    for target, shape in (([-1, 6, 5, 1], (6, 5, 1)), ([0, 1, 6, 5], (1, 6, 5))):
        if where == "codes":
            reshape(made, target, shape)
        else:
            inputs = [made.dequantize(x), made.constant(np.array(target, np.int64))]
            made.real("reshape", "Reshape", inputs, made.named(shape, like=x))
            x = made.pool[-1]
    convolution(made)
    assert compare(made, tmp_path).max() == 0
    assert "copy" not in notes(made, tmp_path)


RESHAPES = [
    ((6, 4, 5), (3, 8, 5)),
    ((6, 4, 5), (12, 2, 5)),
    ((6, 4, 5), (24, 1, 5)),
    ((6, 4, 5), (6, 20, 1)),
    ((6, 4, 5), (1, 6, 20)),
    ((6, 4, 5), (2, 3, 20)),
    ((6, 4, 5), (120, 1, 1)),
    ((8, 1, 9), (8, 9, 1)),
    ((8, 1, 9), (8, 3, 3)),
    ((16, 1, 1), (1, 4, 4)),
    ((1, 6, 10), (4, 3, 5)),
]


@pytest.mark.parametrize(("source", "target"), RESHAPES)
def test_a_reshape_of_four_dimensions_is_a_copy(source, target, tmp_path: Path) -> None:
    made = with_one_input(4, shape=source)
    reshape(made, [-1, *target], target)
    convolution(made)
    assert compare(made, tmp_path).max() == 0


@pytest.mark.parametrize("target", [(4, 6, 5), (8, 3, 5), (5, 4, 6)])
def test_sizes_that_do_not_divide_one_another_are_refused(target, tmp_path: Path) -> None:
    made = with_one_input(4, shape=(6, 4, 5))
    reshape(made, [-1, *target], target)
    assert "whose sizes divide one another" in import_error(made, tmp_path)


ORDERS = [[0, 1, 3, 2], [0, 2, 1, 3], [0, 2, 3, 1], [0, 3, 1, 2], [0, 3, 2, 1]]


@pytest.mark.parametrize("shape", [(4, 6, 5), (1, 6, 5), (4, 1, 5), (4, 6, 1)])
@pytest.mark.parametrize("order", ORDERS)
def test_a_transpose_may_change_all_dimensions(order: list[int], shape, tmp_path: Path) -> None:
    """Then back to (N, C, H, W) by name, if it went to (N, H, W, C)."""
    made = with_one_input(7, shape=shape)
    x = made.pool[-1]
    made.real("relu", "Relu", [made.dequantize(x)], made.named(shape, like=x))
    transpose(made, order)
    if order != [0, 2, 3, 1]:
        convolution(made)
    else:
        transpose(made, [0, 1, 3, 2])
        transpose(made, [0, 3, 1, 2])
        convolution(made)
    assert compare(made, tmp_path).max() == 0


def test_the_batch_keeps_its_place(tmp_path: Path) -> None:
    made = with_one_input(5)
    x = made.pool[-1]
    made.add("turn", "Transpose", [x.name], made.named(x.shape, like=x), perm=[1, 0, 2, 3])
    assert "only height, width and channels of four" in import_error(made, tmp_path)


def test_a_copy_of_functions_by_channel_is_refused(tmp_path: Path) -> None:
    made = with_one_input(5)
    x = made.pool[-1]
    factors = made.constant(made.rng.uniform(0.5, 1, (4, 1, 1)).astype(np.float32))
    made.nodes.append(helper.make_node("Mul", [made.dequantize(x), factors], ["scaled"]))
    inputs = ["scaled", made.constant(np.array([-1, 2, 12, 5], np.int64))]
    made.real("reshape", "Reshape", inputs, made.named((2, 12, 5), like=x))
    assert "is another function in each channel" in import_error(made, tmp_path)


def test_a_copied_map_may_be_flattened(tmp_path: Path) -> None:
    made = with_one_input(6, shape=(6, 4, 5))
    reshape(made, [-1, 12, 2, 5], (12, 2, 5))
    x = made.pool[-1]
    made.nodes.append(helper.make_node("Flatten", [x.name], ["flat"]))
    flat = Tensor(**{**vars(x), "name": "flat", "shape": (120,)})
    made.weighted("dense", flat, (120, 7), 1, 7, (7,), 120, "MatMul")
    assert compare(made, tmp_path).max() == 0
