"""A sweep's result directory: points.csv, layers.csv and manifest.json as typed values."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brownout_tools.reporting.inputs import CsvTable, InputError, read_csv, read_text
from brownout_tools.reporting.metric import TOP1, Metric, metric_of

# Columns of points.csv and their upper bounds: shares are in 0..1, counts and joules have none.
POINT_SHARES = ["ber", "effective_ber", "weights_changed"]
POINT_NUMBERS = [
    *("images", "energy_j", "energy_rel", "weight_sram_energy_j", "weight_sram_energy_rel"),
    *("latency_s", "cycles", "stall_cycles", "cosim_images"),
]
POINT_SHARES_OF_ENERGY = ["weight_sram_share"]
ASKED = "ber_asked"  # filled in a sweep over bit error rates
REFERENCE = "reference"  # the metric without faults
RERR = "rerr"  # filled where images are classified
MITIGATION_ENERGY = "mitigation_energy_j"  # a column of sweeps with mitigations

MANIFEST = "manifest.json"

CYCLE_CAUSES = ["compute", "weight_fetch", "dram", "accumulator", "vector"]
RAILS = ["weight_sram", "logic", "activation_sram", "accumulator", "dram"]
# A layer without weights has none of these measures; its field may be empty.
LAYER_MEASURES = ["weights_changed", "effective_ber", "utilization"]
LAYER_NUMBERS = [
    *("m", "n", "k", "macs", "weights", "cycles", "energy_j"),
    *(f"{cause}_cycles" for cause in CYCLE_CAUSES),
    *(f"{rail}_energy_j" for rail in RAILS),
]


@dataclass(frozen=True)
class Points:
    """points.csv: a row per voltage and chip. Voltages in millionths of ``unit``."""

    unit: str
    metric: Metric
    voltage: NDArray[np.int64]
    voltage_text: list[str]
    chip: list[str]
    numbers: dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Layers:
    """layers.csv: a row per voltage, chip and layer. Voltages in millionths of the unit."""

    voltage: NDArray[np.int64]
    layer: list[str]
    kind: list[str]
    numbers: dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Manifest:
    """manifest.json; what a file does not say is an empty text."""

    brownout: str = ""
    workload: str = ""
    accelerator: str = ""
    profile_name: str = ""
    profile_source: str = ""
    command: str = ""
    configuration: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    content: dict[str, Any] = field(default_factory=dict)  # the file itself


@dataclass(frozen=True)
class SweepResults:
    """All that a report reads of what was simulated; ``layers`` is None if its file is missing."""

    points: Points
    layers: Layers | None
    manifest: Manifest


def read_results(directory: Path) -> SweepResults:
    """Read a sweep's result directory; layers.csv may be missing."""
    if not directory.is_dir():
        raise InputError(f"{directory}: no such directory")
    refuse_unfinished(directory)
    points = read_points(directory / "points.csv")
    layers = directory / "layers.csv"
    return SweepResults(
        points,
        read_layers(layers, points) if layers.exists() else None,
        read_manifest(directory / MANIFEST),
    )


def refuse_unfinished(directory: Path) -> None:
    """Tell results that still lack points from a directory of something else."""
    journal = directory / "results.sqlite"
    if (directory / "points.csv").exists() or not journal.exists():
        return
    try:
        uri = f"{journal.resolve().as_uri()}?mode=ro"
        with sqlite3.connect(uri, uri=True) as connection:
            count = connection.execute("SELECT count(*) FROM points").fetchone()[0]
        connection.close()
        done = f", {count} points are done"
    except sqlite3.Error:  # in use, or no journal of ours
        done = ""
    raise InputError(
        f"{directory}: unfinished{done}; the same brownout command with --out {directory} goes on "
        "where it stopped"
    )


def read_points(path: Path) -> Points:
    """Read points.csv; columns beyond the known ones are left alone."""
    names = POINT_SHARES + POINT_SHARES_OF_ENERGY + POINT_NUMBERS + TOP1.columns + [ASKED]
    table = read_csv(path, ["voltage", "unit", "chip", *names])
    numbers = {name: table.numbers(name) for name in POINT_NUMBERS}
    metric = metric_of(table)
    shares = [*POINT_SHARES, *POINT_SHARES_OF_ENERGY]
    numbers |= {name: table.numbers(name, 1) for name in shares}
    numbers |= {name: table.numbers(name, metric.most) for name in metric.columns}
    numbers[ASKED] = table.numbers(ASKED, 1, may_be_empty=True)
    if not metric.is_share or REFERENCE in table.columns:  # a share's is in the criterion, too
        numbers[REFERENCE] = table.numbers(REFERENCE, metric.most, may_be_empty=metric.is_share)
    if RERR in table.columns:
        numbers[RERR] = table.numbers(RERR, 1, may_be_empty=True)
    if MITIGATION_ENERGY in table.columns:
        numbers[MITIGATION_ENERGY] = table.numbers(MITIGATION_ENERGY)
    else:
        numbers[MITIGATION_ENERGY] = np.zeros(len(table))
    voltage = table.voltages("voltage")
    refuse_repeats(table, zip(voltage, table.columns["chip"], strict=True), "voltage and chip")
    return Points(
        unit=table.one_value("unit"),
        metric=metric,
        voltage=voltage,
        voltage_text=table.columns["voltage"],
        chip=table.columns["chip"],
        numbers=numbers,
    )


def read_layers(path: Path, points: Points) -> Layers:
    """Read layers.csv; its voltages have the unit of points.csv."""
    names = LAYER_NUMBERS + LAYER_MEASURES
    table = read_csv(path, ["voltage", "unit", "chip", "layer", "kind", *names])
    unit = table.one_value("unit")
    if unit != points.unit:
        raise InputError(f"{path}: unit is '{unit}', in points.csv it is '{points.unit}'")
    numbers = {name: table.numbers(name) for name in LAYER_NUMBERS}
    numbers |= {name: table.numbers(name, 1, may_be_empty=True) for name in LAYER_MEASURES}
    voltage = table.voltages("voltage")
    keys = zip(voltage, table.columns["chip"], table.columns["layer"], strict=True)
    refuse_repeats(table, keys, "voltage, chip and layer")
    return Layers(voltage, table.columns["layer"], table.columns["kind"], numbers)


def refuse_repeats(table: CsvTable, keys: Iterable[tuple[Any, ...]], what: str) -> None:
    """Refuse a table in which two rows have the same key."""
    seen: dict[tuple[Any, ...], int] = {}
    for row, key in enumerate(keys):
        if key in seen:
            first = table.lines[seen[key]]
            raise InputError(f"{table.path}:{table.lines[row]}: same {what} as in line {first}")
        seen[key] = row


def read_manifest(path: Path) -> Manifest:
    """Read manifest.json; every key is optional."""
    try:
        content = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise InputError(f"{path}:{error.lineno}: {error.msg}") from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: not a JSON object")
    profile = text_map(content.get("profile"))
    return Manifest(
        **{
            key: as_text(content.get(key, ""))
            for key in ("brownout", "workload", "accelerator", "command")
        },
        profile_name=profile.get("name", ""),
        profile_source=profile.get("source", ""),
        configuration=text_map(content.get("configuration")),
        inputs=text_map(content.get("inputs")),
        content=content,
    )


def as_text(value: Any) -> str:
    """Return a JSON value as text: a string as it is, the rest as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def text_map(value: Any) -> dict[str, str]:
    """Return a JSON object with its values as text; anything else is empty."""
    return {key: as_text(item) for key, item in value.items()} if isinstance(value, dict) else {}
