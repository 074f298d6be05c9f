"""How weights become integers: the quantization schemes of Stutz et al. (arXiv 2006.13977, 3.1).

A code v of m bits lies in [-h, h], h = 2^(m-1) - 1, and stands for ``scale * (v - zero)``. The zero
is an integer, as integer arithmetic and ONNX want it: the paper's range moves by up to half a step.
What the memory holds of a code is its word: two's complement, or v + 2^(m-1) where it is unsigned.
"""

from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import Tensor


class Span(StrEnum):
    """Which weights share one scale."""

    GLOBAL = "global"  # all of the network: the range is that of the clipping
    TENSOR = "tensor"
    CHANNEL = "channel"  # each output channel its own


@dataclass(frozen=True)
class Scheme:
    """A quantization scheme but for its bits; ``rounds``: to the nearest code, else towards 0."""

    span: Span = Span.TENSOR
    symmetric: bool = False
    unsigned: bool = True
    rounds: bool = True

    @property
    def encoding(self) -> str:
        """The simulator's name of how its codes lie in memory."""
        return "offset_binary" if self.unsigned else "twos_complement"


NORMAL = Scheme(symmetric=True, unsigned=False, rounds=False)
RQUANT = Scheme()
SCHEMES: dict[str, Scheme] = {  # in the order of the paper's ladder
    "global": Scheme(Span.GLOBAL, symmetric=True, unsigned=False, rounds=False),
    "normal": NORMAL,
    "asymmetric": Scheme(unsigned=False, rounds=False),
    "unsigned": Scheme(rounds=False),
    "rquant": RQUANT,
    "rquant_symmetric": Scheme(symmetric=True),
    "rquant_channel": Scheme(Span.CHANNEL),
}


@dataclass(frozen=True)
class Grid:
    """The real numbers that codes stand for; ``scale`` and ``zero`` broadcast to the weights."""

    scale: Tensor  # float32
    zero: Tensor  # whole numbers, float32
    bits: int

    @property
    def largest(self) -> int:
        """The largest code, h."""
        return 2 ** (self.bits - 1) - 1

    def decode(self, codes: Tensor) -> Tensor:
        """Real weights of codes, float32."""
        return self.scale * (codes - self.zero)


def _extremes(scheme: Scheme, weight: Tensor, clip: float) -> tuple[Tensor, Tensor]:
    if scheme.span is Span.GLOBAL:
        return weight.new_tensor(-clip), weight.new_tensor(clip)
    axes = tuple(range(1 if scheme.span is Span.CHANNEL else 0, weight.ndim))
    low = weight.amin(axes, keepdim=True).clamp(-clip, 0)
    high = weight.amax(axes, keepdim=True).clamp(0, clip)
    if scheme.symmetric:
        high = torch.maximum(-low, high)
        low = -high
    return low, high


def grid_of(scheme: Scheme, bits: int, weight: Tensor, clip: float = 1.0) -> Grid:
    """The grid for ``weight`` (out channels, ...), float32; values beyond +-clip are clipped."""
    if not 2 <= bits <= 8:
        raise ValueError(f"bits: {bits} is not in 2..8")
    low, high = _extremes(scheme, weight.detach(), clip)
    largest = 2 ** (bits - 1) - 1
    scale = ((high - low) / (2 * largest)).clamp_min(torch.finfo(torch.float32).tiny)
    return Grid(scale, torch.round(-largest - low / scale), bits)


def encode(scheme: Scheme, grid: Grid, weight: Tensor) -> Tensor:
    """Codes of real weights: whole numbers in [-h, h], float32, of the shape of ``weight``."""
    code = weight / grid.scale + grid.zero
    if scheme.rounds:
        code = torch.round(code)
    elif scheme.unsigned:
        code = torch.floor(code)  # towards 0 of the unsigned number
    else:
        code = torch.trunc(code)
    return code.clamp(-grid.largest, grid.largest)


def words_of(scheme: Scheme, bits: int, codes: Tensor) -> Tensor:
    """What the memory holds of codes: uint8 with the upper 8 - ``bits`` bits 0."""
    words = codes.to(torch.int16)
    words = words + 2 ** (bits - 1) if scheme.unsigned else words & (2**bits - 1)
    return words.to(torch.uint8)


def codes_of(scheme: Scheme, bits: int, words: Tensor) -> Tensor:
    """What words read as: float32 whole numbers in [-2^(m-1), 2^(m-1))."""
    half = 2 ** (bits - 1)
    value = words.to(torch.int16)
    value = value - half if scheme.unsigned else (value ^ half) - half
    return value.to(torch.float32)
