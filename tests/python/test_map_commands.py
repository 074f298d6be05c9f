"""Fault maps through the commands: generate, info, fit, many dies and their yield.

Runs the program that the environment variable BROWNOUT names, by default build/release/brownout.
"""

import csv
import json
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from brownout_binary import needs_brownout
from commands import (
    ACCELERATOR,
    PROFILE,
    WORKLOAD,
    brownout,
    json_of,
    rows_of,
)

pytestmark = needs_brownout


def generate(out: Path, *options: str) -> dict:
    return json_of(
        "map", "generate", "--memory", PROFILE, "--accelerator", ACCELERATOR, "--out", out, *options
    )


def read_map(path: Path) -> list[dict[str, str]]:
    lines = path.read_text().splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def test_a_map_of_any_generator_is_the_chip_of_the_workload(tmp_path: Path) -> None:
    chip = "{generator: bitline_vmin, mu: 0.7, sigma_bitline: 0.06, sigma_cell: 0.03, seed: 4}"
    generate(tmp_path / "chip.csv", "--chip", "2", "--generator", chip)
    point = ["run", WORKLOAD, "--voltage", "0.8", "--images", "20"]
    drawn = json_of(*point, "--set", f"memory.chip={chip}", "--chip", "2")
    read = json_of(*point, "--fault-map", tmp_path / "chip.csv")
    assert drawn["ber"] > 0.01
    for key in ("ber", "effective_ber", "weights_changed", "top1"):
        assert drawn[key] == read[key]


def test_a_generated_map_is_the_generated_chip(tmp_path: Path) -> None:
    generate(tmp_path / "chip.csv", "--chip", "3", "--seed", "7")
    arguments = ["run", WORKLOAD, "--voltage", "0.81", "--images", "20", "--logits-out"]
    drawn = json_of(*arguments, tmp_path / "a.npz", "--chip", "3", "--seed", "7")
    read = json_of(*arguments, tmp_path / "b.npz", "--fault-map", tmp_path / "chip.csv")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    for key in ["ber", "effective_ber", "weights_changed", "top1", "energy_j", "layers"]:
        assert drawn[key] == read[key]
    assert read["fault_map"].endswith("chip.csv")
    assert read["chip_source"] == drawn["chip_source"]


def test_map_info_counts_what_stands_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "stuck.csv"
    written = generate(path, "--kind", "stuck", "--stuck-at-0-share", "0.25")
    faults = read_map(path)
    info = json_of("map", "info", path, "--voltage", "0.9,0.8,0.75")
    assert info["faults"] == written["faults"] == len(faults)
    assert (info["banks"], info["rows"], info["columns"]) == (8, 1024, 128)
    assert (info["unit"], info["lowest_measured"], info["defects"]) == ("Vmin", 0.75, 0)
    for row in info["voltages"]:
        failing = [fault for fault in faults if float(fault["vfail"]) >= row["voltage"]]
        zeros = sum(fault["kind"] == "stuck_at_0" for fault in failing)
        assert row["faults"] == len(failing)
        assert (row["stuck_at_0"], row["flip"]) == (zeros, 0)
        assert row["ber"] == len(failing) / info["cells"]
        per_row = np.zeros((8, 1024))
        for fault in failing:
            per_row[int(fault["bank"]), int(fault["row"])] += 1
        assert row["row_variance_over_mean"] == pytest.approx(per_row.var() / per_row.mean())
    lowest = info["voltages"][-1]
    assert lowest["stuck_at_0"] / lowest["faults"] == pytest.approx(0.25, abs=0.01)


def test_map_info_chooses_telling_voltages(tmp_path: Path) -> None:
    generate(tmp_path / "chip.csv")
    voltages = [row["voltage"] for row in json_of("map", "info", tmp_path / "chip.csv")["voltages"]]
    assert voltages == sorted(set(voltages), reverse=True)
    assert voltages[-1] == 0.75


def test_a_profile_of_measured_dies_runs(tmp_path: Path) -> None:
    chip = "{generator: gaussian_vmin, mu: 0.7, sigma: 0.05, sigma_die: 0.01, seed: 4}"
    for die in range(3):
        generate(tmp_path / f"die{die}.csv", "--generator", chip, "--chip", str(die))
    out, steps = tmp_path / "my_sram.yaml", "0.95:0.80:0.05"
    dies = str(tmp_path / "die*.csv")
    options = ["--voltage", steps, "--error-free-voltage", "1.2", "--out", out]
    report = json_of("map", "profile", dies, *options)
    faults = [read_map(tmp_path / f"die{die}.csv") for die in range(3)]
    for row in report["rows"]:
        failing = [sum(float(f["vfail"]) >= row["voltage"] for f in die) for die in faults]
        assert row["faults"] == sum(failing)
        assert row["ber"] == sum(failing) / report["cells"]
        assert row["ci_low"] < row["ber"] < row["ci_high"]
        text = f"# {sum(failing)} failing, "
        assert text in out.read_text()
        assert f"of a die {min(failing)} to {max(failing)}" in out.read_text()
    point = ["run", WORKLOAD, "--memory", out, "--voltage", "0.8", "--images", "2"]
    drawn = json_of(*point)
    assert drawn["ber"] == pytest.approx(report["rows"][-1]["ber"], rel=0.02)


def test_a_map_with_a_geometry_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    size = ["--banks", "1", "--rows", "16", "--columns", "8"]
    result = json_of("map", "generate", "--memory", PROFILE, *size, "--out", path)
    assert result["cells"] == 128
    assert "# rows: 16" in path.read_text()
    assert [file.name for file in tmp_path.iterdir()] == ["m.csv"]


# weights


def test_run_reads_its_map_once(tmp_path: Path) -> None:
    """A pipe gives its text once; a second reader would wait for ever."""
    path, pipe = tmp_path / "chip.csv", tmp_path / "pipe.csv"
    brownout(
        *("map", "generate", "--memory", PROFILE, "--accelerator", ACCELERATOR, "--chip", "7"),
        *("--out", path),
    )
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(path.read_bytes()), daemon=True)
    writer.start()
    options = ["--voltage", "0.83", "--images", "10", "--explain", "3"]
    piped = json_of("run", WORKLOAD, "--fault-map", pipe, *options)
    writer.join(timeout=10)
    read = json_of("run", WORKLOAD, "--fault-map", path, *options)
    assert piped.pop("fault_map") != read.pop("fault_map")
    assert piped == read


def test_sweep_of_a_fault_map_is_one_chip(tmp_path: Path) -> None:
    generate(tmp_path / "chip.csv")
    options = ["--voltage", "0.9,0.8", "--images", "10", "--quiet"]
    out = tmp_path / "out"
    result = brownout(
        "sweep", WORKLOAD, "--fault-map", tmp_path / "chip.csv", "--out", out, *options
    )
    assert result.stderr == ""
    assert [row["chip"] for row in rows_of((out / "points.csv").read_text())] == ["0", "0"]


def dies(directory: Path, count: int) -> Path:
    directory.mkdir()
    for chip in range(count):  # names in another order than chips
        generate(directory / f"die{9 - chip}.csv", "--chip", str(chip))
    return directory


def test_dies_are_the_files_by_name(tmp_path: Path) -> None:
    pattern = dies(tmp_path / "dies", 3) / "*.csv"
    options = ["--voltage", "0.85,0.8", "--images", "50", "--quiet", "--cosim", "none"]
    brownout("sweep", WORKLOAD, "--fault-map", pattern, "--out", tmp_path / "maps", *options)
    brownout("sweep", WORKLOAD, "--chips", "3", "--out", tmp_path / "drawn", *options)
    measured = rows_of((tmp_path / "maps/points.csv").read_text())
    drawn = rows_of((tmp_path / "drawn/points.csv").read_text())
    assert [row["chip"] for row in measured] == ["0", "1", "2"] * 2
    for row in measured:  # die 7 is chip 2 and the first file
        twin = next(
            other
            for other in drawn
            if other["voltage"] == row["voltage"] and other["chip"] == str(2 - int(row["chip"]))
        )
        for key in ("ber", "effective_ber", "weights_changed", "top1", "energy_j"):
            assert row[key] == twin[key]
    manifest = json.loads((tmp_path / "maps/manifest.json").read_text())
    assert manifest["configuration"]["memory.chip.map"] == "[die7.csv, die8.csv, die9.csv]"
    assert {"die7.csv", "die8.csv", "die9.csv"} < set(manifest["inputs"])
    one = json_of("run", WORKLOAD, "--fault-map", pattern, "--chip", "1", *options[2:4])
    assert one["fault_map"].endswith("die8.csv")


def test_a_target_adds_yield_and_a_table_of_dies(tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = ["--voltage", "1,0.8,0.77", "--chips", "4", "--images", "200", "--cosim", "none"]
    arguments = ["sweep", WORKLOAD, "--out", out, "--quiet", *options]
    default = json_of(*arguments)
    assert default["min_top1"] == default["reference"] - 0.01  # where nobody says: one point
    points = (out / "points.csv").read_bytes()
    low, high = 0.9, 0.97
    found = json_of(*arguments, "--min-top1", str(low))
    assert (out / "points.csv").read_bytes() == points
    assert found["min_top1"] == low
    rows = rows_of(points.decode())
    for voltage in found["voltages"]:
        tops = [float(row["top1"]) for row in rows if float(row["voltage"]) == voltage["voltage"]]
        passing = sum(top >= low for top in tops)
        assert voltage["yield"] == passing / 4
        assert voltage["yield_ci_low"] <= voltage["yield"] <= voltage["yield_ci_high"]
        assert voltage["yield_ci_high"] - voltage["yield_ci_low"] > 0.4  # four dies say little
    assert [row["yield"] for row in found["voltages"]] != [1, 1, 1]
    table = rows_of((out / "dies.csv").read_text())
    assert len(table) == 12
    for row in table:
        assert row["pass"] == str(int(float(row["top1"]) >= low))
        passed = []
        for other in [other for other in table if other["chip"] == row["chip"]]:
            if other["pass"] == "0":
                break
            passed.append(other["voltage"])
        assert row["lowest_passing_voltage"] == (passed[-1] if passed else "")

    clean = json_of("run", WORKLOAD, "--voltage", "1", "--images", "200")["top1"]
    dropped = json_of(*arguments, "--max-drop", str(100 * (clean - high)))
    assert abs(dropped["min_top1"] - high) < 1e-12
    assert (out / "points.csv").read_bytes() == points
    criterion = json.loads((out / "manifest.json").read_text())["criterion"]
    assert (criterion["metric"], criterion["kind"]) == ("top1", "max_drop")
    assert criterion["value"] == pytest.approx(100 * (clean - high))
    assert (criterion["reference"], criterion["minimum"]) == (clean, dropped["min_top1"])
    for row, voltage in zip(
        rows_of((out / "yields.csv").read_text()), dropped["voltages"], strict=True
    ):
        for key in ("voltage", "chips", "passing", "yield", "yield_ci_low", "unsettled"):
            assert float(row[key]) == voltage[key]


def test_fit_finds_the_generator_of_a_map(tmp_path: Path) -> None:
    chip = (
        "{generator: bitline_vmin, mu: 0.65, sigma_bitline: 0.06, sigma_cell: 0.04, "
        "cells_per_bitline: 256, interleaved_bitlines: 2, kind: stuck, stuck_at_0_share: 0.25}"
    )
    generate(tmp_path / "chip.csv", "--generator", chip)
    layout = ["--cells-per-bitline", "256", "--interleaved-bitlines", "2"]
    fit = json_of("map", "fit", tmp_path / "chip.csv", *layout, "--voltage", "0.75:0.90:0.05")
    assert fit["preferred"] == "bitline_vmin"
    for key, truth in (("mu", 0.65), ("sigma_bitline", 0.06), ("sigma_cell", 0.04)):
        error = fit[f"bitline_vmin_{key}_error"]
        assert 0 < error < 0.01
        assert abs(fit[f"bitline_vmin_{key}"] - truth) < 4 * error
    assert fit["bitline_vmin_p_value"] > 0.05 > fit["gaussian_vmin_p_value"]
    assert abs(fit["stuck_at_0"] / fit["faults"] - 0.25) < 0.02
    assert fit["polarity"] == "cell"
    assert abs(fit["stuck_at_0_share"] - 0.25) < 4 * fit["stuck_at_0_share_error"]
    measures = {(row["voltage"], row["measure"]): row for row in fit["measures"]}
    faults = measures[(0.75, "faults")]
    assert faults["measured"] == fit["faults"]
    assert faults["bitline_vmin_p05"] < faults["bitline_vmin_mean"] < faults["bitline_vmin_p95"]
    # What it prints makes such chips.
    generate(tmp_path / "again.csv", "--generator", fit["bitline_vmin_chip"])
    again = len(read_map(tmp_path / "again.csv"))
    assert 0.8 < again / fit["faults"] < 1.25
    alone = json_of("map", "fit", tmp_path / "chip.csv", "--generator", "gaussian_vmin")
    assert "bitline_vmin_mu" not in alone


def test_a_memory_file_says_what_its_chips_are_and_a_fit_finds_it(tmp_path: Path) -> None:
    memory = PROFILE.parent / "sram_14nm_weak_bitlines.yaml"
    path = tmp_path / "chip.csv"
    cells = ["--banks", "2", "--rows", "1024", "--columns", "128"]
    brownout("map", "generate", "--memory", memory, *cells, "--out", path)
    layout = ["--cells-per-bitline", "512"]
    info = json_of("map", "info", path, *layout, "--voltage", "0.798")
    assert info["bitlines_of_5_stuck"] == info["pure_at_0"] + info["pure_at_1"] > 100
    assert info["pure_at_1"] > 2 * info["pure_at_0"] > 0
    options = ["--generator", "bitline_vmin", "--voltage", "0.79:0.87:0.02", "--chips", "5"]
    fit = json_of("map", "fit", path, *layout, *options)
    truth = {"mu": 0.7056, "sigma_bitline": 0.045, "sigma_cell": 0.0292, "sigma_row": 0.0085}
    for key, value in truth.items():
        error = fit[f"bitline_vmin_{key}_error"]
        assert 0 < error < 0.01
        assert abs(fit[f"bitline_vmin_{key}"] - value) < 4 * error, key
    assert fit["polarity"] == "bitline"
    assert abs(fit["stuck_at_0_share"] - 0.21) < 4 * fit["stuck_at_0_share_error"]
    chip = fit["bitline_vmin_chip"]
    for text in ("sigma_row: ", "polarity: bitline", "cells_per_bitline: 512", "sigma_read: 0.01}"):
        assert text in chip
    # What it prints makes such chips, and the file alone makes them in a run.
    again = tmp_path / "again.csv"
    brownout("map", "generate", "--memory", PROFILE, *cells, "--out", again, "--generator", chip)
    assert json_of("map", "fit", again, *layout, *options)["polarity"] == "bitline"
    run = json_of("run", WORKLOAD, "--memory", memory, "--voltage", "0.85", "--images", "2")
    assert "of the bitlines at 0" in run["chip_source"]
    assert run["chip_source"].endswith("sigma_read 0.01")
