"""The report of several sweeps: curves over each other, what the first has more or less."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from brownout_tools.reporting import formats, markup, plot_comparison, tex
from brownout_tools.reporting.comparison import (
    Compared,
    Point,
    differences,
    front,
    layer_names,
    read_comparison,
)
from brownout_tools.reporting.comparison_columns import (
    front_columns,
    layer_columns,
    rail_columns,
    sweep_columns,
    unit,
    voltage_columns,
)
from brownout_tools.reporting.document import html_document
from brownout_tools.reporting.formats import Scale
from brownout_tools.reporting.interactive import live_curves
from brownout_tools.reporting.report import Report
from brownout_tools.reporting.style import Picture


def report(named: dict[Path, str], layers_at: str | None) -> Report:
    """Return the report of several sweeps' directories."""
    sweeps = read_comparison(named, layers_at)
    best = front(sweeps)

    def draw() -> list[Picture]:
        return [plot_comparison.curves(sweeps), plot_comparison.pareto(sweeps, best)]

    pictures = draw()
    caption = (
        "What every chip passes down to, and what that costs."
        if sweeps[0].choice.metric.is_share
        else "Error and costs at the lowest voltage of all."
    )
    tables = {"sweeps": tex.table(sweep_columns(sweeps), sweeps, caption, "sweeps")}
    return Report(headline(sweeps), page(sweeps, best, pictures), pictures, draw, tables)


def headline(sweeps: Sequence[Compared]) -> str:
    """Say which sweep goes lowest and which takes least energy where all its chips pass."""
    if not sweeps[0].choice.metric.is_share:
        return error_headline(sweeps)
    passing = [(sweep, sweep.at) for sweep in sweeps if sweep.at is not None]
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
    failing = [sweep.name for sweep in sweeps if sweep.at is None]
    if failing:
        sentences.append(f"At no voltage every chip passes: {', '.join(failing)}.")
    return " ".join(sentences)


def error_headline(sweeps: Sequence[Compared]) -> str:
    """Say which sweep has the least error, and which takes the least energy, at one voltage."""
    found = [(sweep, sweep.at) for sweep in sweeps if sweep.at is not None]
    if not found:
        return f"The {len(sweeps)} sweeps have no voltage in common."
    metric = sweeps[0].choice.metric
    best, there = min(found, key=lambda pair: pair[1].score.mean)
    least, cheap = min(found, key=lambda pair: pair[1]["energy_j"].mean)
    scale = Scale.of([cheap["energy_j"].mean], "J")
    both = "It" if least is best else least.name
    return (
        f"At {there.text} {unit(sweeps)}, the lowest voltage of all, {best.name} has the least "
        f"{metric.axis}: {formats.score_with_spread(metric, there.score)}. {both} takes the "
        f"least energy there: {scale.show(cheap['energy_j'].mean)} {scale.unit} an inference."
    )


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
    place = (
        "each at the lowest voltage down to which all its chips pass"
        if sweeps[0].choice.metric.is_share
        else "at the lowest voltage that all have; by an error no chip passes or fails"
    )
    found = [f"Changes are against the first sweep, {place}. Energies are those of all rails."]
    targets = [sweep.choice.criterion for sweep in sweeps if sweep.choice.criterion]
    if len({criterion.minimum for criterion in targets}) > 1:
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
    what = "Accuracy" if sweeps[0].choice.metric.is_share else "Error"
    both = "\n".join(
        [
            markup.picture(
                curves, "Means over chips; bands reach from the lowest to the highest chip."
            ),
            markup.picture(
                pareto,
                f"{what} against energy, a point a voltage. On the broad line no other point is "
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
    is_share = sweeps[0].choice.metric.is_share
    place = "Where every chip passes" if is_share else "At the lowest voltage of all"
    keys = [(key, *values) for key, values in differences(sweeps)]
    titles = ["key", *(sweep.name for sweep in sweeps)]
    differing = markup.plain_table(titles, keys, "Differences") if keys else ""
    return (
        f"<section>\n<h2>{place}</h2>\n{table}\n"
        f"<h3>What differs</h3>\n"
        f"{differing or markup.paragraph('Configuration and inputs are the same.')}\n</section>"
    )


def detail_sections(sweeps: Sequence[Compared]) -> str:
    """Return the tables per voltage, by rail and per layer."""
    rows = {s.millionths: s for sweep in sweeps for s in sweep.choice.summaries}
    falling = [rows[key] for key in sorted(rows, reverse=True)]
    parts = [
        "<section>\n<h2>Per voltage</h2>",
        markup.data_table(voltage_columns(sweeps), falling, "Chips per voltage"),
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
