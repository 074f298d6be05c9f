"""Picture of many dies: yield over the voltage, bins, and the dies sorted by what they score."""

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from brownout_tools.reporting import formats, plot_axis, style
from brownout_tools.reporting.choice import Choice
from brownout_tools.reporting.dies import Dies, bins
from brownout_tools.reporting.style import Picture


def dies_picture(choice: Choice, dies: Dies) -> Picture:
    """Draw three panels of all dies of a sweep."""
    with style.settings():
        if style.is_narrow():
            figure = style.new_figure(4.8, 11.0)
            panels = figure.subplots(3, 1)
        else:
            figure = style.new_figure(11.2, 3.8)
            panels = figure.subplots(1, 3)
        draw_yield(panels[0], choice, dies.unit)
        draw_bins(panels[1], dies)
        draw_sorted(panels[2], choice, dies.unit)
        return Picture("dies", alt(choice, dies), figure)


def draw_yield(axes: Axes, choice: Choice, unit: str) -> None:
    """Draw the share of dies that pass, with the band of its 95 % interval."""
    places = [summary.voltage for summary in choice.summaries]
    found = [choice.yield_at(summary) for summary in choice.summaries]
    low, high = ([100 * row.interval[end] for row in found] for end in (0, 1))
    axes.fill_between(places, low, high, color=style.GREEN, alpha=0.18, lw=0, label="95 % interval")
    axes.plot(places, [100 * row.share for row in found], "o-", color=style.GREEN, label="passing")
    axes.set_ylim(-4, 104)
    axes.set_ylabel("yield (%)")
    voltages = [plot_axis.voltage_label(summary) for summary in choice.summaries]
    shown = style.spaced(places, 3 * style.label_gap(voltages, axes.figure))
    axes.set_xticks([places[i] for i in shown], [voltages[i] for i in shown])
    axes.set_xlabel(f"weight SRAM voltage ({unit})")
    axes.legend(loc="lower right")
    axes.set_title("Yield")


def draw_bins(axes: Axes, dies: Dies) -> None:
    """Draw how many dies go down to each voltage, the best on top."""
    counts = bins(dies)
    names = [f"{float(name):.4g}" if name else "none" for name in counts]
    bars = axes.barh(range(len(counts)), list(counts.values()), color=style.SKY, height=0.7)
    axes.bar_label(bars, padding=3, fontsize="small")
    axes.set_yticks(range(len(counts)), names)
    axes.margins(x=0.15)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("dies")
    axes.set_ylabel(f"lowest passing voltage ({dies.unit})")
    axes.set_title("Bins")


def draw_sorted(axes: Axes, choice: Choice, unit: str) -> None:
    """Draw the dies of each voltage from the best to the worst; the target cuts them at the yield.

    Voltages without a loss are one line at the top; those that are drawn are the lowest ones.
    """
    drawn = choice.summaries[-8:]
    colors = matplotlib.colormaps["viridis"](np.linspace(0.85, 0, len(drawn)))
    for summary, color in zip(drawn, colors, strict=True):
        scores = 100 * np.sort(summary.scores)[::-1]
        share = 100 * np.arange(len(scores) + 1) / len(scores)
        label = plot_axis.voltage_label(summary)
        axes.step(share, [scores[0], *scores], color=color, label=label)
    dashed = {"color": style.GREY, "ls": (0, (4, 3)), "lw": 1.2}
    axes.axhline(100 * choice.criterion.minimum, label="to pass", **dashed)
    axes.set_xlim(0, 100)
    axes.set_xlabel("dies, the best first (%)")
    axes.set_ylabel(f"{choice.metric.axis} (%)")
    axes.legend(loc="best", title=unit, fontsize="small")
    axes.set_title("Sorted dies")


def alt(choice: Choice, dies: Dies) -> str:
    """Return the picture's content in words."""
    counts = "; ".join(
        f"{count} down to {name} {dies.unit}" if name else f"{count} at no voltage"
        for name, count in bins(dies).items()
    )
    shares = "; ".join(
        f"{summary.text}: {formats.percent(choice.yield_at(summary).share, 1)} %"
        for summary in choice.summaries
    )
    return f"Dies by their lowest passing voltage: {counts}. Yield: {shares}."
