"""A network's weights as its memory holds them: which they are, and putting others in place."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from brownout_tools.robust.schemes import Grid, Scheme, codes_of, encode, grid_of, words_of

Tensors = Mapping[str, Tensor]


def stored_weights(model: nn.Module) -> dict[str, nn.Parameter]:
    """The weights that lie in the weight memory: of convolutions and matrix products, by name."""
    return {
        f"{name}.weight": layer.weight
        for name, layer in model.named_modules()
        if isinstance(layer, nn.Conv2d | nn.Linear)
    }


@dataclass(frozen=True)
class Stored:
    """One tensor in memory."""

    words: Tensor  # uint8
    grid: Grid
    scheme: Scheme

    def decode(self, words: Tensor) -> Tensor:
        """Real weights that ``words`` on this tensor's grid stand for."""
        return self.grid.decode(codes_of(self.scheme, self.grid.bits, words))


def store(scheme: Scheme, bits: int, clip: float, weights: Tensors) -> dict[str, Stored]:
    """Quantize float32 weights."""
    stored = {}
    for name, weight in weights.items():
        detached = weight.detach()
        grid = grid_of(scheme, bits, detached, clip)
        words = words_of(scheme, bits, encode(scheme, grid, detached))
        stored[name] = Stored(words, grid, scheme)
    return stored


def clean(stored: Mapping[str, Stored]) -> dict[str, Tensor]:
    """The real weights that a memory without faults gives."""
    return {name: tensor.decode(tensor.words) for name, tensor in stored.items()}


@contextmanager
def replaced(parameters: Mapping[str, nn.Parameter], values: Tensors) -> Iterator[None]:
    """Let the network see ``values``; the gradients are theirs, the parameters come back after."""
    kept = {name: parameters[name].data for name in values}
    try:
        for name, value in values.items():
            parameters[name].data = value
        yield
    finally:
        for name, value in kept.items():
            parameters[name].data = value


@torch.no_grad()
def clip_parameters(model: nn.Module, limit: float) -> None:
    """Clip every parameter to +-``limit`` (weight clipping, arXiv 2006.13977, 3.3)."""
    for parameter in model.parameters():
        parameter.clamp_(-limit, limit)
