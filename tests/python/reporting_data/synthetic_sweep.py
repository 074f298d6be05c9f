"""A made-up sweep directory with the shape of a real one: a small CIFAR network, ten chips."""

import csv
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

# Voltage in Vmin and bit error rate of the 14 nm SRAM of Chandramoorthy et al., HPCA 2019.
BIT_ERROR_RATES = {
    "1.0000": 0.0,
    "0.9583": 2 / 2**20,
    "0.9167": 72 / 2**20,
    "0.8750": 1.29e-3,
    "0.8333": 1.115e-2,
    "0.7917": 5.573e-2,
}
CHIPS = 10
IMAGES = 10_000
CLEAN_TOP1 = 0.9112
SIZE = 32  # rows and columns of the array
CLOCK_HZ = 500e6

# name, kind, M, N, K; layers of the vector unit have M elements and no GEMM.
NETWORK = [
    ("conv1", "conv", 1024, 16, 27),
    ("stage1.conv1", "conv", 1024, 16, 144),
    ("stage1.conv2", "conv", 1024, 16, 144),
    ("stage1.add", "add", 16384, 0, 0),
    ("stage2.conv1", "conv", 256, 32, 144),
    ("stage2.conv2", "conv", 256, 32, 288),
    ("stage2.shortcut", "conv", 256, 32, 16),
    ("stage2.add", "add", 8192, 0, 0),
    ("stage3.conv1", "conv", 64, 64, 288),
    ("stage3.conv2", "conv", 64, 64, 576),
    ("stage3.shortcut", "conv", 64, 64, 32),
    ("stage3.add", "add", 4096, 0, 0),
    ("pool", "global_average_pool", 4096, 0, 0),
    ("fc", "fully_connected", 1, 10, 64),
]
CYCLE_CAUSES = ["compute", "weight_fetch", "dram", "accumulator", "vector"]
RAILS = ["weight_sram", "logic", "activation_sram", "dram"]
MANIFEST = {
    "brownout": "0.1.0",
    "workload": "cifar10-resnet8",
    "accelerator": "edge-32x32",
    "profile": {
        "name": "sram-14nm",
        "unit": "Vmin",
        "source": "Chandramoorthy et al., HPCA 2019, Fig. 2 <digitised> & https://example.org/sram",
    },
    "configuration": {
        "accelerator.array.rows": "32",
        "accelerator.array.columns": "32",
        "accelerator.clock_hz": "500000000",
        "memory.encoding": "twos_complement",
        "run.seed": "0",
    },
    "inputs": {"cifar10_resnet8/network.onnx": "9f86d081884c7d65" * 4},
    "command": "brownout sweep cifar10_resnet8.yaml --chips 10 --out out/demo",
    "criterion": {
        **{"metric": "top1", "kind": "max_drop", "value": 1.0},
        **{"reference": CLEAN_TOP1, "minimum": CLEAN_TOP1 - 0.01},
    },
}

Row = dict[str, Any]


@dataclass(frozen=True)
class Sweep:
    """Rows of both files, to be changed by a test before it writes them."""

    points: list[Row]
    layers: list[Row]
    manifest: dict[str, Any]

    def write(self, directory: Path) -> Path:
        """Write the files, with the verdicts on these points, and return the directory."""
        directory.mkdir(parents=True, exist_ok=True)
        write_csv(directory / "points.csv", self.points)
        if self.layers:
            write_csv(directory / "layers.csv", self.layers)
        (directory / "manifest.json").write_text(json.dumps(self.manifest), encoding="utf-8")
        criterion = self.manifest.get("criterion")
        if criterion is None:  # judged by an error: no chip passes or fails
            return directory
        dies = verdicts(self.points, criterion)
        write_csv(directory / "dies.csv", dies)
        write_csv(directory / "yields.csv", yield_rows(dies))
        return directory

    def judged(self, **criterion: float | str) -> "Sweep":
        """The same points against another criterion."""
        changed = self.manifest | {"criterion": self.manifest["criterion"] | criterion}
        return Sweep(self.points, self.layers, changed)


def verdicts(points: list[Row], criterion: dict[str, Any]) -> list[Row]:
    """Return the rows of dies.csv; a verdict is unsettled within half a point of the target."""
    metric, minimum = criterion["metric"], criterion["minimum"]
    rows = []
    for chip in dict.fromkeys(point["chip"] for point in points):
        of_chip = sorted(
            (point for point in points if point["chip"] == chip),
            key=lambda point: -float(point["voltage"]),
        )
        scores = [float(point[metric] or 0) for point in of_chip]
        passed = [score >= minimum - 1e-12 for score in scores]
        failures = [*passed, False].index(False)
        lowest = of_chip[failures - 1]["voltage"] if failures else ""
        for point, score, good in zip(of_chip, scores, passed, strict=True):
            row = {name: point[name] for name in ("chip", "voltage", "unit")} | {"map": ""}
            row |= {"top1": "", "min_top1": "", "auc": "", "min_auc": ""}
            row |= {metric: score, f"min_{metric}": minimum}
            row |= {"pass": int(good), "lowest_passing_voltage": lowest}
            row |= {"drop": criterion["reference"] - score, "drop_ci_low": "", "drop_ci_high": ""}
            rows.append(row | {"settled": int(abs(score - minimum) > 0.005)})
    return rows


def yield_rows(dies: list[Row]) -> list[Row]:
    """Return the rows of yields.csv, with an interval of ten points around the share."""
    rows = []
    for voltage in dict.fromkeys(die["voltage"] for die in dies):
        of_voltage = [die for die in dies if die["voltage"] == voltage]
        passing = sum(die["pass"] for die in of_voltage)
        share = passing / len(of_voltage)
        row = {"voltage": voltage, "unit": of_voltage[0]["unit"], "chips": len(of_voltage)}
        row |= {"passing": passing, "yield": share, "yield_ci_low": max(0, share - 0.1)}
        row |= {"yield_ci_high": min(1, share + 0.1)}
        rows.append(row | {"unsettled": sum(not die["settled"] for die in of_voltage)})
    return rows


def write_csv(path: Path, rows: list[Row]) -> None:
    """Write rows of equal keys with a header."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def synthetic_sweep(rates: dict[str, float] | None = None, chips: int = CHIPS) -> Sweep:
    """Return a sweep over voltages (text in Vmin) and bit error rates (fractions)."""
    rates = BIT_ERROR_RATES if rates is None else rates
    random = np.random.default_rng(14)
    points, layers = [], []
    for voltage, rate in rates.items():
        for chip in range(chips):
            point = {"voltage": voltage, "unit": "Vmin", "chip": chip}
            rows = [point | layer_row(layer, float(voltage), rate) for layer in NETWORK]
            layers += rows
            points.append(point | point_row(rows, float(voltage), rate, random))
    return Sweep(points, layers, dict(MANIFEST))


def layer_row(layer: tuple[str, str, int, int, int], voltage: float, rate: float) -> Row:
    """Return one layer's numbers: weight-stationary folds, energies in joules."""
    name, kind, m, n, k = layer
    folds = math.ceil(k / SIZE) * math.ceil(n / SIZE)
    causes = dict.fromkeys(CYCLE_CAUSES, 0)
    causes["compute"] = folds * (3 * SIZE + m - 2)
    causes["weight_fetch"] = folds * SIZE // 4
    causes["dram"] = 320 if name == "conv1" else 0
    causes["accumulator"] = folds * 6 if folds > 8 else 0
    causes["vector"] = (m * n if n else m) // SIZE
    cycles = sum(causes.values())
    macs = m * n * k
    energy = {
        "weight_sram": (n * k / 4 * 6e-12 + cycles * 2.0e-11) * voltage**2,
        "logic": macs * 3e-13 + cycles * 1.5e-11,
        "activation_sram": (m * k * math.ceil(n / SIZE) + m * n) * 9e-13,
        "accumulator": 2 * m * n * math.ceil(k / SIZE) * 1.6e-12,
        "dram": 3072 * 3.2e-11 if name == "conv1" else 0.0,
    }
    return {
        **{"layer": name, "kind": kind, "m": m if n else 0, "n": n, "k": k, "macs": macs},
        **{"weights": n * k, "weights_changed": 1 - (1 - rate) ** 8 if n else 0},
        **{"effective_ber": rate if n else 0, "cycles": cycles},
        **{f"{cause}_cycles": value for cause, value in causes.items()},
        "utilization": macs / (SIZE * SIZE * cycles),
        "energy_j": sum(energy.values()),
        **{f"{rail}_energy_j": value for rail, value in energy.items()},
    }


def point_row(rows: list[Row], voltage: float, rate: float, random: np.random.Generator) -> Row:
    """Return one point: the layers' sums and an accuracy that falls with the bit error rate."""
    lost = 1 - math.exp(-((rate / 0.035) ** 1.5))
    top1 = CLEAN_TOP1 - lost * (CLEAN_TOP1 - 0.1)
    if rate > 0:
        top1 -= abs(random.normal(0, 0.07 * math.sqrt(lost * (1 - lost))))
        top1 = round(max(top1, 0.08) * IMAGES) / IMAGES
    interval = 1.96 * math.sqrt(top1 * (1 - top1) / IMAGES)
    weight_sram = sum(row["weight_sram_energy_j"] for row in rows)
    others = sum(row["energy_j"] for row in rows) - weight_sram
    others *= 1 + (random.normal(0, 0.002) if rate > 0 else 0)
    energy, clean = weight_sram + others, weight_sram / voltage**2 + others
    cycles = sum(row["cycles"] for row in rows) + 500
    return {
        **{"ber": rate, "effective_ber": rate, "weights_changed": 1 - (1 - rate) ** 8},
        **{"images": IMAGES, "top1": top1, "top1_ci_low": top1 - interval},
        **{"top1_ci_high": top1 + interval, "energy_j": energy, "energy_rel": energy / clean},
        **{"weight_sram_energy_j": weight_sram, "weight_sram_energy_rel": voltage**2},
        **{"weight_sram_share": weight_sram / energy, "latency_s": cycles / CLOCK_HZ},
        **{"cycles": cycles, "stall_cycles": 320, "cosim_images": 1 if voltage == 1 else 0},
        **{"ber_asked": "", "later_column": "ignored"},
    }


def flat_sweep(top1: dict[str, list[float]], rates: dict[str, float] | None = None) -> Sweep:
    """Return a sweep with given accuracies per voltage, a value per chip."""
    rates = rates or {voltage: 0.0 if float(voltage) >= 1 else 1e-3 for voltage in top1}
    sweep = synthetic_sweep(rates, len(next(iter(top1.values()))))
    for point in sweep.points:
        point["top1"] = top1[point["voltage"]][point["chip"]]
    reference = max(values[0] for values in top1.values())
    return sweep.judged(reference=reference, minimum=reference - 0.01)


def of_rates(sweep: Sweep) -> Sweep:
    """The same sweep as one that asked for its bit error rates."""
    for row in sweep.points:
        row["ber_asked"] = row["ber"] or ""
    return sweep


def of_auc(sweep: Sweep) -> Sweep:
    """The same sweep of a reconstruction: its shares are ROC AUC, and it has no top-1."""
    for row in sweep.points:
        for end in ("", "_ci_low", "_ci_high"):
            row[f"auc{end}"], row[f"top1{end}"] = row[f"top1{end}"], ""
    return sweep.judged(metric="auc")


def of_error(sweep: Sweep) -> Sweep:
    """The same sweep of a reconstruction without labels: its error is 1 - what top-1 was."""
    reference = 1 - sweep.manifest["criterion"]["reference"]
    for row in sweep.points:
        error = 1 - row["top1"]
        row |= {"reconstruction_mse": error, "reconstruction_mse_ci_low": 0.9 * error}
        row |= {"reconstruction_mse_ci_high": 1.1 * error, "reference": reference}
        row |= {"top1": "", "top1_ci_low": "", "top1_ci_high": ""}
    manifest = {key: value for key, value in sweep.manifest.items() if key != "criterion"}
    return Sweep(sweep.points, sweep.layers, manifest)
