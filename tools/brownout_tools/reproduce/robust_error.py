"""A table of robust errors: networks by bit error rate, the paper's rows beside ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from brownout_tools.reporting import style
from brownout_tools.reporting.style import Picture
from brownout_tools.studies.memories import independent_cells, voltages_at
from brownout_tools.studies.pictures import COLORS
from brownout_tools.studies.study import Study
from brownout_tools.studies.sweeps import Case, Result


@dataclass(frozen=True)
class Row:
    """One network: its file beside the workload, how its weights lie, the paper's row in percent.

    ``paper``: Err, then RErr at rates (share, as text).
    """

    name: str
    network: str
    encoding: str = "offset_binary"
    paper_err: float | None = None
    paper: Mapping[str, float] | None = None


def _label(rate: str) -> str:
    return f"{100 * float(rate):g} %"


def _cases(rows: Sequence[Row], rates: Sequence[str], workloads: Sequence[Path]) -> list[Case]:
    return [
        Case(
            {"workload": workload.stem, "model": row.name},
            workload,
            voltages_at(rates),
            [
                *independent_cells(),
                "accelerator.placement=resident",  # a cell for each bit, as in the paper
                f"workload.network={row.network}",
                f"memory.encoding={row.encoding}",
            ],
        )
        for workload in workloads
        for row in rows
    ]


def _tables(rows: Sequence[Row], rates: Sequence[str], results: Sequence[Result]) -> str:
    """RErr in percent, mean and standard deviation over chips; *in italics* the paper's."""
    heads = ["model", "Err", *(_label(rate) for rate in rates)]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for row in rows:
        ours = {r.at: r.summary for r in results if r.labels["model"] == row.name}
        cells = [row.name, f"{100 * (1 - next(iter(ours.values()))['reference'].mean):.2f}"]
        for rate in rates:
            spread = ours[_label(rate)]["rerr"]
            cells.append(f"{100 * spread.mean:.2f} ± {100 * spread.std:.2f}")
        lines.append(f"| {' | '.join(cells)} |")
        if row.paper is not None:
            seen = [
                f"{row.paper_err:g}",
                *(f"{row.paper[r]:g}" if r in row.paper else "" for r in rates),
            ]
            lines.append(
                f"| *paper* | {' | '.join(f'*{text}*' if text else '' for text in seen)} |"
            )
    return "\n".join(lines) + "\n"


def _picture(name: str, rates: Sequence[str], results: Sequence[Result]) -> Picture:
    """RErr over the rate, a line for each network, bars of one standard deviation."""
    by_model: dict[str, dict[str, Result]] = {}
    for result in results:
        by_model.setdefault(result.labels["model"], {})[result.at] = result
    with style.settings():
        figure = style.new_figure(8.0, 3.6)
        axes = figure.subplots()
        x = [100 * float(rate) for rate in rates]
        for i, (model, points) in enumerate(by_model.items()):
            spreads = [points[_label(rate)].summary["rerr"] for rate in rates]
            mean = np.array([100 * s.mean for s in spreads])
            bar = np.array([100 * s.std for s in spreads])
            axes.errorbar(
                x,
                mean,
                yerr=bar,
                color=COLORS[i % len(COLORS)],
                linestyle="-" if i < len(COLORS) else "--",
                marker="o",
                ms=3,
                capsize=2,
                label=model,
            )
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xticks(x, [f"{value:g}" for value in x], minor=False)
        axes.minorticks_off()
        low = axes.get_ylim()[0]
        ticks = [t for t in (0.5, 1, 2, 5, 10, 20, 50, 90) if t >= low]
        axes.set_yticks(ticks, [f"{t:g}" for t in ticks])
        axes.set_xlabel("bit error rate (%)")
        axes.set_ylabel("robust error RErr (%)")
        figure.legend(loc="outside right upper")
        alt = "Robust error by bit error rate, a line for each network."
        return Picture(name, alt, figure)


def robust_error_study(
    name: str, summary: str, workload: str, rows: Sequence[Row], rates: Sequence[str], chips: int
) -> Study:
    """The study whose table has these rows."""
    return Study(
        name=name,
        summary=summary,
        at="rate",
        chips=chips,
        workloads=(workload,),
        cases=lambda workloads: _cases(rows, rates, workloads),
        tables=lambda results: _tables(rows, rates, results),
        picture=lambda results: _picture(name, rates, results),
    )
