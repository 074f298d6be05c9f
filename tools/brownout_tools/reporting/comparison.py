"""Several sweeps beside each other: their names, in what they differ, and the points none beats."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from brownout_tools.reporting.choice import Choice
from brownout_tools.reporting.curve import Curve, curve_of
from brownout_tools.reporting.inputs import InputError, read_text
from brownout_tools.reporting.page import Content
from brownout_tools.reporting.plot_axis import is_of_rates
from brownout_tools.reporting.results import RAILS
from brownout_tools.reporting.summary import LayerMean, VoltageSummary
from brownout_tools.reporting.sweep_report import gather

AXES = "axes.json"  # of a sweep over axes: an ordinary sweep below it for every combination


@dataclass(frozen=True)
class Compared:
    """One of the sweeps.

    ``at`` is where it is compared: the lowest voltage down to which every chip passes, if there is
    one; sweeps that are judged by an error are compared at the lowest that all of them have.
    """

    curve: Curve
    content: Content
    at: VoltageSummary | None

    @property
    def name(self) -> str:
        """What tells it from the others."""
        return self.curve.name

    @property
    def choice(self) -> Choice:
        """Its voltages, and what was found at them."""
        return self.content.choice

    def layer(self, name: str) -> LayerMean | None:
        """Return a layer at the voltage of its tables."""
        return next((layer for layer in self.content.layers if layer.name == name), None)

    def rail_energy(self, rail: str) -> float:
        """Return the joules of a rail at that voltage."""
        return sum(layer[f"{rail}_energy_j"] for layer in self.content.layers)


@dataclass(frozen=True)
class Point:
    """One voltage of one sweep on the plane of energy and accuracy."""

    sweep: Compared
    summary: VoltageSummary

    @property
    def energy(self) -> float:
        """Joules of an inference, mean over the chips."""
        return self.summary["energy_j"].mean

    @property
    def score(self) -> float:
        """Mean of the metric over the chips."""
        return self.summary.score.mean


def sweep_names(directory: Path) -> dict[Path, str] | None:
    """Return the sweeps of one with axes and their settings; None where it is none.

    Of a key its last word is enough, unless two keys have it.
    """
    path = directory / AXES
    if not path.exists():
        return None

    def setting(key: str, value: str, keys: list[str]) -> str:
        word = key.split(".")[-1]
        alone = [other.split(".")[-1] for other in keys].count(word) == 1
        return f"{word if alone else key}={value}"

    try:
        return {
            directory / sweep["directory"]: ", ".join(
                setting(key, value, list(sweep["settings"]))
                for key, value in sweep["settings"].items()
            )
            for sweep in json.loads(read_text(path))["sweeps"]
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(f"{path}: not as brownout sweep --axis writes it") from None


def read_comparison(named: dict[Path, str], layers_at: str | None) -> list[Compared]:
    """Read the sweeps; refuse those that one axis does not hold."""
    contents = [gather(directory, layers_at) for directory in named]
    first = contents[0]
    for directory, content in zip(named, contents, strict=True):
        for what, ours, theirs in (
            ("unit of voltages", content.unit, first.unit),
            ("metric", content.choice.metric.name, first.choice.metric.name),
            (
                "sweep over bit error rates",
                is_of_rates(content.summaries),
                is_of_rates(first.summaries),
            ),
        ):
            if ours != theirs:
                raise InputError(
                    f"{directory}: cannot be compared: {what} is {ours}, of the first it is "
                    f"{theirs}"
                )
    places = places_of([content.choice for content in contents])
    return [
        Compared(curve_of(i, name, content.choice), content, at)
        for i, (name, content, at) in enumerate(zip(named.values(), contents, places, strict=True))
    ]


def places_of(choices: Sequence[Choice]) -> list[VoltageSummary | None]:
    """Return where each sweep is compared."""
    if choices[0].metric.is_share:
        return [choice.chosen for choice in choices]
    voltages = [{s.millionths: s for s in choice.summaries} for choice in choices]
    common = set.intersection(*(set(found) for found in voltages))
    return [found[min(common)] if common else None for found in voltages]


def names_of(directories: Sequence[Path]) -> dict[Path, str]:
    """Return the directories by as much of their path as tells them apart."""
    if len(set(directories)) < len(directories):
        raise InputError("a directory is given twice")
    absolute = [path.resolve() for path in directories]
    if len({path.name for path in absolute}) == len(absolute):
        return {given: path.name for given, path in zip(directories, absolute, strict=True)}
    common = os.path.commonpath(absolute)
    return {
        given: os.path.relpath(path, common)
        for given, path in zip(directories, absolute, strict=True)
    }


def differences(sweeps: Sequence[Compared]) -> list[tuple[str, list[str]]]:
    """Return the keys of the configuration and the inputs that differ, with each sweep's value."""
    found = []
    for read in (lambda m: m.configuration, lambda m: m.inputs):
        maps = [read(sweep.content.manifest) for sweep in sweeps]
        for key in sorted({key for entries in maps for key in entries}):
            values = [entries.get(key, "") for entries in maps]
            if len(set(values)) > 1:
                found.append((key, values))
    return found


def front(sweeps: Sequence[Compared]) -> list[Point]:
    """Return the points that no other beats: as little energy, as accurate, one of them better."""
    points = [Point(sweep, summary) for sweep in sweeps for summary in sweep.choice.summaries]
    sign = 1 if sweeps[0].choice.metric.is_share else -1  # of an error less is better
    kept = [
        point
        for point in points
        if not any(
            other.energy <= point.energy
            and sign * other.score >= sign * point.score
            and (other.energy, other.score) != (point.energy, point.score)
            for other in points
        )
    ]
    return sorted(kept, key=lambda point: -point.energy)


def layer_names(sweeps: Sequence[Compared]) -> list[str]:
    """Return the layers of all sweeps, in the order of the first that has each."""
    names = (layer.name for sweep in sweeps for layer in sweep.content.layers)
    return list(dict.fromkeys(names))


def rails(sweeps: Sequence[Compared]) -> list[str]:
    """Return the rails that take energy in one of them."""
    return [rail for rail in RAILS if any(sweep.rail_energy(rail) > 0 for sweep in sweeps)]
