"""Study: what word codes, masks, word flags and fault-aware quantization save, and what they cost.

Every mitigation at the same voltages, and at the lowest energy at which it stays within a point of
the accuracy without faults.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from matplotlib.axes import Axes

from brownout_tools.reporting import style
from brownout_tools.reporting.style import Picture
from brownout_tools.studies.memories import independent_cells, stuck_cells, weak_bitlines
from brownout_tools.studies.study import Study
from brownout_tools.studies.sweeps import Case, Result
from brownout_tools.studies.tables import markdown

NONE = "none"
MITIGATIONS = {
    NONE: "",
    "parity 32": "parity: {data_bits: 32}",
    "parity 8": "parity: {data_bits: 8}",
    "secded 32": "secded: {data_bits: 32}",
    "secded 32, refetch": "secded: {data_bits: 32, on_uncorrectable: refetch}",
    "secded 8": "secded: {data_bits: 8}",
    "bch_dec 32": "bch_dec: {data_bits: 32}",
    "word_mask": "word_mask",
    "bit_mask": "bit_mask",
    "placement": "fault_aware_placement",
    "clamp_activations": "clamp_activations",
    "rotate": "rotate",
    "faq": "faq",
    "faq + secded 32": "faq, secded: {data_bits: 32}",
    "faq + sign_flip": "faq, sign_flip",
    "faq + rotate": "faq, rotate",
}
NEEDS_STUCK_CELLS = ("faq", "faq + secded 32", "faq + sign_flip", "faq + rotate")
CODE, POLICY = "o-", "s--"  # markers: with and without check bits
FLAGS = "^:"
LINES = dict(
    zip(
        MITIGATIONS,
        (
            *((style.BLACK, POLICY), (style.GREY, CODE), (style.SKY, CODE), (style.BLUE, CODE)),
            *((style.BLUE, FLAGS), (style.GREEN, CODE), (style.PURPLE, CODE)),
            *((style.SKY, POLICY), (style.GREEN, POLICY), (style.PURPLE, POLICY)),
            *((style.GREY, POLICY), (style.GREEN, FLAGS), (style.VERMILLION, POLICY)),
            *((style.ORANGE, CODE), (style.VERMILLION, FLAGS), (style.ORANGE, FLAGS)),
        ),
        strict=True,
    )
)
STUCK = "stuck cells"
CELLS = {
    "independent flips": independent_cells(),
    "weak bitlines": weak_bitlines(),
    STUCK: [*independent_cells(), *stuck_cells(0.5)],
}
CLEAN = "1"
VOLTAGES = (CLEAN, "0.93", *(f"{hundredths / 100:g}" for hundredths in range(91, 81, -1)))
SHOWN = ("0.91", "0.89", "0.87", "0.85", "0.83")  # in the table at equal voltage
MAX_DROP = 1.0  # percentage points
MOST_STORAGE, MOST_TOTAL = 140, 101  # percent: what costs many times more is left to the table

NANO = 1e9
Joules = Callable[[Result], float]
Results = dict[str, Result]  # of one case by its voltage, highest first


def cases(workloads: list[Path]) -> list[Case]:
    """Every workload with every kind of cells and each mitigation that suits them."""
    return [
        Case(
            {"workload": workload.stem, "cells": cells, "mitigation": name},
            workload,
            {voltage: voltage for voltage in VOLTAGES},
            settings,
            ["--max-drop", f"{MAX_DROP:g}", *(["--mitigate", text] if text else [])],
        )
        for workload in workloads
        for cells, settings in CELLS.items()
        for name, text in MITIGATIONS.items()
        if cells == STUCK or name not in NEEDS_STUCK_CELLS
    ]


def by_case(results: Sequence[Result]) -> dict[tuple[str, str], dict[str, Results]]:
    """(workload, cells) -> mitigation -> its results."""
    groups: dict[tuple[str, str], dict[str, Results]] = {}
    for result in results:
        workload, cells, mitigation = result.labels.values()
        group = groups.setdefault((workload, cells), {})
        group.setdefault(mitigation, {})[result.at] = result
    return groups


def cheapest(points: Results) -> Result | None:
    """Down from the highest voltage, the last whose mean top-1 is within a point of clean."""
    least = points[CLEAN].summary["top1"].mean - MAX_DROP / 100 - 1e-9
    last = None
    for at in VOLTAGES[1:]:
        if points[at].summary["top1"].mean < least:
            break
        last = points[at]
    return last


def storage_joules(bare: Results) -> Joules:
    """Of the weight SRAM with check bits, encoder and decoder; ``bare``: the results without."""

    def joules(result: Result) -> float:
        sram = bare[result.at].summary["weight_sram_energy_j"].mean
        return sram + result.summary["mitigation_energy_j"].mean

    return joules


def total_joules(result: Result) -> float:
    """Of an inference."""
    return result.summary["energy_j"].mean


def short_cell(result: Result) -> str:
    """Mean and standard deviation of top-1 in percent."""
    top1 = result.summary["top1"]
    return f"{100 * top1.mean:.1f} ± {100 * top1.std:.1f}"


def cheapest_cells(points: Results, bare: Results) -> list[str]:
    """What the cheapest voltage is and costs."""
    result = cheapest(points)
    if result is None:
        return [f"above {VOLTAGES[1]}", *["-"] * 5]
    storage, clean = storage_joules(bare), bare[CLEAN]
    return [
        result.at,
        f"{100 * result.summary['ber'].mean:.2g}",
        short_cell(result),
        f"{100 * result.printed['yield']:.0f}",
        f"{NANO * storage(result):.1f} ({100 * storage(result) / storage(clean):.0f})",
        f"{100 * total_joules(result) / total_joules(clean):.2f}",
    ]


def tables(results: Sequence[Result]) -> str:
    """Top-1 at equal voltages; then the lowest voltage that a point of accuracy leaves."""
    equal = markdown(results, [(f"top-1 at {at}", at, short_cell) for at in SHOWN])
    heads = ["workload", "cells", "mitigation", "lowest voltage", "BER (%)", "top-1 (%)"]
    heads += ["chips that pass (%)", "storage, nJ (% of none at 1)", "total (% of none at 1)"]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for group, mitigations in by_case(results).items():
        for name, points in mitigations.items():
            cells = cheapest_cells(points, mitigations[NONE])
            lines.append(f"| {' | '.join([*group, name, *cells])} |")
    return equal + "\n" + "\n".join(lines) + "\n"


def draw_panel(axes: Axes, mitigations: dict[str, Results], joules: Joules) -> None:
    """Top-1 over energy, a line for each mitigation; a ring at the cheapest voltage."""
    scale = 100 / joules(mitigations[NONE][CLEAN])
    for name, points in mitigations.items():
        shown = [points[at] for at in VOLTAGES[1:]]
        top1 = [point.summary["top1"] for point in shown]
        x, (color, form) = [scale * joules(point) for point in shown], LINES[name]
        means = [100 * spread.mean for spread in top1]
        below = [100 * min(spread.std, spread.mean - spread.low) for spread in top1]
        above = [100 * min(spread.std, spread.high - spread.mean) for spread in top1]
        style_of_line = {"fmt": form, "ms": 3.5, "lw": 1.3, "elinewidth": 0.8, "color": color}
        axes.errorbar(x, means, [below, above], **style_of_line, label=name)
        best = cheapest(points)
        if best:
            mean = 100 * best.summary["top1"].mean
            axes.plot(scale * joules(best), mean, "o", ms=9, mfc="none", color=color)


def picture(results: Sequence[Result]) -> Picture:
    """Over the energy of the stored weights and over the total; a column for each kind of cells."""
    groups = by_case(results)
    with style.settings():
        figure = style.new_figure(3.5 * len(groups) + 0.5, 6.4)
        grid = figure.subplots(2, len(groups), sharex="row", sharey=True, squeeze=False)
        for (above, below), ((workload, cells), found) in zip(grid.T, groups.items(), strict=True):
            draw_panel(above, found, storage_joules(found[NONE]))
            draw_panel(below, found, total_joules)
            above.set_title(f"{workload}, {cells}")
            above.set_xlabel("weight storage (% of none at 1 Vmin)")
            below.set_xlabel("whole accelerator (% of none at 1 Vmin)")
        for row, most in zip(grid, (MOST_STORAGE, MOST_TOTAL), strict=True):
            row[0].set_ylabel("top-1 accuracy (%)")
            left = min(axes.dataLim.x0 for axes in row)
            right = min(most, max(axes.dataLim.x1 for axes in row))
            row[0].set_xlim(left - (right - left) / 20, right + (right - left) / 20)
        handles, labels = [], []
        for axes in grid[0]:
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
                if label not in labels:
                    handles.append(handle)
                    labels.append(label)
        figure.legend(handles, labels, loc="outside lower center", ncols=5)
        alt = "Top-1 over energy for each mitigation and kind of cells; rings: cheapest voltage."
        return Picture("mitigations", alt, figure)


STUDY = Study(
    name="mitigations",
    summary="codes, masks, flags, placement, faq, guards at equal voltage and equal energy",
    at="at",
    chips=20,
    workloads=("workloads/cifar10_resnet8.yaml",),
    cases=cases,
    tables=tables,
    picture=picture,
)
