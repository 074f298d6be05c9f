"""``brownout report DIR...``: what a sweep, vmin or sensitivity wrote as a page and pictures."""

import argparse
import sys
from pathlib import Path

from brownout_tools.reporting import (
    comparison,
    comparison_page,
    lines,
    search,
    search_page,
    sensitivity,
    sensitivity_page,
    sweep_report,
)
from brownout_tools.reporting.inputs import InputError, Parser
from brownout_tools.reporting.outputs import write_files
from brownout_tools.reporting.report import FORMATS, ON_SCREEN, PAGE, Report, millimetres


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0, or 2 after a one-line error about bad input."""
    try:
        args = parse(arguments)
        target = args.out or place_of(args.directories)
        report = report_of(args.directories, args.layers_at)
        write_files(report.files(target, args.format, args.width))
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if not args.quiet:
        print(report.headline)
        print(target / PAGE)
    return 0


def place_of(directories: list[Path]) -> Path:
    """Return where the report of one directory stands; that of several belongs to none."""
    if len(directories) > 1:
        raise InputError("--out: is required for the report of several directories")
    return directories[0]


def report_of(directories: list[Path], layers_at: str | None) -> Report:
    """Read what the directories hold, and draw it."""
    if len(directories) > 1:
        return comparison_page.report(comparison.names_of(directories), layers_at)
    (directory,) = directories
    below = comparison.sweep_names(directory)
    if below is not None:
        return comparison_page.report(below, layers_at)
    for file, of_one_file in (
        (sensitivity.FILE, sensitivity_page.report),
        (lines.FILE, lines.report),
        (search.ANSWER, search_page.report),
    ):
        if (directory / file).exists():
            if layers_at is not None:
                raise InputError(f"--layers-at: {directory / file} has no tables of layers")
            return of_one_file(directory)
    return sweep_report.report(directory, layers_at)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = Parser(
        prog="python -m brownout_tools.reporting",
        description="Draw what brownout sweep, vmin or sensitivity wrote; write report.html.",
    )
    parser.add_argument(
        "directories",
        nargs="+",
        type=Path,
        metavar="DIR",
        help="written by brownout sweep, vmin or sensitivity; several sweeps are compared",
    )
    parser.add_argument("--out", type=Path, metavar="DIR2", help="where to write (default: DIR)")
    parser.add_argument(
        "--layers-at",
        metavar="V",
        help="voltage of the layer table (default: the one found, else the lowest)",
    )
    parser.add_argument(
        "--format",
        type=formats,
        default=ON_SCREEN,
        metavar="LIST",
        help=f"files beside the page: {', '.join(FORMATS)}; tex are tables (default: png,svg)",
    )
    parser.add_argument(
        "--width",
        type=millimetres,
        metavar="MM",
        help="width of the pictures on paper, e.g. 85mm (default: as on the page)",
    )
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    # What chips have to reach is the sweep's to say, so that both say the same.
    parser.epilog = (
        "The accuracy target is that of the sweep: the same brownout sweep command with another "
        "--max-drop, --min-top1 or --min-auc judges its chips anew in seconds."
    )
    return parser.parse_args(arguments)


def formats(text: str) -> list[str]:
    """Read a list with commas, each once."""
    words = text.split(",")
    for word in words:
        if word not in FORMATS:
            raise InputError(f"--format: '{word}' is not one of {', '.join(FORMATS)}")
    return list(dict.fromkeys(words))
