"""Shuffled, repeated and mirrored elements, and functions by channel, as exporters write them."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from engine_codes import compare, import_error, needs_run_network, run_one
from onnx import helper
from quantized_graph import F32, QuantizedGraph, with_one_input

from brownout_binary import needs_brownout
from commands import json_of

pytestmark = [
    needs_brownout,
    needs_run_network,
]


def indices(made: QuantizedGraph, *values: int) -> str:
    return made.constant(np.array(values, np.int64))


def by_quantizers(made: QuantizedGraph, op: str, shape, *inputs: str, **attributes) -> None:
    """An operator that moves codes, between a DequantizeLinear and a QuantizeLinear of its own."""
    x = made.pool[-1]
    out = made.named(shape, like=x)
    made.real(op.lower(), op, [made.dequantize(x), *inputs], out, **attributes)


def shuffle(made: QuantizedGraph, groups: int = 2, perm=(0, 2, 1, 3, 4)) -> None:
    channels, *pixels = made.pool[-1].shape
    each = channels // groups
    apart = (groups, each, *pixels)
    by_quantizers(made, "Reshape", apart, indices(made, 0, *apart))
    by_quantizers(made, "Transpose", (each, groups, *pixels), perm=list(perm))
    by_quantizers(made, "Reshape", (channels, *pixels), indices(made, 0, channels, *pixels))


@pytest.mark.parametrize("groups", [2, 3])
def test_a_channel_shuffle_between_quantizers(groups: int, tmp_path: Path) -> None:
    """As ONNX Runtime's quantizer leaves that of ShuffleNet."""
    made = with_one_input(3, shape=(6, 4, 5))
    shuffle(made, groups)
    shuffle(made, 2)
    assert compare(made, tmp_path).max() == 0


def test_any_other_order_of_five_dimensions_is_refused(tmp_path: Path) -> None:
    made = with_one_input(3)
    shuffle(made, 2, perm=(0, 1, 2, 4, 3))
    assert "only groups and channels change places" in import_error(made, tmp_path)


def test_what_computes_on_five_dimensions_is_refused(tmp_path: Path) -> None:
    made = with_one_input(3)
    by_quantizers(made, "Reshape", (2, 2, 6, 5), indices(made, 0, 2, 2, 6, 5))
    x = made.pool[-1]
    pair = [made.dequantize(x), made.dequantize(x)]
    made.real("add", "Add", pair, made.named(x.shape, like=x))
    assert "'add" in (message := import_error(made, tmp_path)) and "channels in groups" in message


def test_five_dimensions_are_no_output(tmp_path: Path) -> None:
    made = with_one_input(3)
    shuffle(made)
    by_quantizers(made, "Reshape", (2, 2, 6, 5), indices(made, 0, 2, 2, 6, 5))
    assert "has its channels in groups" in import_error(made, tmp_path)


@pytest.mark.parametrize("mode", ["linear", "cubic"])
def test_a_resize_that_computes_is_refused(mode: str, tmp_path: Path) -> None:
    made = with_one_input(4)
    scales = made.constant(np.array([1, 1, 2, 2], F32))
    by_quantizers(made, "Resize", (4, 12, 10), "", scales, mode=mode)
    assert f"not '{mode}': other modes compute in float" in import_error(made, tmp_path)


@pytest.mark.parametrize("rounding", ["round_prefer_floor", "round_prefer_ceil"])
@pytest.mark.parametrize(
    ("mode", "source", "target"),
    [
        ("asymmetric", 7, 2),
        ("asymmetric", 7, 38),
        ("asymmetric", 10, 12),
        ("asymmetric", 23, 14),
        ("asymmetric", 35, 6),
        ("half_pixel", 14, 1),
        ("half_pixel", 14, 19),
        ("pytorch_half_pixel", 20, 6),
    ],
)
def test_places_close_to_the_middle_count_as_the_middle(
    mode: str, source: int, target: int, rounding: str, tmp_path: Path
) -> None:
    """Where float32 misses it by a bit; 17.499998 (35 to 6) is none."""
    made = with_one_input(11, shape=(4, source, 3))
    x = made.pool[-1]
    sizes = made.constant(np.array([1, 4, target, 3], np.int64))
    attributes = {"coordinate_transformation_mode": mode, "nearest_mode": rounding}
    out = made.named((4, target, 3), like=x)
    made.add("resize", "Resize", [x.name, "", "", sizes], out, **attributes)
    assert compare(made, tmp_path, 1).max() == 0


@pytest.mark.parametrize("rounding", ["round_prefer_floor", "ceil"])
def test_a_resize_to_the_same_size_is_nothing(rounding: str, tmp_path: Path) -> None:
    """Whatever its scales; of one dimension that stays the scale counts."""
    for scales in ([1, 1, 1.31, 1.07], [1, 1, 1.31, 1.5]):
        made = with_one_input(12, shape=(4, 3, 12))
        x = made.pool[-1]
        target = (4, int(3 * scales[2]), int(12 * scales[3]))
        inputs = [x.name, "", made.constant(np.array(scales, F32))]
        out = made.named(target, like=x)
        made.add("resize", "Resize", inputs, out, nearest_mode=rounding)
        made.add("end", "MaxPool", [out.name], made.named(target, like=x), kernel_shape=[1, 1])
        assert compare(made, tmp_path).max() == 0


def test_a_resize_of_channels_or_batch(tmp_path: Path) -> None:
    made = with_one_input(4)
    by_quantizers(made, "Resize", (8, 6, 5), "", made.constant(np.array([1, 2, 1, 1], F32)))
    assert compare(made, tmp_path).max() == 0
    made = with_one_input(4)
    by_quantizers(made, "Resize", (4, 6, 5), "", made.constant(np.array([2, 1, 1, 1], F32)))
    assert "it resizes the batch" in import_error(made, tmp_path)


@pytest.mark.parametrize(("index", "axis"), [(4, 1), (-5, 1), (0, 0)])
def test_indices_outside_or_along_the_batch_are_refused(
    index: int, axis: int, tmp_path: Path
) -> None:
    made = with_one_input(5)
    by_quantizers(made, "Gather", (1, 6, 5), indices(made, index), axis=axis)
    expected = "cannot be gathered" if axis == 0 else f"index {index} of 4"
    assert expected in import_error(made, tmp_path)


def test_mirroring_needs_enough_elements(tmp_path: Path) -> None:
    made = with_one_input(5)
    pads = indices(made, 0, 0, 0, 5, 0, 0, 0, 0)
    by_quantizers(made, "Pad", (4, 6, 10), pads, mode="reflect")
    assert "mode 'reflect' takes 0 to 4 elements" in import_error(made, tmp_path)


def normalisation(made: QuantizedGraph, quantized: bool) -> list[str]:
    """Scale, bias, mean and variance; the first two as int8 and int32 codes if `quantized`."""
    channels = made.pool[-1].shape[0]
    values = [made.rng.normal(1, 0.4, channels), *made.rng.normal(0, 1, (2, channels))]
    values = [*values, made.rng.uniform(0.3, 4, channels)]
    names = [made.constant(value.astype(F32)) for value in values]
    if quantized:
        for i, (step, dtype) in enumerate(((0.02, np.int8), (0.001, np.int32))):
            codes = made.constant(np.rint(values[i] / step).astype(dtype))
            scale, zero = made.constant(F32(step)), made.constant(dtype(0))
            names[i] = codes + ".real"
            made.nodes.append(
                helper.make_node("DequantizeLinear", [codes, scale, zero], [names[i]])
            )
    return names


@pytest.mark.parametrize("quantized", [False, True])
def test_a_batch_norm_without_convolution(quantized: bool, tmp_path: Path) -> None:
    """Scale and bias float, or as ONNX Runtime quantizes them; every code of every channel."""
    for case in range(5):
        made = with_one_input(case, shape=(7, 16, 16))
        x = made.pool[-1]
        names = [made.dequantize(x), *normalisation(made, quantized)]
        made.real("norm", "BatchNormalization", names, made.named(x.shape, 2.0), epsilon=1e-3)
        assert compare(made, tmp_path).max() == 0


def test_a_batch_norm_on_the_sums_of_a_convolution_is_refused(tmp_path: Path) -> None:
    made = with_one_input(6)
    x = made.pool[-1]
    weights, _, _ = made.weights((4, 4, 1, 1), 0, False)
    made.nodes.append(helper.make_node("DequantizeLinear", weights, ["w"], axis=0))
    made.nodes.append(helper.make_node("Conv", [made.dequantize(x), "w"], ["sums"]))
    made.real("norm", "BatchNormalization", ["sums", *normalisation(made, False)], x)
    assert "fold it into its convolution before quantization" in import_error(made, tmp_path)


@pytest.mark.parametrize("op", ["Add", "Sub", "Mul", "Div"])
def test_float_constants_by_channel(op: str, tmp_path: Path) -> None:
    """Such as the scale of a layer, which the quantizer leaves in float."""
    made = with_one_input(7, shape=(5, 7, 6))
    x = made.pool[-1]
    real = made.dequantize(x)
    for round_ in range(2):
        values = made.constant(made.rng.uniform(0.5, 2, (5, 1, 1)).astype(F32))
        made.nodes.append(helper.make_node(op, [real, values], [f"r{round_}"]))
        real = f"r{round_}"
    made.real("clip", "Relu", [real], made.named(x.shape, float(x.scale) * x.spread))
    assert compare(made, tmp_path).max() == 0


def test_float_constants_of_another_shape_are_refused(tmp_path: Path) -> None:
    made = with_one_input(7)
    x = made.pool[-1]
    values = made.constant(np.ones((6, 1), F32))
    made.real("mul", "Mul", [made.dequantize(x), values], made.named(x.shape, like=x))
    assert "is neither a scalar nor one element per channel" in import_error(made, tmp_path)


def test_functions_by_channel_are_quantized_before_they_move(tmp_path: Path) -> None:
    made = with_one_input(8)
    x = made.pool[-1]
    names = [made.dequantize(x), *normalisation(made, False)]
    made.nodes.append(helper.make_node("BatchNormalization", names, ["norm"]))
    made.real("pool", "MaxPool", ["norm"], made.named((4, 5, 4), 2.0), kernel_shape=[2, 2])
    assert "is another function in each channel; quantize it before" in import_error(made, tmp_path)


def test_functions_by_channel_do_not_fill_the_memory(tmp_path: Path) -> None:
    """Each batch norm of 65,536 channels holds 64 MiB until it is quantized."""
    made = with_one_input(9, shape=(65_536, 1, 1))
    names = [made.dequantize(made.pool[-1]), *normalisation(made, False)]
    ends = [f"norm{i}" for i in range(5)]
    made.nodes += [helper.make_node("BatchNormalization", names, [end]) for end in ends]
    made.real("join", "Concat", ends, made.named((5 * 65_536, 1, 1), 2.0), axis=1)
    assert "more than 262144 channels in functions" in import_error(made, tmp_path)


def test_a_constant_that_two_layers_share_is_quantized_twice(tmp_path: Path) -> None:
    """PyTorch's exporter joins equal constants by Identity, and the quantizer takes them apart."""
    made = with_one_input(10)
    x = made.pool[-1]
    codes = made.constant(made.rng.integers(-127, 128, (4, 1, 1)).astype(np.int8))
    previous = [codes, made.constant(F32(0.011)), made.constant(np.int8(0))]
    made.nodes.append(helper.make_node("DequantizeLinear", previous, ["first"]))
    made.nodes.append(helper.make_node("Identity", ["first"], ["shared"]))
    again = [made.constant(F32(0.013)), made.constant(np.uint8(120))]
    made.nodes.append(helper.make_node("QuantizeLinear", ["shared", *again], ["again"]))
    made.nodes.append(helper.make_node("DequantizeLinear", ["again", *again], ["second"]))
    out = made.named(x.shape, float(x.scale) * x.spread)
    made.real("mul", "Mul", [made.dequantize(x), "second"], out)
    assert compare(made, tmp_path).max() == 0


def test_a_channel_shuffle_of_one_image(tmp_path: Path) -> None:
    """As exports without a symbolic batch have it."""
    made = with_one_input(11, shape=(6, 3, 3))
    x = made.pool[-1]
    apart, together = indices(made, 1, 3, 2, 3, 3), indices(made, 1, 6, 3, 3)
    made.nodes.append(helper.make_node("Reshape", [x.name, apart], ["apart"]))
    made.nodes.append(helper.make_node("Transpose", ["apart"], ["turned"], perm=[0, 2, 1, 3, 4]))
    made.add("shuffle", "Reshape", ["turned", together], made.named(x.shape, like=x))
    codes = made.rng.integers(0, 256, (1, 6, 3, 3))
    shuffled = codes.reshape(3, 2, 9).swapaxes(0, 1).reshape(6, 9)
    assert np.array_equal(run_one(made.model(), codes, tmp_path).reshape(9, 6), shuffled.T)


def test_a_float_operator_in_the_middle_says_what_to_do(tmp_path: Path) -> None:
    """A pool of a function without a quantization, as in the QOperator form of MobileNetV3."""
    made = with_one_input(12)
    x = made.pool[-1]
    made.nodes.append(helper.make_node("HardSwish", [made.dequantize(x)], ["h"]))
    made.real("pool", "GlobalAveragePool", ["h"], made.named((4, 1, 1), 1.0))
    message = import_error(made, tmp_path)
    assert "'pool" in message and "its input 'h'" in message
    assert "(quantize_static: QDQ form, op_types_to_quantize)" in message


def test_what_hangs_on_constants_only_is_left_to_the_exporter(tmp_path: Path) -> None:
    made = with_one_input(12)
    pair = [made.constant(F32(2)), made.constant(F32(3))]
    made.nodes.append(helper.make_node("Mul", pair, ["six"], "product"))
    x = made.pool[-1]
    made.real("mul", "Mul", [made.dequantize(x), "six"], made.named(x.shape, 1.0))
    message = import_error(made, tmp_path)
    assert "'product' (Mul): it computes a constant" in message and "quant_pre_process" in message


def test_sizes_in_float_are_left_to_the_exporter(tmp_path: Path) -> None:
    """As pads of TensorFlow's kind are computed."""
    made = with_one_input(12)
    made.nodes.append(helper.make_node("Shape", [made.pool[-1].name], ["shape"]))
    made.nodes.append(helper.make_node("Cast", ["shape"], ["real"], to=1))
    made.nodes.append(helper.make_node("Div", ["real", made.constant(F32(2))], ["half"], "half"))
    x = made.pool[-1]
    made.real("relu", "Relu", [made.dequantize(x)], made.named(x.shape, 1.0))
    assert "sizes in float have to be computed before quantization" in import_error(made, tmp_path)


def test_every_other_pixel_is_listed_as_a_copy(tmp_path: Path) -> None:
    """Not as the pool of one element that it is computed as."""
    made = with_one_input(3)
    cut = [indices(made, *values) for values in ((0, 0), (6, 5), (2, 3), (2, 2))]
    by_quantizers(made, "Slice", (4, 3, 3), *cut)
    assert compare(made, tmp_path).max() == 0
    path = tmp_path / "network.onnx"
    onnx.save(made.model(), path)
    assert [layer["kind"] for layer in json_of("network", path)["layers"]] == ["copy"]
