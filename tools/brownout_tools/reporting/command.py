"""``python -m brownout_tools.reporting DIR``: results of a sweep or sensitivity as a report."""

import argparse
import sys
from pathlib import Path

from brownout_tools.reporting import (
    headline,
    plot_layers,
    plot_points,
    plot_sensitivity,
    sensitivity,
    sensitivity_page,
)
from brownout_tools.reporting.choice import Choice, choose_voltage
from brownout_tools.reporting.criterion import read_criterion
from brownout_tools.reporting.dies import read_dies, read_yields
from brownout_tools.reporting.inputs import InputError, Parser, to_millionths
from brownout_tools.reporting.outputs import write_files
from brownout_tools.reporting.page import Content, html_page
from brownout_tools.reporting.results import MANIFEST, read_results
from brownout_tools.reporting.summary import VoltageSummary, by_voltage, layers_at


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0, or 2 after a one-line error about bad input."""
    try:
        args = parse(arguments)
        if (args.directory / sensitivity.FILE).exists():
            return report_sensitivity(args)
        content = gather(args.directory, args.layers_at)
        target = args.out or args.directory
        files = {target / "report.html": html_page(content).encode()}
        for picture in content.pictures.values():
            files[target / f"{picture.name}.png"] = picture.png
            files[target / f"{picture.name}.svg"] = picture.svg
        write_files(files)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(headline.headline(content.choice, content.unit))
    print(target / "report.html")
    return 0


def report_sensitivity(args: argparse.Namespace) -> int:
    """Write the report of what ``brownout sensitivity`` made."""
    if args.layers_at is not None:
        raise InputError(f"--layers-at: {args.directory / sensitivity.FILE} is of one voltage")
    results = sensitivity.read_sensitivity(args.directory)
    picture = plot_sensitivity.sensitivity(results)
    target = args.out or args.directory
    page = sensitivity_page.sensitivity_page(results, picture)
    write_files(
        {
            target / "report.html": page.encode(),
            target / f"{picture.name}.png": picture.png,
            target / f"{picture.name}.svg": picture.svg,
        }
    )
    print(sensitivity_page.headline(results))
    print(target / "report.html")
    return 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = Parser(
        prog="python -m brownout_tools.reporting",
        description="Draw the curves of a sweep, or the parts of a sensitivity; write report.html.",
    )
    parser.add_argument(
        "directory",
        type=Path,
        metavar="DIR",
        help="written by brownout sweep or brownout sensitivity",
    )
    parser.add_argument("--out", type=Path, metavar="DIR2", help="where to write (default: DIR)")
    parser.add_argument(
        "--layers-at",
        metavar="V",
        help="voltage of the layer table (default: the one found, else the lowest)",
    )
    # What chips have to reach is the sweep's to say, so that both say the same.
    parser.epilog = (
        "The accuracy target is that of the sweep: the same brownout sweep command with another "
        "--max-drop, --min-top1 or --min-auc judges its chips anew in seconds."
    )
    return parser.parse_args(arguments)


def gather(directory: Path, layers_voltage: str | None) -> Content:
    """Read a sweep; compute and draw all that the page shows."""
    results = read_results(directory)
    metric = results.points.metric
    criterion = read_criterion(results.manifest.content, directory / MANIFEST, metric)
    yields = read_yields(directory / "yields.csv")
    dies = read_dies(directory / "dies.csv")
    summaries = by_voltage(results.points)
    choice = choose_voltage(summaries, yields, criterion)
    unit = results.points.unit
    selected = select(summaries, choice, layers_voltage)
    pictures = [
        plot_points.accuracy_energy(choice, unit),
        plot_points.energy_accuracy(choice, unit),
    ]
    layers = []
    if results.layers is not None:
        layers = layers_at(results.layers, selected.millionths)
        pictures.append(plot_layers.layers(layers, f"{selected.text} {unit}"))
    by_name = {picture.name: picture for picture in pictures}
    return Content(results, choice, by_name, layers, selected, dies, yields)


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
