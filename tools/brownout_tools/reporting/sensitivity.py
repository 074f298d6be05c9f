"""What ``brownout sensitivity`` wrote: sensitivity.csv as parts with their drops per chip."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brownout_tools.reporting.inputs import CsvTable, InputError, read_csv
from brownout_tools.reporting.results import Manifest, read_manifest, refuse_repeats
from brownout_tools.reporting.summary import Spread

FILE = "sensitivity.csv"
DIMENSIONS = ["layer", "bit", "polarity"]
SHARES = ["ber", "weights_share", "weight_bits_share", "weights_changed", "top1", "top1_clean"]
NUMBERS = ["weights", "weight_bits", "images"]
ALL, NONE = "all", "none"


@dataclass(frozen=True)
class Part:
    """A part of the faults, alone: its texts in the three dimensions, and values per chip."""

    place: tuple[str, str, str]
    chips: list[str]
    values: dict[str, NDArray[np.float64]]

    def __getitem__(self, column: str) -> Spread:
        return Spread.of(self.values[column])

    @property
    def drops(self) -> NDArray[np.float64]:
        """Top-1 lost by each chip, in percentage points, against itself without faults."""
        return 100 * (self.values["top1_clean"] - self.values["top1"])

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
    def worst(self) -> Part:
        """The part that costs most, on average over the chips."""
        return max(self.parts, key=lambda part: part.drop.mean)


def read_sensitivity(directory: Path) -> Sensitivity:
    """Read the directory that the command wrote."""
    table = read_csv(directory / FILE, [*DIMENSIONS, "chip", "voltage", "unit", *SHARES, *NUMBERS])
    numbers = {name: table.numbers(name, 1) for name in SHARES}
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
            place,
            [table.columns["chip"][row] for row in rows],
            {name: values[rows] for name, values in numbers.items()},
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
