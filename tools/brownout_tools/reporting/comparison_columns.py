"""The columns of the tables that put sweeps beside each other."""

from collections.abc import Callable, Sequence

from brownout_tools.reporting import formats
from brownout_tools.reporting.column import Column
from brownout_tools.reporting.comparison import Compared, Point, rails
from brownout_tools.reporting.formats import Scale
from brownout_tools.reporting.plot_layers import NAMES
from brownout_tools.reporting.results import RAILS
from brownout_tools.reporting.summary import VoltageSummary

NONE = formats.NO_VALUE


def unit(sweeps: Sequence[Compared]) -> str:
    """Return the unit of voltages."""
    return sweeps[0].content.unit


def at_chosen(write: Callable[[VoltageSummary], str]) -> Callable[[Compared], str]:
    """Return a cell about the lowest voltage at which every chip passes."""
    return lambda sweep: NONE if sweep.at is None else write(sweep.at)


def difference(value: float, form: str = ".2f") -> str:
    """Return more or less with its sign; what would be zero is 0."""
    text = f"{value:+{form}}"
    return text if float(text) else "0"


def change(column: str, base: Compared) -> Callable[[Compared], str]:
    """Return a cell: a mean at that voltage against the first sweep's, in percent."""

    def write(sweep: Compared) -> str:
        if sweep is base or sweep.at is None or base.at is None:
            return NONE
        before = base.at[column].mean
        return difference(100 * (sweep.at[column].mean / before - 1)) if before else NONE

    return write


def sweep_columns(sweeps: Sequence[Compared]) -> list[Column[Compared]]:
    """Return the columns of the table of sweeps; changes are against the first."""
    base, metric = sweeps[0], sweeps[0].choice.metric
    chosen = [sweep.at for sweep in sweeps if sweep.at is not None]
    joules = Scale.of([summary["energy_j"].mean for summary in chosen], "J")
    seconds = Scale.of([summary["latency_s"].mean for summary in chosen], "s")

    def lower(sweep: Compared) -> str:
        if sweep is base or sweep.at is None or base.at is None:
            return NONE
        return difference(sweep.at.voltage - base.at.voltage, ".4g")

    def gained(sweep: Compared) -> str:
        if sweep is base or sweep.at is None or base.at is None:
            return NONE
        now, before = sweep.at.score.mean, base.at.score.mean
        return difference(100 * (now - before if metric.is_share else now / before - 1))

    return [
        Column("sweep", "", "directory", lambda s: s.name, True, core=True),
        *safe_columns(sweeps, lower),
        Column("chips", "", "fault maps evaluated", lambda s: str(s.choice.chips)),
        Column(
            metric.name,
            metric.unit,
            "mean ± standard deviation over chips at that voltage",
            at_chosen(lambda s: formats.score_with_spread(metric, s.score)),
            core=True,
        ),
        Column(
            f"{metric.name} change",
            "points" if metric.is_share else "%",
            "against the first sweep",
            gained,
        ),
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


def safe_columns(
    sweeps: Sequence[Compared], lower: Callable[[Compared], str]
) -> list[Column[Compared]]:
    """Return the columns of the voltage at which each sweep is compared."""

    def text(summary: VoltageSummary) -> str:
        return summary.text

    if not sweeps[0].choice.metric.is_share:
        return [Column("at", unit(sweeps), "the lowest voltage of all", at_chosen(text), core=True)]
    return [
        Column("safe", unit(sweeps), "down to which every chip passes", at_chosen(text), core=True),
        Column("voltage change", unit(sweeps), "against the first sweep", lower),
    ]


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
        return NONE if summary is None else formats.score_with_spread(metric, summary.score)

    metric = sweeps[0].choice.metric
    columns = [Column[VoltageSummary]("voltage", unit(sweeps), "supply", lambda row: row.text)]
    for i, sweep in enumerate(sweeps):
        title = f"{sweep.name}: {metric.name}"
        if metric.is_share:
            columns.append(
                Column(f"{sweep.name}: passing", "", "chips", lambda row, i=i: passing(i, row))
            )
        columns.append(
            Column(title, metric.unit, "mean ± std. dev.", lambda row, i=i: score(i, row))
        )
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
    metric = points[0].sweep.choice.metric
    columns = [
        Column[Point]("sweep", "", "directory", lambda p: p.sweep.name, True),
        Column("voltage", points[0].sweep.content.unit, "supply", lambda p: p.summary.text),
        Column("energy", scale.unit, "one inference", lambda p: scale.show(p.energy)),
        Column(
            metric.name,
            metric.unit,
            "mean over chips",
            lambda p: formats.score(metric, p.score),
        ),
    ]
    if metric.is_share:
        columns.append(Column("passing", "", "chips", passing_of))
    return columns


def passing_of(point: Point) -> str:
    """Return how many chips pass at the point."""
    found = point.sweep.choice.yield_at(point.summary)
    return f"{found.passing} of {found.chips}"
