"""The columns of the report's tables: title, unit, meaning and how a cell is written, once each."""

import math

from brownout_tools.reporting import formats
from brownout_tools.reporting.choice import Choice
from brownout_tools.reporting.column import Column
from brownout_tools.reporting.formats import Scale
from brownout_tools.reporting.metric import Metric
from brownout_tools.reporting.plot_layers import NAMES
from brownout_tools.reporting.results import CYCLE_CAUSES, RAILS
from brownout_tools.reporting.summary import LayerMean, VoltageSummary

CAUSES_EXPLAINED = {
    "compute": "the array loads, streams and drains",
    "weight_fetch": "the array waits for weight rows of more words than the SRAM has banks",
    "dram": "waiting for weights, input or output",
    "accumulator": "waiting for the vector unit to free accumulators",
    "vector": "the array is done or not needed, the vector unit works",
}
RAILS_EXPLAINED = {
    "weight_sram": "the rail that is lowered",
    "logic": "array, vector unit, biases and multipliers",
    "activation_sram": "activations between the layers",
    "accumulator": "sums of the array",
    "dram": "transfers to and from DRAM",
}


def voltage_columns(choice: Choice, unit: str) -> list[Column[VoltageSummary]]:
    """Return the columns of the table per voltage; values are means over chips."""
    summaries = choice.summaries
    return [
        Column("voltage", unit, voltage_meaning(unit), lambda s: s.text, core=True),
        *passing_columns(choice),
        *asked_columns(summaries),
        *error_columns(),
        *accuracy_columns(summaries[0].metric),
        *([chips_column()] if choice.criterion is None else []),
        *voltage_energy_columns(summaries),
        *time_columns(summaries),
    ]


def passing_columns(choice: Choice) -> list[Column[VoltageSummary]]:
    """Return the columns about the chips that pass; of one chip, whether it does."""
    if choice.criterion is None:
        return []

    def counts(summary: VoltageSummary) -> str:
        found = choice.yield_at(summary)
        if found.chips == 1:
            return "yes" if found.passing else "no"
        return f"{found.passing} of {found.chips}"

    def share(summary: VoltageSummary) -> str:
        found = choice.yield_at(summary)
        low, high = (formats.short_percent(end) for end in found.interval)
        return f"{formats.short_percent(found.share)} ({low} to {high})"

    found = [
        Column[VoltageSummary](
            "passing", "", "chips that reach the accuracy target", counts, core=True
        )
    ]
    if choice.chips > 1:
        found.append(Column("passing", "%", "their share, with its 95 % interval (Wilson)", share))
    return found


def asked_columns(summaries: list[VoltageSummary]) -> list[Column[VoltageSummary]]:
    """Return the column of the bit error rates that were asked for, if they were."""
    if all(math.isnan(summary.ber_asked) for summary in summaries):
        return []
    return [
        Column(
            "BER asked",
            "%",
            "bit error rate that the voltage was chosen for",
            lambda s: formats.small_percent(s.ber_asked),
        )
    ]


def error_columns() -> list[Column[VoltageSummary]]:
    """Return the columns about failing cells and wrong weights."""
    return [
        Column(
            "BER",
            "%",
            "bit error rate: share of cells that fail at this voltage",
            lambda s: formats.small_percent(s["ber"].mean),
            core=True,
        ),
        Column(
            "effective BER",
            "%",
            "wrong bits among the weight bits that an inference fetches",
            lambda s: formats.small_percent(s["effective_ber"].mean),
        ),
        Column(
            "weights changed",
            "%",
            "weights that are read with a wrong value",
            lambda s: formats.small_percent(s["weights_changed"].mean),
        ),
    ]


def accuracy_columns(metric: Metric) -> list[Column[VoltageSummary]]:
    """Return the columns about the metric."""
    return [
        Column(
            metric.name,
            metric.unit,
            f"{metric.meaning}: mean ± standard deviation over chips",
            lambda s: formats.score_with_spread(metric, s.score),
            core=True,
        ),
        Column(
            f"lowest {metric.name}",
            metric.unit,
            "the worst chip" if metric.is_share else "the best chip",
            lambda s: formats.score(metric, s.score.low),
            core=metric.is_share,
        ),
        Column(
            f"highest {metric.name}",
            metric.unit,
            "the best chip" if metric.is_share else "the worst chip",
            lambda s: formats.score(metric, s.score.high),
            core=not metric.is_share,
        ),
    ]


def chips_column() -> Column[VoltageSummary]:
    """Return the number of chips, which stands beside those that pass where chips do."""
    return Column("chips", "", "fault maps evaluated", lambda s: str(len(s.chips)))


def voltage_energy_columns(summaries: list[VoltageSummary]) -> list[Column[VoltageSummary]]:
    """Return the columns about energy, in joules and relative to the error-free voltage."""
    joules = Scale.of([s["energy_j"].mean for s in summaries], "J")
    sram = joules.for_values([s["weight_sram_energy_j"].mean for s in summaries])
    return [
        Column(
            "energy",
            joules.unit,
            "all rails, one inference",
            lambda s: joules.show(s["energy_j"].mean),
        ),
        Column(
            "energy",
            "rel",
            "energy / energy of this workload at the error-free voltage",
            lambda s: f"{s['energy_rel'].mean:.3f}",
            core=True,
        ),
        Column(
            "weight SRAM",
            sram.unit,
            "energy of the weight SRAM's rail, one inference",
            lambda s: sram.show(s["weight_sram_energy_j"].mean),
        ),
        Column(
            "weight SRAM",
            "rel",
            "the same relative to the error-free voltage",
            lambda s: f"{s['weight_sram_energy_rel'].mean:.3f}",
            core=True,
        ),
        Column(
            "weight SRAM share",
            "%",
            "weight SRAM energy / energy, at this voltage",
            lambda s: formats.percent(s["weight_sram_share"].mean, 1),
        ),
    ]


def time_columns(summaries: list[VoltageSummary]) -> list[Column[VoltageSummary]]:
    """Return the columns about time, in seconds and cycles."""
    seconds = Scale.of([s["latency_s"].mean for s in summaries], "s")
    return [
        Column(
            "latency", seconds.unit, "one inference", lambda s: seconds.show(s["latency_s"].mean)
        ),
        Column("cycles", "", "clock cycles of one inference", lambda s: count(s, "cycles")),
        Column(
            "stalls",
            "cycles",
            "of these, waiting for weight words, DRAM or accumulators",
            lambda s: count(s, "stall_cycles"),
        ),
    ]


def count(summary: VoltageSummary, column: str) -> str:
    """Return the mean of a counted column."""
    return formats.count(summary[column].mean)


def voltage_meaning(unit: str) -> str:
    """Say what the voltage is measured in."""
    if unit == "Vmin":
        return "supply of the swept memory, relative to its lowest error-free voltage (Vmin)"
    return f"supply of the swept memory in {unit}"


def cycle_columns() -> list[Column[LayerMean]]:
    """Return the columns about the work of layers; values are means over chips."""
    return [
        layer_name(),
        Column("kind", "", "what the layer does", lambda r: r.kind.replace("_", " "), True),
        Column("M x N x K", "", "GEMM: output pixels, output channels, products a sum", gemm),
        Column("MACs", "", "multiply-accumulates", lambda r: some(r, "macs"), core=True),
        Column(
            "cycles",
            "",
            "the layer's clock cycles",
            lambda r: formats.count(r["cycles"]),
            core=True,
        ),
        *(
            Column(
                NAMES[cause],
                "cycles",
                CAUSES_EXPLAINED[cause],
                lambda r, cause=cause: formats.count(r[f"{cause}_cycles"]),
            )
            for cause in CYCLE_CAUSES
        ),
        Column(
            "utilization",
            "%",
            "MACs / (processing elements x cycles)",
            lambda r: formats.percent(r["utilization"], 1) if r["macs"] else formats.NO_VALUE,
            core=True,
        ),
    ]


def energy_columns(layers: list[LayerMean]) -> list[Column[LayerMean]]:
    """Return the columns about weights and energy of layers; values are means over chips."""
    joules = Scale.of([layer["energy_j"] for layer in layers], "J")
    return [
        layer_name(),
        Column("weights", "", "number of weights", lambda r: some(r, "weights")),
        Column(
            "weights changed",
            "%",
            "weights that are read with a wrong value",
            lambda r: formats.small_percent(r["weights_changed"]),
        ),
        Column(
            "effective BER",
            "%",
            "wrong bits among the weight bits that an inference fetches",
            lambda r: formats.small_percent(r["effective_ber"]),
        ),
        Column("energy", joules.unit, "all rails", lambda r: joules.show(r["energy_j"]), core=True),
        *(
            Column(
                NAMES[rail],
                joules.unit,
                RAILS_EXPLAINED[rail],
                lambda r, rail=rail: joules.show(r[f"{rail}_energy_j"]),
                core=rail == "weight_sram",
            )
            for rail in RAILS
        ),
    ]


def layer_name() -> Column[LayerMean]:
    """Return the column of names."""
    return Column("layer", "", "name in the network", lambda r: r.name, True, core=True)


def gemm(layer: LayerMean) -> str:
    """Return a layer's GEMM, or nothing for layers of the vector unit."""
    if not layer["macs"]:
        return formats.NO_VALUE
    return " x ".join(formats.count(layer[size]) for size in ("m", "n", "k"))


def some(layer: LayerMean, column: str) -> str:
    """Return a count; none is a dash."""
    return formats.count(layer[column]) if layer[column] else formats.NO_VALUE
