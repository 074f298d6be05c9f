"""A PyTorch state_dict of a known network, exported and quantized by ONNX Runtime.

``python -m brownout_tools.training.state_dict resnet20 --checkpoint FILE.th --data DIR --out FILE``
"""

import argparse
import io
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantFormat, QuantType
from torch import Tensor, nn
from torch.nn import functional

from brownout_tools.training.datasets import Preprocess, read_cifar10_batch
from brownout_tools.training.networks import fold_batch_norms
from brownout_tools.training.quantize import quantize

OPSET = 13
IMAGENET = Preprocess(1 / 255, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
FORMATS = {"qdq": QuantFormat.QDQ, "qoperator": QuantFormat.QOperator}
TYPES = {"uint8": QuantType.QUInt8, "int8": QuantType.QInt8}


class PlainBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut without weights (option A of the ResNet paper)."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.stride, self.more = stride, (out_channels - in_channels) // 2

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in, H, W) to (N, out, H / stride, W / stride)."""
        y = functional.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.more:
            x = functional.pad(
                x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.more, self.more)
            )
        return functional.relu(y + x)


class ResNet20(nn.Module):
    """ResNet-20 for CIFAR-10: input (N, 3, 32, 32), output (N, 10)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        for stage, channels in enumerate((16, 32, 64), start=1):
            blocks = [PlainBlock(channels, channels, 1) for _ in range(3)]
            if stage > 1:
                blocks[0] = PlainBlock(channels // 2, channels, 2)
            setattr(self, f"layer{stage}", nn.Sequential(*blocks))
        self.linear = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, 3, 32, 32) float32 to logits (N, 10)."""
        x = functional.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(functional.adaptive_avg_pool2d(x, 1).flatten(1))


NETWORKS: dict[str, Callable[[], nn.Module]] = {"resnet20": ResNet20}


def load(network: str, checkpoint: Path) -> nn.Module:
    """Read a state_dict, bare or under ``state_dict``, with or without the prefix ``module.``."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    state = state.get("state_dict", state)
    model = NETWORKS[network]()
    model.load_state_dict({name.removeprefix("module."): value for name, value in state.items()})
    return fold_batch_norms(model)


def export(model: nn.Module) -> onnx.ModelProto:
    """Export ``input`` float32 (batch, 3, 32, 32) to ``logits``."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (torch.zeros(1, 3, 32, 32),),
            buffer,
            opset_version=OPSET,
            dynamo=False,
            input_names=["input"],
            output_names=["logits"],
            dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}},
        )
    return onnx.load_from_string(buffer.getvalue())


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line, import, export, quantize."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=sorted(NETWORKS))
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="binary batch to calibrate with")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--format", choices=FORMATS, default="qdq")
    parser.add_argument("--activations", choices=TYPES, default="uint8")
    parser.add_argument("--weights", choices=TYPES, default="int8")
    parser.add_argument("--per-tensor", action="store_true", help="one scale for all channels")
    parser.add_argument("--calibration-images", type=int, default=500)
    args = parser.parse_args(arguments)
    images, _ = read_cifar10_batch(args.data)
    inputs = IMAGENET.apply(images[: args.calibration_images]).astype(np.float32)
    network = quantize(
        export(load(args.network, args.checkpoint)),
        inputs,
        FORMATS[args.format],
        activations=TYPES[args.activations],
        weights=TYPES[args.weights],
        per_channel=not args.per_tensor,
    )
    onnx.save(network, args.out)


if __name__ == "__main__":
    main()
