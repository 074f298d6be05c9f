"""The report of several sweeps: curves over each other, what the first has more or less."""

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

from brownout_tools.reporting import formats, markup, plot_comparison, tex
from brownout_tools.reporting.column import Column
from brownout_tools.reporting.comparison import (
    Compared,
    Point,
    differences,
    front,
    layer_names,
    rails,
    read_comparison,
)
from brownout_tools.reporting.document import html_document
from brownout_tools.reporting.formats import Scale
from brownout_tools.reporting.interactive import live_curves
from brownout_tools.reporting.plot_layers import NAMES
from brownout_tools.reporting.report import Report
from brownout_tools.reporting.results import RAILS
from brownout_tools.reporting.style import Picture
from brownout_tools.reporting.summary import VoltageSummary

NONE = formats.NO_VALUE


def report(named: dict[Path, str], layers_at: str | None) -> Report:
    """Return the report of several sweeps' directories."""
    sweeps = read_comparison(named, layers_at)
    best = front(sweeps)

    def draw() -> list[Picture]:
        return [plot_comparison.curves(sweeps), plot_comparison.pareto(sweeps, best)]

    pictures = draw()
    caption = "What every chip passes down to, and what that costs."
    tables = {"sweeps": tex.table(sweep_columns(sweeps), sweeps, caption, "sweeps")}
    return Report(headline(sweeps), page(sweeps, best, pictures), pictures, draw, tables)


def headline(sweeps: Sequence[Compared]) -> str:
    """Say which sweep goes lowest and which takes least energy where all its chips pass."""
    passing = [(sweep, sweep.chosen) for sweep in sweeps if sweep.chosen is not None]
    if not passing:
        return f"In none of the {len(sweeps)} sweeps every chip passes."
    at = min((chosen for _, chosen in passing), key=lambda chosen: chosen.millionths)
    lowest = [sweep.name for sweep, chosen in passing if chosen.millionths == at.millionths]
    who = f"{lowest[0]} goes" if len(lowest) == 1 else f"{' and '.join(lowest)} go"
    sentences = [f"{who} lowest: every chip passes down to {at.text} {unit(sweeps)}."]
    least, there = min(passing, key=lambda pair: pair[1]["energy_j"].mean)
    joules = there["energy_j"].mean
    scale = Scale.of([joules], "J")
    sentences.append(
        f"{least.name} takes the least energy where every chip passes: {scale.show(joules)} "
        f"{scale.unit} an inference at {there.text} {unit(sweeps)}."
    )
    failing = [sweep.name for sweep in sweeps if sweep.chosen is None]
    if failing:
        sentences.append(f"At no voltage every chip passes: {', '.join(failing)}.")
    return " ".join(sentences)


def unit(sweeps: Sequence[Compared]) -> str:
    """Return the unit of voltages."""
    return sweeps[0].content.unit


def at_chosen(write: Callable[[VoltageSummary], str]) -> Callable[[Compared], str]:
    """Return a cell about the lowest voltage at which every chip passes."""
    return lambda sweep: NONE if sweep.chosen is None else write(sweep.chosen)


def difference(value: float, form: str = ".2f") -> str:
    """Return more or less with its sign; what would be zero is 0."""
    text = f"{value:+{form}}"
    return text if float(text) else "0"


def change(column: str, base: Compared) -> Callable[[Compared], str]:
    """Return a cell: a mean at that voltage against the first sweep's, in percent."""

    def write(sweep: Compared) -> str:
        if sweep is base or sweep.chosen is None or base.chosen is None:
            return NONE
        before = base.chosen[column].mean
        return difference(100 * (sweep.chosen[column].mean / before - 1)) if before else NONE

    return write


def sweep_columns(sweeps: Sequence[Compared]) -> list[Column[Compared]]:
    """Return the columns of the table of sweeps; changes are against the first."""
    base, metric = sweeps[0], sweeps[0].choice.metric
    chosen = [sweep.chosen for sweep in sweeps if sweep.chosen is not None]
    joules = Scale.of([summary["energy_j"].mean for summary in chosen], "J")
    seconds = Scale.of([summary["latency_s"].mean for summary in chosen], "s")

    def lower(sweep: Compared) -> str:
        if sweep is base or sweep.chosen is None or base.chosen is None:
            return NONE
        return difference(sweep.chosen.voltage - base.chosen.voltage, ".4g")

    def gained(sweep: Compared) -> str:
        if sweep is base or sweep.chosen is None or base.chosen is None:
            return NONE
        return difference(100 * (sweep.chosen.score.mean - base.chosen.score.mean))

    return [
        Column("sweep", "", "directory", lambda s: s.name, True, core=True),
        Column("safe", unit(sweeps), "down to which every chip passes", safe(), core=True),
        Column("voltage change", unit(sweeps), "against the first sweep", lower),
        Column("chips", "", "fault maps evaluated", lambda s: str(s.choice.chips)),
        Column(
            metric.name,
            "%",
            "mean ± standard deviation over chips at that voltage",
            at_chosen(lambda s: formats.percent_with_spread(s.score)),
            core=True,
        ),
        Column(f"{metric.name} change", "points", "against the first sweep", gained),
        Column(
            "energy",
            joules.unit,
            "all rails, one inference, at that voltage",
            at_chosen(lambda s: joules.show(s["energy_j"].mean)),
            core=True,
        ),
        Column(
            "energy change", "%", "against the first sweep", change("energy_j", base), core=True
        ),
        Column(
            "weight SRAM",
            joules.unit,
            "energy of the weight SRAM's rail",
            at_chosen(lambda s: joules.show(s["weight_sram_energy_j"].mean)),
        ),
        Column(
            "weight SRAM change",
            "%",
            "against the first sweep",
            change("weight_sram_energy_j", base),
        ),
        Column(
            "latency",
            seconds.unit,
            "one inference",
            at_chosen(lambda s: seconds.show(s["latency_s"].mean)),
        ),
        Column(
            "cycles", "", "of one inference", at_chosen(lambda s: formats.count(s["cycles"].mean))
        ),
        Column("cycles change", "%", "against the first sweep", change("cycles", base), core=True),
    ]


def safe() -> Callable[[Compared], str]:
    """Return the cell of the safe voltage."""
    return at_chosen(lambda summary: summary.text)


def rail_columns(sweeps: Sequence[Compared]) -> list[Column[Compared]]:
    """Return the columns of energy by rail, at the voltage of each sweep's layers."""
    listed = rails(sweeps)
    scale = Scale.of([s.rail_energy(rail) for s in sweeps for rail in listed], "J")
    return [
        Column("sweep", "", "directory", lambda s: s.name, True),
        Column("at", unit(sweeps), "voltage", lambda s: s.content.layers_voltage.text),
        *(
            Column(
                NAMES[rail],
                scale.unit,
                "energy of the rail, one inference",
                lambda s, rail=rail: scale.show(s.rail_energy(rail)),
            )
            for rail in listed
        ),
        Column(
            "total",
            scale.unit,
            "all rails",
            lambda s: scale.show(sum(s.rail_energy(rail) for rail in RAILS)),
        ),
    ]


def voltage_columns(sweeps: Sequence[Compared]) -> list[Column[VoltageSummary]]:
    """Return the columns of yield and metric at each voltage, sweeps side by side."""
    at = [{s.millionths: s for s in sweep.choice.summaries} for sweep in sweeps]

    def passing(i: int, row: VoltageSummary) -> str:
        if row.millionths not in at[i]:
            return NONE
        found = sweeps[i].choice.yields[row.millionths]
        return f"{found.passing} of {found.chips}"

    def score(i: int, row: VoltageSummary) -> str:
        summary = at[i].get(row.millionths)
        return NONE if summary is None else formats.percent_with_spread(summary.score)

    columns = [Column[VoltageSummary]("voltage", unit(sweeps), "supply", lambda row: row.text)]
    for i, sweep in enumerate(sweeps):
        title = f"{sweep.name}: {sweep.choice.metric.name}"
        columns += [
            Column(f"{sweep.name}: passing", "", "chips", lambda row, i=i: passing(i, row)),
            Column(title, "%", "mean ± std. dev.", lambda row, i=i: score(i, row)),
        ]
    return columns


def layer_columns(sweeps: Sequence[Compared]) -> list[Column[str]]:
    """Return the columns of cycles and energy of each layer, sweeps side by side."""
    layers = [layer for sweep in sweeps for layer in sweep.content.layers]
    joules = Scale.of([layer["energy_j"] for layer in layers], "J")

    def cell(sweep: Compared, name: str, column: str, write: Callable[[float], str]) -> str:
        layer = sweep.layer(name)
        return NONE if layer is None else write(layer[column])

    def one(
        sweep: Compared, title: str, of: str, column: str, write: Callable[[float], str]
    ) -> Column[str]:
        full = f"{sweep.name}: {title}"
        return Column(full, of, title, lambda name: cell(sweep, name, column, write))

    return [
        Column("layer", "", "name in the network", str, True),
        *(one(sweep, "cycles", "", "cycles", formats.count) for sweep in sweeps),
        *(one(sweep, "energy", joules.unit, "energy_j", joules.show) for sweep in sweeps),
    ]


def front_columns(points: Sequence[Point]) -> list[Column[Point]]:
    """Return the columns of the points that none beats."""
    scale = Scale.of([point.energy for point in points], "J")
    metric = points[0].sweep.choice.metric.name
    return [
        Column("sweep", "", "directory", lambda p: p.sweep.name, True),
        Column("voltage", points[0].sweep.content.unit, "supply", lambda p: p.summary.text),
        Column("energy", scale.unit, "one inference", lambda p: scale.show(p.energy)),
        Column(metric, "%", "mean over chips", lambda p: formats.percent(p.score)),
        Column("passing", "", "chips", lambda p: passing_of(p)),
    ]


def passing_of(point: Point) -> str:
    """Return how many chips pass at the point."""
    found = point.sweep.choice.yield_at(point.summary)
    return f"{found.passing} of {found.chips}"


def page(sweeps: Sequence[Compared], best: Sequence[Point], pictures: Sequence[Picture]) -> str:
    """Return the whole report."""
    title = f"{len(sweeps)} sweeps beside each other"
    body = "\n".join(
        [
            f"<header>\n<h1>{escape(title)}</h1>\n</header>",
            "<section>",
            markup.paragraph(headline(sweeps), "headline"),
            markup.bullets(notes(sweeps)),
            "</section>",
            curve_section(sweeps, best, pictures),
            sweeps_section(sweeps),
            detail_sections(sweeps),
        ]
    )
    live = live_curves(
        [sweep.curve for sweep in sweeps],
        unit(sweeps),
        [(point.energy, point.score) for point in best],
    )
    return html_document(title, body, live)


def notes(sweeps: Sequence[Compared]) -> list[str]:
    """Return what a reader has to know before comparing the numbers."""
    found = [
        "Changes are against the first sweep, each at the lowest voltage down to which all its "
        "chips pass. Energies are those of all rails."
    ]
    if len({sweep.choice.criterion.minimum for sweep in sweeps}) > 1:
        found.append("The sweeps are judged by different accuracy targets.")
    if len({sweep.choice.summaries[0]["images"].mean for sweep in sweeps}) > 1:
        found.append("The sweeps ran different numbers of images.")
    if len({sweep.choice.chips for sweep in sweeps}) > 1:
        found.append("The sweeps have different numbers of chips: more chips find worse ones.")
    return found


def curve_section(
    sweeps: Sequence[Compared], best: Sequence[Point], pictures: Sequence[Picture]
) -> str:
    """Return the pictures and the points that none beats."""
    curves, pareto = pictures
    both = "\n".join(
        [
            markup.picture(
                curves, "Means over chips; bands reach from the lowest to the highest chip."
            ),
            markup.picture(
                pareto,
                "Accuracy against energy, a point a voltage. On the broad line no other point is "
                "as accurate for less energy.",
            ),
        ]
    )
    table = markup.data_table(front_columns(best), best, "Points that none beats")
    return (
        f'<section>\n<h2>Curves</h2>\n<div class="pair">\n{both}\n</div>\n'
        f"{markup.details('Points that none beats', table)}\n</section>"
    )


def sweeps_section(sweeps: Sequence[Compared]) -> str:
    """Return the table of sweeps and what they differ in."""
    table = markup.data_table(sweep_columns(sweeps), sweeps, "Sweeps")
    keys = [(key, *values) for key, values in differences(sweeps)]
    titles = ["key", *(sweep.name for sweep in sweeps)]
    differing = markup.plain_table(titles, keys, "Differences") if keys else ""
    return (
        f"<section>\n<h2>Where every chip passes</h2>\n{table}\n"
        f"<h3>What differs</h3>\n"
        f"{differing or markup.paragraph('Configuration and inputs are the same.')}\n</section>"
    )


def detail_sections(sweeps: Sequence[Compared]) -> str:
    """Return the tables per voltage, by rail and per layer."""
    rows = {s.millionths: s for sweep in sweeps for s in sweep.choice.summaries}
    falling = [rows[key] for key in sorted(rows, reverse=True)]
    parts = [
        "<section>\n<h2>Per voltage</h2>",
        markup.data_table(voltage_columns(sweeps), falling, "Yield and accuracy per voltage"),
        "</section>",
    ]
    if all(sweep.content.layers for sweep in sweeps):
        names = layer_names(sweeps)
        parts += [
            "<section>\n<h2>Energy by rail and per layer</h2>",
            markup.data_table(rail_columns(sweeps), sweeps, "Energy by rail"),
            "<h3>Per layer</h3>",
            markup.data_table(layer_columns(sweeps), names, "Cycles and energy per layer"),
            "</section>",
        ]
    return "\n".join(parts)
