"""The HTML report: one file that needs nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from brownout_tools.reporting import columns, formats, headline, markup, plot_axis
from brownout_tools.reporting.choice import Choice
from brownout_tools.reporting.dies import Dies, VoltageYield, dies_section
from brownout_tools.reporting.document import html_document
from brownout_tools.reporting.interactive import Live
from brownout_tools.reporting.results import Manifest, SweepResults
from brownout_tools.reporting.style import Picture
from brownout_tools.reporting.summary import LayerMean, VoltageSummary
from brownout_tools.reporting.wafer_map import WaferMap

Pictures = Mapping[str, Picture]  # by name


@dataclass(frozen=True)
class Content:
    """All that the page shows; ``layers`` are those at ``layers_voltage``."""

    results: SweepResults
    choice: Choice
    layers: list[LayerMean]
    layers_voltage: VoltageSummary
    dies: Dies | None  # None where no chip passes or fails
    yields: list[VoltageYield]

    @property
    def unit(self) -> str:
        """The unit of voltages."""
        return self.results.points.unit

    @property
    def manifest(self) -> Manifest:
        """What the sweep was."""
        return self.results.manifest

    @property
    def summaries(self) -> list[VoltageSummary]:
        """All chips at each voltage, which fall."""
        return self.choice.summaries


def html_page(
    content: Content,
    pictures: Pictures,
    live: Sequence[Live] = (),
    wafer: WaferMap | None = None,
) -> str:
    """Return the whole report."""
    title = page_title(content.manifest)
    sections = [
        f"<header>\n<h1>{escape(title)}</h1>\n{about(content)}\n</header>",
        result_section(content),
        picture_section(content, pictures),
        voltage_section(content),
        dies_section(content.dies, content.yields, pictures.get("dies")) if content.dies else "",
        wafer_section(wafer, pictures.get("map"), content.unit) if wafer is not None else "",
        layer_section(content, pictures["layers"]) if content.layers else "",
        reading_section(content),
        configuration_section(content.manifest),
    ]
    return html_document(title, "\n".join(section for section in sections if section), live)


def page_title(manifest: Manifest) -> str:
    """Return workload and accelerator."""
    workload = manifest.workload or "Voltage sweep"
    return f"{workload} on {manifest.accelerator}" if manifest.accelerator else workload


def about(content: Content) -> str:
    """Return a line about profile, its source, the extent of the sweep and the simulator."""
    manifest, summaries, unit = content.manifest, content.summaries, content.unit
    chips = {chip for summary in summaries for chip in summary.chips}
    first, last = summaries[0].text, summaries[-1].text
    swept = f"{len(summaries)} voltages from {first} to {last} {unit}"
    parts = [
        swept if len(summaries) > 1 else f"{first} {unit}",
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
    figures = markup.key_figures(key_figures(choice, unit)) if choice.chosen is not None else ""
    return "\n".join(
        [
            "<section>",
            markup.paragraph(headline.headline(choice, unit), "headline"),
            figures,
            markup.bullets(headline.notes(content.results, choice, unit)),
            "</section>",
        ]
    )


def key_figures(choice: Choice, unit: str) -> list[tuple[str, str]]:
    """Return terms and values of the chosen voltage."""
    chosen = choice.chosen
    assert chosen is not None
    found = choice.yield_at(chosen)
    figures = [("passes down to", f"{chosen.text} {unit}")]
    if found.chips > 1:
        low, high = (formats.short_percent(end) for end in found.interval)
        figures = [
            ("all chips pass down to", f"{chosen.text} {unit}"),
            ("chips that pass", f"{found.passing} of {found.chips} ({low} to {high} %)"),
        ]
    mean = f"{'mean ' if found.chips > 1 else ''}{choice.metric.name}"
    return [
        *figures,
        (mean, headline.percent_text(chosen.score)),
        ("weight SRAM energy", headline.energy_text(chosen["weight_sram_energy_rel"])),
        ("total energy", headline.energy_text(chosen["energy_rel"])),
    ]


def picture_section(content: Content, pictures: Pictures) -> str:
    """Return the curves."""
    against = "bit error rate" if plot_axis.is_of_rates(content.summaries) else "voltage"
    bars = content.choice.chips > 1
    target = " Dashed: what a chip has to reach." if content.choice.criterion else ""
    what = "Accuracy" if content.choice.metric.is_share else "Error"
    curves = [
        markup.picture(
            pictures["accuracy_energy"],
            f"{what} and energy against {against}.{target}",
            of_still="Energies are means, their bars the lowest and highest chip." * bars,
        ),
        markup.picture(
            pictures["energy_accuracy"],
            f"{what} against energy, a point a voltage. The weight SRAM is the rail that is "
            "lowered, the total is what a battery sees.",
            of_still="Bars: lowest and highest chip." * bars,
        ),
    ]
    joined = "\n".join(curves)
    return f'<section>\n<h2>Curves</h2>\n<div class="pair">\n{joined}\n</div>\n</section>'


def voltage_section(content: Content) -> str:
    """Return the table per voltage."""
    choice = content.choice

    def tag(summary: VoltageSummary) -> str:
        if summary is choice.chosen:
            return "all chips pass" if choice.chips > 1 else "passes"
        return "no faults" if summary.is_clean else ""

    table = markup.data_table(
        columns.voltage_columns(content.choice, content.unit),
        content.summaries,
        "Results per voltage",
        tag,
        lambda summary: summary is choice.chosen,
    )
    return f"<section>\n<h2>Per voltage</h2>\n{table}\n</section>"


def wafer_section(wafer: WaferMap, picture: Picture | None, unit: str) -> str:
    """Return where the dies fail, or why that is not drawn."""
    title = "<section>\n<h2>Where the dies fail</h2>\n"
    if picture is None:
        text = f"The maps of the dies are not drawn on each other: {wafer.missing}."
        return f"{title}{markup.paragraph(text)}\n</section>"
    caption = (
        f"All maps on each other at {wafer.voltage.text} {unit}: how many cells of a place fail, "
        "of all dies. A row or bitline that is weak on every die is a dark line, one that is weak "
        "on a single die a pale one. Below: failing cells over the voltage, how they fail, and "
        "bitlines by their faults, each die's counted for itself."
    )
    return f"{title}{markup.picture(picture, caption, 'wide')}\n</section>"


def layer_section(content: Content, picture: Picture) -> str:
    """Return picture and table of the layers at one voltage."""
    voltage = f"{content.layers_voltage.text} {content.unit}"
    return "\n".join(
        [
            f"<section>\n<h2>Per layer at {escape(voltage)}</h2>",
            markup.picture(
                picture,
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
    tables = [("Columns per voltage", columns.voltage_columns(content.choice, content.unit))]
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
    chips = "Every chip" if choice.chips > 1 else "The chip"
    text = (
        "A chip is one fault map. Values are means over chips; ± is the standard deviation over "
        "chips, not an interval of confidence, and is left out where all chips agree. Energies and "
        "cycles are those of one inference. “rel” compares with the same workload at the "
        "error-free voltage of the memory profile, not with the nominal supply. "
    )
    if choice.criterion is not None:
        text += (
            f"{chips} has to {choice.criterion.passing(choice.metric)}, on the same images, and "
            "the voltage of the headline is the last one, walking down, before one does not. "
            "Another target: the same brownout sweep command with --max-drop, --min-top1 or "
            "--min-auc, which judges the same points anew."
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
