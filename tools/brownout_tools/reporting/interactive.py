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
from brownout_tools.reporting.curve import Curve
from brownout_tools.reporting.formats import Scale
from brownout_tools.reporting.summary import VoltageSummary

LONG_NAME = 14  # letters
LINE_HEIGHT = 20  # pixels
TOOLS = "box_zoom,pan,wheel_zoom,reset"
PLACES = [("", "@name"), ("voltage", "@voltage"), ("bit error rate", "@ber %")]
COSTS = [("energy", "@joules"), ("relative", "@energy"), ("weight SRAM, relative", "@sram")]


@dataclass(frozen=True)
class Live:
    """A figure that takes the place of a picture, as Bokeh's JSON."""

    place: str
    item: str


def javascript() -> str:
    """Return Bokeh's code, minified, of the version that makes the figures."""
    return Resources(mode="inline", minified=True, components=["bokeh"]).js_raw[0].strip()


def live_curves(
    curves: Sequence[Curve], unit: str, front: Sequence[tuple[float, float]] = ()
) -> list[Live]:
    """Return accuracy and energy over the voltage or the bit error rate, and over each other.

    One voltage is no curve. ``front`` are joules and shares of the points that none beats.
    """
    if all(len(curve.choice.summaries) == 1 for curve in curves):
        return []
    upper = accuracy_figure(curves, unit)
    lower = energy_figure(curves, unit)
    lower.x_range = upper.x_range
    over = column(upper, lower, sizing_mode="stretch_width")
    return [
        Live("accuracy_energy", to_json(over)),
        Live("energy_accuracy", to_json(trade_figure(curves, unit, front))),
    ]


def energies(curves: Sequence[Curve]) -> list[tuple[str, str, str]]:
    """Return the energies that are drawn: column, name and colour; of several sweeps the joules."""
    if curves[0].name:
        return [("total", "", "")]
    return [
        ("energy_rel", "total", style.TOTAL_COLOR),
        ("sram_rel", "weight SRAM", style.WEIGHT_SRAM_COLOR),
    ]


def energy_title(curves: Sequence[Curve]) -> str:
    """Name the axis of energies."""
    return "energy per inference " + (
        f"({scale_of(curves).unit})" if curves[0].name else "(error-free voltage = 1)"
    )


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


def scale_of(curves: Sequence[Curve]) -> Scale:
    """Return one unit for all energies."""
    summaries = [summary for curve in curves for summary in curve.choice.summaries]
    return Scale.of([summary["energy_j"].mean for summary in summaries], "J")


def source_of(
    curve: Curve, summaries: list[VoltageSummary], unit: str, scale: Scale
) -> ColumnDataSource:
    """Return a row per voltage: places, and texts for the tooltip."""
    choice, scores = curve.choice, [summary.score for summary in summaries]
    joules = [summary["energy_j"].mean for summary in summaries]
    metric = choice.metric
    return ColumnDataSource(
        {
            "x": plot_axis.positions(summaries),
            "name": [curve.name] * len(summaries),
            "voltage": [f"{summary.text} {unit}" for summary in summaries],
            "ber": [formats.small_percent(summary["ber"].mean) for summary in summaries],
            "score": [metric.factor * score.mean for score in scores],
            "low": [metric.factor * score.low for score in scores],
            "high": [metric.factor * score.high for score in scores],
            "spread": [
                formats.with_unit(metric, formats.score_with_spread(metric, score))
                for score in scores
            ],
            "range": [
                formats.with_unit(
                    metric,
                    f"{formats.score(metric, score.low)} to {formats.score(metric, score.high)}",
                )
                for score in scores
            ],
            "passing": [passing_text(choice, summary) for summary in summaries],
            "total": [value / scale.factor for value in joules],
            "joules": [f"{scale.show(value)} {scale.unit}" for value in joules],
            "energy_rel": [summary["energy_rel"].mean for summary in summaries],
            "sram_rel": [summary["weight_sram_energy_rel"].mean for summary in summaries],
            "energy": [f"{summary['energy_rel'].mean:.4f}" for summary in summaries],
            "sram": [f"{summary['weight_sram_energy_rel'].mean:.4f}" for summary in summaries],
        }
    )


def passing_text(choice: Choice, summary: VoltageSummary) -> str:
    """Return how many chips pass there; nothing where none passes or fails."""
    if choice.criterion is None:
        return ""
    found = choice.yield_at(summary)
    return f"{found.passing} of {found.chips}"


def hover(curve: Curve, *renderers: Model) -> HoverTool:
    """Return the tooltip of means over chips."""
    values = [(curve.choice.metric.name, "@spread"), ("lowest to highest", "@range")]
    if curve.choice.criterion is not None:
        values.append(("chips that pass", "@passing"))
    shown = [*PLACES, *values, *COSTS]
    return HoverTool(renderers=list(renderers), tooltips=shown if curve.name else shown[1:])


def legend(curve: Curve, what: str) -> str:
    """Name a line in the legend: of one sweep what it is, of several the sweep."""
    return curve.name or what


def accuracy_figure(curves: Sequence[Curve], unit: str) -> figure:
    """Draw means with the range of the chips, and each chip of a sweep that stands alone."""
    first = curves[0].choice
    of_rates = plot_axis.is_of_rates(first.summaries)
    x_title = "bit error rate (%)" if of_rates else f"weight SRAM voltage ({unit})"
    made = new_figure(
        330,
        x_title,
        first.metric.axis_title,
        x_axis_type="log" if of_rates else "linear",
    )
    for curve in curves:
        summaries = plot_axis.drawn(curve.choice.summaries)
        data = source_of(curve, summaries, unit, scale_of(curves))
        look = {"color": curve.color, "source": data}
        mean = "mean of chips" if curve.choice.chips > 1 else "the chip"
        made.varea("x", "low", "high", fill_alpha=0.15, fill_color=curve.color, source=data)
        made.line(
            *("x", "score"),
            line_width=2,
            line_dash=curve.dash,
            legend_label=legend(curve, mean),
            **look,
        )
        dots = made.scatter("x", "score", size=8, **look)
        made.add_tools(hover(curve, dots))
        if len(curves) == 1 and curve.choice.chips > 1:
            draw_chips(made, curve, summaries, unit)
    if not first.metric.is_share:
        made.y_range.start = 0
    targets = {curve.choice.criterion.minimum for curve in curves if curve.choice.criterion}
    if len(targets) == 1:
        dashed = {"dimension": "width", "line_dash": "dashed", "line_color": style.GREY}
        made.add_layout(Span(location=100 * targets.pop(), **dashed))
    return with_legend_above(made)


def draw_chips(made: figure, curve: Curve, summaries: list[VoltageSummary], unit: str) -> None:
    """Draw a dot for each chip."""
    places, metric = plot_axis.positions(summaries), curve.choice.metric
    rows = [
        (place, metric.factor * score, chip, f"{summary.text} {unit}")
        for place, summary in zip(places, summaries, strict=True)
        for score, chip in zip(summary.scores, summary.chips, strict=True)
    ]
    names = ("x", "score", "chip", "voltage")
    source = ColumnDataSource({name: [row[i] for row in rows] for i, name in enumerate(names)})
    dots = made.scatter("x", "score", size=4, color=style.BLACK, alpha=0.35, source=source)
    tooltips = [("chip", "@chip"), ("voltage", "@voltage")]
    tooltips.append((metric.name, "@score{0.00} %" if metric.is_share else "@score"))
    made.add_tools(HoverTool(renderers=[dots], tooltips=tooltips))


def energy_figure(curves: Sequence[Curve], unit: str) -> figure:
    """Draw total and weight SRAM energy relative to the error-free voltage."""
    of_rates = plot_axis.is_of_rates(curves[0].choice.summaries)
    x_title = "bit error rate (%)" if of_rates else f"weight SRAM voltage ({unit})"
    axis = {"x_axis_type": "log" if of_rates else "linear"}
    made = new_figure(220, x_title, energy_title(curves).replace(" per inference", ""), **axis)
    draw_energies(made, curves, unit, lambda rel: ("x", rel))
    made.y_range.start = 0
    return with_legend_above(made)


def trade_figure(
    curves: Sequence[Curve], unit: str, front: Sequence[tuple[float, float]]
) -> figure:
    """Draw accuracy over energy, and a broad line through the front."""
    metric = curves[0].choice.metric
    made = new_figure(550, energy_title(curves), metric.axis_title)
    if not metric.is_share:
        made.y_range.start = 0
    if len(front) > 1:
        factor = scale_of(curves).factor
        x = [joules / factor for joules, _ in front]
        y = [metric.factor * score for _, score in front]
        made.line(x, y, line_width=8, alpha=0.2, color=style.BLACK, legend_label="none is better")
    draw_energies(made, curves, unit, lambda rel: (rel, "score"))
    return with_legend_above(made)


def with_legend_above(made: figure) -> figure:
    """Put the names where they cover nothing; two a line, if a phone has room for them."""
    names = [item.label.value for item in made.legend[0].items]
    made.add_layout(made.legend[0], "above")
    made.legend.orientation = "horizontal"
    made.legend.ncols = 2 if max(map(len, names)) <= LONG_NAME else 1
    if made.legend[0].ncols == 1:
        made.height += LINE_HEIGHT * len(names)
    made.legend.border_line_color = None
    made.legend.padding = 2
    made.legend.click_policy = "hide"
    return made


def draw_energies(made: figure, curves: Sequence[Curve], unit: str, axes: Any) -> None:
    """Draw the energies of every sweep; ``axes`` names the columns of x and y."""
    for curve in curves:
        data = source_of(curve, plot_axis.drawn(curve.choice.summaries), unit, scale_of(curves))
        dots = []
        for name, what, color in energies(curves):
            look = {"color": color or curve.color, "source": data}
            x, y = axes(name)
            line = {"line_width": 2, "line_dash": curve.dash}
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
