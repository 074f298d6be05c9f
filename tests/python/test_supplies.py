"""All on-chip memories swept together on one voltage, against the same memories set one by one."""

import csv
import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from brownout_binary import BROWNOUT, ROOT, needs_brownout

pytestmark = needs_brownout

WORKLOAD = ROOT / "workloads/mnist_cnn.yaml"
PROFILE = ROOT / "configs/memories/sram_14nm.yaml"
MEMORIES = ("weight_sram", "activation_sram", "accumulator")
VOLTAGES = ("1", "0.9", "0.84")
CELLS = {  # edge_32x32
    "weight_sram": 128 * 1024 * 8,
    "activation_sram": 256 * 1024 * 8,
    "accumulator": 2 * 4096 * 32 * 32,
}
JOINED = "accelerator.supplies={vddm: [weight_sram, activation_sram, accumulator], vdd: [logic]}"
FAULTY = [f"memory.{memory}.profile={PROFILE}" for memory in MEMORIES[1:]]


def brownout(*arguments: str, keys: list[str]) -> str:
    options = [option for key in [*FAULTY, *keys] for option in ("--set", key)]
    command = [str(BROWNOUT), *arguments, "--images", "60", *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("joined") / "out"
    options = ("--voltage", ",".join(VOLTAGES), "--chips", "2", "--jobs", "1", "--out", str(out))
    brownout("sweep", str(WORKLOAD), *options, keys=[JOINED])
    return out


def rows_of(out: Path) -> list[dict[str, str]]:
    with (out / "points.csv").open() as file:
        return list(csv.DictReader(file))


def test_every_row_is_that_of_the_memories_set_one_by_one(joined: Path, tmp_path: Path) -> None:
    rows = rows_of(joined)
    assert [row["voltage"] for row in rows] == [v for v in VOLTAGES for _ in range(2)]
    for index, voltage in enumerate(VOLTAGES):
        out = tmp_path / voltage
        apart = [f"operating_point.{memory}={voltage}" for memory in MEMORIES[1:]]
        options = ("--voltage", voltage, "--chips", "2", "--jobs", "1", "--out", str(out))
        brownout("sweep", str(WORKLOAD), *options, keys=apart)
        for row, separate in zip(rows[2 * index :], rows_of(out), strict=False):
            own = {"rail", "ber", "supply_energy_j", "supply_energy_rel", "cosim_images"}
            assert {k: v for k, v in row.items() if k not in own} == {
                k: v for k, v in separate.items() if k not in own
            }


def test_a_row_tells_the_supply_its_cells_and_its_energy(joined: Path) -> None:
    for row in rows_of(joined):
        assert row["rail"] == "vddm"
        assert {row[f"{memory}_voltage"] for memory in MEMORIES} == {row["voltage"]}
        failing = sum(float(row[f"{memory}_ber"]) * CELLS[memory] for memory in MEMORIES)
        assert float(row["ber"]) == pytest.approx(failing / sum(CELLS.values()), rel=1e-12)
        low = float(row["voltage"]) < 1
        assert (float(row["supply_energy_rel"]) < 1) == low
        assert float(row["weight_sram_energy_j"]) < float(row["supply_energy_j"])
        assert float(row["supply_energy_j"]) < float(row["energy_j"])


def test_the_energy_is_that_of_the_lines_of_a_run(joined: Path, tmp_path: Path) -> None:
    row = next(r for r in rows_of(joined) if r["voltage"] == "0.84" and r["chip"] == "0")
    logits = str(tmp_path / "together.npz")
    options = ("--voltage", "0.84", "--format", "json", "--energy", "--logits-out", logits)
    report = json.loads(brownout("run", str(WORKLOAD), *options, keys=[JOINED]))
    of_memories = [
        line["energy_j"]
        for line in report["energy_lines"]
        if line["event"].removeprefix("leakage.").startswith(MEMORIES)
    ]
    assert len(of_memories) == 3 * len(MEMORIES)  # read, write, leakage
    assert float(row["supply_energy_j"]) == pytest.approx(sum(of_memories), rel=1e-12)
    assert report["accumulator_voltage"] == 0.84

    apart = [f"operating_point.{memory}=0.84" for memory in MEMORIES[1:]]
    separate = str(tmp_path / "apart.npz")
    options = ("--voltage", "0.84", "--logits-out", separate)
    brownout("run", str(WORKLOAD), *options, keys=apart)
    np.testing.assert_array_equal(np.load(logits)["logits"], np.load(separate)["logits"])


def test_a_point_of_the_file_takes_the_supply_by_name() -> None:
    report = json.loads(
        brownout(
            *("run", str(WORKLOAD), "--format", "json"),
            keys=[JOINED, "operating_point={vddm: 0.9, vdd: 0.7}"],
        )
    )
    assert [report[key] for key in ("voltage", "activation_sram_voltage")] == [0.9, 0.9]
