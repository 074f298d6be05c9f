"""Recipes: which networks are trained how, read from YAML and checked."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

from brownout_tools.robust.layers import NETWORKS, NORMS
from brownout_tools.robust.schemes import SCHEMES
from brownout_tools.training.datasets import CIFAR10, MNIST, Dataset

DATASETS: dict[str, Dataset] = {"mnist": MNIST, "cifar10": CIFAR10}

INPUT_SHAPES = {"mnist": (1, 28, 28), "cifar10": (3, 32, 32)}  # (C, H, W)


class RecipeError(ValueError):
    """A recipe that cannot be followed; says where and what is allowed."""


@dataclass(frozen=True)
class Die:
    """A chip as a workload file places weights on it, at a voltage in its profile's unit.

    ``settings`` are KEY=VALUE of the workload, such as memory.chip.map=die.csv; ``faq``: each
    weight is written as the nearest value that its stuck cells can hold (arXiv 2305.12590).
    """

    workload: str
    voltage: float
    settings: list[str] = field(default_factory=list)
    faq: bool = False


@dataclass(frozen=True)
class BitErrors:
    """Training with bit errors (RandBET, arXiv 2006.13977, 3.4 and its appendix).

    ``plain``: the sum of the clean gradient and of one with fresh errors at ``rate``; the errors
    are on while the loss is below ``from_loss``. ``curricular``: the rate rises over the first half
    of the training. ``alternating``: the two gradients make two steps. ``only``: nothing but the
    gradient with errors. ``chip``: not fresh errors, but those of this one made-up chip; ``die``:
    those of a chip of the simulator.
    """

    rate: float = 0.01
    from_loss: float = 1.75
    variant: str = "plain"
    chip: int | None = None
    die: Die | None = None
    largest_gradient: float = 0.05


@dataclass(frozen=True)
class Start:
    """Go on from another model of the recipe, trained for a share ``at`` of its epochs.

    At 1 nothing is left to train: the other model's weights, quantized after training.
    """

    model: str
    at: float = 0.7


@dataclass(frozen=True)
class Model:
    """One network of a recipe; no ``scheme``: trained with float weights."""

    name: str
    scheme: str | None = None
    bits: int = 8
    clip: float = 1.0
    norm: str = "group"
    bit_errors: BitErrors | None = None
    start: Start | None = None
    sparsity: float = 0.0  # factor of the sum over layers of the mean activation
    sharpness: float = 0.0  # rho of sharpness-aware quantization, the length of its step


@dataclass(frozen=True)
class Epochs:
    """How long to train: what fits two cores in minutes, and what a paper takes."""

    reduced: int
    full: int


@dataclass(frozen=True)
class Recipe:
    """A network's data, optimizer, and the models to train."""

    name: str
    network: str
    dataset: str
    epochs: Epochs
    models: dict[str, Model] = field(default_factory=dict)
    batch: int = 128
    peak_learning_rate: float = 0.05
    weight_decay: float = 5e-4
    crop_padding: int = 0
    flip: bool = False
    bfloat16: bool = False

    def starts_of(self, model: str) -> list[float]:
        """The shares of ``model``'s training from which others go on."""
        starts = [m.start for m in self.models.values() if m.start]
        return sorted({s.at for s in starts if s.model == model})


NESTED = {"epochs": Epochs, "bit_errors": BitErrors, "die": Die, "start": Start}
ALLOWED = {
    "network": tuple(NETWORKS),
    "dataset": tuple(DATASETS),
    "scheme": tuple(SCHEMES),
    "norm": tuple(NORMS),
    "variant": ("plain", "curricular", "alternating", "only"),
    "bits": tuple(range(2, 9)),
    **dict.fromkeys(("flip", "bfloat16", "faq"), (True, False)),
}
INF = math.inf
NUMBERS: dict[str, tuple[type, float, float]] = {  # int: whole ones only; limits included
    **dict.fromkeys(("reduced", "full", "batch"), (int, 1, INF)),
    **dict.fromkeys(("crop_padding", "chip"), (int, 0, INF)),
    **dict.fromkeys(("clip", "peak_learning_rate", "from_loss"), (float, 1e-9, INF)),
    **dict.fromkeys(("largest_gradient", "voltage"), (float, 1e-9, INF)),
    **dict.fromkeys(("weight_decay", "sparsity", "sharpness"), (float, 0, INF)),
    **dict.fromkeys(("rate", "at"), (float, 0, 1)),
}


def _check(place: str, key: str, value: Any) -> None:
    """Refuse a value that its key does not take."""
    if key in ALLOWED and not any(type(value) is type(a) and value == a for a in ALLOWED[key]):
        allowed = ", ".join(map(str, ALLOWED[key]))
        raise RecipeError(f"{place}.{key}: {value!r} is not one of {allowed}")
    if key in NUMBERS:
        kind, low, high = NUMBERS[key]
        kinds = (int,) if kind is int else (int, float)
        if type(value) not in kinds or not low <= value <= high:
            what = "whole number" if kind is int else "number"
            raise RecipeError(f"{place}.{key}: {value!r} is no {what} in {low:g}..{high:g}")


def _values(kind: type, place: str, section: Any, **given: Any) -> dict[str, Any]:
    if not isinstance(section, dict):
        raise RecipeError(f"{place}: {section!r} is no map")
    keys = {f.name for f in fields(kind)} - given.keys()
    for key, value in section.items():
        if key not in keys:
            raise RecipeError(f"{place}.{key}: unknown; known are {', '.join(sorted(keys))}")
        if value is None:
            raise RecipeError(f"{place}.{key}: has no value")
        _check(place, key, value)
        if key in NESTED:
            nested = NESTED[key]
            section = section | {key: _made(nested, f"{place}.{key}", value)}
    return section | given


def _made(kind: type, place: str, section: Any, **given: Any) -> Any:
    values = _values(kind, place, section, **given)
    try:
        return kind(**values)
    except TypeError as error:
        raise RecipeError(f"{place}: {error}") from None


def _refuse_circles(place: str, models: Mapping[str, Model], model: Model) -> None:
    seen, start = [model.name], model.start
    while start and start.model in models:
        if start.model in seen:
            circle = " -> ".join([*seen, start.model])
            raise RecipeError(f"{place}: models.{model.name}.start: a circle: {circle}")
        seen.append(start.model)
        start = models[start.model].start


def read_recipe(path: Path) -> Recipe:
    """Read a recipe; raises RecipeError for anything unknown."""
    try:
        document = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        raise RecipeError(f"{path}: {error}") from None
    place = str(path)
    if not isinstance(document, dict) or not isinstance(document.get("models"), dict):
        raise RecipeError(f"{place}: models: missing")
    models = {
        name: _made(Model, f"{place}: models.{name}", section or {}, name=name)
        for name, section in document["models"].items()
    }
    for model in models.values():
        if model.start and model.start.model not in models:
            known = ", ".join(models)
            raise RecipeError(
                f"{place}: models.{model.name}.start.model: {model.start.model!r} "
                f"is not one of {known}"
            )
        _refuse_circles(place, models, model)
    return _made(Recipe, place, document | {"models": models}, name=path.stem)
