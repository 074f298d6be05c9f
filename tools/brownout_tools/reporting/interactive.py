"""The curves of sweeps that answer to the mouse: Bokeh figures as JSON, and its JavaScript.

What they show stands in the static pictures and tables, too: without JavaScript nothing is lost.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bokeh.document import Document
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, HoverTool, Model, Span
from bokeh.plotting import figure
from bokeh.resources import Resources

from brownout_tools.reporting import formats, plot_axis, style
from brownout_tools.reporting.choice import Choice
from brownout_tools.reporting.summary import VoltageSummary

TOOLS = "box_zoom,pan,wheel_zoom,reset"
PLACES = [("", "@name"), ("voltage", "@voltage"), ("bit error rate", "@ber %")]
COSTS = [("energy", "@energy of that without faults"), ("weight SRAM", "@sram of that")]


@dataclass(frozen=True)
class Curve:
    """A sweep in a picture of one or several; ``name`` tells them apart and may be empty."""

    name: str
    choice: Choice
    color: str = style.ACCURACY_COLOR


@dataclass(frozen=True)
class Live:
    """A figure that takes the place of a picture, as Bokeh's JSON."""

    place: str
    item: str


def javascript() -> str:
    """Return Bokeh's code, minified, of the version that makes the figures."""
    return Resources(mode="inline", minified=True, components=["bokeh"]).js_raw[0].strip()


def live_curves(curves: Sequence[Curve], unit: str) -> list[Live]:
    """Return accuracy and energy over the voltage or the bit error rate, and over each other.

    One voltage is no curve.
    """
    if all(len(curve.choice.summaries) == 1 for curve in curves):
        return []
    upper = accuracy_figure(curves, unit)
    lower = energy_figure(curves, unit)
    lower.x_range = upper.x_range
    over = column(upper, lower, sizing_mode="stretch_width")
    return [
        Live("accuracy_energy", to_json(over)),
        Live("energy_accuracy", to_json(trade_figure(curves, unit))),
    ]


def new_figure(height: int, x_title: str, y_title: str, **options: Any) -> figure:
    """Return an empty figure that a finger scrolls past: its tools wait to be chosen."""
    made = figure(
        height=height,
        sizing_mode="stretch_width",
        tools=TOOLS,
        active_drag=None,
        x_axis_label=x_title,
        y_axis_label=y_title,
        **options,
    )
    made.toolbar.logo = None
    made.toolbar.autohide = True
    made.grid.grid_line_color = "#DDDDDD"
    made.axis.axis_label_text_font_style = "normal"
    return made


def source_of(curve: Curve, summaries: list[VoltageSummary], unit: str) -> ColumnDataSource:
    """Return a row per voltage: places, and texts for the tooltip."""
    choice, scores = curve.choice, [summary.score for summary in summaries]
    found = [choice.yield_at(summary) for summary in summaries]
    return ColumnDataSource(
        {
            "x": plot_axis.positions(summaries),
            "name": [curve.name] * len(summaries),
            "voltage": [f"{summary.text} {unit}" for summary in summaries],
            "ber": [formats.small_percent(summary["ber"].mean) for summary in summaries],
            "score": [100 * score.mean for score in scores],
            "low": [100 * score.low for score in scores],
            "high": [100 * score.high for score in scores],
            "spread": [f"{formats.percent_with_spread(score)} %" for score in scores],
            "range": [
                f"{formats.percent(score.low)} to {formats.percent(score.high)} %"
                for score in scores
            ],
            "passing": [f"{row.passing} of {row.chips}" for row in found],
            "energy_rel": [summary["energy_rel"].mean for summary in summaries],
            "sram_rel": [summary["weight_sram_energy_rel"].mean for summary in summaries],
            "energy": [f"{summary['energy_rel'].mean:.4f}" for summary in summaries],
            "sram": [f"{summary['weight_sram_energy_rel'].mean:.4f}" for summary in summaries],
        }
    )


def hover(curve: Curve, *renderers: Model) -> HoverTool:
    """Return the tooltip of means over chips."""
    metric = curve.choice.metric.name
    values = [(metric, "@spread"), ("lowest to highest", "@range"), ("chips that pass", "@passing")]
    shown = [*PLACES, *values, *COSTS]
    return HoverTool(renderers=list(renderers), tooltips=shown if curve.name else shown[1:])


def legend(curve: Curve, what: str) -> str:
    """Name a line in the legend."""
    return f"{curve.name}: {what}" if curve.name else what


def accuracy_figure(curves: Sequence[Curve], unit: str) -> figure:
    """Draw means with the range of the chips, and each chip of a sweep that stands alone."""
    first = curves[0].choice
    of_rates = plot_axis.is_of_rates(first.summaries)
    x_title = "bit error rate (%)" if of_rates else f"weight SRAM voltage ({unit})"
    made = new_figure(
        330,
        x_title,
        f"{first.metric.axis} (%)",
        x_axis_type="log" if of_rates else "linear",
    )
    for curve in curves:
        summaries = plot_axis.drawn(curve.choice.summaries)
        data = source_of(curve, summaries, unit)
        look = {"color": curve.color, "source": data}
        mean = "mean of chips" if curve.choice.chips > 1 else "the chip"
        made.varea("x", "low", "high", fill_alpha=0.15, fill_color=curve.color, source=data)
        made.line("x", "score", line_width=2, legend_label=legend(curve, mean), **look)
        dots = made.scatter("x", "score", size=8, **look)
        made.add_tools(hover(curve, dots))
        if len(curves) == 1 and curve.choice.chips > 1:
            draw_chips(made, curve, summaries, unit)
    minimum = 100 * first.criterion.minimum
    if len({curve.choice.criterion.minimum for curve in curves}) == 1:
        made.add_layout(
            Span(location=minimum, dimension="width", line_dash="dashed", line_color=style.GREY)
        )
    return with_legend_above(made)


def draw_chips(made: figure, curve: Curve, summaries: list[VoltageSummary], unit: str) -> None:
    """Draw a dot for each chip."""
    places = plot_axis.positions(summaries)
    rows = [
        (place, 100 * score, chip, f"{summary.text} {unit}")
        for place, summary in zip(places, summaries, strict=True)
        for score, chip in zip(summary.scores, summary.chips, strict=True)
    ]
    names = ("x", "score", "chip", "voltage")
    source = ColumnDataSource({name: [row[i] for row in rows] for i, name in enumerate(names)})
    dots = made.scatter("x", "score", size=4, color=style.BLACK, alpha=0.35, source=source)
    tooltips = [("chip", "@chip"), ("voltage", "@voltage")]
    tooltips.append((curve.choice.metric.name, "@score{0.00} %"))
    made.add_tools(HoverTool(renderers=[dots], tooltips=tooltips))


def energy_figure(curves: Sequence[Curve], unit: str) -> figure:
    """Draw total and weight SRAM energy relative to the error-free voltage."""
    of_rates = plot_axis.is_of_rates(curves[0].choice.summaries)
    x_title = "bit error rate (%)" if of_rates else f"weight SRAM voltage ({unit})"
    axis = {"x_axis_type": "log" if of_rates else "linear"}
    made = new_figure(220, x_title, "energy (error-free = 1)", **axis)
    draw_energies(made, curves, unit, lambda rel: ("x", rel))
    made.y_range.start = 0
    return with_legend_above(made)


def trade_figure(curves: Sequence[Curve], unit: str) -> figure:
    """Draw accuracy over relative energy."""
    title = f"{curves[0].choice.metric.axis} (%)"
    made = new_figure(550, "energy per inference (error-free voltage = 1)", title)
    draw_energies(made, curves, unit, lambda rel: (rel, "score"))
    return with_legend_above(made)


def with_legend_above(made: figure) -> figure:
    """Put the names where they cover nothing."""
    made.add_layout(made.legend[0], "above")
    made.legend.orientation = "horizontal"
    made.legend.ncols = 2
    made.legend.border_line_color = None
    made.legend.padding = 2
    return made


def draw_energies(made: figure, curves: Sequence[Curve], unit: str, axes: Any) -> None:
    """Draw both energies of every sweep; ``axes`` names the columns of x and y."""
    for curve in curves:
        alone = not curve.name
        data = source_of(curve, plot_axis.drawn(curve.choice.summaries), unit)
        dots = []
        for column_, what, color, dash in (
            ("energy_rel", "total", style.TOTAL_COLOR, "dashed"),
            ("sram_rel", "weight SRAM", style.WEIGHT_SRAM_COLOR, "solid"),
        ):
            look = {"color": color if alone else curve.color, "source": data}
            x, y = axes(column_)
            line = {"line_width": 2, "line_dash": "solid" if alone else dash}
            made.line(x, y, legend_label=legend(curve, what), **line, **look)
            dots.append(made.scatter(x, y, size=7, **look))
        made.add_tools(hover(curve, *dots))


def to_json(root: Model) -> str:
    """Return what Bokeh.embed.embed_item takes; its names do not depend on what was made before."""
    document = Document()
    document.add_root(root)
    names: dict[str, str] = {}

    def renamed(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: names.setdefault(item, f"b{len(names)}") if key == "id" else renamed(item)
                for key, item in value.items()
            }
        return [renamed(item) for item in value] if isinstance(value, list) else value

    return json.dumps(
        {"doc": renamed(document.to_json(deferred=False)), "root_id": names[root.id]},
        separators=(",", ":"),
    )
