"""What a sweep says in a few sentences, and the notes that qualify it."""

from dataclasses import replace

from brownout_tools.reporting import formats
from brownout_tools.reporting.choice import Choice
from brownout_tools.reporting.results import RAILS, SweepResults
from brownout_tools.reporting.summary import LayerMean, Spread, VoltageSummary

# Shares of a layer's total by which its parts may miss it through decimal rounding.
PARTS_TOLERANCE = 1e-3


def headline(choice: Choice, unit: str) -> str:
    """Return the result in one paragraph of plain text: the chips that pass, then the mean."""
    if choice.criterion is None:
        return error_headline(choice, unit)
    chosen, failed = choice.chosen, choice.failed
    if chosen is None:
        assert failed is not None  # a sweep has a voltage
        return (
            f"At no voltage of the sweep {every_chip(choice)} "
            f"{passing(choice)}. {failing_text(choice, failed, unit)}"
        )
    who = every_chip(choice)
    sentences = [
        f"{who[:1].upper()}{who[1:]}{share_text(choice, chosen)} {passing(choice)} down to "
        f"{place(chosen, unit)}: {mean_text(choice, chosen)}.",
        saving_text(chosen),
        failing_text(choice, failed, unit)
        if failed is not None
        else "The sweep does not go lower, so the limit may lie below.",
    ]
    return " ".join(sentences)


def error_headline(choice: Choice, unit: str) -> str:
    """Return how far an error rises: there is nothing that chips have to reach."""
    lowest = choice.summaries[-1]
    score = formats.score_with_spread(choice.metric, lowest.score)
    factor = f"{formats.significant(lowest.score.mean / choice.reference)} times as much"
    worst = formats.score(choice.metric, lowest.score.high)
    many = f"; worst chip {worst}" if choice.chips > 1 else ""
    return (
        f"Without faults the {choice.metric.axis} is "
        f"{formats.score(choice.metric, choice.reference)}. At the lowest voltage, "
        f"{place(lowest, unit)}, {'the mean of the chips' if choice.chips > 1 else 'it'} is "
        f"{score} ({factor}{many}). {saving_text(lowest)}"
    )


def saving_text(chosen: VoltageSummary) -> str:
    """Compare the energy with that at the error-free voltage."""
    sram, total = chosen["weight_sram_energy_rel"], chosen["energy_rel"]
    if sram.low == sram.high == 1:
        return "There an inference takes the energy of the error-free voltage."
    return (
        f"There an inference takes {energy_text(sram)} weight SRAM energy and "
        f"{energy_text(total)} total energy than at the error-free voltage."
    )


def every_chip(choice: Choice) -> str:
    """Call the chips of the sweep."""
    return f"all {choice.chips} chips" if choice.chips > 1 else "the chip"


def passing(choice: Choice) -> str:
    """Say what they have to do to pass."""
    assert choice.criterion is not None
    return choice.criterion.passing(choice.metric, "" if choice.chips > 1 else "s")


def place(summary: VoltageSummary, unit: str) -> str:
    """Return a voltage with the bit error rate there."""
    return f"{summary.text} {unit} (bit error rate {small(summary['ber'].mean)})"


def share_text(choice: Choice, summary: VoltageSummary) -> str:
    """Return the share of chips that pass with its interval; one chip has none."""
    found = choice.yield_at(summary)
    if found.chips == 1:
        return ""
    share, low, high = (formats.short_percent(value) for value in (found.share, *found.interval))
    return f" ({share} %, 95 % interval {low} to {high} %)"


def failing_text(choice: Choice, failed: VoltageSummary, unit: str) -> str:
    """Say what happens at a voltage where a chip fails."""
    found = choice.yield_at(failed)
    if found.chips == 1:
        return f"At {place(failed, unit)} it fails: {mean_text(choice, failed)}."
    return (
        f"At {place(failed, unit)} {found.passing} of {found.chips} pass"
        f"{share_text(choice, failed)}: {mean_text(choice, failed)}."
    )


def mean_text(choice: Choice, summary: VoltageSummary) -> str:
    """Say how accurate the chips are, and how far that is from the network without faults."""
    score = summary.score
    change = f"{change_text(choice.drop(summary))} without faults"
    if score.count == 1:
        return f"{choice.metric.name} {percent_text(score)} ({change})"
    worst = formats.percent(score.low)
    return f"mean {choice.metric.name} {percent_text(score)} ({change}; worst chip {worst} %)"


def percent_text(spread: Spread) -> str:
    """Return mean ± standard deviation with the sign."""
    return f"{formats.percent_with_spread(spread)} %"


def small(fraction: float) -> str:
    """Return a small share in percent with the sign."""
    return f"{formats.small_percent(fraction)} %"


def change_text(drop: float) -> str:
    """Say how many points lie between an accuracy and that without faults."""
    if abs(drop) < 0.005:
        return "the same as"
    return f"{abs(drop):.2f} points {'less' if drop > 0 else 'more'} than"


def energy_text(relative: Spread) -> str:
    """Say how much less or more energy is taken, with its standard deviation."""
    saved = formats.saved(relative)
    decimals = 1 if abs(saved.mean) >= 0.01 else 2
    if saved.mean < 0:
        saved = replace(saved, mean=-saved.mean)
        return f"{formats.percent_with_spread(saved, decimals)} % more"
    return f"{formats.percent_with_spread(saved, decimals)} % less"


def notes(results: SweepResults, choice: Choice, unit: str) -> list[str]:
    """Return what a reader has to know before quoting the numbers."""
    summaries = choice.summaries
    found = [
        choice.criterion.resolution(choice.metric, summaries[0]["images"].mean)
        if choice.criterion is not None
        else "By an error no chip passes or fails: the images are not of both kinds, normal and "
        "anomalous, of which a ROC AUC is made."
    ]
    found += unsettled_notes(choice, unit)
    if len({frozenset(summary.chips) for summary in summaries}) > 1:
        found.append("Not every voltage has the same chips: some points are missing.")
    if len(summaries[0].chips) == 1:
        found.append("One chip only: nothing is known about the spread between chips.")
    if len({images for summary in summaries for images in summary.values["images"]}) > 1:
        found.append("Not every point has the same number of images.")
    found.append(cosimulation_note(summaries))
    if results.layers is None:
        found.append("layers.csv is missing: the report has no layers.")
    return found


def unsettled_notes(choice: Choice, unit: str) -> list[str]:
    """Say at which voltages more images could judge chips otherwise."""
    if choice.criterion is None:
        return []
    counts = [(summary, choice.yield_at(summary).unsettled) for summary in choice.summaries]
    listed = [f"{count} at {summary.text} {unit}" for summary, count in counts if count]
    if not listed:
        return []
    return [
        "More images could judge some chips otherwise, as the 95 % interval of what they lose "
        f"holds the target: {', '.join(listed)}."
    ]


def cosimulation_note(summaries: list[VoltageSummary]) -> str:
    """Say how much of the sweep ran on the SystemC machine."""
    points = sum(len(summary.chips) for summary in summaries)
    checked = sum(int((summary.values["cosim_images"] > 0).sum()) for summary in summaries)
    if checked == 0:
        return f"None of the {points} points was checked against the SystemC machine."
    images = sum(summary.values["cosim_images"].sum() for summary in summaries)
    if checked == points:
        return "Every point was checked against the SystemC machine."
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
        ("energy_j", RAILS),
    ):
        for layer in layers:
            added = sum(layer[f"{part}_{total}"] for part in parts)
            if abs(added - layer[total]) > PARTS_TOLERANCE * layer[total]:
                found.append(
                    f"Layer {layer.name}: the parts of {total} add up to {added:.6g}, "
                    f"not to {layer[total]:.6g}."
                )
    return found
