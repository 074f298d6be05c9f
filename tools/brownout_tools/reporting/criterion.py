"""What a sweep's chips were judged by: ``criterion`` of manifest.json, and how texts call it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brownout_tools.reporting import formats
from brownout_tools.reporting.inputs import InputError
from brownout_tools.reporting.metric import TOP1, Metric

MAX_DROP, MINIMUM = "max_drop", "minimum"


@dataclass(frozen=True)
class Criterion:
    """An accuracy target; ``reference`` and ``minimum`` are shares of the metric.

    ``value`` is in percentage points below the reference, or the minimum itself.
    """

    metric: str
    kind: str
    value: float
    reference: float
    minimum: float

    @property
    def points(self) -> float:
        """Percentage points that may be lost; of a minimum, those that a reader counts in."""
        return self.value if self.kind == MAX_DROP else 1.0

    def passing(self, metric: Metric, s: str = "") -> str:
        """Say what chips do that pass; ``s`` ends the verb of one chip."""
        clean = f"{formats.percent(self.reference)} % without faults"
        if self.kind == MAX_DROP:
            return f"keep{s} {metric.name} within {formats.points(self.value)} of the {clean}"
        end = "es" if s else ""
        return f"reach{end} {formats.percent(self.minimum)} % {metric.name} ({clean})"

    def line(self) -> str:
        """Return what the target is called in a picture."""
        if self.kind == MAX_DROP:
            return f"to pass: {formats.points(self.value)} below"
        return f"to pass: {formats.percent(self.minimum)} %"

    def resolution(self, metric: Metric, images: float) -> str:
        """Say how many images the target is; only top-1 counts them."""
        if metric is not TOP1:
            return (
                f"What a chip loses of {metric.name} is the difference of two areas on the same "
                "images; it has no interval here."
            )
        points = formats.points(self.points)
        verb = "is" if self.points == 1 else "are"
        counted = self.points / 100 * images
        return f"{points} {verb} {counted:g} of {formats.count(images)} images."


def read_criterion(content: dict[str, Any], path: Path, metric: Metric) -> Criterion:
    """Return the criterion of a manifest's content, which must be of the metric."""
    found = content.get("criterion")
    if not isinstance(found, dict):
        raise InputError(f"{path}: no criterion: what did the chips have to reach?")
    try:
        criterion = Criterion(
            str(found["metric"]),
            str(found["kind"]),
            *(float(found[key]) for key in ("value", "reference", "minimum")),
        )
    except (KeyError, TypeError, ValueError):
        raise InputError(f"{path}: criterion: not as brownout sweep writes it") from None
    if criterion.metric != metric.column or criterion.kind not in (MAX_DROP, MINIMUM):
        raise InputError(f"{path}: criterion: not one of {metric.name}, as points.csv is")
    return criterion
