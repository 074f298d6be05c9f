"""Robust error in PyTorch, with float activations: a second opinion to the simulator's ``rerr``."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from brownout_tools.robust import weights
from brownout_tools.robust.bit_errors import chip_flips
from brownout_tools.robust.layers import Chain
from brownout_tools.robust.recipe import DATASETS, Model, Recipe
from brownout_tools.robust.schemes import SCHEMES
from brownout_tools.robust.training import Normalizer, load_split, wrong


@dataclass(frozen=True)
class RobustError:
    """Shares of images at one rate: wrong without errors, and with or without (RErr)."""

    rate: float
    clean: float
    mean: float
    deviation: float  # standard deviation over chips


def robust_errors(
    recipe: Recipe,
    model: Model,
    network: Chain,
    data: Path,
    rates: Iterable[float],
    chips: int,
    images: int,
    first_chip: int = 100,
) -> list[RobustError]:
    """RErr of the first test images over chips whose bits flip (arXiv 2006.13977, 5).

    A float network is quantized after training with its model's scheme, or with ``normal``.
    """
    pixels, labels = (t[:images] for t in load_split(recipe, data, "test"))
    normalize = Normalizer(DATASETS[recipe.dataset].preprocess)
    scheme = SCHEMES[model.scheme or "normal"]
    parameters = weights.stored_weights(network)
    stored = weights.store(scheme, model.bits, model.clip, parameters)
    with weights.replaced(parameters, weights.clean(stored)):
        clean = wrong(network, normalize, pixels, labels)
    found = []
    for rate in rates:
        shares = []
        for chip in range(first_chip, first_chip + chips):
            faulty = {
                name: t.decode(t.words ^ chip_flips(chip, name, t.words.shape, model.bits, rate))
                for name, t in stored.items()
            }
            with weights.replaced(parameters, faulty):
                either = clean | wrong(network, normalize, pixels, labels)
            shares.append(float(either.float().mean()))
        deviation = statistics.stdev(shares) if chips > 1 else 0.0
        found.append(
            RobustError(rate, float(clean.float().mean()), statistics.mean(shares), deviation)
        )
    return found
