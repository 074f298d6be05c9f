"""ONNX Runtime's integer arithmetic of a QDQ network, written out in NumPy.

It shares no code with the runtime or the simulator: three independent answers can be compared.
Float32 operations are rounded one by one; ``rint`` rounds half to even.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from onnx import helper, numpy_helper

F32 = np.float32


@dataclass(frozen=True)
class Codes:
    """Integers of any shape that stand for ``(values - zero_point) * scale``."""

    values: NDArray
    scale: NDArray[np.float32]
    zero_point: int

    @property
    def centred(self) -> NDArray[np.float64]:
        """``values - zero_point``, exact in float64, where sums of products run at BLAS speed."""
        return self.values.astype(np.float64) - self.zero_point


@dataclass(frozen=True)
class Output:
    """How a layer's uint8 result is encoded."""

    scale: np.float32
    zero_point: int

    def saturate(self, x: NDArray) -> NDArray[np.uint8]:
        """Clip to 0..255."""
        return np.clip(x, 0, 255).astype(np.uint8)

    def requantize(
        self, accumulator: NDArray, x: Codes, weight: Codes, channel_axis: int
    ) -> NDArray[np.uint8]:
        """Scale exact sums of products, whose output channels lie on ``channel_axis``."""
        multiplier = (x.scale * weight.scale) / self.scale
        shape = [1] * accumulator.ndim
        shape[channel_axis] = -1
        t = accumulator.astype(F32) * multiplier.reshape(shape)
        return self.saturate(np.rint(t) + self.zero_point)


def convolve(node: onnx.NodeProto, x: Codes, weight: Codes, bias: Codes, y: Output) -> NDArray:
    """Conv of (N, C, H, W) with (O, C, KH, KW); padding contributes zero."""
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    if attributes.get("group", 1) != 1 or set(attributes.get("dilations", [1])) != {1}:
        raise ValueError(f"{node.name}: groups and dilations are not supported")
    top, left, bottom, right = attributes["pads"]
    vertical, horizontal = attributes["strides"]
    padded = np.pad(x.centred, ((0, 0), (0, 0), (top, bottom), (left, right)))
    windows = sliding_window_view(padded, weight.values.shape[2:], axis=(2, 3))
    windows = windows[:, :, ::vertical, ::horizontal]  # (N, C, OH, OW, KH, KW)
    sums = np.tensordot(windows, weight.centred, axes=((1, 4, 5), (1, 2, 3)))
    accumulator = (sums + bias.values).transpose(0, 3, 1, 2)
    return y.requantize(accumulator, x, weight, channel_axis=1)


def multiply(node: onnx.NodeProto, x: Codes, weight: Codes, bias: Codes, y: Output) -> NDArray:
    """Gemm of (N, K) with the transpose of (O, K)."""
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    if attributes != {"alpha": 1.0, "beta": 1.0, "transB": 1}:
        raise ValueError(f"{node.name}: unsupported attributes {attributes}")
    accumulator = x.centred @ weight.centred.T + bias.values
    return y.requantize(accumulator, x, weight, channel_axis=1)


def fused_multiply_add(codes: NDArray, ratio: np.float32, addend: NDArray | np.float32) -> NDArray:
    """``codes * ratio + addend``, rounded once to float32: a product of 8 and 24 bits and a float32
    sum fit in the 53 bits of a float64 unless their exponents are far apart."""
    return (codes.astype(np.float64) * np.float64(ratio) + np.float64(addend)).astype(F32)


def add(a: Codes, b: Codes, y: Output) -> NDArray[np.uint8]:
    """Sum of two tensors of one shape; the runtime's kernel fuses multiplications and additions."""
    ratio_a, ratio_b = a.scale / y.scale, b.scale / y.scale
    offset_b = ratio_b * F32(b.zero_point)
    fixed = F32(y.zero_point) - fused_multiply_add(np.array(a.zero_point), ratio_a, offset_b)
    total = fused_multiply_add(
        a.values, ratio_a, fused_multiply_add(b.values, ratio_b, fixed).astype(np.float64)
    )
    return y.saturate(np.rint(total))


def global_average(x: Codes, y: Output) -> NDArray[np.uint8]:
    """Mean over the pixels of (N, C, H, W): (N, C, 1, 1)."""
    pixels = x.values.shape[2] * x.values.shape[3]
    sums = x.centred.sum(axis=(2, 3), keepdims=True)
    ratio = x.scale / (y.scale * F32(pixels))
    return y.saturate(np.rint(sums.astype(F32) * ratio) + y.zero_point)


def max_pool(node: onnx.NodeProto, x: Codes) -> NDArray[np.uint8]:
    """Maximum over windows of (N, C, H, W), without padding."""
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    vertical, horizontal = attributes["strides"]
    if any(attributes.get("pads", [0])) or attributes.get("ceil_mode", 0):
        raise ValueError(f"{node.name}: padding and ceil_mode are not supported")
    windows = sliding_window_view(x.values, attributes["kernel_shape"], axis=(2, 3))
    return windows[:, :, ::vertical, ::horizontal].max(axis=(4, 5))


def _layer(node: onnx.NodeProto, operands: list[Codes], y: Output) -> NDArray[np.uint8]:
    if node.op_type in ("MaxPool", "Flatten"):
        (x,) = operands
        if (x.scale, x.zero_point) != (y.scale, y.zero_point):
            raise ValueError(f"{node.name}: input and output differ in scale or zero point")
    match node.op_type:
        case "Conv":
            return convolve(node, *operands, y)
        case "Gemm":
            return multiply(node, *operands, y)
        case "Add":
            return add(*operands, y)
        case "GlobalAveragePool":
            return global_average(*operands, y)
        case "MaxPool":
            return max_pool(node, *operands)
        case "Flatten":
            return operands[0].values.reshape(len(operands[0].values), -1)
        case _:
            raise ValueError(f"{node.name}: unsupported operator {node.op_type}")


def layer_codes(
    model: onnx.ModelProto, inputs: NDArray[np.float32]
) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """Run inputs (N, C, H, W); yield each activation's name and its codes, logits last."""
    tensors = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    quantizer_of = {n.input[0]: n for n in model.graph.node if n.op_type == "QuantizeLinear"}
    integers: dict[str, NDArray] = dict(tensors)
    operands: dict[str, Codes] = {}
    source = model.graph.input[0].name
    for node in model.graph.node:
        if node.op_type == "DequantizeLinear":
            zero_points = np.unique(tensors[node.input[2]])
            if len(zero_points) != 1:
                raise ValueError(f"{node.name}: zero points differ between channels")
            scale = tensors[node.input[1]]
            operands[node.output[0]] = Codes(integers[node.input[0]], scale, int(zero_points[0]))
            continue
        if node.op_type == "QuantizeLinear" and node.input[0] != source:
            continue  # done with the layer before it
        quantizer = node if node.input[0] == source else quantizer_of[node.output[0]]
        y = Output(tensors[quantizer.input[1]], int(tensors[quantizer.input[2]]))
        if node is quantizer:
            codes = y.saturate(np.rint(inputs / y.scale) + y.zero_point)
        else:
            codes = _layer(node, [operands[name] for name in node.input], y)
        integers[quantizer.output[0]] = codes
        yield quantizer.output[0], codes


def integer_logits(
    model: onnx.ModelProto, inputs: NDArray[np.float32], batch: int = 50
) -> NDArray[np.uint8]:
    """Run inputs (N, C, H, W); return the codes of the logits (N, 10)."""
    results = []
    for i in range(0, len(inputs), batch):
        *_, (_, logits) = layer_codes(model, inputs[i : i + batch])
        results.append(logits)
    return np.concatenate(results)
