"""Pictures of a sweep: accuracy and energy against voltage, and accuracy against energy."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from brownout_tools.reporting import formats, plot_axis, style
from brownout_tools.reporting.choice import Choice
from brownout_tools.reporting.headline import energy_text, every_chip, percent_text
from brownout_tools.reporting.metric import Metric
from brownout_tools.reporting.style import Picture
from brownout_tools.reporting.summary import Spread, VoltageSummary

RELATIVE_ENERGY = [
    ("energy_rel", "total", style.TOTAL_COLOR, "s"),
    ("weight_sram_energy_rel", "weight SRAM", style.WEIGHT_SRAM_COLOR, "o"),
]


def accuracy_energy(choice: Choice, unit: str) -> Picture:
    """Draw the metric above relative energy, against the voltage or the bit error rate."""
    summaries = plot_axis.drawn(choice.summaries)
    with style.settings():
        figure = style.new_figure(7.2, 6.2)
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
        draw_accuracy(upper, summaries, choice)
        draw_energy(lower, summaries)
        if choice.chosen is not None:
            for place in plot_axis.positions([s for s in summaries if s is choice.chosen]):
                for axes in (upper, lower):
                    axes.axvline(place, color=style.GREEN, lw=1.4, ls=":", zorder=1)
            figure.suptitle(choice_title(choice, choice.chosen, unit), fontsize="medium")
        plot_axis.set_up(upper, lower, summaries, unit)
        figure.align_ylabels()
        return Picture("accuracy_energy", accuracy_alt(choice.summaries, unit), figure)


def means(summaries: list[VoltageSummary], column: str) -> list[float]:
    """Return the mean over chips of a column, a value per voltage."""
    return [summary[column].mean for summary in summaries]


def to_extremes(spreads: list[Spread]) -> NDArray[np.float64]:
    """Return how far the lowest and the highest chip are from the mean: an error bar's (2, N)."""
    return np.array([[s.mean - s.low for s in spreads], [s.high - s.mean for s in spreads]])


def draw_accuracy(axes: Axes, summaries: list[VoltageSummary], choice: Choice) -> None:
    """Draw the chips as dots, their range as a band and their mean as a line."""
    places, factor = plot_axis.positions(summaries), choice.metric.factor
    many = choice.chips > 1
    if many and len(summaries) > 1:
        low = [factor * summary.score.low for summary in summaries]
        high = [factor * summary.score.high for summary in summaries]
        band = {"color": style.ACCURACY_COLOR, "alpha": 0.18, "lw": 0}
        axes.fill_between(places, low, high, label="lowest to highest", **band)
    if many:
        pairs = zip(places, summaries, strict=True)
        dots = [(place, factor * score) for place, s in pairs for score in s.scores]
        axes.plot(
            *zip(*dots, strict=True),
            "o",
            color=style.BLACK,
            ms=3,
            alpha=0.4,
            mew=0,
            zorder=3,
            label="one chip",
            rasterized=len(dots) > 3000,
        )
    mean = [factor * summary.score.mean for summary in summaries]
    curve = {"color": style.ACCURACY_COLOR, "mfc": "white", "ms": 7 * style.shrink()}
    axes.plot(places, mean, "o-", label="mean of chips" if many else "the chip", **curve)
    draw_target(axes, choice)
    score_axis(axes, choice.metric)
    axes.legend(loc="best")


def draw_target(axes: Axes, choice: Choice) -> None:
    """Draw what a chip has to reach, and the network without faults that it is compared with."""
    clean = {"color": style.GREY, "lw": 0.9}
    axes.axhline(choice.metric.factor * choice.reference, label="without faults", **clean)
    if choice.criterion is not None:
        dashed = {"color": style.GREY, "ls": (0, (4, 3)), "lw": 1.2}
        minimum = choice.metric.factor * choice.criterion.minimum
        axes.axhline(minimum, label=choice.criterion.line(), **dashed)


def score_axis(axes: Axes, metric: Metric) -> None:
    """Title an axis of scores; of shares leave hardly any room above 100 % and below 0, no ticks.

    An error begins at 0, so that what is twice as much looks so.
    """
    axes.set_ylabel(metric.axis_title)
    low, high = axes.get_ylim()
    if not metric.is_share:
        axes.set_ylim(0, high)
        return
    room = 0.08 * (min(high, 100) - max(low, 0))
    low, high = max(low, -room), min(high, 100 + room)
    ticks = [tick for tick in axes.get_yticks() if max(low, 0) <= tick <= min(high, 100 + 1e-9)]
    axes.set_yticks(ticks)
    axes.set_ylim(low, high)


def draw_energy(axes: Axes, summaries: list[VoltageSummary]) -> None:
    """Draw relative energies: means as lines, lowest to highest chip as bars."""
    places = plot_axis.positions(summaries)
    for column, label, color, marker in RELATIVE_ENERGY:
        spreads = [summary[column] for summary in summaries]
        bars = to_extremes(spreads) if spreads[0].count > 1 else None
        mean = means(summaries, column)
        axes.errorbar(places, mean, bars, fmt=f"{marker}-", color=color, capsize=3, label=label)
    greatest = [value for c in RELATIVE_ENERGY for value in means(summaries, c[0])]
    axes.set_ylim(0, 1.08 * max(1.0, *greatest))
    axes.set_ylabel("energy per inference\n(error-free voltage = 1)")
    axes.legend(loc="lower right", ncols=2)


def choice_title(choice: Choice, chosen: VoltageSummary, unit: str) -> str:
    """Say what the chosen voltage, the dotted line, brings."""
    who = f"{every_chip(choice)} {'pass' if choice.chips > 1 else 'passes'}"
    return (
        f"Dotted: {chosen.text} {unit}, where {who}; "
        f"{chosen.metric.name} {percent_text(chosen.score)}\n"
        f"energy: weight SRAM {energy_text(chosen['weight_sram_energy_rel'])}, "
        f"total {energy_text(chosen['energy_rel'])}"
    )


def accuracy_alt(summaries: list[VoltageSummary], unit: str) -> str:
    """Return the picture's content in words."""
    values = "; ".join(
        f"{s.text} {unit}: {s.metric.name} {score_text(s)}, "
        f"weight SRAM energy {s['weight_sram_energy_rel'].mean:.3f}, "
        f"total {s['energy_rel'].mean:.3f}"
        for s in summaries
    )
    axis = capitalized(summaries[0].metric.axis)
    return f"{axis} and relative energy against the weight SRAM voltage. {values}."


def energy_accuracy(choice: Choice, unit: str) -> Picture:
    """Draw the metric against relative energy, the points annotated with what was swept."""
    summaries = choice.summaries
    with style.settings():
        figure = style.new_figure(7.2, 4.6)
        axes = figure.subplots()
        for column, label, color, marker in RELATIVE_ENERGY:
            draw_curve(axes, summaries, column, f"{label} energy", color, marker)
        draw_target(axes, choice)
        axes.margins(x=0.07, y=0.11)
        annotate(axes, summaries, choice)
        axes.set_xlabel("energy per inference (error-free voltage = 1)")
        score_axis(axes, choice.metric)
        rates = plot_axis.is_of_rates(summaries)
        title = "labels: bit error rate in %" if rates else f"labels: voltage in {unit}"
        axes.legend(loc="best", title=title)
        return Picture("energy_accuracy", energy_alt(summaries, unit), figure)


def draw_curve(
    axes: Axes, summaries: list[VoltageSummary], column: str, label: str, color: str, marker: str
) -> None:
    """Draw one curve of means with the chips' lowest and highest score as bars."""
    scores, factor = [summary.score for summary in summaries], summaries[0].metric.factor
    axes.errorbar(
        means(summaries, column),
        [factor * score.mean for score in scores],
        factor * to_extremes(scores) if scores[0].count > 1 else None,
        fmt=f"{marker}-",
        color=color,
        elinewidth=1,
        capsize=2.5,
        label=label,
    )


def annotate(axes: Axes, summaries: list[VoltageSummary], choice: Choice) -> None:
    """Write voltages at the weight SRAM's curve: above on the plateau, else on the right.

    Errors rise to the left, so that there is room above all of them.
    """
    energy = means(summaries, "weight_sram_energy_rel")
    first = [summaries.index(choice.chosen)] if choice.chosen else []
    plateau = 0.9 * max(summary.score.mean for summary in summaries)
    rates = plot_axis.is_of_rates(summaries)
    labels = [plot_axis.label(summary, rates) for summary in summaries]
    for i in style.spaced(energy, style.label_gap(labels, axes.figure), first):
        score = summaries[i].score
        above = score.mean > plateau or not choice.metric.is_share
        axes.annotate(
            labels[i],
            (energy[i], choice.metric.factor * (score.high if above else score.mean)),
            (0, 6) if above else (7, -3),
            textcoords="offset points",
            ha="center" if above else "left",
            va="bottom" if above else "top",
            fontsize="small",
            fontweight="bold" if i in first else "normal",
            color=style.WEIGHT_SRAM_COLOR,
        )


def energy_alt(summaries: list[VoltageSummary], unit: str) -> str:
    """Return the picture's content in words."""
    values = "; ".join(
        f"weight SRAM energy {s['weight_sram_energy_rel'].mean:.3f}, total "
        f"{s['energy_rel'].mean:.3f}: {s.metric.name} {score_text(s)} "
        f"({s.text} {unit})"
        for s in summaries
    )
    axis = capitalized(summaries[0].metric.axis)
    return f"{axis} against relative energy per inference. {values}."


def score_text(summary: VoltageSummary) -> str:
    """Return the mean over the chips with its unit."""
    metric = summary.metric
    return formats.with_unit(metric, formats.score(metric, summary.score.mean))


def capitalized(text: str) -> str:
    """Return a text that begins a sentence."""
    return text[:1].upper() + text[1:]
