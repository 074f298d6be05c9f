"""Tables of a study: CSV with shares as they are, Markdown in percent."""

import csv
import io
from collections.abc import Callable, Sequence

from brownout_tools.studies.sweeps import Result

COLUMNS = (
    *("ber", "effective_ber", "weights_changed", "top1"),
    *("energy_j", "weight_sram_energy_j", "mitigation_energy_j"),
)


def csv_text(results: Sequence[Result], at: str) -> str:
    """A row per case and voltage: mean, standard deviation, lowest and highest over the chips."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    names = [f"{c}_{s}" for c in COLUMNS for s in ("mean", "std", "min", "max")]
    writer.writerow([*results[0].labels, at, "voltage", "chips", "images", *names])
    for result in results:
        spreads = [result.summary[column] for column in COLUMNS]
        values = [v for s in spreads for v in (s.mean, s.std, s.low, s.high)]
        images = int(result.summary.values["images"][0])
        row = [*result.labels.values(), result.at, result.summary.text, spreads[0].count, images]
        writer.writerow([*row, *(f"{value:.6g}" for value in values)])
    return buffer.getvalue()


def accuracy_cell(result: Result) -> str:
    """Top-1 in percent: mean, standard deviation, and the range over the chips."""
    top1 = result.summary["top1"]
    low, high = 100 * top1.low, 100 * top1.high
    return f"{100 * top1.mean:.1f} ± {100 * top1.std:.1f} ({low:.1f} to {high:.1f})"


def share_cell(column: str) -> Callable[[Result], str]:
    """The mean of a column in percent, three significant digits."""
    return lambda result: f"{100 * result.summary[column].mean:.3g}"


def markdown(
    results: Sequence[Result], columns: Sequence[tuple[str, str, Callable[[Result], str]]]
) -> str:
    """A row per case, in order; ``columns`` are (heading, voltage's label, text of a result)."""
    by_case: dict[tuple[str, ...], dict[str, Result]] = {}
    for result in results:
        by_case.setdefault(tuple(result.labels.values()), {})[result.at] = result
    heads = [*results[0].labels, *(heading for heading, _, _ in columns)]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for labels, points in by_case.items():
        cells = [text(points[at]) for _, at, text in columns]
        lines.append(f"| {' | '.join([*labels, *cells])} |")
    return "\n".join(lines) + "\n"


def spread_cell(column: str) -> Callable[[Result], str]:
    """Mean and standard deviation of a column in percent."""

    def text(result: Result) -> str:
        spread = result.summary[column]
        return f"{100 * spread.mean:.3g} ± {100 * spread.std:.2g}"

    return text
