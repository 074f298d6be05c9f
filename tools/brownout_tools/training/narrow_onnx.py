"""Weights of fewer than eight bits in a QDQ graph: codes in int8 tensors, or in int4 ones."""

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

INT4_OPSET = 21  # the first whose DequantizeLinear takes int4
INT4_IR_VERSION = 10


def largest_code(bits: int) -> int:
    """Codes are symmetric, from minus this value to this value: 7 for 4 bits."""
    return 2 ** (bits - 1) - 1


def narrow(model: onnx.ModelProto, fp32: onnx.ModelProto, bits: int) -> onnx.ModelProto:
    """Requantize the weights of a QDQ graph, in place, from those of ``fp32``; also the biases.

    One scale per output channel: largest magnitude / largest code. Codes stay in int8 tensors.
    Biases keep the scale input scale x weight scale, which has changed.
    """
    values = {t.name: numpy_helper.to_array(t) for t in fp32.graph.initializer}
    tensors = {t.name: t for t in model.graph.initializer}
    producers = {n.output[0]: n for n in model.graph.node}

    def set_tensor(name: str, array: NDArray) -> None:
        tensors[name].CopyFrom(numpy_helper.from_array(array, name))

    for node in model.graph.node:
        if node.op_type not in ("Conv", "Gemm"):
            continue
        x, weight, bias = (producers[name] for name in node.input)
        x_scale = numpy_helper.to_array(tensors[x.input[1]])
        value = values[weight.input[0].removesuffix("_quantized")]
        channels = (-1, *[1] * (value.ndim - 1))
        largest = np.abs(value).reshape(len(value), -1).max(axis=1)
        scale = (largest / np.float32(largest_code(bits))).astype(np.float32)
        set_tensor(weight.input[0], np.rint(value / scale.reshape(channels)).astype(np.int8))
        set_tensor(weight.input[1], scale)
        bias_scale = x_scale * scale
        bias_value = values[bias.input[0].removesuffix("_quantized")]
        set_tensor(bias.input[0], np.rint(bias_value / bias_scale).astype(np.int32))
        set_tensor(bias.input[1], bias_scale)
    return model


def _with_type(model: onnx.ModelProto, names: set[str], data_type: int) -> onnx.ModelProto:
    """Copy a graph with these integer tensors in another type."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    for tensor in copy.graph.initializer:
        if tensor.name in names:
            codes = numpy_helper.to_array(tensor).astype(np.int8)
            tensor.CopyFrom(helper.make_tensor(tensor.name, data_type, codes.shape, codes.ravel()))
    return copy


def as_int4(model: onnx.ModelProto) -> onnx.ModelProto:
    """Copy a QDQ graph with its weights as int4, two codes a byte; the file needs opset 21."""
    producers = {output: n for n in model.graph.node for output in n.output}
    weights = [producers[n.input[1]] for n in model.graph.node if n.op_type in ("Conv", "Gemm")]
    names = {name for node in weights for name in (node.input[0], node.input[2])}
    return _with_type(model, names, TensorProto.INT4)


def as_int8(model: onnx.ModelProto) -> onnx.ModelProto:
    """Copy a graph with all that is int4 as int8: the same integers, one a byte."""
    names = {t.name for t in model.graph.initializer if t.data_type == TensorProto.INT4}
    return _with_type(model, names, TensorProto.INT8)
