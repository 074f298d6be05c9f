"""What a sweep is judged by: the score that its curves show, and how texts call it."""

import math
from dataclasses import dataclass

from brownout_tools.reporting.inputs import CsvTable, InputError


@dataclass(frozen=True)
class Metric:
    """A column of points.csv: a share of which more is better, or an error.

    By a share chips pass or fail; an error has no target.
    """

    column: str
    name: str  # within a sentence and in a column's title
    axis: str  # of a picture
    meaning: str
    is_share: bool = True

    @property
    def columns(self) -> list[str]:
        """The value and its 95 % interval."""
        return [self.column, f"{self.column}_ci_low", f"{self.column}_ci_high"]

    @property
    def most(self) -> float:
        """The largest value there can be."""
        return 1 if self.is_share else math.inf

    @property
    def unit(self) -> str:
        """That of the numbers which readers see: shares are in percent."""
        return "%" if self.is_share else ""

    @property
    def factor(self) -> int:
        """What makes such a number of a value."""
        return 100 if self.is_share else 1

    @property
    def axis_title(self) -> str:
        """The title of an axis; an error rises, as its numbers do."""
        return f"{self.axis} (%)" if self.is_share else f"{self.axis} (less is better)"


TOP1 = Metric("top1", "top-1", "top-1 accuracy", "right predictions")
AUC = Metric(
    "auc",
    "ROC AUC",
    "ROC AUC",
    "chance that an anomalous image has a larger reconstruction error than a normal one",
)
ERROR = Metric(
    "reconstruction_mse",
    "error",
    "reconstruction error",
    "mean squared difference of input and output",
    is_share=False,
)


def metric_of(table: CsvTable) -> Metric:
    """Return the metric that judges: top-1, of a reconstruction ROC AUC, without it the error."""
    for metric in (TOP1, AUC, ERROR):
        fields = table.columns.get(metric.column, [])
        if any(text.strip() for text in fields):
            return metric
    raise InputError(f"{table.path}: neither top1, auc nor reconstruction_mse has values")
