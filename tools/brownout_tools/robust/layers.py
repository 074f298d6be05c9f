"""Layers of which robust networks are made, and the networks: chains of named layers.

Names become those of the exported file. Channels lie innermost (channels_last).
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn


class _GroupNorm(torch.autograd.Function):
    """PyTorch's own brings channels outermost, which costs more than a convolution in bfloat16."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, groups: int, epsilon: float
    ) -> Tensor:
        n, c, h, w = x.shape
        pixels = x.permute(0, 2, 3, 1).reshape(n, h * w, c)

        def of_group(per_channel: Tensor) -> Tensor:
            mean = per_channel.view(n, groups, -1).mean(2, keepdim=True)
            return mean.expand(n, groups, c // groups).reshape(n, c)

        mean = of_group(pixels.mean(1, dtype=torch.float32))
        square = of_group(pixels.float().square().mean(1))
        inverse = torch.rsqrt((square - mean * mean).clamp_min(0) + epsilon)
        factor = inverse * weight
        offset = bias - mean * factor
        ctx.save_for_backward(pixels, mean, inverse, weight)
        ctx.of_group, ctx.shape = of_group, x.shape
        y = pixels * factor.to(x.dtype)[:, None] + offset.to(x.dtype)[:, None]
        return y.view(n, h, w, c).permute(0, 3, 1, 2)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        pixels, mean, inverse, weight = ctx.saved_tensors
        n, c, h, w = ctx.shape
        g = gradient.permute(0, 2, 3, 1).reshape(n, h * w, c)
        sums = g.sum(1, dtype=torch.float32)
        products = ((g * pixels).sum(1, dtype=torch.float32) - mean * sums) * inverse
        mean_sum = ctx.of_group(sums * weight) / (h * w)
        mean_product = ctx.of_group(products * weight) / (h * w)
        of_g = inverse * weight
        of_x = -inverse * inverse * mean_product
        constant = -inverse * mean_sum - mean * of_x
        d = g.dtype
        dx = g * of_g.to(d)[:, None] + pixels * of_x.to(d)[:, None] + constant.to(d)[:, None]
        return dx.view(n, h, w, c).permute(0, 3, 1, 2), products.sum(0), sums.sum(0), None, None


class GroupNorm(nn.Module):
    """Group normalization with the factor 1 + ``weight``, so that clipping bounds both parameters.

    ``groups`` is 32, half of the channels, or the next number below that divides them.
    """

    def __init__(self, channels: int, epsilon: float = 1e-5) -> None:
        super().__init__()
        wanted = min(32, channels // 2)
        self.groups = max(g for g in range(1, wanted + 1) if channels % g == 0)
        self.epsilon = epsilon
        self.weight = nn.Parameter(torch.zeros(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Normalize (N, C, H, W)."""
        return _GroupNorm.apply(x, 1 + self.weight, self.bias, self.groups, self.epsilon)


class BatchNorm(nn.BatchNorm2d):
    """Batch normalization with the factor 1 + ``weight``, likewise."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        nn.init.zeros_(self.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Normalize (N, C, H, W) with the batch's statistics in training, else the running ones."""
        return nn.functional.batch_norm(
            x,
            self.running_mean,
            self.running_var,
            1 + self.weight,
            self.bias,
            self.training,
            self.momentum or 0.0,
            self.eps,
        )


NORMS: dict[str, Callable[[int], nn.Module] | None] = {
    "group": GroupNorm,
    "batch": BatchNorm,
    "none": None,
}


class Chain(nn.Sequential):
    """Layers one behind another."""


def _chain(
    convolutions: Iterable[tuple[nn.Conv2d, int]], classes: int, norm: str, in_size: int
) -> Chain:
    """Convolutions, each with a norm, a ReLU and max pooling (1: none); then a classifier."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    channels, make_norm = 0, NORMS[norm]
    for i, (convolution, pool) in enumerate(convolutions, 1):
        channels = convolution.out_channels
        layers[f"conv{i}"] = convolution
        nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
        if make_norm:
            layers[f"norm{i}"] = make_norm(channels)
        layers[f"relu{i}"] = nn.ReLU()
        if pool > 1:
            layers[f"pool{i}"] = nn.MaxPool2d(pool)
    layers["flatten"] = nn.Flatten()
    layers["fc"] = nn.Linear(channels * in_size * in_size, classes)
    return Chain(layers)


def mnist_net(norm: str = "group") -> Chain:
    """Five convolutions, 366,000 parameters: (N, 1, 28, 28) to logits (N, 10)."""
    bias = NORMS[norm] is None
    return _chain(
        (
            (nn.Conv2d(1, 24, 4, 2, padding=1, bias=bias), 1),
            (nn.Conv2d(24, 24, 3, padding=1, bias=bias), 2),
            (nn.Conv2d(24, 72, 3, padding=1, bias=bias), 2),
            (nn.Conv2d(72, 144, 3, padding=1, bias=bias), 1),
            (nn.Conv2d(144, 192, 3, bias=bias), 1),
        ),
        classes=10,
        norm=norm,
        in_size=1,
    )


def cifar10_net(norm: str = "group") -> Chain:
    """Seven convolutions, 390,000 parameters: (N, 3, 32, 32) to logits (N, 10)."""
    bias = NORMS[norm] is None
    widths = ((3, 32, 1), (32, 32, 2), (32, 32, 1), (32, 96, 2), (96, 96, 1), (96, 128, 2))
    convolutions = [
        (nn.Conv2d(before, after, 3, padding=1, bias=bias), pool) for before, after, pool in widths
    ]
    convolutions.append((nn.Conv2d(128, 128, 3, padding=1, bias=bias), 4))
    return _chain(convolutions, classes=10, norm=norm, in_size=1)


NETWORKS: dict[str, Callable[[str], Chain]] = {"mnist": mnist_net, "cifar10": cifar10_net}
