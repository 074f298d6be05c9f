"""The report of ``brownout sensitivity --by bank|row|bitline``: which line is worth a repair."""

from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brownout_tools.reporting import formats, markup, style, tex
from brownout_tools.reporting.column import Column
from brownout_tools.reporting.document import html_document
from brownout_tools.reporting.inputs import InputError, read_csv
from brownout_tools.reporting.page import configuration_section, page_title
from brownout_tools.reporting.report import Report
from brownout_tools.reporting.results import MANIFEST, Manifest, read_manifest
from brownout_tools.reporting.student import Culprits, find_culprits, interval
from brownout_tools.reporting.style import Picture
from brownout_tools.reporting.summary import Spread

FILE = "lines.csv"
NAMES = {"top1": "top-1", "auc": "ROC AUC"}  # shares, of which points are lost


@dataclass(frozen=True)
class Line:
    """A rank of lines: a value per chip; what is lost and regained is in percentage points."""

    name: str
    faults: NDArray[np.float64]
    share: NDArray[np.float64]
    alone: NDArray[np.float64]
    regained: NDArray[np.float64]


@dataclass(frozen=True)
class Lines:
    """All lines, of one kind and voltage."""

    kind: str
    place: str
    metric: str
    lost: NDArray[np.float64]  # by all faults, a value per chip
    lines: list[Line]
    manifest: Manifest

    @property
    def culprits(self) -> Culprits:
        """The line whose repair regains most."""
        return find_culprits([line.regained for line in self.lines])


def read_lines(directory: Path) -> Lines:
    """Read the directory that the command wrote."""
    numbers = ["faults", "error_share", "clean", "all", "drop_alone", "regained"]
    table = read_csv(
        directory / FILE,
        ["kind", "rank", "chip", "bank", "index", "voltage", "unit", "metric", *numbers],
    )
    metric = table.one_value("metric")
    if metric not in NAMES:
        raise InputError(f"{table.path}: metric: '{metric}' has no percentage points")
    kind = table.one_value("kind")
    values = {name: table.numbers(name, low=-np.inf) for name in numbers}
    ranks = table.columns["rank"]
    one_chip = len(set(table.columns["chip"])) == 1
    lines = []
    for rank in dict.fromkeys(ranks):
        rows = [row for row, text in enumerate(ranks) if text == rank]
        name = f"{kind} {rank}" if kind == "bank" else f"{kind} #{rank}"
        if one_chip and kind != "bank":
            bank, index = (table.columns[column][rows[0]] for column in ("bank", "index"))
            name = f"bank {bank}, {kind} {index}"
        lines.append(
            Line(
                name,
                values["faults"][rows],
                values["error_share"][rows],
                100 * values["drop_alone"][rows],
                100 * values["regained"][rows],
            )
        )
    first = [row for row, text in enumerate(ranks) if text == ranks[0]]
    lost = 100 * np.abs(values["clean"][first] - values["all"][first])
    place = f"{table.one_value('voltage')} {table.one_value('unit')}"
    manifest = read_manifest(directory / MANIFEST)
    return Lines(kind, place, NAMES[metric], lost, lines, manifest)


def report(directory: Path) -> Report:
    """Return the report of what ``brownout sensitivity --by bitline`` and its like made."""
    results = read_lines(directory)
    picture = draw(results)
    caption = f"What {results.kind}s cost alone and regain if repaired, at {results.place}."
    table = tex.table(columns(results), results.lines, caption, "lines")
    return Report(
        headline(results),
        page(results, picture),
        [picture],
        lambda: [draw(results)],
        {"lines": table},
    )


def points(values: NDArray[np.float64]) -> str:
    """Return a mean with its standard deviation, in points."""
    spread = Spread.of(values)
    std = f" ± {spread.std:.2f}" if spread.count > 1 else ""
    return f"{formats.signed(spread.mean)}{std}"


def headline(results: Lines) -> str:
    """Say which line is best repaired."""
    culprits = results.culprits
    best = results.lines[culprits.worst]
    lost = f"At {results.place} all faults cost {points(results.lost)} points of {results.metric}."
    sure = "Best repaired" if culprits.certain else "Best repaired on average, but not certain,"
    if best.regained.mean() <= 0:
        return f"{lost} No repair of one {results.kind} regains any."
    chips = "One chip" if len(best.faults) == 1 else f"{len(best.faults)} chips"
    return f"{lost} {sure} is {best.name}, which regains {points(best.regained)} points. {chips}."


def columns(results: Lines) -> list[Column[Line]]:
    """Return the columns of the table."""

    def ends(line: Line) -> str:
        found = interval(line.regained)
        if found is None:
            return formats.NO_VALUE
        return f"{formats.signed(found[0])} to {formats.signed(found[1])}"

    return [
        Column(
            results.kind,
            "",
            "#0 damages the weights of its chip most",
            lambda r: r.name,
            is_text=True,
            core=True,
        ),
        Column("faults", "on weights", "mean over chips", lambda r: formats.count(r.faults.mean())),
        Column(
            "share",
            "%",
            "of the squares of all errors of weights",
            lambda r: formats.percent(r.share.mean()),
            core=True,
        ),
        Column(
            "costs alone",
            "points",
            "mean ± standard deviation",
            lambda r: points(r.alone),
            core=True,
        ),
        Column(
            "regains", "points", "if repaired, likewise", lambda r: points(r.regained), core=True
        ),
        Column("95 % interval", "points", "of the mean regained over all dies (Student)", ends),
    ]


def draw(results: Lines) -> Picture:
    """Draw what each line regains and costs, with every chip as a dot."""
    rows = np.arange(len(results.lines))
    with style.settings():
        figure = style.new_figure(8.6, 1.9 + 0.4 * len(rows))
        left, right = figure.subplots(1, 2, sharey=True)
        for axes, name, color, what in (
            (left, "regained", style.GREEN, "regained if repaired"),
            (right, "alone", style.VERMILLION, "lost if it alone fails"),
        ):
            values = [getattr(line, name) for line in results.lines]
            axes.barh(rows, [value.mean() for value in values], height=0.6, color=color, alpha=0.6)
            dots = [(point, row) for row, value in enumerate(values) for point in value]
            axes.plot(*zip(*dots, strict=True), "o", color=style.BLACK, ms=3, alpha=0.5, mew=0)
            axes.axvline(0, color=style.GREY, lw=0.8)
            axes.set_xlabel(f"{what} (points of {results.metric})")
            axes.grid(axis="y", visible=False)
        left.set_yticks(rows, [line.name for line in results.lines])
        left.set_ylim(len(rows) - 0.5, -0.5)
        return Picture("lines", headline(results), figure)


def page(results: Lines, picture: Picture) -> str:
    """Return the whole report."""
    title = f"{page_title(results.manifest)}: which {results.kind} is worth a repair"
    culprits = results.culprits
    names = ", ".join(results.lines[i].name for i in culprits.others)
    notes = [f"Not told apart from the best by these chips, at 95 %: {names}."] if names else []
    best = results.lines[culprits.worst]
    table = markup.data_table(
        columns(results), results.lines, "Lines", is_chosen=lambda line: line is best
    )
    caption = (
        f"Each {results.kind} alone, and with spare cells in its place while all others fail. "
        "Bars are means over chips, dots the chips."
    )
    sections = [
        f"<header>\n<h1>{escape(title)}</h1>\n</header>",
        f"<section>\n{markup.paragraph(headline(results), 'headline')}\n{markup.bullets(notes)}\n"
        "</section>",
        f"<section>\n<h2>Picture</h2>\n{markup.picture(picture, caption, 'wide')}\n</section>",
        f"<section>\n<h2>Lines</h2>\n{table}\n</section>",
        configuration_section(results.manifest),
    ]
    return html_document(title, "\n".join(section for section in sections if section))
