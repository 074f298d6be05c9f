"""What a sweep says in a few sentences, and the notes that qualify it."""

from dataclasses import replace

from brownout_tools.reporting import formats
from brownout_tools.reporting.results import SweepResults
from brownout_tools.reporting.summary import Choice, LayerMean, Spread, VoltageSummary

# Shares of a layer's total by which its parts may miss it through decimal rounding.
PARTS_TOLERANCE = 1e-3


def headline(choice: Choice, unit: str) -> str:
    """Return the result in one paragraph of plain text."""
    reference, metric = choice.reference, choice.metric.name
    if choice.chosen is None and choice.failed is None:
        return (
            f"The sweep has one voltage, {reference.text} {unit} (bit error rate "
            f"{small(reference['ber'].mean)}): mean {metric} is "
            f"{percent_text(reference.score)}{over_chips(reference)}."
        )
    clean = "clean accuracy" if reference.is_clean else "accuracy at the highest swept voltage"
    within = f"within {formats.points(choice.max_drop)} of the {clean}"
    if choice.chosen is None:
        sentence = (
            f"No voltage of the sweep below {reference.text} {unit} keeps mean {metric} {within} "
            f"({percent_text(reference.score)})."
        )
        return f"{sentence} {next_step(choice, unit)}"
    chosen = choice.chosen
    sentences = [
        f"Down to {chosen.text} {unit} (bit error rate {small(chosen['ber'].mean)}) "
        f"mean {metric} stays {within}: {percent_text(chosen.score)}{over_chips(chosen)}, "
        f"{change_text(choice.drop(chosen))} {percent_text(reference.score)} "
        f"at {reference.text} {unit}.",
        f"There an inference takes {energy_text(chosen['weight_sram_energy_rel'])} weight SRAM "
        f"energy and {energy_text(chosen['energy_rel'])} total energy than at the error-free "
        f"voltage.",
        next_step(choice, unit),
    ]
    return " ".join(sentences)


def next_step(choice: Choice, unit: str) -> str:
    """Say what happens at the next voltage below the chosen one."""
    if choice.failed is not None:
        failed = choice.failed
        return (
            f"At {failed.text} {unit} (bit error rate {small(failed['ber'].mean)}) "
            f"mean {choice.metric.name} is {percent_text(failed.score)}."
        )
    return "The sweep does not go lower, so the limit may lie below."


def percent_text(spread: Spread) -> str:
    """Return mean ± standard deviation with the sign."""
    return f"{formats.percent_with_spread(spread)} %"


def small(fraction: float) -> str:
    """Return a small share in percent with the sign."""
    return f"{formats.small_percent(fraction)} %"


def over_chips(summary: VoltageSummary) -> str:
    """Say over how many chips a mean goes and what the worst chip does."""
    score = summary.score
    if score.count == 1:
        return " (one chip)"
    worst = formats.percent(score.low)
    return f" (mean ± standard deviation of {score.count} chips; worst chip {worst} %)"


def change_text(drop: float) -> str:
    """Say how many points lie between an accuracy and the reference."""
    if abs(drop) < 0.005:
        return "the same as"
    return f"{abs(drop):.2f} points {'below' if drop > 0 else 'above'}"


def energy_text(relative: Spread) -> str:
    """Say how much less or more energy is taken, with its standard deviation."""
    saved = formats.saved(relative)
    decimals = 1 if abs(saved.mean) >= 0.01 else 2
    if saved.mean < 0:
        saved = replace(saved, mean=-saved.mean)
        return f"{formats.percent_with_spread(saved, decimals)} % more"
    return f"{formats.percent_with_spread(saved, decimals)} % less"


def notes(results: SweepResults, summaries: list[VoltageSummary]) -> list[str]:
    """Return what a reader has to know before quoting the numbers."""
    found = []
    if not summaries[0].is_clean:
        found.append(
            "The sweep has no fault-free point: accuracies are compared with its highest voltage, "
            f"where the bit error rate is {small(summaries[0]['ber'].mean)}."
        )
    if len({frozenset(summary.chips) for summary in summaries}) > 1:
        found.append("Not every voltage has the same chips: some points are missing.")
    if len(summaries[0].chips) == 1:
        found.append("One chip only: nothing is known about the spread between chips.")
    if len({images for summary in summaries for images in summary.values["images"]}) > 1:
        found.append("Not every point has the same number of images.")
    found.append(sampling_note(summaries[0]))
    found.append(cosimulation_note(summaries))
    if results.layers is None:
        found.append("layers.csv is missing: the report has no layers.")
    if results.manifest is None:
        found.append("manifest.json is missing: workload, profile and configuration are unknown.")
    return found


def sampling_note(reference: VoltageSummary) -> str:
    """Say how sure one chip's accuracy is, given the number of images."""
    _, ci_low, ci_high = reference.metric.columns
    low, high = reference[ci_low].low, reference[ci_high].high
    return (
        f"One chip's {reference.metric.name} comes from "
        f"{formats.count(reference['images'].mean)} images; at the highest voltage its "
        f"confidence interval is {formats.percent(low)} to {formats.percent(high)} %."
    )


def cosimulation_note(summaries: list[VoltageSummary]) -> str:
    """Say how much of the sweep ran on the SystemC machine."""
    points = sum(len(summary.chips) for summary in summaries)
    checked = sum(int((summary.values["cosim_images"] > 0).sum()) for summary in summaries)
    if checked == 0:
        return f"None of the {points} points was checked against the SystemC machine."
    images = sum(summary.values["cosim_images"].sum() for summary in summaries)
    return (
        f"{checked} of {points} points were checked against the SystemC machine "
        f"({formats.count(images)} images); the others come from the integer engine and the "
        "closed form alone."
    )


def layer_notes(layers: list[LayerMean]) -> list[str]:
    """Compare the layers' parts with their totals."""
    found = []
    for total, parts in (
        ("cycles", ["compute", "weight_fetch", "dram", "accumulator", "vector"]),
        ("energy_j", ["weight_sram", "logic", "activation_sram", "dram"]),
    ):
        for layer in layers:
            added = sum(layer[f"{part}_{total}"] for part in parts)
            if abs(added - layer[total]) > PARTS_TOLERANCE * layer[total]:
                found.append(
                    f"Layer {layer.name}: the parts of {total} add up to {added:.6g}, "
                    f"not to {layer[total]:.6g}."
                )
    return found
