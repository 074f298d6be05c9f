"""The voltage that a report leads with: the lowest one down to which every chip passes."""

from dataclasses import dataclass

from brownout_tools.reporting.criterion import Criterion
from brownout_tools.reporting.dies import VoltageYield
from brownout_tools.reporting.inputs import InputError
from brownout_tools.reporting.metric import Metric
from brownout_tools.reporting.results import REFERENCE
from brownout_tools.reporting.summary import VoltageSummary


@dataclass(frozen=True)
class Choice:
    """Voltages fall. ``chosen`` is None where a chip fails at the highest one.

    ``failed`` is the first voltage, walking down, at which a chip fails. By an error no chip passes
    or fails: then there is no criterion, and neither of them.
    """

    summaries: list[VoltageSummary]
    yields: dict[int, VoltageYield]  # by millionths
    criterion: Criterion | None
    chosen: VoltageSummary | None
    failed: VoltageSummary | None

    @property
    def metric(self) -> Metric:
        """What the sweep is judged by."""
        return self.summaries[0].metric

    @property
    def chips(self) -> int:
        """Chips of the sweep."""
        return max(len(summary.chips) for summary in self.summaries)

    @property
    def reference(self) -> float:
        """The metric without faults."""
        if self.criterion is not None:
            return self.criterion.reference
        return self.summaries[0][REFERENCE].mean

    def yield_at(self, summary: VoltageSummary) -> VoltageYield:
        """Return how many chips pass there."""
        return self.yields[summary.millionths]

    def drop(self, summary: VoltageSummary) -> float:
        """Percentage points of the mean score lost against the network without faults."""
        return 100 * (self.reference - summary.score.mean)


def choose_voltage(
    summaries: list[VoltageSummary], yields: list[VoltageYield], criterion: Criterion
) -> Choice:
    """Walk down from the highest voltage until a chip fails."""
    found = {row.millionths: row for row in yields}
    if set(found) != {summary.millionths for summary in summaries}:
        raise InputError("yields.csv: other voltages than in points.csv")
    chosen = failed = None
    for summary in summaries:
        if found[summary.millionths].passing < found[summary.millionths].chips:
            failed = summary
            break
        chosen = summary
    return Choice(summaries, found, criterion, chosen, failed)
