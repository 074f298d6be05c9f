"""Pictures of several sweeps: their curves over each other, and accuracy against energy."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from brownout_tools.reporting import plot_axis, style
from brownout_tools.reporting.comparison import Compared, Point
from brownout_tools.reporting.formats import Scale
from brownout_tools.reporting.plot_points import capitalized, score_axis, score_text
from brownout_tools.reporting.style import Picture


def energy_scale(sweeps: Sequence[Compared]) -> Scale:
    """Return one unit for the energies of all."""
    summaries = [summary for sweep in sweeps for summary in sweep.choice.summaries]
    return Scale.of([summary["energy_j"].mean for summary in summaries], "J")


def curves(sweeps: Sequence[Compared]) -> Picture:
    """Draw means with bands from the lowest to the highest chip, and the energy below."""
    scale = energy_scale(sweeps)
    metric, unit = sweeps[0].choice.metric, sweeps[0].content.unit
    factor = metric.factor
    with style.settings():
        figure = style.new_figure(7.2, 6.2)
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
        for sweep in sweeps:
            summaries = plot_axis.drawn(sweep.choice.summaries)
            places = plot_axis.positions(summaries)
            scores = [summary.score for summary in summaries]
            color, line = sweep.curve.color, {"color": sweep.curve.color, "ls": sweep.curve.dash}
            low, high = ([factor * getattr(s, end) for s in scores] for end in ("low", "high"))
            upper.fill_between(places, low, high, color=color, alpha=0.13, lw=0)
            mean = [factor * score.mean for score in scores]
            upper.plot(places, mean, marker="o", label=sweep.name, **line)
            energy = [summary["energy_j"].mean / scale.factor for summary in summaries]
            lower.plot(places, energy, marker="s", **line)
        draw_target(upper, sweeps)
        score_axis(upper, metric)
        upper.legend(loc="best")
        lower.set_ylabel(f"energy per inference\n({scale.unit})")
        lower.set_ylim(0, 1.08 * lower.dataLim.y1)
        voltages = {s.millionths: s for sweep in sweeps for s in sweep.choice.summaries}
        drawn = plot_axis.drawn([voltages[key] for key in sorted(voltages, reverse=True)])
        plot_axis.set_up_one(lower, drawn, unit)
        figure.align_ylabels()
        return Picture("accuracy_energy", curves_alt(sweeps), figure)


def draw_target(axes: Axes, sweeps: Sequence[Compared]) -> None:
    """Draw what chips have to reach, where it is the same for all sweeps."""
    found = [sweep.choice.criterion for sweep in sweeps if sweep.choice.criterion is not None]
    if len({criterion.minimum for criterion in found}) == 1:
        criterion = found[0]
        dashed = {"color": style.GREY, "ls": (0, (4, 3)), "lw": 1.2}
        axes.axhline(100 * criterion.minimum, label=criterion.line(), **dashed)


def pareto(sweeps: Sequence[Compared], front: Sequence[Point]) -> Picture:
    """Draw every voltage of every sweep, and a line through those that none beats."""
    scale = energy_scale(sweeps)
    metric = sweeps[0].choice.metric
    with style.settings():
        figure = style.new_figure(7.2, 4.6)
        axes = figure.subplots()
        if len(front) > 1:
            axes.plot(
                [point.energy / scale.factor for point in front],
                [metric.factor * point.score for point in front],
                color=style.BLACK,
                lw=4 * style.shrink(),
                alpha=0.25,
                label="none is better",
            )
        for sweep in sweeps:
            summaries = sweep.choice.summaries
            axes.plot(
                [summary["energy_j"].mean / scale.factor for summary in summaries],
                [metric.factor * summary.score.mean for summary in summaries],
                color=sweep.curve.color,
                ls=sweep.curve.dash,
                marker="o",
                lw=1,
                label=sweep.name,
            )
        axes.set_xlabel(f"energy per inference ({scale.unit})")
        score_axis(axes, metric)
        axes.legend(loc="best")
        return Picture("energy_accuracy", pareto_alt(front, scale), figure)


def curves_alt(sweeps: Sequence[Compared]) -> str:
    """Return the picture's content in words."""
    metric, unit = sweeps[0].choice.metric, sweeps[0].content.unit
    what = f"{capitalized(metric.axis)} and energy of {len(sweeps)} sweeps."
    if metric.is_share:
        lowest = "; ".join(
            f"{sweep.name}: {sweep.at.text if sweep.at else 'no voltage'}" for sweep in sweeps
        )
        return f"{what} All chips pass down to, in {unit}: {lowest}."
    values = "; ".join(
        f"{sweep.name}: {score_text(sweep.at)} at {sweep.at.text} {unit}"
        for sweep in sweeps
        if sweep.at
    )
    return f"{what} {values}."


def pareto_alt(front: Sequence[Point], scale: Scale) -> str:
    """Return the picture's content in words."""
    points = "; ".join(
        f"{point.sweep.name} at {point.summary.text}: {scale.show(point.energy)} {scale.unit}, "
        f"{score_text(point.summary)}"
        for point in front
    )
    axis = capitalized(front[0].summary.metric.axis)
    return f"{axis} against energy. Points that none beats: {points}."
