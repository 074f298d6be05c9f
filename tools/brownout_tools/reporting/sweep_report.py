"""The report of one sweep: what is read, computed, drawn and told."""

from collections.abc import Sequence
from pathlib import Path

from brownout_tools.reporting import (
    columns,
    headline,
    map_picture,
    plot_dies,
    plot_layers,
    plot_points,
    tex,
)
from brownout_tools.reporting.choice import Choice, choose_voltage
from brownout_tools.reporting.criterion import read_criterion
from brownout_tools.reporting.curve import Curve
from brownout_tools.reporting.dies import read_dies, read_yields
from brownout_tools.reporting.inputs import InputError, to_millionths
from brownout_tools.reporting.interactive import live_curves
from brownout_tools.reporting.page import Content, html_page, page_title
from brownout_tools.reporting.report import Report
from brownout_tools.reporting.results import MANIFEST, read_results
from brownout_tools.reporting.style import Picture
from brownout_tools.reporting.summary import VoltageSummary, by_voltage, layers_at
from brownout_tools.reporting.wafer_map import WaferMap, wafer_map


def report(directory: Path, layers_voltage: str | None) -> Report:
    """Return the report of a sweep's directory."""
    content = gather(directory, layers_voltage)
    wafer = None
    if content.dies is not None:
        wafer = wafer_map(directory, content.manifest, content.dies, content.choice)
    pictures = draw(content, wafer)
    return Report(
        headline.headline(content.choice, content.unit),
        html_page(
            content,
            {picture.name: picture for picture in pictures},
            live_curves([Curve("", content.choice)], content.unit),
            wafer,
        ),
        pictures,
        lambda: draw(content, wafer),
        tables(content),
    )


def gather(directory: Path, layers_voltage: str | None) -> Content:
    """Read a sweep and compute all that the page shows."""
    results = read_results(directory)
    metric = results.points.metric
    summaries = by_voltage(results.points)
    if metric.is_share:
        criterion = read_criterion(results.manifest.content, directory / MANIFEST, metric)
        yields = read_yields(directory / "yields.csv")
        dies = read_dies(directory / "dies.csv")
        choice = choose_voltage(summaries, yields, criterion)
    else:
        dies, yields, choice = None, [], Choice(summaries, {}, None, None, None)
    selected = select(summaries, choice, layers_voltage)
    layers = layers_at(results.layers, selected.millionths) if results.layers is not None else []
    return Content(results, choice, layers, selected, dies, yields)


def draw(content: Content, wafer: WaferMap | None = None) -> Sequence[Picture]:
    """Draw the pictures of the page."""
    pictures = [
        plot_points.accuracy_energy(content.choice, content.unit),
        plot_points.energy_accuracy(content.choice, content.unit),
    ]
    if content.dies is not None and content.choice.chips > 1 and len(content.summaries) > 1:
        pictures.append(plot_dies.dies_picture(content.choice, content.dies))
    if wafer is not None and wafer.counts is not None:
        pictures.append(map_picture.draw(wafer.counts))
    if content.layers:
        voltage = f"{content.layers_voltage.text} {content.unit}"
        pictures.append(plot_layers.layers(content.layers, voltage))
    return pictures


def tables(content: Content) -> dict[str, str]:
    """Return the tables of a paper."""
    unit, place = content.unit, page_title(content.manifest)
    found = {
        "voltages": tex.table(
            columns.voltage_columns(content.choice, unit),
            content.summaries,
            f"{place}: means over chips, ± their standard deviation, per voltage.",
            "voltages",
        )
    }
    if content.layers:
        listed = [*columns.cycle_columns(), *columns.energy_columns(content.layers)[1:]]
        caption = f"{place}: layers at {content.layers_voltage.text} {unit}, one inference."
        found["layers"] = tex.table(listed, content.layers, caption, "layers")
    return found


def select(summaries: list[VoltageSummary], choice: Choice, asked: str | None) -> VoltageSummary:
    """Return the voltage of the layer table."""
    if asked is None:
        return choice.chosen or summaries[-1]
    millionths = to_millionths(asked)
    for summary in summaries:
        if summary.millionths == millionths:
            return summary
    swept = ", ".join(summary.text for summary in summaries)
    raise InputError(f"--layers-at {asked}: not a voltage of the sweep ({swept})")
