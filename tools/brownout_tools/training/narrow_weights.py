"""Weights of fewer than eight bits in training: fake quantization, straight-through gradients.

Symmetric, one scale per output channel: the largest magnitude of a channel is the code
2^(bits-1) - 1. The code -2^(bits-1) is not used, so every storage encoding can hold the weights.
"""

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from brownout_tools.training.narrow_onnx import largest_code


class FakeQuantize(nn.Module):
    """Rounds a weight (out channels, ...) to its codes times their scale.

    The gradient passes straight through: it is that of the unrounded weight.
    """

    def __init__(self, bits: int) -> None:
        super().__init__()
        self.largest = largest_code(bits)

    def forward(self, weight: Tensor) -> Tensor:
        """Return the rounded weight, of the shape of ``weight``."""
        scale = weight.detach().abs().amax(tuple(range(1, weight.ndim)), keepdim=True)
        scale = (scale / self.largest).clamp_min(torch.finfo(torch.float32).tiny)
        return weight + (torch.round(weight / scale) * scale - weight).detach()


def _layers(model: nn.Module) -> list[nn.Module]:
    return [m for m in model.modules() if isinstance(m, nn.Conv2d | nn.Linear)]


def fake_quantize_weights(model: nn.Module, bits: int) -> nn.Module:
    """Let every convolution and matrix product see rounded weights, in place."""
    for layer in _layers(model):
        parametrize.register_parametrization(layer, "weight", FakeQuantize(bits))
    return model


def keep_rounded_weights(model: nn.Module) -> nn.Module:
    """Replace every fake-quantized weight by what the layer saw of it, in place."""
    for layer in _layers(model):
        if parametrize.is_parametrized(layer, "weight"):
            parametrize.remove_parametrizations(layer, "weight")
    return model
