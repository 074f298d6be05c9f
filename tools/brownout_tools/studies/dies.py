"""Study: what differences between dies do to yield.

The yield at a voltage is the share of chips whose top-1 is at most a point below that at the
error-free voltage, which every chip shares.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from brownout_tools.reporting import style
from brownout_tools.reporting.style import Picture
from brownout_tools.studies.memories import CLEAN_VOLTAGE, different_dies
from brownout_tools.studies.pictures import COLORS
from brownout_tools.studies.study import Study
from brownout_tools.studies.sweeps import Case, Result

MAX_DROP = 0.01
SIGMAS_DIE = (0.0, 0.01, 0.02)  # assumed: no die-to-die figure of this memory is published
VOLTAGES = ("0.84", "0.86", "0.88", "0.89", "0.9", "0.91", "0.92", "0.94", "0.96")
Z_95 = 1.959963984540054


def wilson(good: int, of: int) -> tuple[float, float]:
    """95 % score interval of a share (Wilson 1927)."""
    share, z2 = good / of, Z_95**2
    centre = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z_95 * math.sqrt(share * (1 - share) / of + z2 / (4 * of**2)) / (1 + z2 / of)
    return max(0.0, centre - half), min(1.0, centre + half)


def cases(workloads: list[Path]) -> list[Case]:
    """Every workload with every spread between dies, at the clean voltage first."""
    return [
        Case(
            {"workload": workload.stem, "sigma_die": f"{sigma:g}"},
            workload,
            {voltage: voltage for voltage in (CLEAN_VOLTAGE, *VOLTAGES)},
            different_dies(sigma),
        )
        for workload in workloads
        for sigma in SIGMAS_DIE
    ]


@dataclass(frozen=True)
class Yield:
    """Share of the chips that meet the target at a voltage, with its 95 % interval."""

    result: Result
    share: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{100 * self.share:.0f} ({100 * self.low:.0f} to {100 * self.high:.0f})"


def yields(results: Sequence[Result]) -> list[Yield]:
    """The yield of every result but those at the clean voltage."""
    clean = {
        tuple(r.labels.values()): r.summary["top1"].mean for r in results if r.at == CLEAN_VOLTAGE
    }
    found = []
    for result in results:
        if result.at != CLEAN_VOLTAGE:
            target = clean[tuple(result.labels.values())] - MAX_DROP
            top1 = result.summary.values["top1"]
            good = int((top1 >= target - 1e-9).sum())
            found.append(Yield(result, good / len(top1), *wilson(good, len(top1))))
    return found


def tables(results: Sequence[Result]) -> str:
    """BER and top-1 over the chips, and the yield, a row per voltage."""
    heads = ["workload", "voltage"]
    for sigma in SIGMAS_DIE:
        heads += [f"BER at sigma_die {sigma:g} (%)", "top-1 (%)", "yield (%)"]
    rows: dict[tuple[str, str], list[str]] = {}
    for found in yields(results):
        result = found.result
        ber, top1 = result.summary["ber"], result.summary["top1"]
        rows.setdefault((result.labels["workload"], result.at), []).extend(
            [
                f"{100 * ber.low:.2g} to {100 * ber.high:.2g}",
                f"{100 * top1.mean:.1f} ± {100 * top1.std:.1f}",
                str(found),
            ]
        )
    lines = [f"| {' | '.join([*labels, *cells])} |" for labels, cells in rows.items()]
    return "\n".join([f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *lines]) + "\n"


def picture(results: Sequence[Result]) -> Picture:
    """Yield against voltage, a line for each spread between dies."""
    with style.settings():
        figure = style.new_figure(6.0, 3.6)
        axes = figure.subplots()
        lines: dict[str, list[Yield]] = {}
        for found in yields(results):
            label = ", ".join(f"{k} {v}" for k, v in found.result.labels.items())
            lines.setdefault(label, []).append(found)
        for color, (label, points) in zip(COLORS, lines.items(), strict=False):
            x = [point.result.summary.voltage for point in points]
            y = [100 * point.share for point in points]
            below = [max(0.0, 100 * (point.share - point.low)) for point in points]
            above = [max(0.0, 100 * (point.high - point.share)) for point in points]
            axes.errorbar(x, y, [below, above], fmt="o-", color=color, capsize=2, label=label)
        axes.set_xlabel("voltage of the weight SRAM (Vmin)")
        axes.set_ylabel("yield (% of chips)")
        axes.legend(loc="best")
        return style.to_picture(figure, "dies", "Yield against voltage for each sigma_die.")


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
