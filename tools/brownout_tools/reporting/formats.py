"""Numbers as readers see them: percent, points, joules with a prefix, counts."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from brownout_tools.reporting.metric import Metric
from brownout_tools.reporting.summary import Spread

PREFIXES = [(1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"), (1e-12, "p"), (1e-15, "f")]
NO_VALUE = "-"


def decimals_of(largest: float) -> int:
    """Return the decimals that give a column's largest value four digits."""
    return next((d for d, limit in enumerate((1000, 100, 10, 1, 0.1)) if largest >= limit), 5)


@dataclass(frozen=True)
class Scale:
    """One SI prefix and number of decimals for all values of a column."""

    factor: float
    unit: str
    decimals: int

    @staticmethod
    def of(values: Iterable[float], unit: str) -> "Scale":
        """Choose the prefix under which the largest value is in 1..1000."""
        largest = max(values, default=0.0)
        factor, prefix = PREFIXES[0]
        if largest > 0:
            factor, prefix = next((p for p in PREFIXES if largest >= p[0]), PREFIXES[-1])
        return Scale(factor, prefix + unit, decimals_of(largest / factor))

    def for_values(self, values: Iterable[float]) -> "Scale":
        """Return the same prefix with decimals for other values."""
        return Scale(self.factor, self.unit, decimals_of(max(values, default=0.0) / self.factor))

    def show(self, value: float) -> str:
        """Return the value without its unit; one that would round to zero says so."""
        if math.isnan(value):
            return NO_VALUE
        shown = value / self.factor
        smallest = 10.0**-self.decimals
        if 0 < shown < smallest / 2:
            return f"<{smallest:.{self.decimals}f}"
        return f"{shown:,.{self.decimals}f}"


def count(value: float) -> str:
    """Return a whole number with thousands separators; a broken mean keeps one decimal."""
    if math.isnan(value):
        return NO_VALUE
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"


def percent(fraction: float, decimals: int = 2) -> str:
    """Return a fraction in percent, without the sign."""
    return NO_VALUE if math.isnan(fraction) else f"{100 * fraction:.{decimals}f}"


def short_percent(fraction: float) -> str:
    """Return a fraction in percent with one decimal, or none where that is 0."""
    return percent(fraction, 1).removesuffix(".0")


def small_percent(fraction: float) -> str:
    """Return a fraction in percent with two significant digits, for shares over many decades."""
    if math.isnan(fraction):
        return NO_VALUE
    shown = 100 * fraction
    if shown == 0:
        return "0"
    if shown < 1e-4:
        return f"{shown:.1e}".replace("e-0", "e-")
    decimals = max(0, 1 - math.floor(math.log10(float(f"{shown:.1e}"))))
    return f"{shown:.{decimals}f}"


def percent_with_spread(spread: Spread, decimals: int = 2) -> str:
    """Return mean ± standard deviation of a fraction, in percent; no ± that would be 0."""
    mean, std = (f"{100 * value:.{decimals}f}" for value in (spread.mean, spread.std))
    return f"{mean} ± {std}" if float(std) else mean


def significant(value: float, digits: int = 3) -> str:
    """Return a number in plain decimals with so many digits, a very small one with an exponent."""
    if not math.isfinite(value):
        return NO_VALUE
    if value == 0:
        return "0"
    shown = f"{value:.{digits - 1}e}"
    exponent = int(shown.split("e")[1])
    if exponent < -4:
        return shown.replace("e-0", "e-")
    return f"{float(shown):,.{max(0, digits - 1 - exponent)}f}"


def score(metric: Metric, value: float) -> str:
    """Return a value of the metric: a share in percent, without the sign."""
    return percent(value) if metric.is_share else significant(value)


def score_with_spread(metric: Metric, spread: Spread) -> str:
    """Return its mean ± standard deviation, likewise."""
    if metric.is_share:
        return percent_with_spread(spread)
    mean = significant(spread.mean)
    return f"{mean} ± {significant(spread.std, 2)}" if spread.std else mean


def loss(metric: Metric, value: float, digits: int = 3) -> str:
    """Return how much worse a score is: percentage points of a share, what an error rose by."""
    return signed(value) if metric.is_share else significant(value, digits)


def with_unit(metric: Metric, text: str) -> str:
    """Return a text of numbers of the metric with their unit."""
    return f"{text} {metric.unit}" if metric.unit else text


def saved(relative: Spread) -> Spread:
    """Turn a relative energy into the share that is saved."""
    return Spread(
        1 - relative.mean, relative.std, 1 - relative.high, 1 - relative.low, relative.count
    )


def signed(value: float) -> str:
    """Return a number with two decimals; what rounds to zero has no sign."""
    return f"{round(value, 2) + 0.0:.2f}"


def points(value: float) -> str:
    """Return percentage points as text: ``1 point``, ``0.5 points``."""
    return f"{value:g} point" if value == 1 else f"{value:g} points"
