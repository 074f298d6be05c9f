"""What a sweep is judged by: the share that its curves show, and how texts call it."""

from dataclasses import dataclass

from brownout_tools.reporting.inputs import CsvTable, InputError


@dataclass(frozen=True)
class Metric:
    """A column of points.csv that holds shares of which more is better."""

    column: str
    name: str  # within a sentence and in a column's title
    axis: str  # of a picture
    meaning: str

    @property
    def columns(self) -> list[str]:
        """The value and its 95 % interval."""
        return [self.column, f"{self.column}_ci_low", f"{self.column}_ci_high"]


TOP1 = Metric("top1", "top-1", "top-1 accuracy", "right predictions")
AUC = Metric(
    "auc",
    "ROC AUC",
    "ROC AUC",
    "chance that an anomalous image has a larger reconstruction error than a normal one",
)


def metric_of(table: CsvTable) -> Metric:
    """Return the metric whose fields are filled: top-1, or ROC AUC of a reconstruction."""
    for metric in (TOP1, AUC):
        fields = table.columns.get(metric.column, [])
        if any(text.strip() for text in fields):
            return metric
    raise InputError(
        f"{table.path}: neither top1 nor auc has values: a reconstruction error alone, without "
        "images of both kinds, is not drawn"
    )
