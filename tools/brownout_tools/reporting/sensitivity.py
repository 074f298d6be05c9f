"""What ``brownout sensitivity`` wrote: sensitivity.csv as parts with their drops per chip."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brownout_tools.reporting.inputs import CsvTable, InputError, read_csv
from brownout_tools.reporting.metric import Metric, metric_of
from brownout_tools.reporting.results import Manifest, read_manifest, refuse_repeats
from brownout_tools.reporting.student import Culprits, find_culprits
from brownout_tools.reporting.summary import OverChips, Spread

FILE = "sensitivity.csv"
DIMENSIONS = ["layer", "bit", "polarity"]
SHARES = ["ber", "weights_share", "weight_bits_share", "weights_changed"]
NUMBERS = ["weights", "weight_bits", "images"]
TOP1_COLUMNS = ["top1", "top1_clean"]
ALL, NONE = "all", "none"


@dataclass(frozen=True, eq=False)
class Part(OverChips):
    """A part of the faults, alone: the chips with it, and its texts in the three dimensions."""

    place: tuple[str, str, str]

    @property
    def drops(self) -> NDArray[np.float64]:
        """What each chip lost against itself without faults: percentage points, or more error."""
        column = self.metric.column
        lost = self.values[f"{column}_clean"] - self.values[column]
        return 100 * lost if self.metric.is_share else -lost

    @property
    def drop(self) -> Spread:
        """The same over the chips."""
        return Spread.of(self.drops)


@dataclass(frozen=True)
class Sensitivity:
    """Parts in the order of the file; ``split`` names the dimensions in which they differ."""

    voltage: str
    unit: str
    none: Part
    all: Part
    parts: list[Part]
    split: list[str]
    manifest: Manifest | None

    def name(self, part: Part) -> str:
        """Return what tells a part from the others: ``conv1``, ``bit 7``, ``conv1, bit 7``."""
        texts = dict(zip(DIMENSIONS, part.place, strict=True))
        return ", ".join(f"bit {texts[d]}" if d == "bit" else texts[d] for d in self.split)

    @property
    def metric(self) -> Metric:
        """What the drops are of."""
        return self.all.metric

    @cached_property
    def culprits(self) -> Culprits:
        """Which part costs most, and which are not told apart from it."""
        return find_culprits([part.drops for part in self.parts])

    @property
    def worst(self) -> Part:
        """The part that hurts most, as the command names it."""
        return self.parts[self.culprits.worst]


def read_sensitivity(directory: Path) -> Sensitivity:
    """Read the directory that the command wrote."""
    table = read_csv(
        directory / FILE, [*DIMENSIONS, "chip", "voltage", "unit", *SHARES, *NUMBERS, *TOP1_COLUMNS]
    )
    metric = metric_of(table)
    scores = [metric.column, f"{metric.column}_clean"]
    numbers = {name: table.numbers(name, 1) for name in SHARES}
    numbers |= {name: table.numbers(name, metric.most) for name in scores}
    numbers |= {name: table.numbers(name) for name in NUMBERS}
    places = list(zip(*(table.columns[name] for name in DIMENSIONS), strict=True))
    refuse_repeats(
        table, zip(places, table.columns["chip"], strict=True), "layer, bit, polarity and chip"
    )
    rows_of: dict[tuple[str, ...], list[int]] = {}
    for row, place in enumerate(places):
        rows_of.setdefault(place, []).append(row)
    found = [
        Part(
            chips=[table.columns["chip"][row] for row in rows],
            values={name: values[rows] for name, values in numbers.items()},
            metric=metric,
            place=place,
        )
        for place, rows in rows_of.items()
    ]
    none = take(table, found, lambda place: set(place) == {NONE}, "without faults")
    everything = take(table, found, lambda place: set(place) == {ALL}, "of all faults")
    if not found:
        raise InputError(f"{table.path}: no parts of the faults")
    manifest = directory / "manifest.json"
    return Sensitivity(
        voltage=table.one_value("voltage"),
        unit=table.one_value("unit"),
        none=none,
        all=everything,
        parts=found,
        split=[name for i, name in enumerate(DIMENSIONS) if found[0].place[i] != ALL],
        manifest=read_manifest(manifest) if manifest.exists() else None,
    )


def take(
    table: CsvTable, parts: list[Part], wanted: Callable[[tuple[str, ...]], bool], what: str
) -> Part:
    """Remove and return the one part that is wanted."""
    for index, part in enumerate(parts):
        if wanted(part.place):
            return parts.pop(index)
    raise InputError(f"{table.path}: no rows {what}")
