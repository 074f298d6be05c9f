"""Picture of fault maps: ``python -m brownout_tools.reporting.map_picture --out FILE < COUNTS``.

``brownout map plot`` counts and calls it; the keys of COUNTS stand in docs/fault-maps.md.
"""

import argparse
import json
import math
import sys
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, PowerNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from brownout_tools.reporting import style
from brownout_tools.reporting.inputs import InputError, Parser
from brownout_tools.reporting.outputs import write_files
from brownout_tools.reporting.report import millimetres
from brownout_tools.reporting.style import Picture

KINDS = {"stuck at 0": style.BLUE, "stuck at 1": style.VERMILLION, "flip": style.GREEN}
GROUND = "#F0F0F0"
MOST_LABELS = 64  # panels with a number
LETTER, CUT = 0.095, " ... "  # inches of a title's letter on a screen; what stands for a middle
WIDE = 2.6  # width / height of all panels together
HISTOGRAM = [(1, 1), (2, 2), (3, 5), (6, 10), (11, 20), (21, 50), (51, math.inf)]


def main(arguments: list[str] | None = None) -> int:
    """Read counts from standard input, write the picture; return 0, or 2 after an error."""
    try:
        parser = Parser(prog="python -m brownout_tools.reporting.map_picture")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE")
        parser.add_argument("--width", type=millimetres, metavar="MM")
        args: argparse.Namespace = parser.parse_args(arguments)
        counts = json.load(sys.stdin)
        with style.paper(args.width):
            picture = draw(counts)
            content = picture.save(args.out.suffix.removeprefix("."))
        write_files({args.out: content})
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def draw(counts: dict[str, Any]) -> Picture:
    """Draw where the faults lie, and below it their number, kinds and bitlines."""
    with style.settings():
        figure = style.new_figure(11.2, 8.0)
        if style.is_narrow():
            width, height = figure.get_size_inches()
            figure.set_size_inches(width, 2.4 * height)
            rows = figure.subplots(4, 1, height_ratios=[3, 2, 1, 2])
            top, curve, polarity, bitlines = rows
        else:
            grid = figure.add_gridspec(2, 3, height_ratios=[5, 3], width_ratios=[2, 1.2, 2.2])
            top = figure.add_subplot(grid[0, :])
            curve, polarity, bitlines = (figure.add_subplot(grid[1, i]) for i in range(3))
        draw_positions(figure, top, counts)
        draw_curve(curve, counts)
        draw_polarity(polarity, counts)
        draw_bitlines(bitlines, counts)
        others = counts["dies"] - 1
        source = counts["source"] + (f" and {others} more" if others else "")
        room = int(figure.get_figwidth() / (LETTER * style.shrink()))
        first = title(counts)
        if len(first) > room:
            first = first.replace(": ", ":\n", 1)
        figure.suptitle(f"{first}\n{shortened(source, room)}", fontsize="medium")
        return Picture("map", f"{title(counts)} {source}", figure)


def title(counts: dict[str, Any]) -> str:
    """Say how many cells fail."""
    dies, faults = counts["dies"], counts["faults"]
    cells = counts["banks"] * counts["rows"] * counts["columns"]
    rate = f"BER {faults / dies / cells:.3g}"
    at = f"{counts['voltage']} {counts['unit']}"
    if dies == 1:
        return f"Fault map at {at}: {faults} failing cells, {rate}"
    return f"{dies} dies at {at}: {faults / dies:,.0f} failing cells a die, {rate}"


def shortened(text: str, most: int) -> str:
    """Return a text without its middle: its end tells what was done to the map."""
    if len(text) <= most:
        return text
    half = (most - len(CUT)) // 2
    return f"{text[:half]}{CUT}{text[-half:]}"


def draw_positions(figure: Figure, axes: Axes, counts: dict[str, Any]) -> None:
    """Draw a panel per bank, of its bins: by kind where each is a cell of one die."""
    bins = np.array(counts["bins"], dtype=np.int64).reshape(-1, 6)
    bin_rows, bin_columns = counts["bin"]["rows"], counts["bin"]["columns"]
    down, across = -(-counts["rows"] // bin_rows), -(-counts["columns"] // bin_columns)
    one_cell = counts["dies"] == bin_rows == bin_columns == 1
    values = bins[:, 3:].argmax(axis=1) if one_cell else bins[:, 3:].sum(axis=1)
    panels = composed(counts["banks"], down, across, bins[:, :3], values)
    box = {"aspect": "auto", "interpolation": "nearest"}
    if one_cell:
        colors = ListedColormap([GROUND, *KINDS.values()])
        axes.imshow(panels.image, cmap=colors, vmin=-1.5, vmax=2.5, **box)
        present = set(values.tolist())
        shown = [item for kind, item in enumerate(KINDS.items()) if kind in present]
        handles = [axes.plot([], [], "s", color=color, label=kind)[0] for kind, color in shown]
        axes.legend(handles=handles, loc="upper right", bbox_to_anchor=(1, 0), ncols=3)
    else:
        draw_densities(figure, axes, counts, panels.image, box)
    if counts["banks"] <= MOST_LABELS and counts["banks"] > 1:
        for bank, (x, y) in enumerate(panels.corners):
            label = f"bank {bank}" if panels.across <= 8 else str(bank)
            axes.annotate(
                label, (x, y - 0.5), (1, 1.5), textcoords="offset points", fontsize="x-small"
            )
    banks = "1 bank" if counts["banks"] == 1 else f"{counts['banks']} banks, line by line"
    gap = "\n" if style.is_narrow() else " "
    shape = f"{counts['columns']} columns to the right, {counts['rows']} rows down"
    axes.set_title(f"{banks};{gap}{shape}", loc="left")
    axes.set_axis_off()


def draw_densities(
    figure: Figure, axes: Axes, counts: dict[str, Any], image: NDArray[np.float64], box: dict
) -> None:
    """Draw faults per bin; colours follow the root, so that single faults and lines show."""
    norm = PowerNorm(0.5, 0, max(1, int(np.nanmax(image))))
    colors = matplotlib.colormaps["Blues"].with_extremes(under=GROUND)
    drawn = axes.imshow(np.ma.masked_invalid(image), cmap=colors, norm=norm, **box)
    cells = f"{counts['bin']['rows']} x {counts['bin']['columns']} cells"
    dies = f" of {counts['dies']} dies" if counts["dies"] > 1 else ""
    ticks = MaxNLocator(integer=True)
    figure.colorbar(drawn, ax=axes, label=f"faults per {cells}{dies}", pad=0.01, ticks=ticks)


class Panels:
    """All banks in one image with gaps between them: NaN; a bin without faults is -1."""

    def __init__(self, banks: int, down: int, across: int) -> None:
        self.across = side_by_side(banks)
        self.down = -(-banks // self.across)
        gap = max(1, round(0.04 * across)), max(1, round(0.1 * down))
        self.step = across + gap[0], down + gap[1]
        self.image = np.full((self.down * self.step[1], self.across * self.step[0]), np.nan)
        self.corners = [
            (bank % self.across * self.step[0] - 0.5, bank // self.across * self.step[1] + gap[1])
            for bank in range(banks)
        ]
        for x, y in self.corners:
            left = round(x + 0.5)
            self.image[y : y + down, left : left + across] = -1


def composed(
    banks: int, down: int, across: int, at: NDArray[np.int64], values: NDArray[np.int64]
) -> Panels:
    """Return the panels with the values of the bins ``at`` (bank, row, column)."""
    panels = Panels(banks, down, across)
    corners = np.array(panels.corners)
    bank, row, column = at.T
    left = np.round(corners[bank, 0] + 0.5).astype(np.int64)
    top = corners[bank, 1].astype(np.int64)
    panels.image[top + row, left + column] = values
    return panels


def side_by_side(banks: int) -> int:
    """Return how many panels of a line make each about a square, with few empty places."""

    def stretch(count: int) -> float:
        lines = -(-banks // count)
        return abs(math.log(WIDE * lines / count)) + 2 * (count * lines - banks) / (count * lines)

    return min(range(1, banks + 1), key=stretch)


def draw_curve(axes: Axes, counts: dict[str, Any]) -> None:
    """Draw failing cells of a die over the voltage: constant from one voltage to the next."""
    voltages = [point[0] for point in counts["curve"]]
    faults = [point[1] / counts["dies"] for point in counts["curve"]]
    low, high = voltages[-1], voltages[0]
    margin = 0.06 * max(high - low, 0.01)
    steps = [high + margin, *voltages], [counts["defects"] / counts["dies"], *faults]
    axes.step(*steps, where="pre", color=style.BLUE)
    count_axis(axes)
    axes.set_ylim(bottom=0)
    axes.set_xlabel(f"voltage ({counts['unit']})")
    axes.set_title("Failing cells" + ("" if counts["dies"] == 1 else " a die"))


def count_axis(axes: Axes) -> None:
    """Make an axis of counts logarithmic from 1 on, with 0 below."""
    axes.set_yscale("symlog", linthresh=1)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("e+0", "e"))


def draw_polarity(axes: Axes, counts: dict[str, Any]) -> None:
    """Draw how many cells fail in which way."""
    bins = np.array(counts["bins"], dtype=np.int64).reshape(-1, 6)
    numbers = bins[:, 3:].sum(axis=0)
    total = max(1, numbers.sum())
    axes.barh(list(KINDS), numbers / total, color=list(KINDS.values()), height=0.4)
    for place, number in enumerate(numbers):
        text = f"{number} ({100 * number / total:.1f} %)"
        axes.annotate(text, (0, place - 0.28), va="bottom", fontsize="small")
    axes.set_xlim(0, 1)
    axes.set_ylim(2.6, -0.6)
    axes.set_xticks([0, 0.5, 1], ["0", "50", "100 %"])
    axes.grid(axis="y", visible=False)
    axes.set_title("Polarity")


def draw_bitlines(axes: Axes, counts: dict[str, Any]) -> None:
    """Draw bitlines by their number of faults, beside what independent cells would give."""
    lines = counts["bitlines"]
    mean = counts["faults"] / lines["all"]
    seen = [count_in(lines["with_faults"], low, high) for low, high in HISTOGRAM]
    expected = [lines["all"] * poisson_share(mean, low, high) for low, high in HISTOGRAM]
    places = np.arange(len(HISTOGRAM))
    axes.bar(places, seen, color=style.SKY, label="seen")
    for place, number in zip(places, seen, strict=True):
        if number:  # at the foot: at the top is the ring, where cells are independent
            text = {"ha": "center", "textcoords": "offset points", "fontsize": "x-small"}
            axes.annotate(str(number), (place, 0), (0, 3), **text)
    shown = [i for i, number in enumerate(expected) if number >= 0.5]
    rings = {"mfc": "none", "color": style.VERMILLION, "label": "if cells failed independently"}
    axes.plot(shown, [expected[i] for i in shown], "o", **rings)
    count_axis(axes)
    axes.set_ylim(0, 50 * max(1, *seen, *expected))
    axes.set_xticks(places, [label_of(low, high) for low, high in HISTOGRAM], fontsize="small")
    axes.grid(axis="x", visible=False)
    axes.set_xlabel("faults of a bitline")
    axes.set_title("Bitlines")
    axes.legend(loc="upper right")


def count_in(rows: list[list[int]], low: int, high: float) -> int:
    """Return how many bitlines have low to high faults."""
    return sum(lines for faults, lines in rows if low <= faults <= high)


def label_of(low: int, high: float) -> str:
    """Name a bar."""
    if low == high:
        return str(low)
    return f">{low - 1}" if math.isinf(high) else f"{low}-{high:g}"


def poisson_share(mean: float, low: int, high: float) -> float:
    """Return the chance of low to high faults of independent cells."""

    def below(count: int) -> float:
        terms = [math.exp(-mean)]
        for k in range(1, count):
            terms.append(terms[-1] * mean / k)
        return math.fsum(terms)

    end = 1.0 if math.isinf(high) else below(int(high) + 1)
    return max(0.0, end - below(low))


if __name__ == "__main__":
    sys.exit(main())
