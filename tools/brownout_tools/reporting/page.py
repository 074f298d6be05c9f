"""The HTML report: one file that needs nothing else."""

from dataclasses import dataclass
from html import escape

from brownout_tools.reporting import columns, formats, headline, markup
from brownout_tools.reporting.dies import Dies, dies_section
from brownout_tools.reporting.page_style import CSS
from brownout_tools.reporting.results import Manifest, SweepResults
from brownout_tools.reporting.style import Picture
from brownout_tools.reporting.summary import Choice, LayerMean, VoltageSummary

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@dataclass(frozen=True)
class Content:
    """All that the page shows; ``layers`` are those at ``layers_voltage``."""

    results: SweepResults
    summaries: list[VoltageSummary]
    choice: Choice
    pictures: dict[str, Picture]
    layers: list[LayerMean]
    layers_voltage: VoltageSummary
    dies: Dies | None

    @property
    def unit(self) -> str:
        """The unit of voltages."""
        return self.results.points.unit

    @property
    def manifest(self) -> Manifest:
        """The manifest, empty if its file is missing."""
        return self.results.manifest or Manifest()


def html_page(content: Content) -> str:
    """Return the whole report."""
    title = page_title(content.manifest)
    sections = [
        f"<header>\n<h1>{escape(title)}</h1>\n{about(content)}\n</header>",
        result_section(content),
        picture_section(content),
        voltage_section(content),
        dies_section(content.dies) if content.dies is not None else "",
        layer_section(content) if content.layers else "",
        reading_section(content),
        configuration_section(content.manifest),
    ]
    return html_document(title, "\n".join(section for section in sections if section))


def html_document(title: str, body: str) -> str:
    """Return a page that loads nothing from elsewhere; ``body`` is HTML."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f"<title>{escape(title)}</title>\n<style>{CSS}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def page_title(manifest: Manifest) -> str:
    """Return workload and accelerator."""
    workload = manifest.workload or "Voltage sweep"
    return f"{workload} on {manifest.accelerator}" if manifest.accelerator else workload


def about(content: Content) -> str:
    """Return a line about profile, its source, the extent of the sweep and the simulator."""
    manifest, summaries, unit = content.manifest, content.summaries, content.unit
    chips = {chip for summary in summaries for chip in summary.chips}
    first, last = summaries[0].text, summaries[-1].text
    parts = [
        f"{len(summaries)} voltages from {first} to {last} {unit}",
        f"{len(chips)} chip{'s' if len(chips) > 1 else ''}",
        f"Brownout {manifest.brownout}" if manifest.brownout else "Brownout",
    ]
    if manifest.profile_name:
        source = manifest.profile_source
        quoted = f" (“{source}”)" if source else " (source not given)"
        parts.insert(0, f"Memory profile {manifest.profile_name}{quoted}")
    return markup.paragraph(" · ".join(parts), "about")


def result_section(content: Content) -> str:
    """Return the headline, the figures behind it and the notes."""
    choice, unit = content.choice, content.unit
    chosen = choice.chosen
    figures = ""
    if chosen is not None:
        figures = markup.key_figures(
            [
                (
                    f"lowest voltage within {formats.points(choice.max_drop)}",
                    f"{chosen.text} {unit}",
                ),
                (f"mean {choice.metric.name}", headline.percent_text(chosen.score)),
                ("weight SRAM energy", headline.energy_text(chosen["weight_sram_energy_rel"])),
                ("total energy", headline.energy_text(chosen["energy_rel"])),
            ]
        )
    return "\n".join(
        [
            "<section>",
            markup.paragraph(headline.headline(choice, unit), "headline"),
            figures,
            markup.bullets(headline.notes(content.results, content.summaries)),
            "</section>",
        ]
    )


def picture_section(content: Content) -> str:
    """Return the curves."""
    max_drop = formats.points(content.choice.max_drop)
    curves = [
        markup.picture(
            content.pictures["accuracy_energy"],
            f"Accuracy and energy against voltage. Dashed: {max_drop} below the mean "
            f"{content.choice.metric.name} at {content.choice.reference.text} {content.unit}. "
            "Energies are means, their bars the lowest and highest chip.",
        ),
        markup.picture(
            content.pictures["energy_accuracy"],
            "Accuracy against energy, a point a voltage. Bars: lowest and highest chip. The "
            "weight SRAM is the rail that is lowered, the total is what a battery sees.",
        ),
    ]
    joined = "\n".join(curves)
    return f'<section>\n<h2>Curves</h2>\n<div class="pair">\n{joined}\n</div>\n</section>'


def voltage_section(content: Content) -> str:
    """Return the table per voltage."""
    choice = content.choice

    def tag(summary: VoltageSummary) -> str:
        if summary is choice.reference:
            return "reference"
        if summary is choice.chosen:
            return f"within {formats.points(choice.max_drop)}"
        return ""

    table = markup.data_table(
        columns.voltage_columns(content.summaries, content.unit),
        content.summaries,
        "Results per voltage",
        tag,
        lambda summary: summary is choice.chosen,
    )
    return f"<section>\n<h2>Per voltage</h2>\n{table}\n</section>"


def layer_section(content: Content) -> str:
    """Return picture and table of the layers at one voltage."""
    voltage = f"{content.layers_voltage.text} {content.unit}"
    return "\n".join(
        [
            f"<section>\n<h2>Per layer at {escape(voltage)}</h2>",
            markup.picture(
                content.pictures["layers"],
                "Energy by rail and cycles by cause, first layer on top; means over chips. "
                "Percent: share of the inference. With the shipped energy tables the activation "
                "SRAM's rail feeds the accumulators, too.",
                "wide",
            ),
            "<h3>Work and cycles</h3>",
            markup.data_table(columns.cycle_columns(), content.layers, "Work and cycles per layer"),
            "<h3>Weights and energy</h3>",
            markup.data_table(
                columns.energy_columns(content.layers), content.layers, "Energy per layer"
            ),
            markup.bullets(headline.layer_notes(content.layers)),
            "</section>",
        ]
    )


def reading_section(content: Content) -> str:
    """Return what the columns mean."""
    tables = [("Columns per voltage", columns.voltage_columns(content.summaries, content.unit))]
    if content.layers:
        listed = [*columns.cycle_columns(), *columns.energy_columns(content.layers)[1:]]
        tables.append(("Columns per layer", listed))
    glossaries = "\n".join(
        markup.details(
            title,
            markup.plain_table(
                ["column", "unit", "meaning"],
                [(column.title, column.unit, column.meaning) for column in listed],
                title,
            ),
        )
        for title, listed in tables
    )
    choice = content.choice
    text = (
        "A chip is one fault map. Values are means over chips; ± is the standard deviation over "
        "chips, not an interval of confidence, and is left out where all chips agree. Energies and "
        "cycles are those of one inference. “rel” compares with the same workload at the "
        "error-free voltage of the memory profile, not with the nominal supply. The voltage of the "
        f"headline is the last one, walking down from {choice.reference.text} {content.unit}, "
        f"before the mean {choice.metric.name} has lost more than "
        f"{formats.points(choice.max_drop)}; a single chip may do worse. "
        "The share of chips that keep the accuracy is the yield: brownout sweep --max-drop P."
    )
    return f"<section>\n<h2>How to read it</h2>\n{markup.paragraph(text)}\n{glossaries}\n</section>"


def configuration_section(manifest: Manifest) -> str:
    """Return the resolved configuration, the hashes of the inputs and the command."""
    parts = []
    if manifest.command:
        parts.append(f"<p><code>{escape(manifest.command)}</code></p>")
    if manifest.configuration:
        table = markup.plain_table(
            ["key", "value"], list(manifest.configuration.items()), "Resolved configuration"
        )
        parts.append(markup.details("Resolved configuration", table))
    if manifest.inputs:
        table = markup.plain_table(
            ["file", "SHA-256"], list(manifest.inputs.items()), "Hashes of the inputs"
        )
        parts.append(markup.details("Input files and their hashes", table))
    joined = "\n".join(parts)
    return f"<section>\n<h2>How it was made</h2>\n{joined}\n</section>" if parts else ""
