"""Study: what differences between dies do to yield.

The yield at a voltage is the share of chips whose top-1 is at most a point below that without
faults.
"""

from collections.abc import Sequence
from pathlib import Path

from brownout_tools.reporting import style
from brownout_tools.reporting.style import Picture
from brownout_tools.studies.memories import different_dies
from brownout_tools.studies.pictures import COLORS
from brownout_tools.studies.study import Study
from brownout_tools.studies.sweeps import Case, Result

MAX_DROP = ["--max-drop", "1"]  # percentage points
YIELD = ("yield", "yield_ci_low", "yield_ci_high")
SIGMAS_DIE = (0.0, 0.01, 0.02)  # assumed: no die-to-die figure of this memory is published
VOLTAGES = ("0.84", "0.86", "0.88", "0.89", "0.9", "0.91", "0.92", "0.94", "0.96")


def cases(workloads: list[Path]) -> list[Case]:
    """Every workload with every spread between dies."""
    return [
        Case(
            {"workload": workload.stem, "sigma_die": f"{sigma:g}"},
            workload,
            {voltage: voltage for voltage in VOLTAGES},
            different_dies(sigma),
            MAX_DROP,
        )
        for workload in workloads
        for sigma in SIGMAS_DIE
    ]


def yield_cell(result: Result) -> str:
    """The yield and its interval in percent."""
    share, low, high = (100 * result.printed[name] for name in YIELD)
    return f"{share:.0f} ({low:.0f} to {high:.0f})"


def tables(results: Sequence[Result]) -> str:
    """BER and top-1 over the chips, and the yield, a row per voltage."""
    heads = ["workload", "voltage"]
    for sigma in SIGMAS_DIE:
        heads += [f"BER at sigma_die {sigma:g} (%)", "top-1 (%)", "yield (%)"]
    rows: dict[tuple[str, str], list[str]] = {}
    for result in results:
        ber, top1 = result.summary["ber"], result.summary["top1"]
        rows.setdefault((result.labels["workload"], result.at), []).extend(
            [
                f"{100 * ber.low:.2g} to {100 * ber.high:.2g}",
                f"{100 * top1.mean:.1f} ± {100 * top1.std:.1f}",
                yield_cell(result),
            ]
        )
    lines = [f"| {' | '.join([*labels, *cells])} |" for labels, cells in rows.items()]
    return "\n".join([f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *lines]) + "\n"


def picture(results: Sequence[Result]) -> Picture:
    """Yield against voltage, a line for each spread between dies."""
    with style.settings():
        figure = style.new_figure(6.0, 3.6)
        axes = figure.subplots()
        lines: dict[str, list[Result]] = {}
        split = [key for key in results[0].labels if len({r.labels[key] for r in results}) > 1]
        for result in results:
            label = ", ".join(f"{key} {result.labels[key]}" for key in split)
            lines.setdefault(label, []).append(result)
        for color, (label, points) in zip(COLORS, lines.items(), strict=False):
            x = [point.summary.voltage for point in points]
            y, low, high = ([100 * point.printed[name] for point in points] for name in YIELD)
            below = [max(0.0, a - b) for a, b in zip(y, low, strict=True)]
            above = [max(0.0, b - a) for a, b in zip(y, high, strict=True)]
            axes.errorbar(x, y, [below, above], fmt="o-", color=color, capsize=2, label=label)
        axes.set_xlabel("voltage of the weight SRAM (Vmin)")
        axes.set_ylabel("yield (% of chips)")
        axes.legend(loc="upper left")
        return Picture("dies", "Yield against voltage for each sigma_die.", figure)


STUDY = Study(
    name="dies",
    summary="yield with and without differences between dies",
    at="at",
    chips=50,
    workloads=("workloads/cifar10_resnet8.yaml",),
    cases=cases,
    tables=tables,
    picture=picture,
)
