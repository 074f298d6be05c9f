"""``brownout weights --inference`` equals the oracle's weights with draws of their own.

The draws are written anew from the text of docs/model.md: a hash of seed, chip, cell and inference
compared with ``p`` times the normal distribution function of the C library.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from test_weights_placement import simulated

from brownout_binary import needs_brownout
from placement_oracle import Core, FaultMap, clean_weights, core_of, read_back, write_random_map

pytestmark = needs_brownout

WORD = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15
INFERENCE = 7  # what the number is for, memory/generated_cells.hpp
CHANCES = ("1", "0.5", "0.03", "0.97")
SIGMA = "0.004"


def mix(x: int) -> int:
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & WORD
    x = (x ^ x >> 27) * 0x94D049BB133111EB & WORD
    return x ^ x >> 31


def keyed(seed: int, *coordinates: int) -> int:
    value = mix(seed + GAMMA & WORD)
    for coordinate in (*coordinates, *(0,) * (4 - len(coordinates))):
        value = mix((value ^ coordinate) + GAMMA & WORD)
    return value


def write_intermittent_map(path: Path, core: Core, noise: bool) -> tuple[FaultMap, list[float]]:
    """A random map in which most cells are intermittent, and the chance of each record."""
    write_random_map(path, core, share=0.02, seed=7)
    chip = FaultMap.read(path)
    lines = path.read_text().splitlines()
    first = lines.index("bank,row,column,vfail,kind") + 1
    records = [f"{line},{CHANCES[i % 4]}" for i, line in enumerate(lines[first:])]
    header = [line for line in lines[: first - 1] if "lowest_measured" not in line]
    if noise:
        header.append(f"# sigma_read: {SIGMA}")
    path.write_text("\n".join([*header, lines[first - 1] + ",p", *records]) + "\n")
    return chip, [float(CHANCES[i % 4]) for i in range(len(records))]


def chance(p: float, vfail: Decimal, voltage: str, noise: bool) -> float:
    if vfail.is_infinite():
        return p
    if not noise:
        return p if Decimal(voltage) <= vfail else 0
    x = float((vfail - Decimal(voltage)) / Decimal(SIGMA))
    return 0 if x <= -6 else p if x >= 6 else p * math.erfc(-x / math.sqrt(2)) / 2


def fails(key: int, cell: Sequence[int], i: int, p: float) -> bool:
    """Whether a cell (bank, row, column) with this chance fails in inference ``i``."""
    return mix(keyed(key, *cell) + (i + 1) * GAMMA & WORD) < int(p * 2**64)


def failing(chip: FaultMap, chances: list[float], seed: int, i: int) -> FaultMap:
    """The cells that fail in inference ``i``, as a map of defects."""
    key = keyed(seed, INFERENCE, 0)
    keep = np.array(
        [fails(key, cell, i, p) for cell, p in zip(chip.cells.tolist(), chances, strict=True)]
    )
    vfail = [Decimal("inf")] * int(keep.sum())
    return replace(chip, cells=chip.cells[keep], kind=chip.kind[keep], vfail=vfail)


@pytest.mark.parametrize("noise", [False, True])
@pytest.mark.parametrize("placement", ["resident", "streaming"])
def test_weights_of_single_inferences(placement: str, noise: bool, tmp_path: Path) -> None:
    workload, voltage = "mnist_cnn", "0.85"
    core = core_of("edge_32x32", {"capacity_kib": 64 if placement == "resident" else 16})
    chip, p = write_intermittent_map(tmp_path / "map.csv", core, noise)
    chances = [chance(s, v, voltage, noise) for s, v in zip(p, chip.vfail, strict=True)]
    clean = clean_weights(workload)
    seen = []
    for seed, inference in ((0, 0), (0, 1), (0, 9999), (5, 1)):
        got, report = simulated(
            workload,
            "edge_32x32",
            voltage,
            tmp_path,
            *("--fault-map", tmp_path / "map.csv", "--inference", inference, "--seed", seed),
            f"--set=accelerator.placement={placement}",
            f"--set=accelerator.weight_sram.capacity_kib={core.capacity_kib}",
            "--set=memory.encoding=sign_magnitude",
        )
        drawn = failing(chip, chances, seed, inference)
        expected = read_back(clean, drawn, voltage, core, placement, "sign_magnitude").weights
        for name, weight in expected.items():
            np.testing.assert_array_equal(got[name], weight)
        cells = core.capacity_kib * 8192
        assert report["intermittent_cells"] == sum(0 < c < 1 for c in chances)
        assert report["ber"] == pytest.approx(sum(chances) / cells, rel=1e-9)
        assert report["inference"] == inference
        seen.append(np.concatenate([w.ravel() for w in got.values()]).tobytes())
    assert len(set(seen)) == 4
