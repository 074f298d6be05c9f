"""dies.csv and yields.csv: which chips pass, and what the report says of them."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from brownout_tools.reporting import formats, markup
from brownout_tools.reporting.column import Column
from brownout_tools.reporting.inputs import read_csv
from brownout_tools.reporting.metric import Metric, metric_of
from brownout_tools.reporting.style import Picture

PICTURE_CAPTION = (
    "Left: dies that pass, with the 95 % interval of their share. Middle: dies by the lowest "
    "voltage that they pass at, walking down. Right: at each of the lowest voltages the dies from "
    "the best to the worst; the dashed target cuts a line at the yield."
)


@dataclass(frozen=True)
class Die:
    """One chip; the keys of its maps are voltages as the file writes them."""

    chip: str
    map_name: str
    lowest: str  # lowest passing voltage, or empty
    score: dict[str, float]
    passes: dict[str, bool]


@dataclass(frozen=True)
class Dies:
    """dies.csv; ``voltages`` fall."""

    unit: str
    metric: Metric
    minimum: float
    voltages: list[str]
    dies: list[Die]


@dataclass(frozen=True)
class VoltageYield:
    """A row of yields.csv: passing chips at one voltage, with the 95 % interval of their share."""

    millionths: int
    voltage: str
    chips: int
    passing: int
    share: float
    interval: tuple[float, float]
    unsettled: int  # verdicts that more images could change; 0 where there is no interval


def read_dies(path: Path) -> Dies:
    """Read dies.csv."""
    names = ["chip", "map", "voltage", "unit", "top1", "min_top1", "pass", "lowest_passing_voltage"]
    table = read_csv(path, names)
    table.voltages("voltage")
    metric = metric_of(table)
    targets = table.numbers(f"min_{metric.column}", 1)
    score, passes = table.numbers(metric.column, 1), table.numbers("pass", 1)
    dies: dict[str, Die] = {}
    for row in range(len(table)):
        chip, voltage = table.columns["chip"][row], table.columns["voltage"][row]
        map_name = table.columns["map"][row]
        lowest = table.columns["lowest_passing_voltage"][row]
        die = dies.setdefault(chip, Die(chip, map_name, lowest, {}, {}))
        if voltage in die.score:
            raise table.error(row, "voltage", f"chip {chip} has {voltage} twice")
        die.score[voltage] = float(score[row])
        die.passes[voltage] = bool(passes[row])
    return Dies(
        table.one_value("unit"),
        metric,
        float(targets[0]),
        sorted(set(table.columns["voltage"]), key=float, reverse=True),
        list(dies.values()),
    )


def read_yields(path: Path) -> list[VoltageYield]:
    """Read yields.csv."""
    shares = ["yield", "yield_ci_low", "yield_ci_high"]
    table = read_csv(path, ["voltage", "unit", "chips", "passing", *shares, "unsettled"])
    millionths = table.voltages("voltage")
    chips, passing = table.numbers("chips"), table.numbers("passing")
    share, low, high = (table.numbers(name, 1) for name in shares)
    unsettled = np.nan_to_num(table.numbers("unsettled", may_be_empty=True))
    return [
        VoltageYield(
            int(millionths[row]),
            table.columns["voltage"][row],
            *(int(chips[row]), int(passing[row]), float(share[row])),
            (float(low[row]), float(high[row])),
            int(unsettled[row]),
        )
        for row in range(len(table))
    ]


def lowest_text(dies: Dies) -> str:
    """Say how low the dies go."""
    lowest = sorted((die.lowest for die in dies.dies), key=lambda v: float(v) if v else math.inf)
    if not lowest[0]:
        return f"No die passes at {dies.voltages[0]} {dies.unit}."
    if len(lowest) == 1:
        return f"The die passes down to {lowest[0]} {dies.unit}."
    sentences = [f"The best die passes down to {lowest[0]} {dies.unit}"]
    if lowest[len(lowest) // 2]:
        sentences.append(f"at least half of them down to {lowest[len(lowest) // 2]} {dies.unit}")
    failing = lowest.count("")
    sentences.append(
        f"{failing} of {len(lowest)} at no voltage of the sweep"
        if failing
        else f"all of them down to {lowest[-1]} {dies.unit}"
    )
    return ", ".join(sentences) + "."


def bins(dies: Dies) -> dict[str, int]:
    """Return how many dies go down to each voltage, falling; last, where there are, to none."""
    lowest = [die.lowest for die in dies.dies]
    counts = {voltage: lowest.count(voltage) for voltage in dies.voltages}
    if "" in lowest:
        counts[""] = lowest.count("")
    return counts


def dies_section(dies: Dies, yields: list[VoltageYield], picture: Picture | None) -> str:
    """Return the section of the report: yield and bins per voltage, then each die."""
    target = f"{formats.percent(dies.minimum)} %"
    text = (
        f"A die passes at a voltage where its {dies.metric.name} is at least {target}; its lowest "
        "voltage is the last one, walking down, before it first fails."
    )
    one = len(dies.dies) == 1  # which tells nothing of others
    if not one:
        text += (
            " The interval (95 %, Wilson) tells how well this many dies determine the yield of "
            "dies like these."
        )
    parts = [
        markup.paragraph(lowest_text(dies)),
        markup.paragraph(text),
        markup.picture(picture, PICTURE_CAPTION, "wide") if picture else "",
        "" if one else markup.data_table(yield_columns(dies), yields, "Yield per voltage"),
        markup.details("Every die", markup.data_table(die_columns(dies), dies.dies, "Dies")),
    ]
    joined = "\n".join(part for part in parts if part)
    return f"<section>\n<h2>{'The die' if one else 'Dies and yield'}</h2>\n{joined}\n</section>"


def yield_columns(dies: Dies) -> list[Column[VoltageYield]]:
    """Return the columns of the table of yields and bins."""
    counts = bins(dies)
    return [
        Column("voltage", dies.unit, "supply of the swept memory", lambda row: row.voltage),
        Column("passing", "", "dies that reach the target", lambda row: str(row.passing)),
        Column("dies", "", "fault maps evaluated", lambda row: str(row.chips)),
        Column("yield", "%", "passing / dies", lambda row: formats.percent(row.share, 1)),
        Column(
            "95 % from",
            "%",
            "lower end of the 95 % interval",
            lambda row: formats.percent(row.interval[0], 1),
        ),
        Column(
            "95 % to",
            "%",
            "upper end of the 95 % interval",
            lambda row: formats.percent(row.interval[1], 1),
        ),
        Column(
            "unsettled",
            "",
            "dies that more images could judge otherwise",
            lambda row: str(row.unsettled),
        ),
        Column(
            "bin",
            "dies",
            "dies whose lowest passing voltage this is",
            lambda row: str(counts.get(row.voltage, 0)),
        ),
    ]


def die_columns(dies: Dies) -> list[Column[Die]]:
    """Return the columns of the table of dies: its lowest voltage, and the metric at each."""

    def score(die: Die, voltage: str) -> str:
        if voltage not in die.score:
            return formats.NO_VALUE
        return formats.percent(die.score[voltage]) + ("" if die.passes[voltage] else " fail")

    columns = [Column[Die]("die", "", "number of the chip", lambda die: die.chip)]
    if any(die.map_name for die in dies.dies):
        columns.append(Column("map", "", "its fault map", lambda die: die.map_name, True))
    columns.append(
        Column(
            "lowest voltage",
            dies.unit,
            "down to which it passes",
            lambda die: die.lowest or formats.NO_VALUE,
        )
    )
    columns += [
        Column(
            voltage,
            "%",
            f"{dies.metric.name} at {voltage} {dies.unit}",
            lambda die, voltage=voltage: score(die, voltage),
        )
        for voltage in dies.voltages
    ]
    return columns
