"""Forms of ONNX graphs that exporters write, one by one, against ONNX Runtime."""

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
from quantized_graph import F32, QuantizedGraph, Tensor, with_one_input

from brownout_binary import needs_brownout

pytestmark = [
    needs_brownout,
    needs_run_network,
]


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
        made = with_one_input(case)
        reduce_mean(made, axes, (4, 1, 1) if keepdims else (4,), keepdims)
        steps.append(compare(made, tmp_path))
    # Less than one in thirty is such a tie.
    assert np.max(steps) <= 1 and (np.stack(steps) > 0).mean() < 1 / 30


@pytest.mark.parametrize("form", ["qdq", "qoperator"])
@pytest.mark.parametrize("size", [2, 4])
def test_an_average_over_the_whole_map_is_a_global_one(
    size: int, form: str, tmp_path: Path
) -> None:
    """ONNX Runtime adds it up in integers; other windows in float: ties fall differently."""
    for window in (size, size - 1):
        made = with_one_input(window, form, (8, size, size))
        x = made.pool[-1]
        extent = (size - window) // 3 + 1
        out = made.named((8, extent, extent), like=x)
        attributes = {"kernel_shape": [window, window], "strides": [3, 3]}
        made.unary("average_pool", "AveragePool", x, out, **attributes)
        assert compare(made, tmp_path, 256).max() == 0


def test_a_mean_over_anything_else_is_refused(tmp_path: Path) -> None:
    made = with_one_input(0)
    reduce_mean(made, [1], (1, 6, 5))
    assert "only a mean over height and width is supported" in import_error(made, tmp_path)


def cast(made: QuantizedGraph, to: int) -> None:
    x = made.pool[-1]
    made.add("cast", "Cast", [x.name], made.named(x.shape, like=x), to=to)


@pytest.mark.parametrize("signed", [False, True])
def test_a_cast_to_the_same_type_is_nothing(signed: bool, tmp_path: Path) -> None:
    code = helper.np_dtype_to_tensor_dtype(np.dtype(np.int8 if signed else np.uint8))
    made = with_one_input(1, signed=signed)
    cast(made, code)
    x = made.pool[-1]
    made.real("relu", "Relu", [made.dequantize(x)], made.named(x.shape, float(x.scale) * 40))
    assert compare(made, tmp_path).max() == 0


def test_any_other_cast_is_refused(tmp_path: Path) -> None:
    made = with_one_input(1)
    cast(made, helper.np_dtype_to_tensor_dtype(np.dtype(np.int8)))
    assert "only a Cast to the type that its input has" in import_error(made, tmp_path)


def test_zero_points_may_be_computed(tmp_path: Path) -> None:
    """As PyTorch writes those of a bias: ConstantOfShape and a Cast."""
    made = with_one_input(2, shape=(3, 4, 4))
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


def pool(made: QuantizedGraph, op: str, **attributes) -> None:
    x = made.pool[-1]
    spread = float(x.scale) * x.spread
    size = -(-(x.shape[1] - 3) // 2) + 1, -(-(x.shape[2] - 3) // 2) + 1
    out = made.named((x.shape[0], *size), spread if op == "AveragePool" else None, like=x)
    inputs = [made.dequantize(x)]
    made.real(
        "pool", op, inputs, out, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1, **attributes
    )


@pytest.mark.parametrize("op", ["MaxPool", "AveragePool"])
def test_ceil_mode_adds_windows_at_the_end(op: str, tmp_path: Path) -> None:
    made = with_one_input(3, shape=(3, 6, 8))
    pool(made, op)
    assert compare(made, tmp_path).max() == 0


def test_windows_beyond_the_end_have_no_padding_to_count(tmp_path: Path) -> None:
    made = with_one_input(3, shape=(3, 6, 8))
    pool(made, "AveragePool", count_include_pad=1)
    assert "ceil_mode 1 with count_include_pad 1" in import_error(made, tmp_path)


@pytest.mark.parametrize("sizes", [None, [1, 2, 4]])
def test_split_is_a_crop_for_each_part(sizes, tmp_path: Path) -> None:
    made = with_one_input(4, shape=(7, 3, 2))
    x = made.pool[-1]
    inputs = [made.dequantize(x)]
    if sizes:
        inputs.append(made.constant(np.array(sizes, np.int64)))
    parts, extra = ["a", "b", "c"], {} if sizes else {"num_outputs": 3}
    made.nodes.append(helper.make_node("Split", inputs, parts, axis=1, **extra))
    # The last part first: the crops must not depend on each other.
    made.real("join", "Concat", ["c", "a"], made.named((5 if sizes else 4, 3, 2), like=x), axis=1)
    assert compare(made, tmp_path).max() == 0


def test_split_must_fit_its_input(tmp_path: Path) -> None:
    made = with_one_input(4, shape=(7, 3, 2))
    x = made.pool[-1]
    sizes = made.constant(np.array([4, 4], np.int64))
    made.nodes.append(helper.make_node("Split", [x.name, sizes], ["a", "b"], axis=1))
    made.add("end", "Identity", ["a"], made.named((4, 3, 2), like=x))
    assert "its sizes do not fit its input" in import_error(made, tmp_path)


def external_model(made: QuantizedGraph, folder: Path) -> onnx.ModelProto:
    """A convolution whose constants lie in weights.bin."""
    x = made.pool[-1]
    shape = (6, x.shape[0], 3, 3)
    made.weighted("conv", x, shape, 0, 6, (6, 4, 3), x.shape[0] * 9, "Conv", kernel_shape=[3, 3])
    onnx.save(
        made.model(),
        folder / "external.onnx",
        save_as_external_data=True,
        location="weights.bin",
        size_threshold=16,
    )
    return onnx.load(folder / "external.onnx", load_external_data=False)


def test_constants_may_lie_in_a_file_beside(tmp_path: Path) -> None:
    made = with_one_input(5)
    model = external_model(made, tmp_path)
    assert any(t.data_location == TensorProto.EXTERNAL for t in model.graph.initializer)
    real, codes = made.images(8)
    expected = channels_last(runtime_codes(made.model(), real)).reshape(8, -1)
    assert np.array_equal(run_one(model, codes, tmp_path), expected)
    (tmp_path / "weights.bin").write_bytes((tmp_path / "weights.bin").read_bytes()[:-1])
    with pytest.raises(ValueError, match="its external data is cut off"):
        run_one(model, codes, tmp_path)
    (tmp_path / "weights.bin").unlink()
    with pytest.raises(ValueError, match="its external data cannot be read"):
        run_one(model, codes, tmp_path)


@pytest.mark.parametrize("location", ["../weights.bin", "/weights.bin", "a/../../b", ""])
def test_external_data_lies_beside_the_file(location: str, tmp_path: Path) -> None:
    made = with_one_input(5)
    model = external_model(made, tmp_path)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == "location":
                entry.value = location
    with pytest.raises(ValueError, match="does not lie beside the file"):
        run_one(model, np.zeros((1, *made.input_shape), np.uint8), tmp_path)


def pixels_first(made: QuantizedGraph) -> str:
    """The input's codes as (N, H, W, C), flattened."""
    made.nodes += [
        helper.make_node("Transpose", [made.pool[-1].name], ["pixels"], perm=[0, 2, 3, 1]),
        helper.make_node("Flatten", ["pixels"], ["flat"]),
    ]
    return "flat"


@pytest.mark.parametrize("form", ["qdq", "qoperator"])
def test_pixels_may_be_flattened(form: str, tmp_path: Path) -> None:
    """As TensorFlow's networks are: the weights keep the layout of the file."""
    for case in range(6):
        made = with_one_input(case, form, shape=(4, 3, 5))
        flat = Tensor(**{**vars(made.pool[-1]), "name": pixels_first(made), "shape": (60,)})
        op, transposed = ("Gemm", 1) if case % 2 else ("MatMul", 0)
        shape = (7, 60) if transposed else (60, 7)
        extra = {"transB": 1} if transposed else {}
        made.weighted("dense", flat, shape, 1 - transposed, 7, (7,), 60, op, **extra)
        assert compare(made, tmp_path).max() == 0


def test_flattened_pixels_may_be_the_output(tmp_path: Path) -> None:
    made = with_one_input(6)
    made.add("end", "Identity", [pixels_first(made)], made.named((120,), like=made.pool[-1]))
    made.real(
        "relu", "Relu", [made.dequantize(made.pool[-1])], made.named((120,), like=made.pool[0])
    )
    assert compare(made, tmp_path).max() == 0


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("op", ["Add", "Mul"])
def test_a_constant_per_channel_is_a_table_each(op: str, signed: bool, tmp_path: Path) -> None:
    made = with_one_input(7, "qoperator", signed=signed)
    x = made.pool[-1]
    b = Tensor("b", (1, 4, 1, 1), F32(0.02), made.low + 30, 40.0)
    codes = made.rng.integers(made.low, made.low + 256, b.shape).astype(made.dtype)
    made.constant(codes, "b")
    out = made.named(x.shape, float(x.scale) * x.spread * (1 if op == "Add" else 1.5))
    inputs = [x.name, *made.parameters(x), "b", *made.parameters(b), *made.parameters(out)]
    made.add("row", "QLinear" + op, inputs, out, "com.microsoft")
    assert compare(made, tmp_path).max() == 0


@pytest.mark.parametrize("shape", [(6,), (1, 3, 6, 1), (2, 4, 6, 5), (4, 1, 1, 1)])
def test_a_constant_that_does_not_broadcast_is_refused(shape, tmp_path: Path) -> None:
    made = with_one_input(7, "qoperator")
    x = made.pool[-1]
    made.constant(np.zeros(shape, np.uint8), "b")
    inputs = [x.name, *made.parameters(x), "b", *made.parameters(x), *made.parameters(x)]
    made.add("row", "QLinearAdd", inputs, made.named(x.shape, like=x), "com.microsoft")
    assert "does not broadcast to its other input, (N, 4, 6, 5)" in import_error(made, tmp_path)


def test_layers_may_share_all_their_constants(tmp_path: Path) -> None:
    made = with_one_input(8, shape=(5, 6, 6))
    x = made.pool[-1]
    codes = made.rng.integers(-127, 128, (5, 5, 3, 3)).astype(np.int8)
    w = [made.constant(codes), made.constant(F32(0.01)), made.constant(np.int8(0))]
    made.nodes.append(helper.make_node("DequantizeLinear", w, ["w"]))
    window = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
    made.real("first", "Conv", [made.dequantize(x), "w"], made.named(x.shape, like=x), **window)
    first = made.pool[-1]
    made.real(
        "second", "Conv", [made.dequantize(first), "w"], made.named(x.shape, like=x), **window
    )
    assert compare(made, tmp_path).max() == 0


def test_softmax_at_the_output_keeps_the_codes(tmp_path: Path) -> None:
    made = with_one_input(9, shape=(3, 4, 4))
    x = made.pool[-1]
    made.add("flatten", "Flatten", [x.name], made.named((48,), like=x))
    made.weighted("dense", made.pool[-1], (10, 48), 0, 10, (10,), 48, "Gemm", transB=1)
    real, codes = made.images(8)
    expected = runtime_codes(made.model(), real)
    logits = made.pool[-1]
    made.nodes.append(helper.make_node("Softmax", [made.dequantize(logits)], ["scores"]))
    out = Tensor("probabilities", (10,), F32(1 / 256), 0, 10.0)
    made.quantize("softmax", "scores", out)
    assert np.array_equal(run_one(made.model(), codes, tmp_path), expected)


@pytest.mark.parametrize("code", ["INT2", "UINT2", "INT4", "UINT4"])
def test_narrow_tensors_are_the_same_codes_as_int8(code: str, tmp_path: Path) -> None:
    """ONNX Runtime has integer kernels for 8 bits only: it is given the codes as such."""
    bits, signed = int(code[-1]), code.startswith("I")
    low = -(1 << (bits - 1)) if signed else 0
    made = with_one_input(10, shape=(3, 5, 5))
    x = made.pool[-1]
    codes = made.rng.integers(low, low + (1 << bits), (6, 3, 3, 3))
    zero = 0 if signed else 1 << (bits - 1)
    wide = np.int8 if signed else np.uint8
    w = [made.constant(codes.astype(wide), "w"), made.constant(F32(0.05))]
    w.append(made.constant(wide(zero), "zero"))
    made.nodes.append(helper.make_node("DequantizeLinear", w, ["dw"]))
    out = made.named((6, 3, 3), float(x.scale) * x.spread * 0.05 * 2**bits)
    made.real("conv", "Conv", [made.dequantize(x), "dw"], out)
    model = made.model()
    real, pixels = made.images(8)
    expected = channels_last(runtime_codes(model, real)).reshape(8, -1)
    narrow = {"w": codes, "zero": np.array(zero)}
    for tensor in model.graph.initializer:
        if tensor.name in narrow:
            values = narrow[tensor.name]
            dims, kind = values.shape, getattr(TensorProto, code)
            tensor.CopyFrom(helper.make_tensor(tensor.name, kind, dims, values.ravel()))
    assert np.array_equal(run_one(model, pixels, tmp_path), expected)


@pytest.mark.parametrize("form", ["parts", "node"])
def test_a_gelu_is_a_table(form: str, tmp_path: Path) -> None:
    """As older opsets write it, by its error function, and as ONNX Runtime's own operator."""
    for case in range(8):
        made = with_one_input(case, shape=(8, 16, 16))
        x = made.pool[-1]
        real, out = made.dequantize(x), made.named(x.shape, float(x.scale) * x.spread)
        if form == "node":
            made.nodes.append(helper.make_node("Gelu", [real], ["y"], domain="com.microsoft"))
            made.quantize("gelu", "y", out)
        else:
            root, one, half = (made.constant(F32(value)) for value in (2**0.5, 1, 0.5))
            made.nodes.append(helper.make_node("Div", [real, root], ["a"]))
            made.nodes.append(helper.make_node("Erf", ["a"], ["b"]))
            made.nodes.append(helper.make_node("Add", ["b", one], ["c"]))
            made.nodes.append(helper.make_node("Mul", [real, "c"], ["d"]))
            made.real("gelu", "Mul", ["d", half], out)
        assert compare(made, tmp_path).max() == 0


def test_a_gelu_by_tanh_is_refused(tmp_path: Path) -> None:
    made = with_one_input(0)
    x = made.pool[-1]
    made.real("gelu", "Gelu", [made.dequantize(x)], made.named(x.shape, 1.0), approximate="tanh")
    assert "only approximate 'none'" in import_error(made, tmp_path)
