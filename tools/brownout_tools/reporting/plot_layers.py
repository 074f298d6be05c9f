"""Picture of the layers: energy by rail and cycles by cause, a pair of bars a layer."""

import numpy as np
from matplotlib.axes import Axes

from brownout_tools.reporting import style
from brownout_tools.reporting.formats import Scale
from brownout_tools.reporting.results import CYCLE_CAUSES, RAILS
from brownout_tools.reporting.style import Picture
from brownout_tools.reporting.summary import LayerMean

NAMES = {
    "compute": "compute",
    "weight_fetch": "weight fetch",
    "dram": "DRAM",
    "accumulator": "accumulator",
    "vector": "vector unit",
    "weight_sram": "weight SRAM",
    "logic": "logic",
    "activation_sram": "activation SRAM",
}
COLORS = {
    "compute": style.BLUE,
    "weight_fetch": style.VERMILLION,
    "dram": style.PURPLE,
    "accumulator": style.ORANGE,
    "vector": style.GREEN,
    "weight_sram": style.VERMILLION,
    "logic": style.BLUE,
    "activation_sram": style.SKY,
}


def layers(rows: list[LayerMean], voltage: str) -> Picture:
    """Draw energy (joules with a prefix) and cycles of every layer, first layer on top."""
    with style.settings():
        height = 1.75 + 0.3 * len(rows)
        if style.is_narrow():
            figure = style.new_figure(4.8, 2 * height)
            left, right = figure.subplots(2, 1)
        else:
            figure = style.new_figure(9.6, height)
            left, right = figure.subplots(1, 2, sharey=True)
        energy = Scale.of([row["energy_j"] for row in rows], "J")
        parts = [f"{rail}_energy_j" for rail in RAILS]
        draw_bars(left, rows, parts, RAILS, energy.factor)
        left.set_xlabel(f"energy per inference ({energy.unit})")
        cycles = max(row["cycles"] for row in rows)
        factor, word = (1e6, "million cycles") if cycles >= 1e6 else (1, "cycles")
        factor, word = (1e3, "thousand cycles") if 1e4 <= cycles < 1e6 else (factor, word)
        parts = [f"{cause}_cycles" for cause in CYCLE_CAUSES]
        draw_bars(right, rows, parts, CYCLE_CAUSES, factor)
        right.set_xlabel(f"latency per inference ({word})")
        for axes in {left, right} if style.is_narrow() else {left}:
            axes.set_yticks(np.arange(len(rows)), [row.name for row in rows])
            axes.set_ylim(len(rows) - 0.5, -0.5)
        return Picture("layers", layers_alt(rows, voltage), figure)


def draw_bars(
    axes: Axes, rows: list[LayerMean], columns: list[str], parts: list[str], factor: float
) -> None:
    """Stack the parts of every layer in a bar, in units of ``factor``; write its share."""
    start = np.zeros(len(rows))
    for column, part in zip(columns, parts, strict=True):
        width = np.array([row[column] for row in rows]) / factor
        if not width.any():
            continue  # the legend names what is there
        axes.barh(
            np.arange(len(rows)),
            width,
            left=start,
            height=0.72,
            color=COLORS[part],
            edgecolor="white",
            linewidth=0.5,
            label=NAMES[part],
        )
        start += width
    for row, end in enumerate(start):
        axes.annotate(
            f"{100 * end / max(start.sum(), 1e-300):.1f} %",
            (end, row),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize="small",
            color=style.GREY,
        )
    axes.margins(x=0.16)
    axes.set_xlim(left=0)
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=2 if style.is_narrow() else 3,
        handlelength=1,
        columnspacing=1.2,
        borderaxespad=0.3,
    )


def layers_alt(rows: list[LayerMean], voltage: str) -> str:
    """Return the picture's content in words."""
    energy = max(rows, key=lambda row: row["energy_j"])
    cycles = max(rows, key=lambda row: row["cycles"])
    return (
        f"Energy by rail and cycles by cause of {len(rows)} layers at {voltage}. "
        f"Most energy: {energy.name}; most cycles: {cycles.name}. "
        "The values are in the table of layers."
    )
