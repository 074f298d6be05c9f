"""Pictures of a sweep: accuracy and energy against voltage, and accuracy against energy."""

import numpy as np
from matplotlib.axes import Axes

from brownout_tools.reporting import formats, style
from brownout_tools.reporting.headline import energy_text, percent_text
from brownout_tools.reporting.style import Picture
from brownout_tools.reporting.summary import Choice, VoltageSummary

RELATIVE_ENERGY = [
    ("energy_rel", "total", style.TOTAL_COLOR, "s"),
    ("weight_sram_energy_rel", "weight SRAM", style.WEIGHT_SRAM_COLOR, "o"),
]


def accuracy_energy(summaries: list[VoltageSummary], choice: Choice, unit: str) -> Picture:
    """Draw the metric (%) above relative energy, both against the voltage."""
    with style.settings():
        figure = style.new_figure(7.2, 6.2)
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
        draw_accuracy(upper, summaries, choice, unit)
        draw_energy(lower, summaries)
        if choice.chosen is not None:
            for axes in (upper, lower):
                axes.axvline(choice.chosen.voltage, color=style.GREEN, lw=1.4, ls=":", zorder=1)
            figure.suptitle(choice_title(choice.chosen, unit), fontsize=10)
        voltage_axes(upper, lower, summaries, unit)
        figure.align_ylabels()
        return style.to_picture(figure, "accuracy_energy", accuracy_alt(summaries, unit))


def means(summaries: list[VoltageSummary], column: str) -> list[float]:
    """Return the mean over chips of a column, a value per voltage."""
    return [summary[column].mean for summary in summaries]


def draw_accuracy(axes: Axes, summaries: list[VoltageSummary], choice: Choice, unit: str) -> None:
    """Draw the chips as dots, their range as a band and their mean as a line; in %."""
    voltages = [summary.voltage for summary in summaries]
    low = [100 * summary.score.low for summary in summaries]
    high = [100 * summary.score.high for summary in summaries]
    axes.fill_between(
        voltages, low, high, color=style.ACCURACY_COLOR, alpha=0.18, lw=0, label="lowest to highest"
    )
    dots = [(s.voltage, 100 * score) for s in summaries for score in s.scores]
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
    mean = 100 * np.array([summary.score.mean for summary in summaries])
    axes.plot(
        voltages, mean, "o-", color=style.ACCURACY_COLOR, mfc="white", ms=7, label="mean of chips"
    )
    axes.axhline(
        100 * choice.target,
        color=style.GREY,
        ls=(0, (4, 3)),
        lw=1.2,
        label=f"{formats.points(choice.max_drop)} below {choice.reference.text} {unit}",
    )
    axes.set_ylabel(f"{choice.metric.axis} (%)")
    axes.legend(loc="best")


def draw_energy(axes: Axes, summaries: list[VoltageSummary]) -> None:
    """Draw relative energies: means as lines, lowest to highest chip as bars."""
    voltages = [summary.voltage for summary in summaries]
    for column, label, color, marker in RELATIVE_ENERGY:
        spreads = [summary[column] for summary in summaries]
        mean = [spread.mean for spread in spreads]
        bars = [[s.mean - s.low for s in spreads], [s.high - s.mean for s in spreads]]
        axes.errorbar(voltages, mean, bars, fmt=f"{marker}-", color=color, capsize=3, label=label)
    axes.set_ylim(0, 1.08 * max(1.0, *(max(means(summaries, c[0])) for c in RELATIVE_ENERGY)))
    axes.set_ylabel("energy per inference\n(error-free voltage = 1)")
    axes.legend(loc="lower right", ncols=2)


def choice_title(chosen: VoltageSummary, unit: str) -> str:
    """Say what the chosen voltage, the dotted line, brings."""
    return (
        f"Dotted: {chosen.text} {unit}, {chosen.metric.name} {percent_text(chosen.score)}\n"
        f"energy: weight SRAM {energy_text(chosen['weight_sram_energy_rel'])}, "
        f"total {energy_text(chosen['energy_rel'])}"
    )


def voltage_axes(upper: Axes, lower: Axes, summaries: list[VoltageSummary], unit: str) -> None:
    """Put the swept voltages below the panels and their bit error rates above."""
    voltages = [summary.voltage for summary in summaries]
    shown = style.spaced(voltages, 0.095)
    lower.set_xticks([voltages[i] for i in shown], [summaries[i].text for i in shown])
    lower.set_xlabel(f"weight SRAM voltage ({unit})")
    above = upper.secondary_xaxis("top")
    rates = [formats.small_percent(summaries[i]["ber"].mean) for i in shown]
    above.set_xticks([voltages[i] for i in shown], rates)
    above.tick_params(length=3)
    above.set_xlabel("bit error rate (%)")


def accuracy_alt(summaries: list[VoltageSummary], unit: str) -> str:
    """Return the picture's content in words."""
    values = "; ".join(
        f"{s.text} {unit}: {s.metric.name} {formats.percent(s.score.mean)} %, "
        f"weight SRAM energy {s['weight_sram_energy_rel'].mean:.3f}, "
        f"total {s['energy_rel'].mean:.3f}"
        for s in summaries
    )
    axis = capitalized(summaries[0].metric.axis)
    return f"{axis} and relative energy against the weight SRAM voltage. {values}."


def energy_accuracy(summaries: list[VoltageSummary], choice: Choice, unit: str) -> Picture:
    """Draw the metric (%) against relative energy, the points annotated with their voltages."""
    with style.settings():
        figure = style.new_figure(7.2, 4.6)
        axes = figure.subplots()
        for column, label, color, marker in RELATIVE_ENERGY:
            draw_curve(axes, summaries, column, f"{label} energy", color, marker)
        axes.axhline(
            100 * choice.target,
            color=style.GREY,
            ls=(0, (4, 3)),
            lw=1.2,
            label=f"{formats.points(choice.max_drop)} below {choice.reference.text} {unit}",
        )
        axes.margins(x=0.07, y=0.11)
        annotate(axes, summaries, choice)
        axes.set_xlabel("energy per inference (error-free voltage = 1)")
        axes.set_ylabel(f"{choice.metric.axis} (%)")
        axes.legend(loc="best", title=f"labels: voltage in {unit}", title_fontsize=9.5)
        return style.to_picture(figure, "energy_accuracy", energy_alt(summaries, unit))


def draw_curve(
    axes: Axes, summaries: list[VoltageSummary], column: str, label: str, color: str, marker: str
) -> None:
    """Draw one curve of means with the chips' lowest and highest score as bars."""
    scores = [summary.score for summary in summaries]
    bars = 100 * np.array([[s.mean - s.low for s in scores], [s.high - s.mean for s in scores]])
    mean = [100 * s.mean for s in scores]
    axes.errorbar(
        means(summaries, column),
        mean,
        bars,
        fmt=f"{marker}-",
        color=color,
        elinewidth=1,
        capsize=2.5,
        label=label,
    )


def annotate(axes: Axes, summaries: list[VoltageSummary], choice: Choice) -> None:
    """Write voltages at the weight SRAM's curve: above on the plateau, else on the right."""
    energy = means(summaries, "weight_sram_energy_rel")
    first = [summaries.index(choice.chosen)] if choice.chosen else []
    plateau = 0.9 * max(summary.score.mean for summary in summaries)
    for i in style.spaced(energy, 0.07, first):
        score = summaries[i].score
        above = score.mean > plateau
        axes.annotate(
            summaries[i].text,
            (energy[i], 100 * (score.high if above else score.mean)),
            (0, 6) if above else (7, -3),
            textcoords="offset points",
            ha="center" if above else "left",
            va="bottom" if above else "top",
            fontsize=9,
            fontweight="bold" if i in first else "normal",
            color=style.WEIGHT_SRAM_COLOR,
        )


def energy_alt(summaries: list[VoltageSummary], unit: str) -> str:
    """Return the picture's content in words."""
    values = "; ".join(
        f"weight SRAM energy {s['weight_sram_energy_rel'].mean:.3f}, total "
        f"{s['energy_rel'].mean:.3f}: {s.metric.name} {formats.percent(s.score.mean)} % "
        f"({s.text} {unit})"
        for s in summaries
    )
    axis = capitalized(summaries[0].metric.axis)
    return f"{axis} against relative energy per inference. {values}."


def capitalized(text: str) -> str:
    """Return a text that begins a sentence."""
    return text[:1].upper() + text[1:]
