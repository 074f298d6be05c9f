"""TFLite files that are refused: one line that names operator or tensor and says what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from refusals import network, refusal

from brownout_binary import ROOT, needs_brownout

pytest.importorskip("ai_edge_litert", reason="no ai-edge-litert: its schema writes the files")

import flatbuffers

from tflite_models import Activation, Builder, Kind, Tensor, convolution, schema

pytestmark = needs_brownout


Change = Callable[[Builder], None]


def with_tensor(index: int, **fields: object) -> Change:
    def change(builder: Builder) -> None:
        for key, value in fields.items():
            setattr(builder.tensors[index], key, value)

    return change


def with_quantization(index: int, **fields: object) -> Change:
    def change(builder: Builder) -> None:
        for key, value in fields.items():
            setattr(builder.tensors[index].quantization, key, value)

    return change


def with_operator(**fields: object) -> Change:
    def change(builder: Builder) -> None:
        for key, value in fields.items():
            setattr(builder.operators[0], key, value)

    return change


def with_options(**fields: object) -> Change:
    def change(builder: Builder) -> None:
        for key, value in fields.items():
            setattr(builder.operators[0].builtinOptions, key, value)

    return change


CASES: dict[str, tuple[Change, str]] = {
    "float input": (
        with_tensor(0, type=schema.TensorType.FLOAT32),
        "operator 0 (CONV_2D): input 'x' is FLOAT32: it must be quantized first",
    ),
    "uint8 output": (
        with_tensor(3, type=schema.TensorType.UINT8),
        "tensor 'y' is UINT8: UINT8 is supported only where weights and activations are UINT8",
    ),
    "uint8 weights": (
        with_tensor(1, type=schema.TensorType.UINT8),
        "tensor 'x' is INT8, though the network's weights are UINT8",
    ),
    "int4 weights": (
        with_tensor(1, type=schema.TensorType.INT4),
        "constant 'w' is INT4, not INT8: weights of 4 bits are not supported",
    ),
    "int16 activations": (
        with_tensor(0, type=schema.TensorType.INT16),
        "tensor 'x' is INT16: activations of 16 bits are not supported",
    ),
    "float weights": (
        with_tensor(1, type=schema.TensorType.FLOAT32),
        "constant 'w' is FLOAT32, not INT8",
    ),
    "no quantization": (with_tensor(0, quantization=None), "tensor 'x' needs one scale"),
    "scale 0": (with_quantization(0, scale=[0.0]), "tensor 'x': its scale is not positive"),
    "zero point": (with_quantization(3, zeroPoint=[300]), "zero point not in -128..127"),
    "weights' zero point": (
        with_quantization(1, zeroPoint=[0, 1, 0, 0]),
        "operator 0 (CONV_2D): weights 'w' have a zero point that is not 0",
    ),
    "weights' axis": (
        with_quantization(1, quantizedDimension=3),
        "the scales of weights 'w' do not run along the output channels",
    ),
    "batch": (with_tensor(0, shape=[2, 6, 6, 3]), "tensor 'x': shape (2, 6, 6, 3): supported are"),
    "absurd shape": (with_tensor(0, shape=[1, 2**30, 2**30, 3]), "is impossible or too large"),
    "negative shape": (with_tensor(0, shape=[1, -6, 6, 3]), "(dimension 1 is -6)"),
    "output's shape": (with_tensor(3, shape=[1, 4, 5, 4]), "the shape of its output is not"),
    "short weights": (with_tensor(1, shape=[4, 3, 4, 3]), "constant 'w' has 108 bytes"),
    "buffer": (with_tensor(1, buffer=99), "tensor 1: its buffer is not in the file"),
    "no weights": (with_operator(inputs=[0, -1, 2]), "tensor -1 is not in the file"),
    "tensor index": (with_operator(inputs=[0, 77, 2]), "tensor 77 is not in the file"),
    "made by nobody": (
        with_operator(inputs=[3, 1, 2]),
        "operator 0 (CONV_2D): input 'y' is made by no earlier operator",
    ),
    "operator code": (with_operator(opcodeIndex=9), "operator 0: operator code 9 is not in"),
    "no options": (with_operator(builtinOptions=None, builtinOptionsType=0), "it has no options"),
    "two outputs": (with_operator(outputs=[3, 3]), "it has not one output"),
    "stride": (with_options(strideW=0), "operator 0 (CONV_2D): stride 0 is not in 1..65536"),
    "dilation": (with_options(dilationHFactor=70000), "dilation 70000 is not in"),
    "activation": (
        with_options(fusedActivationFunction=Activation.TANH),
        "fused activation TANH is not supported; supported: NONE, RELU",
    ),
    "window": (with_options(dilationHFactor=5), "does not fit into a padded input of 6"),
}


def test_the_network_that_the_cases_change_is_accepted(tmp_path: Path) -> None:
    builder, x, y = convolution()
    path = tmp_path / "network.tflite"
    path.write_bytes(builder.finish(x, y))
    assert network(path).returncode == 0, network(path).stderr


@pytest.mark.parametrize("name", CASES)
def test_what_is_not_supported_is_refused(name: str, tmp_path: Path) -> None:
    change, message = CASES[name]
    builder, x, y = convolution()
    change(builder)
    path = tmp_path / "network.tflite"
    path.write_bytes(builder.finish(x, y))
    assert message in refusal(path)


def test_an_unknown_operator_is_named_with_what_is_supported(tmp_path: Path) -> None:
    builder, x, y = convolution()
    z = builder.tensor(y.shape, [1 / 256], [-128], name="z")
    builder.operator(Kind.LOCAL_RESPONSE_NORMALIZATION, [y], z)
    path = tmp_path / "network.tflite"
    path.write_bytes(builder.finish(x, z))
    text = refusal(path)
    assert text.startswith("operator 1 (LOCAL_RESPONSE_NORMALIZATION): this operator is not")
    assert "supported: CONV_2D, DEPTHWISE_CONV_2D" in text


After = Callable[[Builder, Tensor], Tensor]


def with_constants(kind: int, options: type, *constants: list[int], **fields: object) -> After:
    """An operator with lists of integers on the convolution's result, whose shape it keeps."""

    def append(builder: Builder, y: Tensor) -> Tensor:
        inputs = [
            builder.tensor(values.shape, data=values, name=f"c{i}")
            for i, values in enumerate(np.array(c, np.int32) for c in constants)
        ]
        z = builder.tensor(y.shape, [0.5], [0], name="z")
        return builder.operator(kind, [y, *inputs], z, options, **fields)

    return append


def with_codes(kind: int, options: type, shape: tuple[int, ...], scale: float = 0.1) -> After:
    def append(builder: Builder, y: Tensor) -> Tensor:
        codes = np.ones(shape, np.int8)
        constant = builder.tensor(shape, [scale], [0], codes, name="codes")
        z = builder.tensor(y.shape, [0.5], [0], name="z")
        return builder.operator(kind, [y, constant], z, options)

    return append


def function(kind: int, scale: float = 0.5, options: type | None = None, **fields: object) -> After:
    def append(builder: Builder, y: Tensor) -> Tensor:
        z = builder.tensor(y.shape, [scale], [0], name="z")
        return builder.operator(kind, [y], z, options, **fields)

    return append


def transposed(shape: list[int], inputs: int = 4, **options: int) -> After:
    """A TRANSPOSE_CONV of 3 x 3 to a constant shape."""

    def append(builder: Builder, y: Tensor) -> Tensor:
        weights = np.ones((4, 3, 3, inputs), np.int8)
        w = builder.tensor(weights.shape, [0.1], [0], weights)
        wanted = builder.tensor((4,), data=np.array(shape, np.int32))
        z = builder.tensor(tuple(shape), [0.5], [0], name="z")
        fields = {"padding": schema.Padding.SAME, "strideH": 2, "strideW": 2} | options
        kind = schema.TransposeConvOptionsT
        return builder.operator(Kind.TRANSPOSE_CONV, [wanted, w, y], z, kind, **fields)

    return append


def spread(builder: Builder, y: Tensor, block: list[int]) -> Tensor:
    """SPACE_TO_BATCH_ND without pads."""
    sizes = builder.tensor((2,), data=np.array(block, np.int32))
    pads = builder.tensor((2, 2), data=np.zeros((2, 2), np.int32))
    z = builder.tensor((4, 2, 2, 4), [0.5], [0], name="spread")
    return builder.operator(
        Kind.SPACE_TO_BATCH_ND, [y, sizes, pads], z, schema.SpaceToBatchNDOptionsT
    )


def function_to_float(builder: Builder, y: Tensor) -> Tensor:
    z = builder.tensor(y.shape, dtype=np.float32)
    return builder.operator(Kind.DEQUANTIZE, [y], z, schema.DequantizeOptionsT)


RESIZE = schema.ResizeNearestNeighborOptionsT
STRIDED = schema.StridedSliceOptionsT
WHOLE = [0, 0, 0, 0], [1, 4, 4, 4]
APPENDED: dict[str, tuple[After, str]] = {
    "logistic": (function(Kind.LOGISTIC), "the output of a logistic function needs scale 1/256"),
    "hard swish": (function(Kind.HARD_SWISH, 0.001), "scale is below 1/128 of its input's"),
    "slope": (function(Kind.LEAKY_RELU, 0.5, schema.LeakyReluOptionsT, alpha=-1), "a slope that"),
    "no slope": (function(Kind.LEAKY_RELU), "operator 1 (LEAKY_RELU): it has no options"),
    "quotient": (function(Kind.QUANTIZE, 1e-12), "operator 1 (QUANTIZE): scales whose quotient"),
    "constant's shape": (
        with_codes(Kind.ADD, schema.AddOptionsT, (4, 3, 1)),
        "operator 1 (ADD): the shapes of its inputs do not fit together",
    ),
    "sum's scales": (with_codes(Kind.ADD, schema.AddOptionsT, (1,), 1e6), "it is not below 1"),
    "steps": (
        with_constants(Kind.STRIDED_SLICE, STRIDED, *WHOLE, [1, 1, 1, -2]),
        "operator 1 (STRIDED_SLICE): step -2 is not in 1..65536",
    ),
    "mask": (
        with_constants(Kind.STRIDED_SLICE, STRIDED, *WHOLE, [1] * 4, ellipsisMask=2),
        "masks other than those of begin, end and single elements are not supported",
    ),
    "empty part": (
        with_constants(Kind.STRIDED_SLICE, STRIDED, [0, 3, 0, 0], [1, 2, 4, 4], [1] * 4),
        "it cuts outside of its input",
    ),
    "size": (
        with_constants(Kind.SLICE, schema.SliceOptionsT, [0] * 4, [1, 2**31 - 1, 4, 4]),
        "operator 1 (SLICE): it cuts outside of its input",
    ),
    "few numbers": (
        with_constants(Kind.SLICE, schema.SliceOptionsT, [0] * 3, [1] * 4),
        "it has not one number for every dimension",
    ),
    "parts": (
        lambda builder, y: builder.operator(
            Kind.SPLIT, [builder.tensor((1,), data=np.array([0], np.int32)), y],
            builder.tensor(y.shape, [0.5], [0]), schema.SplitOptionsT, numSplits=1,
        ),
        "operator 1 (SPLIT): it does not split height, width or channels",
    ),
    "uneven parts": (
        with_constants(Kind.SPLIT_V, schema.SplitVOptionsT, [2, 3], 3),
        "operator 1 (SPLIT_V): its parts do not make up a dimension of 4",
    ),
    "transposed dimension": (
        with_constants(Kind.TRANSPOSE, schema.TransposeOptionsT, [0, 1, 2, -4]),
        "operator 1 (TRANSPOSE): its order does not name every dimension once",
    ),
    "few transposed": (
        with_constants(Kind.TRANSPOSE, schema.TransposeOptionsT, [0, 2, 1]),
        "its order has not one number per dimension",
    ),
    "repetitions": (
        with_constants(Kind.TILE, schema.TileOptionsT, [1, 2**30, 1, 1]),
        "operator 1 (TILE): it repeats a dimension 1073741824 times",
    ),
    "no repetition": (
        with_constants(Kind.TILE, schema.TileOptionsT, [1, 0, 1, 1]),
        "operator 1 (TILE): it repeats a dimension 0 times",
    ),
    "blocks": (
        function(Kind.DEPTH_TO_SPACE, 0.5, schema.DepthToSpaceOptionsT, blockSize=3),
        "operator 1 (DEPTH_TO_SPACE): its blocks of 3 do not fit its input",
    ),
    "no blocks": (
        function(Kind.SPACE_TO_DEPTH, 0.5, schema.SpaceToDepthOptionsT, blockSize=0),
        "operator 1 (SPACE_TO_DEPTH): its blocks of 0 do not fit its input",
    ),
    "thrice": (
        with_constants(Kind.RESIZE_NEAREST_NEIGHBOR, RESIZE, [12, 4]),
        "only 1, 2, 4, ... times height and width are supported",
    ),
    "corners": (
        with_constants(Kind.RESIZE_NEAREST_NEIGHBOR, RESIZE, [8, 4], alignCorners=True),
        "operator 1 (RESIZE_NEAREST_NEIGHBOR): only 1, 2, 4",
    ),
    "elements": (
        with_constants(Kind.RESHAPE, schema.ReshapeOptionsT, [-1, 3]),
        "operator 1 (RESHAPE): it changes the number of elements",
    ),
    "two open dimensions": (
        with_constants(Kind.RESHAPE, schema.ReshapeOptionsT, [-1, -1, 4]),
        "operator 1 (RESHAPE): it changes the number of elements",
    ),
    "reduced dimension": (
        with_constants(Kind.MEAN, schema.ReducerOptionsT, [4]),
        "operator 1 (MEAN): it has no dimension 4",
    ),
    "slopes of elements": (
        with_codes(Kind.PRELU, None, (2, 2, 4)),
        "its slopes differ between pixels: only one per channel is supported, as by PReLU(shared_",
    ),
    "extremes of two scales": (
        with_codes(Kind.MAXIMUM, schema.MaximumMinimumOptionsT, (), 0.7),
        "operator 1 (MAXIMUM): its input and output differ in scale or zero point",
    ),
    "spread for no convolution": (
        lambda builder, y: function(Kind.RELU)(builder, spread(builder, y, [2, 2])),
        "operator 2 (RELU): input 'spread' comes from SPACE_TO_BATCH_ND, which only a convolution",
    ),
    "blocks of a batch": (
        lambda builder, y: spread(builder, y, [3, 2]),
        "operator 1 (SPACE_TO_BATCH_ND): its blocks do not fit its padded input",
    ),
    "float island": (
        lambda builder, y: builder.operator(
            Kind.ELU, [function_to_float(builder, y)], builder.tensor(y.shape, dtype=np.float32)
        ),
        "operator 2 (ELU): the converter has left it in float, for want of an INT8 version",
    ),
    "transposed convolution's output": (
        transposed([1, 9, 8, 4]),
        "operator 1 (TRANSPOSE_CONV): an output of 9 x 8 pixels does not fit its input",
    ),
    "transposed convolution's channels": (
        transposed([1, 8, 8, 3]),
        "its output's shape is not (1, height, width, channels of its weights)",
    ),
    "transposed convolution's weights": (
        transposed([1, 8, 8, 4], inputs=3),
        "operator 1 (TRANSPOSE_CONV): its weights do not fit 4 input channels",
    ),
    "transposed convolution's stride": (
        transposed([1, 8, 8, 4], strideH=0),
        "operator 1 (TRANSPOSE_CONV): stride 0 is not in 1..65536",
    ),
    "far spread": (
        transposed([1, 65536, 8, 4], strideH=30000),
        "its strides spread the input over more than 65536 rows or columns",
    ),
    "large pads": (
        with_constants(Kind.PAD, schema.PadOptionsT, [[0, 0], [2**31 - 1] * 2, [0, 0], [0, 0]]),
        "operator 1 (PAD): padding 2147483647 is not in 0..4096",
    ),
    "negative pads": (
        with_constants(Kind.PAD, schema.PadOptionsT, [[0, 0], [-1, 0], [0, 0], [0, 0]]),
        "operator 1 (PAD): padding -1 is not in",
    ),
    "pool": (
        function(
            Kind.MAX_POOL_2D, 0.5, schema.Pool2DOptionsT, filterHeight=65536, filterWidth=65536,
            strideH=1, strideW=1, padding=schema.Padding.SAME,
        ),
        "a window of 4294967296 elements; at most 4194304 are allowed",
    ),
    "joined": (
        lambda builder, y: builder.operator(
            Kind.CONCATENATION, [y] * 40000, builder.tensor(y.shape, [0.5], [0]),
            schema.ConcatenationOptionsT, axis=3,
        ),
        "operator 1 (CONCATENATION): the shapes of its inputs do not fit together",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", APPENDED)
def test_operators_that_are_not_supported_so_are_refused(name: str, tmp_path: Path) -> None:
    append, message = APPENDED[name]
    builder, x, y = convolution()
    path = tmp_path / "network.tflite"
    path.write_bytes(builder.finish(x, append(builder, y)))
    assert message in refusal(path)


def test_weights_used_in_float_are_refused(tmp_path: Path) -> None:
    """As converters write them who store float16."""
    builder, x, y = convolution()
    codes = builder.tensor((4,), [0.1], [0], np.ones(4, np.int8), name="half")
    wide = builder.tensor((4,), dtype=np.float32)
    builder.operator(Kind.DEQUANTIZE, [codes], wide, schema.DequantizeOptionsT)
    path = tmp_path / "network.tflite"
    path.write_bytes(builder.finish(x, y))
    assert "operator 1 (DEQUANTIZE): constant 'half' is used in float" in refusal(path)


def test_a_truncated_network_is_refused_wherever_it_ends(tmp_path: Path) -> None:
    data = (ROOT / "tests/models/data/chain.tflite").read_bytes()
    path = tmp_path / "truncated.tflite"
    for size in range(0, len(data), 64):
        path.write_bytes(data[:size])
        assert "a damaged TFLite file, or one that is not whole" in refusal(path) or size == 0


def unsigned(builder: Builder) -> None:
    """The convolution in the form of TensorFlow 1."""
    for tensor in builder.tensors:
        if tensor.type == schema.TensorType.INT8:
            tensor.type = schema.TensorType.UINT8
    with_quantization(1, scale=[0.1], zeroPoint=[7])(builder)
    with_quantization(2, scale=[0.01], zeroPoint=[0])(builder)


def unsigned_constant(builder: Builder, y: Tensor) -> Tensor:
    constant = builder.tensor((1,), [0.1], [0], np.ones(1, np.uint8))
    z = builder.tensor(y.shape, [0.5], [0], dtype=np.uint8)
    return builder.operator(Kind.ADD, [y, constant], z, schema.AddOptionsT)


UNSIGNED: dict[str, tuple[Change, After | None, str]] = {
    "zero point": (
        with_quantization(1, zeroPoint=[300]),
        None,
        "operator 0 (CONV_2D): weights 'w' need one scale and one zero point in 0..255",
    ),
    "scales": (
        with_quantization(1, scale=[0.1] * 4, zeroPoint=[0] * 4),
        None,
        "operator 0 (CONV_2D): weights 'w' need one scale and one zero point in 0..255",
    ),
    "function": (
        lambda builder: None,
        function(Kind.HARD_SWISH),
        "operator 1 (HARD_SWISH): it is not supported in a network of UINT8, as TensorFlow 1",
    ),
    "constant": (
        lambda builder: None,
        unsigned_constant,
        "operator 1 (ADD): with a constant it is not supported in a network of UINT8",
    ),
}


@pytest.mark.parametrize("name", UNSIGNED)
def test_what_networks_of_uint8_may_not_have_is_refused(name: str, tmp_path: Path) -> None:
    change, append, message = UNSIGNED[name]
    builder, x, y = convolution()
    unsigned(builder)
    path = tmp_path / "network.tflite"
    path.write_bytes(builder.finish(x, y))
    assert network(path).returncode == 0, network(path).stderr
    change(builder)
    path.write_bytes(builder.finish(x, append(builder, y) if append is not None else y))
    assert message in refusal(path)


def test_a_custom_operator_is_called_by_its_own_name(tmp_path: Path) -> None:
    builder, x, y = convolution()
    z = builder.tensor(y.shape, [0.5], [0], name="z")
    builder.operator(Kind.CUSTOM, [y], z)
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(builder.finish(x, z)))
    model.operatorCodes[1].customCode = b"TFLite_Detection_PostProcess"
    writer = flatbuffers.Builder(1024)
    writer.Finish(model.Pack(writer), file_identifier=b"TFL3")
    path = tmp_path / "network.tflite"
    path.write_bytes(bytes(writer.Output()))
    text = refusal(path)
    assert text.startswith("operator 1 (CUSTOM TFLite_Detection_PostProcess): this operator is not")
