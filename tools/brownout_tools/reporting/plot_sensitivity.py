"""Picture of a sensitivity: what each part of the faults costs, as bars or as a heat map."""

import numpy as np
from matplotlib.axes import Axes

from brownout_tools.reporting import formats, style
from brownout_tools.reporting.sensitivity import DIMENSIONS, Part, Sensitivity
from brownout_tools.reporting.style import Picture


def cost_title(results: Sensitivity) -> str:
    """Name the axis of drops."""
    if results.metric.is_share:
        return f"{results.metric.name} lost (percentage points)"
    return f"rise of the {results.metric.axis}"


def sensitivity(results: Sensitivity) -> Picture:
    """Draw one dimension as bars, two as a heat map."""
    return heat_map(results) if len(results.split) == 2 else bars(results)


def top_down(results: Sensitivity) -> list[Part]:
    """Return the parts from top to bottom: layers in their order, the highest bit first."""
    return results.parts[::-1] if results.split == ["bit"] else results.parts


def bars(results: Sensitivity) -> Picture:
    """Draw mean drops with their standard deviation and every chip; beside them, sizes."""
    parts = top_down(results)
    rows = np.arange(len(parts))
    with style.settings():
        figure = style.new_figure(8.6, 1.9 + 0.36 * len(parts))
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=[3, 1])
        means = [part.drop.mean for part in parts]
        left.barh(rows, means, height=0.62, color=style.SKY, label="mean of chips")
        left.errorbar(
            *(means, rows - 0.1),
            xerr=[part.drop.std for part in parts],
            fmt="none",
            ecolor=style.BLACK,
            elinewidth=1.2,
            capsize=3,
            label="standard deviation over chips",
        )
        dots = [(drop, row + 0.15) for row, part in enumerate(parts) for drop in part.drops]
        left.plot(
            *zip(*dots, strict=True),
            "o",
            color=style.BLACK,
            ms=3,
            alpha=0.5,
            mew=0,
            label="one chip",
        )
        left.axvline(0, color=style.GREY, lw=0.8)
        left.set_xlabel(cost_title(results))
        draw_sizes(right, parts)
        left.set_yticks(rows, [results.name(part) for part in parts])
        left.set_ylim(len(parts) - 0.4, -0.6)
        for axes in (left, right):
            axes.grid(axis="y", visible=False)
            axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside lower center", ncols=3, handlelength=1.6, columnspacing=1.4)
        figure.suptitle(title(results), fontsize="medium")
        return Picture("sensitivity", describe(results), figure)


def draw_sizes(axes: Axes, parts: list[Part]) -> None:
    """Draw how many of the weight bits belong to a part, in percent."""
    shares = [100 * part["weight_bits_share"].mean for part in parts]
    axes.barh(np.arange(len(parts)), shares, height=0.62, color=style.GREY)
    axes.set_xlabel("share of weight bits (%)")


def heat_map(results: Sensitivity) -> Picture:
    """Draw mean drops over two dimensions, written into their cells; what is absent is blank."""
    first, second = (DIMENSIONS.index(name) for name in results.split)
    down = list(dict.fromkeys(part.place[first] for part in results.parts))
    across = list(dict.fromkeys(part.place[second] for part in results.parts))
    if results.split[1] == "bit":
        across.sort(key=int, reverse=True)
    if results.split[0] == "bit":
        down.sort(key=int, reverse=True)
    cost = np.full((len(down), len(across)), np.nan)
    for part in results.parts:
        cost[down.index(part.place[first]), across.index(part.place[second])] = part.drop.mean
    with style.settings():
        figure = style.new_figure(3.6 + 0.72 * len(across), 1.8 + 0.36 * len(down))
        axes = figure.subplots()
        top = max(float(np.nanmax(cost)), 1e-9)
        image = axes.imshow(cost, cmap="YlOrRd", vmin=0, vmax=top, aspect="auto")
        for row, column in np.argwhere(np.isfinite(cost)):
            value = cost[row, column]
            axes.annotate(
                cell_text(results, value),
                (column, row),
                ha="center",
                va="center",
                fontsize="small",
                color="white" if value > 0.6 * top else style.BLACK,
            )
        axes.set_yticks(np.arange(len(down)), down)
        axes.set_xticks(np.arange(len(across)), across)
        axes.set_xlabel(results.split[1])
        axes.set_ylabel(results.split[0])
        axes.grid(visible=False)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        figure.colorbar(image, ax=axes, label=cost_title(results))
        figure.suptitle(title(results), fontsize="medium")
        return Picture("sensitivity", describe(results), figure)


def cell_text(results: Sensitivity, value: float) -> str:
    """Return a loss as short as fits a cell."""
    if results.metric.is_share:
        return f"{value:.1f}".replace("-0.0", "0.0")
    return formats.significant(value, 2)


def title(results: Sensitivity) -> str:
    """Say where this is, and what all faults together cost."""
    cost = cell_text(results, results.all.drop.mean)
    loss = f"{cost} points lost" if results.metric.is_share else f"{cost} more error"
    return (
        f"{results.voltage} {results.unit}, bit error rate "
        f"{formats.small_percent(results.all['ber'].mean)} %; "
        f"all faults together: {loss}"
    )


def describe(results: Sensitivity) -> str:
    """Return the picture's content in words."""
    values = "; ".join(
        f"{results.name(part)}: {formats.loss(results.metric, part.drop.mean)}"
        for part in results.parts
    )
    metric = results.metric
    what = f"Percentage points of {metric.name} lost" if metric.is_share else "More error"
    return (
        f"{what} when one "
        f"{' and '.join(results.split)} alone fails, at {results.voltage} {results.unit}, "
        f"means over chips. {values}."
    )
