"""Student's interval of a mean over chips, and what it says of several candidates.

The same rules as the program's (`brownout sensitivity`), so that both name the same culprit.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Culprits:
    """Indices of candidates: the one that costs most, and those not told apart from it."""

    worst: int
    certain: bool  # the interval of its mean lies above 0
    others: list[int]


def central_share(t: float, freedom: int) -> float:
    """Return the chance that Student's t lies in -t..t (Abramowitz and Stegun 26.7.3, 26.7.4)."""
    angle = math.atan(t / math.sqrt(freedom))
    cosine = math.cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = 0.0
    for k in range(1 + odd, freedom, 2):
        total += term
        term *= k / (k + 1) * cosine**2
    if odd:
        return 2 / math.pi * (angle + math.sin(angle) * total)
    return math.sin(angle) * total


@lru_cache
def quantile(freedom: int) -> float:
    """Return the t whose central share is the confidence."""
    low, high = 0.0, 1.0
    while central_share(high, freedom) < CONFIDENCE:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if central_share(middle, freedom) < CONFIDENCE else (low, middle)
    return high


def interval(values: NDArray[np.float64]) -> tuple[float, float] | None:
    """Return the interval of the mean over all dies like these; one chip has none."""
    count = len(values)
    if count < 2:
        return None
    mean, half = float(values.mean()), float(values.std(ddof=1)) / math.sqrt(count)
    half *= quantile(count - 1)
    return mean - half, mean + half


def at_least(values: NDArray[np.float64]) -> float:
    """Return what the mean is at least, or -inf where that may be 0."""
    found = interval(values)
    return found[0] if found is not None and found[0] > 0 else -math.inf


def find_culprits(drops: Sequence[NDArray[np.float64]]) -> Culprits:
    """Return the greatest lower end, else the greatest mean; chips are compared in pairs."""
    worst = max(range(len(drops)), key=lambda i: (at_least(drops[i]), float(drops[i].mean())))
    others = [
        i for i in range(len(drops)) if i != worst and math.isinf(at_least(drops[worst] - drops[i]))
    ]
    return Culprits(worst, not math.isinf(at_least(drops[worst])), others)
