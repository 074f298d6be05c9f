"""Fault-aware quantization (arXiv 2305.12590): the nearest value that stuck cells can hold.

One table for all patterns of stuck bits and all codes; the simulator searches in another way.
"""

from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from brownout_tools.robust.bit_errors import FailingBits


@cache
def _table(bits: int) -> NDArray[np.uint8]:
    """Word for (pattern, unsigned value); a pattern counts in base 3: free, stuck at 0, at 1.

    Of two values equally near the lower one.
    """
    values = np.arange(2**bits)
    table = np.empty((3**bits, 2**bits), np.uint8)
    for pattern in range(3**bits):
        digits = [pattern // 3**bit % 3 for bit in range(bits)]
        at_0 = sum(1 << bit for bit, digit in enumerate(digits) if digit == 1)
        at_1 = sum(1 << bit for bit, digit in enumerate(digits) if digit == 2)
        held = np.unique(values & ~at_0 | at_1)
        above = np.searchsorted(held, values).clip(max=len(held) - 1)
        below = (above - 1).clip(min=0)
        nearer = np.abs(held[below] - values) <= np.abs(held[above] - values)
        table[pattern] = np.where(nearer, held[below], held[above])
    return table


def _pattern(bits: int, stuck: FailingBits) -> Tensor:
    pattern = torch.zeros(stuck.at_0.shape, dtype=torch.int64)
    for bit in range(bits):
        at_0, at_1 = stuck.at_0 >> bit & 1, stuck.at_1 >> bit & 1
        pattern += 3**bit * (at_0.long() + 2 * at_1.long())
    return pattern


def nearest_words(bits: int, unsigned: bool, words: Tensor, stuck: FailingBits) -> Tensor:
    """Words (uint8) to write in place of ``words``, whose cells then hold the nearest values.

    Raises ValueError where cells flip: no value of theirs is known.
    """
    if bool(stuck.flips.any()):
        raise ValueError("faq: needs cells that are stuck; these flip")
    # Two's complement, its highest bit inverted, is ordered like the unsigned numbers.
    turned = 0 if unsigned else 2 ** (bits - 1)
    top = torch.tensor(turned, dtype=torch.uint8)
    seen = FailingBits(
        at_0=stuck.at_0 & ~top | stuck.at_1 & top,
        at_1=stuck.at_1 & ~top | stuck.at_0 & top,
        flips=stuck.flips,
    )
    table = torch.from_numpy(_table(bits))
    return table[_pattern(bits, seen), (words ^ top).long()] ^ top
