"""A trained network as an ONNX file in QDQ form, with the integer codes of its training.

Every layer is written by itself, so that the file says what was trained and nothing is calibrated,
folded or rounded by somebody else. Opset 21 is the first with group norms and 4-bit weights.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from brownout_tools.robust import weights
from brownout_tools.robust.activations import INPUT, Range, RoundedNetwork, bias_codes, calibrate
from brownout_tools.robust.layers import BatchNorm, Chain, GroupNorm
from brownout_tools.robust.recipe import Model
from brownout_tools.robust.schemes import SCHEMES

OPSET, IR_VERSION = 21, 10
OUTPUT = "logits"
NARROW = {True: TensorProto.UINT4, False: TensorProto.INT4}


class _Graph:
    """Nodes and initializers, written layer by layer; ``value`` is the last real tensor's name."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.value = INPUT

    def constant(self, name: str, values: NDArray) -> str:
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, operator: str, name: str, inputs: list[str], **attributes: object) -> str:
        output = f"{name}_output"
        self.nodes.append(helper.make_node(operator, inputs, [output], name=name, **attributes))
        return output

    def layer(self, operator: str, name: str, *operands: str, **attributes: object) -> None:
        """A node that goes on from the last value."""
        self.value = self.node(operator, name, [self.value, *operands], **attributes)

    def rounded(self, name: str, to: Range, last: bool = False) -> None:
        """Round the last value to its codes."""
        scale = self.constant(f"{name}_scale", np.float32(to.scale))
        zero = self.constant(f"{name}_zero_point", np.uint8(to.zero))
        codes = self.node("QuantizeLinear", f"{name}_quantize", [self.value, scale, zero])
        self.value = self.node("DequantizeLinear", f"{name}_dequantize", [codes, scale, zero])
        if last:
            self.nodes[-1].output[0] = self.value = OUTPUT

    def weight(self, name: str, stored: weights.Stored) -> str:
        """The stored codes and what they stand for."""
        grid, scheme = stored.grid, stored.scheme
        shift = 2 ** (grid.bits - 1) if scheme.unsigned else 0
        codes = codes_array(stored)
        kind = np.uint8 if scheme.unsigned else np.int8
        zero = (grid.zero.numpy().reshape(-1) + shift).astype(kind)
        scale = grid.scale.numpy().reshape(-1).astype(np.float32)
        if scale.size == 1:
            scale, zero = scale.reshape(()), zero.reshape(())
        scale_name = self.constant(f"{name}_scale", scale)
        if grid.bits == 4:
            narrow = NARROW[scheme.unsigned]
            for part, values in (("", codes), ("_zero_point", zero)):
                self.initializers.append(
                    helper.make_tensor(f"{name}{part}", narrow, values.shape, values.reshape(-1))
                )
            source = name
        else:
            source = self.constant(name, codes)
            self.constant(f"{name}_zero_point", zero)
            if grid.bits < 8:
                low = shift - 2 ** (grid.bits - 1)
                limits = [
                    self.constant(f"{name}_{part}", kind(limit))
                    for part, limit in (("low", low), ("high", low + 2**grid.bits - 1))
                ]
                source = self.node("Clip", f"{name}_clip", [source, *limits])
        operands = [source, scale_name, f"{name}_zero_point"]
        axis = {"axis": 0} if scale.ndim else {}
        return self.node("DequantizeLinear", f"{name}_dequantize", operands, **axis)

    def bias(self, name: str, codes: NDArray[np.int32], scale: NDArray[np.float32]) -> str:
        """A bias as int32 of ``scale``, the product of those of input and weight."""
        scale = scale if scale.size > 1 else scale.reshape(())
        operands = [
            self.constant(name, codes),
            self.constant(f"{name}_scale", scale),
            self.constant(f"{name}_zero_point", np.zeros(scale.shape, np.int32)),
        ]
        axis = {"axis": 0} if scale.ndim else {}
        return self.node("DequantizeLinear", f"{name}_dequantize", operands, **axis)


def codes_array(stored: weights.Stored) -> NDArray:
    """The codes as a file holds them: uint8, or int8 where the scheme is signed."""
    words = stored.words.contiguous().numpy()
    if stored.scheme.unsigned:
        return words
    half = 2 ** (stored.grid.bits - 1)
    return ((words.astype(np.int16) ^ half) - half).astype(np.int8)


def _write_layer(
    graph: _Graph,
    name: str,
    layer: nn.Module,
    stored: Mapping[str, weights.Stored],
    input_scale: float,
) -> None:
    match layer:
        case nn.Conv2d() | nn.Linear():
            tensor = stored[f"{name}.weight"]
            operands = [graph.weight(f"{name}.weight", tensor)]
            if layer.bias is not None:
                codes, scale = bias_codes(layer.bias, input_scale, tensor.grid.scale)
                bias = codes.numpy().astype(np.int32)
                operands.append(graph.bias(f"{name}.bias", bias, scale.numpy()))
            if isinstance(layer, nn.Linear):
                graph.layer("Gemm", name, *operands, transB=1)
                return
            top, left = layer.padding
            attributes = {
                "kernel_shape": list(layer.kernel_size),
                "strides": list(layer.stride),
                "pads": [top, left, top, left],
            }
            graph.layer("Conv", name, *operands, **attributes)
        case GroupNorm() | BatchNorm():
            operands = [
                graph.constant(f"{name}.weight", 1 + layer.weight.detach().numpy()),
                graph.constant(f"{name}.bias", layer.bias.detach().numpy()),
            ]
            if isinstance(layer, GroupNorm):
                groups, epsilon = layer.groups, layer.epsilon
                graph.layer(
                    "GroupNormalization", name, *operands, num_groups=groups, epsilon=epsilon
                )
                return
            for part in ("running_mean", "running_var"):
                values = getattr(layer, part).numpy()
                operands.append(graph.constant(f"{name}.{part}", values))
            graph.layer("BatchNormalization", name, *operands, epsilon=layer.eps)
        case nn.ReLU():
            graph.layer("Relu", name)
        case nn.MaxPool2d():
            size = [layer.kernel_size, layer.kernel_size]
            graph.layer("MaxPool", name, kernel_shape=size, strides=size)
        case nn.Flatten():
            graph.layer("Flatten", name)
        case _:
            raise ValueError(f"{name}: {type(layer).__name__} cannot be exported")


def to_onnx(
    network: Chain,
    name: str,
    stored: Mapping[str, weights.Stored],
    ranges: Mapping[str, Range],
    input_shape: tuple[int, int, int],
) -> onnx.ModelProto:
    """Export ``input`` float32 (batch, *input_shape) to ``logits`` (batch, classes)."""
    graph = _Graph()
    graph.rounded(INPUT, ranges[INPUT])
    to = ranges[INPUT]
    layers = list(network.named_children())
    for layer_name, layer in layers:
        _write_layer(graph, layer_name, layer, stored, to.scale)
        to = ranges.get(layer_name, to)  # pooling and flattening keep their input's codes
        if layer_name in ranges or isinstance(layer, nn.MaxPool2d | nn.Flatten):
            graph.rounded(layer_name, to, last=layer_name == layers[-1][0])
    classes = layers[-1][1].out_features
    model_proto = helper.make_model(
        helper.make_graph(
            graph.nodes,
            name,
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["batch", *input_shape])],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["batch", classes])],
            graph.initializers,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="brownout",
    )
    onnx.checker.check_model(model_proto, full_check=True)
    return model_proto


@dataclass(frozen=True)
class Exported:
    """A network's file, and what PyTorch computes of it."""

    file: onnx.ModelProto
    rounded: RoundedNetwork

    def logit_codes(self, inputs: Tensor) -> NDArray[np.uint8]:
        """PyTorch's codes of the logits of ``inputs`` (N, C, H, W): (N, classes)."""
        last = list(self.rounded.ranges.values())[-1]
        parts = [last.codes(self.rounded(x)) for x in inputs.split(250)]
        return torch.cat(parts).numpy()


def export_model(network: Chain, model: Model, inputs: Tensor) -> Exported:
    """Find the ranges of the activations over ``inputs`` (N, C, H, W), with the weights that the
    memory holds, and export."""
    parameters = weights.stored_weights(network)
    scheme = SCHEMES[model.scheme or "normal"]
    stored = weights.store(scheme, model.bits, model.clip, parameters)
    with weights.replaced(parameters, weights.clean(stored)):
        ranges = calibrate(network, inputs)
    _, channels, height, width = inputs.shape
    file = to_onnx(network, model.name, stored, ranges, (channels, height, width))
    return Exported(file, RoundedNetwork(network, stored, ranges))
