"""Statistics over chips at each voltage, and the means per layer."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brownout_tools.reporting.inputs import MILLIONTHS, InputError
from brownout_tools.reporting.metric import Metric
from brownout_tools.reporting.results import ASKED, LAYER_MEASURES, Layers, Points


@dataclass(frozen=True)
class Spread:
    """Mean, sample standard deviation and extremes over chips, in the unit of the values."""

    mean: float
    std: float
    low: float
    high: float
    count: int

    @staticmethod
    def of(values: NDArray[np.float64]) -> "Spread":
        """Return the spread; one value has a standard deviation of 0."""
        std = float(values.std(ddof=1)) if len(values) > 1 else 0.0
        mean = float(np.clip(values.mean(), values.min(), values.max()))
        return Spread(mean, std, float(values.min()), float(values.max()), len(values))


@dataclass(frozen=True, eq=False)
class OverChips:
    """Chips under one condition; ``values`` has the columns of their file, a value per chip."""

    chips: list[str]
    values: dict[str, NDArray[np.float64]]
    metric: Metric

    def __getitem__(self, column: str) -> Spread:
        return Spread.of(self.values[column])


@dataclass(frozen=True, eq=False)
class VoltageSummary(OverChips):
    """All chips at one voltage, of points.csv."""

    millionths: int
    text: str

    @property
    def scores(self) -> NDArray[np.float64]:
        """The metric, a value per chip."""
        return self.values[self.metric.column]

    @property
    def score(self) -> Spread:
        """The same over the chips."""
        return Spread.of(self.scores)

    @property
    def voltage(self) -> float:
        """The voltage in the sweep's unit."""
        return self.millionths / MILLIONTHS

    @property
    def ber_asked(self) -> float:
        """The bit error rate that was asked for; NaN where a voltage was."""
        return float(self.values[ASKED][0])

    @property
    def is_clean(self) -> bool:
        """True if no chip has a failing cell or a changed weight."""
        return not (self.values["ber"].any() or self.values["weights_changed"].any())


def by_voltage(points: Points) -> list[VoltageSummary]:
    """Group the points by voltage, highest first."""
    summaries = []
    for millionths in sorted(set(points.voltage.tolist()), reverse=True):
        rows = np.flatnonzero(points.voltage == millionths)
        summaries.append(
            VoltageSummary(
                chips=[points.chip[row] for row in rows],
                values={name: column[rows] for name, column in points.numbers.items()},
                metric=points.metric,
                millionths=millionths,
                text=points.voltage_text[rows[0]].strip(),
            )
        )
    return summaries


@dataclass(frozen=True)
class LayerMean:
    """One layer at one voltage: means over chips of the columns of layers.csv."""

    name: str
    kind: str
    means: dict[str, float]

    def __getitem__(self, column: str) -> float:
        return self.means[column]


def layers_at(layers: Layers, millionths: int) -> list[LayerMean]:
    """Return the layers at a voltage in the file's order; a measure is NaN if no chip has it."""
    rows_of: dict[str, list[int]] = {}
    for row in np.flatnonzero(layers.voltage == millionths).tolist():
        rows_of.setdefault(layers.layer[row], []).append(row)
    if not rows_of:
        raise InputError(f"layers.csv: no layers at {millionths / MILLIONTHS:g}")
    means = []
    for name, rows in rows_of.items():
        values = {column: float(data[rows].mean()) for column, data in layers.numbers.items()}
        if values["weights"] == 0:
            values |= dict.fromkeys(LAYER_MEASURES[:2], math.nan)
        means.append(LayerMean(name, layers.kind[rows[0]], values))
    return means
