"""The HTML report of a sensitivity: picture, table, and what the columns mean."""

from html import escape
from pathlib import Path

from brownout_tools.reporting import formats, markup, plot_sensitivity, tex
from brownout_tools.reporting.column import Column
from brownout_tools.reporting.document import html_document
from brownout_tools.reporting.page import configuration_section
from brownout_tools.reporting.report import Report
from brownout_tools.reporting.results import Manifest
from brownout_tools.reporting.sensitivity import Part, Sensitivity, read_sensitivity
from brownout_tools.reporting.student import interval
from brownout_tools.reporting.style import Picture


def headline(results: Sensitivity) -> str:
    """Return the result in one paragraph of plain text."""
    worst, whole = results.worst, results.all
    rate = formats.small_percent(whole["ber"].mean)
    chips = len(whole.chips)
    cost = (
        f"cost {loss_text(whole)} of {results.metric.name}"
        if results.metric.is_share
        else f"raise the {results.metric.axis} by {loss_text(whole)}"
    )
    basis = "One chip" if chips == 1 else f"Mean ± standard deviation of {chips} chips"
    most = "hurts most" if results.culprits.certain else "costs most on average"
    return (
        f"At {results.voltage} {results.unit} (bit error rate {rate} %) all faults together "
        f"{cost}. Alone, {results.name(worst)} {most}: {loss_text(worst)}, with "
        f"{formats.percent(worst['weight_bits_share'].mean, 1)} % of the weight bits. {basis}, "
        f"{formats.count(whole['images'].mean)} images."
    )


def notes(results: Sensitivity) -> list[str]:
    """Return what the chips leave open."""
    culprits, worst = results.culprits, results.name(results.worst)
    found = []
    if not culprits.certain:
        found.append(
            f"That {worst} costs anything on other dies is not certain: the 95 % interval of its "
            "mean reaches 0, or there is one chip only."
        )
    if culprits.others:
        names = ", ".join(results.name(results.parts[i]) for i in culprits.others)
        found.append(f"Not told apart from {worst} by these chips, at 95 %: {names}.")
    return found


def interval_text(part: Part) -> str:
    """Return the interval of the mean drop over dies."""
    found = interval(part.drops)
    if found is None:
        return formats.NO_VALUE
    return " to ".join(formats.loss(part.metric, end) for end in found)


def loss_text(part: Part) -> str:
    """Return a drop as ``10.22 ± 5.24 points``, of an error ``0.0219 ± 0.0094``."""
    spread = f" ± {formats.loss(part.metric, part.drop.std, 2)}" if part.drop.count > 1 else ""
    points = " points" if part.metric.is_share else ""
    return f"{formats.loss(part.metric, part.drop.mean)}{spread}{points}"


def columns(results: Sensitivity) -> list[Column[Part]]:
    """Return the columns of the table."""

    def name(part: Part) -> str:
        if part is results.none:
            return "no faults"
        return "all faults" if part is results.all else results.name(part)

    metric = results.metric
    what, points = ("lost", "points") if metric.is_share else ("rise", "")
    return [
        Column(" and ".join(results.split), "", "the faults that act", name, True, core=True),
        Column(
            "weights",
            "",
            "weights of which a bit may change",
            lambda part: formats.count(part["weights"].mean),
        ),
        Column(
            "weight bits",
            "%",
            "bits that may change, of all bits of all weights",
            lambda part: formats.percent(part["weight_bits_share"].mean),
            core=True,
        ),
        Column(
            "weights changed",
            "%",
            "weights that are read with a wrong value, of all weights",
            lambda part: formats.small_percent(part["weights_changed"].mean),
        ),
        Column(
            metric.name,
            metric.unit,
            "mean ± standard deviation over chips",
            lambda part: formats.score_with_spread(metric, part[metric.column]),
            core=True,
        ),
        Column(
            "lowest",
            metric.unit,
            "the worst chip" if metric.is_share else "the best chip",
            lambda part: formats.score(metric, part[metric.column].low),
        ),
        Column(
            "highest",
            metric.unit,
            "the best chip" if metric.is_share else "the worst chip",
            lambda part: formats.score(metric, part[metric.column].high),
        ),
        Column(
            what,
            points,
            f"{metric.name} lost to the faults: mean over chips"
            if metric.is_share
            else "more error than without faults: mean over chips",
            lambda part: formats.loss(metric, part.drop.mean),
            core=True,
        ),
        Column(
            "std. dev.",
            points,
            "of this, over chips",
            lambda part: (
                formats.loss(metric, part.drop.std, 2) if part.drop.count > 1 else formats.NO_VALUE
            ),
            core=True,
        ),
        Column(
            "95 % interval",
            points,
            "of its mean over all dies like these (Student)",
            interval_text,
        ),
    ]


def report(directory: Path) -> Report:
    """Return the report of what ``brownout sensitivity`` made."""
    results = read_sensitivity(directory)
    picture = plot_sensitivity.sensitivity(results)
    rows = [results.none, results.all, *results.parts]
    caption = f"What parts of the faults cost at {results.voltage} {results.unit}."
    return Report(
        headline(results),
        sensitivity_page(results, picture),
        [picture],
        lambda: [plot_sensitivity.sensitivity(results)],
        {"sensitivity": tex.table(columns(results), rows, caption, "sensitivity")},
    )


def sensitivity_page(results: Sensitivity, picture: Picture) -> str:
    """Return the whole report."""
    manifest = results.manifest or Manifest()
    place = f" on {manifest.accelerator}" if manifest.accelerator else ""
    title = f"{manifest.workload or 'Network'}{place}: what each part of the faults costs"
    table = markup.data_table(
        columns(results),
        [results.none, results.all, *results.parts],
        "Accuracy per part of the faults",
        is_chosen=lambda part: part is results.worst,
    )
    caption = (
        f"What faults cost at {results.voltage} {results.unit} when only those of one "
        f"{' and '.join(results.split)} act. Every part meets the same failing cells. "
        "Losses of parts do not add up to that of all faults."
    )
    sections = [
        f"<header>\n<h1>{escape(title)}</h1>\n</header>",
        f"<section>\n{markup.paragraph(headline(results), 'headline')}\n"
        f"{markup.bullets(notes(results))}\n</section>",
        f"<section>\n<h2>Picture</h2>\n{markup.picture(picture, caption, 'wide')}\n</section>",
        f"<section>\n<h2>Parts</h2>\n{table}\n</section>",
        configuration_section(manifest),
    ]
    return html_document(title, "\n".join(section for section in sections if section))
