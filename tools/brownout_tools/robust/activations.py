"""8-bit activations of a trained network: where they are rounded, with which ranges, and how the
network then computes in PyTorch. The exported file rounds at the same places."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from brownout_tools.robust.layers import Chain
from brownout_tools.robust.weights import Stored, clean, replaced

INPUT = "input"


@dataclass(frozen=True)
class Range:
    """Codes 0..255 that stand for ``scale * (code - zero)``; ``scale`` is a float32."""

    scale: float
    zero: int

    @staticmethod
    def of(low: float, high: float) -> "Range":
        """The range that holds low, high and 0."""
        low, high = min(low, 0.0), max(high, 0.0)
        scale = float(torch.tensor((high - low) / 255).clamp_min(1e-12))
        return Range(scale, round(-low / scale))

    def round(self, x: Tensor) -> Tensor:
        """The nearest real numbers that have a code."""
        return torch.fake_quantize_per_tensor_affine(x, self.scale, self.zero, 0, 255)

    def codes(self, x: Tensor) -> Tensor:
        """Their codes, uint8."""
        return (torch.round(x / self.scale) + self.zero).clamp(0, 255).to(torch.uint8)


def rounded_layers(network: Chain) -> list[str]:
    """Layers whose output is rounded: all that compute, but for those whose ReLU comes next."""
    layers = list(network.named_children())
    following = [layer for _, layer in layers[1:]] + [None]
    return [
        name
        for (name, layer), after in zip(layers, following, strict=True)
        if not isinstance(layer, nn.MaxPool2d | nn.Flatten) and not isinstance(after, nn.ReLU)
    ]


def calibrate(network: Chain, inputs: Tensor) -> dict[str, Range]:
    """The range of each rounded layer, and of the input, over ``inputs`` (N, C, H, W)."""
    points = set(rounded_layers(network))
    extremes: dict[str, tuple[float, float]] = {}

    def see(name: str, x: Tensor) -> None:
        low, high = extremes.get(name, (0.0, 0.0))
        extremes[name] = (min(low, float(x.min())), max(high, float(x.max())))

    network.eval()
    with torch.inference_mode():
        for part in inputs.split(250):
            x = part
            see(INPUT, x)
            for name, layer in network.named_children():
                x = layer(x)
                if name in points:
                    see(name, x)
    return {name: Range.of(low, high) for name, (low, high) in extremes.items()}


def bias_codes(bias: Tensor, input_scale: float, weight_scale: Tensor) -> tuple[Tensor, Tensor]:
    """A bias as whole numbers, and what one of them stands for: the scale of a layer's sums."""
    scale = (torch.tensor(input_scale) * weight_scale).reshape(-1)
    return torch.round(bias.detach().double() / scale.double()), scale


def rounded_biases(
    network: Chain, stored: Mapping[str, Stored], ranges: Mapping[str, Range]
) -> dict[str, Tensor]:
    """The biases of convolutions and matrix products as an integer machine adds them, by name."""
    biases, to = {}, ranges[INPUT]
    for name, layer in network.named_children():
        if isinstance(layer, nn.Conv2d | nn.Linear) and layer.bias is not None:
            codes, scale = bias_codes(layer.bias, to.scale, stored[f"{name}.weight"].grid.scale)
            biases[f"{name}.bias"] = (codes * scale).float()
        to = ranges.get(name, to)
    return biases


class RoundedNetwork:
    """The network as the accelerator has it: stored weights, rounded biases, 8-bit activations."""

    def __init__(
        self, network: Chain, stored: Mapping[str, Stored], ranges: Mapping[str, Range]
    ) -> None:
        self.network, self.ranges = network, ranges
        self.values = clean(stored) | rounded_biases(network, stored, ranges)

    def layers(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Each layer's name and output for float32 (N, C, H, W), logits last."""
        parameters = dict(self.network.named_parameters())
        with replaced(parameters, self.values), torch.inference_mode():
            x = self.ranges[INPUT].round(x)
            for name, layer in self.network.named_children():
                x = layer(x)
                if name in self.ranges:
                    x = self.ranges[name].round(x)
                yield name, x

    def __call__(self, x: Tensor) -> Tensor:
        """Map float32 (N, C, H, W) to rounded logits, computing in float32."""
        *_, (_, logits) = self.layers(x)
        return logits

    def zero_shares(self, x: Tensor) -> dict[str, float]:
        """Share of the activations behind each ReLU that are 0."""
        relus = {n for n, layer in self.network.named_children() if isinstance(layer, nn.ReLU)}
        return {n: float((y == 0).float().mean()) for n, y in self.layers(x) if n in relus}
