"""Small random Brevitas networks, calibrated on noise, and their exports.

Weights of 2 to 8 bits, per tensor and per channel, signed and with zero points, activations of 3 to
8 bits, residual sums with a shared quantizer, depthwise blocks, pools.
"""

import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from brevitas import nn as qnn
from brevitas import quant
from brevitas.export import export_onnx_qcdq, export_qonnx
from numpy.typing import NDArray
from torch import nn

SHAPE = (3, 9, 8)

WEIGHTS = {
    "tensor": quant.Int8WeightPerTensorFloat,
    "channel": quant.Int8WeightPerChannelFloat,
    "power_of_two": quant.Int8WeightPerTensorFixedPoint,
    "zero_point": quant.ShiftedUint8WeightPerTensorFloat,
    "zero_points": quant.ShiftedUint8WeightPerChannelFloat,
}


class Draw:
    """Quantized layers with random widths; `weights` is a key of WEIGHTS."""

    def __init__(self, seed: int, weights: str, float_bias: bool) -> None:
        self.rng = np.random.default_rng([30, seed])
        self.weights, self.exact = weights, weights == "power_of_two"
        self.bias = None if float_bias else quant.Int32Bias

    def one_of(self, *choices):
        return choices[int(self.rng.integers(len(choices)))]

    def weighted(self) -> dict:
        return {
            "weight_quant": WEIGHTS[self.weights],
            "weight_bit_width": self.one_of(8, 8, 7, 6, 5, 4, 3, 2),
            "bias_quant": self.bias,
        }

    def conv(self, inputs: int, outputs: int, kernel: int, **window) -> nn.Module:
        bias = self.rng.random() < 0.7
        return qnn.QuantConv2d(inputs, outputs, kernel, bias=bias, **self.weighted(), **window)

    def relu(self) -> nn.Module:
        kind = quant.Uint8ActPerTensorFixedPoint if self.exact else quant.Uint8ActPerTensorFloat
        bits = self.one_of(8, 8, 6, 4, 3)
        return qnn.QuantReLU(act_quant=kind, bit_width=bits, return_quant_tensor=True)

    def signed(self, bits: int = 8, shifted: bool = False) -> nn.Module:
        kind = quant.Int8ActPerTensorFixedPoint if self.exact else quant.Int8ActPerTensorFloat
        if shifted and not self.exact:
            kind = quant.ShiftedUint8ActPerTensorFloat
        return qnn.QuantIdentity(act_quant=kind, bit_width=bits, return_quant_tensor=True)


class Residual(nn.Module):
    """Two convolutions; one quantizer for both terms of the sum."""

    def __init__(self, draw: Draw, channels: int) -> None:
        super().__init__()
        self.first = draw.conv(channels, channels, 3, padding=1)
        self.relu = draw.relu()
        self.second = draw.conv(channels, channels, 3, padding=1)
        self.shared, self.out = draw.signed(draw.one_of(8, 5)), draw.relu()

    def forward(self, x):
        x = self.shared(x)
        return self.out(x + self.shared(self.second(self.relu(self.first(x)))))


def block(draw: Draw, channels: int) -> tuple[nn.Module, int]:
    """One of the parts of a network, and the number of its output channels."""
    outputs = int(draw.rng.integers(2, 8))
    kind = draw.one_of("conv", "depthwise", "residual", "max_pool", "average_pool")
    if kind == "residual":
        return Residual(draw, channels), channels
    if kind == "max_pool":
        return nn.MaxPool2d(2, stride=1), channels
    if kind == "average_pool":
        return nn.Sequential(nn.AvgPool2d(2, stride=1), draw.signed()), channels
    if kind == "conv":
        stride = draw.one_of(1, 2)
        layer = draw.conv(channels, outputs, 3, padding=1, stride=stride)
        return nn.Sequential(layer, draw.relu()), outputs
    depthwise = draw.conv(channels, channels, 3, padding=1, groups=channels)
    pointwise = draw.conv(channels, outputs, 1)
    return nn.Sequential(depthwise, draw.relu(), pointwise, draw.signed()), outputs


def network(seed: int, weights: str, float_bias: bool = False) -> nn.Module:
    """A calibrated network in evaluation mode."""
    warnings.filterwarnings("ignore")
    torch.manual_seed(seed)
    draw = Draw(seed, weights, float_bias)
    parts, channels = [draw.signed(shifted=draw.rng.random() < 0.5)], SHAPE[0]
    for _ in range(int(draw.rng.integers(2, 5))):
        part, channels = block(draw, channels)
        parts.append(part)
    made = nn.Sequential(
        *parts,
        nn.Sequential(nn.AdaptiveAvgPool2d(1), draw.signed()),
        nn.Flatten(),
        qnn.QuantLinear(channels, 10, bias=True, **draw.weighted()),
        draw.signed(),
    )
    made[-1].return_quant_tensor = False
    for _ in range(5):
        made(torch.randn(16, *SHAPE))
    return made.eval()


def images(seed: int, count: int) -> NDArray[np.float32]:
    return np.random.default_rng([31, seed]).normal(size=(count, *SHAPE)).astype(np.float32)


def export(made: nn.Module, form: str, path: Path) -> onnx.ModelProto:
    """Export as "qcdq", "qonnx" or "qonnx_dynamo" (PyTorch's newer exporter)."""
    exporter = export_onnx_qcdq if form == "qcdq" else export_qonnx
    options = {"opset_version": 13} if form == "qcdq" else {}
    example = torch.zeros(1, *SHAPE)
    exporter(made, args=example, export_path=str(path), dynamo=form.endswith("dynamo"), **options)
    return onnx.load(path)
