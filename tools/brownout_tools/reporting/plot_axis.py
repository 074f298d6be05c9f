"""What the curves of a sweep are drawn over: voltages, or the bit error rates it asked for.

Owns positions, ticks and titles; what is drawn over them is in plot_points.
"""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter, NullLocator

from brownout_tools.reporting import formats, style
from brownout_tools.reporting.summary import VoltageSummary


def is_of_rates(summaries: Sequence[VoltageSummary]) -> bool:
    """Whether bit error rates were asked for, not voltages."""
    return any(not math.isnan(summary.ber_asked) for summary in summaries)


def drawn(summaries: list[VoltageSummary]) -> list[VoltageSummary]:
    """Return what has a place: a logarithm of a bit error rate of 0 has none."""
    if not is_of_rates(summaries):
        return summaries
    return [summary for summary in summaries if summary["ber"].mean > 0]


def positions(summaries: list[VoltageSummary]) -> list[float]:
    """Return where on the axis: the voltage, or the chips' mean bit error rate in percent."""
    if is_of_rates(summaries):
        return [100 * summary["ber"].mean for summary in summaries]
    return [summary.voltage for summary in summaries]


def voltage_label(summary: VoltageSummary) -> str:
    """Return a voltage in four digits: one that a rate led to has six."""
    return summary.text if len(summary.text) <= len("0.1234") else f"{summary.voltage:.4g}"


def label(summary: VoltageSummary, of_rates: bool) -> str:
    """Return what a point is called beside a curve."""
    if not of_rates:
        return voltage_label(summary)
    return "0" if math.isnan(summary.ber_asked) else formats.small_percent(summary.ber_asked)


def set_up(upper: Axes, lower: Axes, summaries: list[VoltageSummary], unit: str) -> None:
    """Put ticks and titles below the panels, and the other of voltage and rate above."""
    if not summaries:
        return
    set_up_one(lower, summaries, unit)
    places = positions(summaries)
    voltages = [voltage_label(summary) for summary in summaries]
    above = upper.secondary_xaxis("top")
    above.tick_params(length=3)
    if is_of_rates(summaries):
        shown = style.spaced(
            [math.log(place) for place in places], style.label_gap(voltages, lower.figure)
        )
        above.set_xticks([places[i] for i in shown], [voltages[i] for i in shown])
        above.xaxis.set_minor_locator(NullLocator())
        above.set_xlabel(f"weight SRAM voltage ({unit})")
        return
    rates = [formats.small_percent(summary["ber"].mean) for summary in summaries]
    shown = style.spaced(places, style.label_gap([*voltages, *rates], lower.figure))
    ticks = [places[i] for i in shown]
    lower.set_xticks(ticks, [voltages[i] for i in shown])
    above.set_xticks(ticks, [rates[i] for i in shown])
    above.set_xlabel("bit error rate (%)")


def set_up_one(axes: Axes, summaries: list[VoltageSummary], unit: str) -> None:
    """Put ticks and a title below, of what was swept."""
    if is_of_rates(summaries):
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(numticks=12))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("e-0", "e-"))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel("bit error rate (%)")
        return
    voltages = [voltage_label(summary) for summary in summaries]
    places = positions(summaries)
    shown = style.spaced(places, style.label_gap(voltages, axes.figure))
    axes.set_xticks([places[i] for i in shown], [voltages[i] for i in shown])
    axes.set_xlabel(f"weight SRAM voltage ({unit})")
