"""Bit errors of stored words: a chip's failing cells, nested in the rate, and fresh ones.

Every bit fails by itself with the same chance (BErr_p of Stutz et al., arXiv 2006.13977, 3.2).
"""

import zlib
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def key_of(seed: int, *coordinates: int | str) -> int:
    """A number of 63 bits that names what is drawn: the same arguments, the same draws."""
    text = "/".join(str(c) for c in (seed, *coordinates)).encode()
    return zlib.crc32(text) << 31 | zlib.crc32(text[::-1]) >> 1


def fresh_flips(shape: torch.Size, bits: int, rate: float, generator: torch.Generator) -> Tensor:
    """Masks of the bits that flip, uint8 of ``shape``; each of ``bits`` does at ``rate``."""
    mask = torch.zeros(shape, dtype=torch.uint8)
    for bit in range(bits):
        flips = torch.rand(shape, generator=generator) < rate
        mask |= flips.to(torch.uint8) << bit
    return mask


def chip_flips(chip: int, tensor: str, shape: torch.Size, bits: int, rate: float) -> Tensor:
    """Masks of the bits of ``tensor`` that flip on a chip: those at a rate flip at all higher."""
    draws = np.random.Generator(np.random.Philox(key=key_of(chip, tensor)))
    uniform: NDArray[np.float32] = draws.random((*shape, 8), np.float32)[..., :bits]
    flips = (uniform < rate).astype(np.uint8) << np.arange(bits, dtype=np.uint8)
    return torch.from_numpy(np.bitwise_or.reduce(flips, axis=-1))


@dataclass(frozen=True)
class FailingBits:
    """A tensor's bits whose cells always read the same, as masks of uint8, and those that flip."""

    at_0: Tensor
    at_1: Tensor
    flips: Tensor

    def read(self, words: Tensor) -> Tensor:
        """What the cells read as that hold ``words``."""
        return (words ^ self.flips) & ~self.at_0 | self.at_1
