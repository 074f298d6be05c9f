"""The commands of the program on the MNIST workload: results, formats, files.

Runs the program that the environment variable BROWNOUT names, by default build/release/brownout.
"""

import csv
import io
import json
import shlex
import subprocess
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from brownout_binary import BROWNOUT, ROOT, needs_brownout

pytestmark = needs_brownout

WORKLOAD = ROOT / "workloads/mnist_cnn.yaml"
NETWORK = ROOT / "workloads/mnist_cnn/network.onnx"
PROFILE = ROOT / "configs/memories/sram_14nm.yaml"
ACCELERATOR = ROOT / "configs/accelerators/edge_32x32.yaml"
COMMANDS = [
    *("run", "sweep", "sensitivity", "network", "weights"),
    *("map generate", "map info", "map convert", "map plot", "map fit"),
]
LAYERS = ["conv1", "pool1", "conv2", "pool2", "fc1", "fc2", "fc3"]
POINTS_HEADER = (
    "voltage,unit,chip,ber,effective_ber,weights_changed,images,top1,top1_ci_low,top1_ci_high,"
    "energy_j,energy_rel,weight_sram_energy_j,weight_sram_energy_rel,weight_sram_share,latency_s,"
    "cycles,stall_cycles,cosim_images"
)


def brownout(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        [BROWNOUT, *arguments], cwd=cwd, capture_output=True, text=True, timeout=300, check=False
    )
    assert result.returncode == 0, result.stderr
    return result


def json_of(*arguments: str | Path) -> dict:
    result = brownout(*arguments, "--format", "json")
    return json.loads(result.stdout)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def means(text: str, value: str | float | None) -> bool:
    """Whether a field of a CSV file holds the value that JSON holds."""
    if value is None:
        return text == ""
    return text == value if isinstance(value, str) else float(text) == value


def initializers() -> dict[str, np.ndarray]:
    """The int8 weights of the network, by name."""
    tensors = onnx.load(NETWORK).graph.initializer
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in tensors}
    return {
        name: array for name, array in arrays.items() if array.dtype == np.int8 and array.ndim > 1
    }


# Help


def test_the_program_alone_lists_its_commands() -> None:
    assert brownout().stdout == brownout("--help").stdout
    for command in COMMANDS:
        assert f"\n  {command} " in brownout().stdout
    assert brownout("--version").stdout.startswith("brownout ")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches(command: str) -> None:
    result = brownout(*command.split(), "--help")
    assert result.stderr == ""
    for part in [f"usage: brownout {command}", "\nexample:\n", "\noptions:\n", "Default: table."]:
        assert part in result.stdout


def test_the_examples_of_help_work(tmp_path: Path) -> None:
    for folder in ["workloads", "configs"]:
        (tmp_path / folder).symlink_to(ROOT / folder)
    for command in COMMANDS:  # map info reads what map generate writes
        text = brownout(*command.split(), "--help").stdout
        example = text.split("\nexample:\n")[1].split("\n\n")[0]
        words = shlex.split(example)
        assert words[0] == "brownout"
        assert brownout(*words[1:], cwd=tmp_path).stdout
    assert (tmp_path / "out/mnist/points.csv").is_file()


# run


def test_run_without_faults_gives_the_reference_logits(tmp_path: Path) -> None:
    out = tmp_path / "logits.npz"
    result = json_of("run", WORKLOAD, "--voltage", "1", "--images", "50", "--logits-out", out)
    reference = np.load(ROOT / "workloads/mnist_cnn/reference_logits.npz")
    logits = np.load(out)["logits"]
    assert np.array_equal(logits, reference["logits"][:50])
    labels = reference["labels"][:50]
    assert result["top1"] == np.mean(np.argmax(logits, axis=1) == labels)
    assert (result["ber"], result["effective_ber"], result["weights_changed"]) == (0, 0, 0)
    assert (result["energy_rel"], result["weight_sram_energy_rel"]) == (1, 1)


def test_run_prints_everything_with_its_unit() -> None:
    result = brownout("run", WORKLOAD, "--voltage", "0.83", "--images", "20")
    assert result.stderr == ""
    headline, layers = result.stdout.split("\n\n")
    facts = dict(line.split("  ", 1) for line in headline.splitlines() if line[0] != " ")
    facts = {key.strip(): value.strip() for key, value in facts.items()}
    assert facts["workload"] == "mnist-cnn"
    assert facts["accelerator"].startswith("edge-32x32")
    assert facts["memory profile"].startswith("sram-14nm: 14 nm SRAM of")
    assert facts["voltage"] == "0.83 Vmin"
    assert facts["co-simulated images"].startswith("1 agreed")
    assert facts["energy per inference"].endswith(" nJ")
    assert facts["latency"].endswith(" us")
    assert facts["top-1"].endswith(" %")
    lines = layers.splitlines()
    assert [line.split()[0] for line in lines[2:9]] == LAYERS
    assert "pixels" in lines[1] and "cycles" in lines[1] and "nJ" in lines[1]


def test_formats_of_run_agree() -> None:
    arguments = ["run", WORKLOAD, "--voltage", "0.8", "--images", "20"]
    report = json_of(*arguments)
    rows = rows_of(brownout(*arguments, "--format", "csv").stdout)
    assert [row["layer"] for row in rows] == [*LAYERS, "input and output"]
    for row, layer in zip(rows, report["layers"], strict=True):
        assert list(row) == list(layer)
        for key, value in layer.items():
            assert means(row[key], value), key
    assert sum(layer["cycles"] for layer in report["layers"]) == report["cycles"]
    assert sum(layer["energy_j"] for layer in report["layers"]) == pytest.approx(report["energy_j"])
    for layer in report["layers"]:
        parts = ["compute", "weight_fetch", "dram", "accumulator", "vector"]
        assert layer["cycles"] == sum(layer[f"{part}_cycles"] for part in parts)


def test_ber_finds_the_voltage() -> None:
    result = json_of("run", WORKLOAD, "--ber", "0.01212883", "--images", "5")
    assert result["voltage"] == 0.833333
    assert result["unit"] == "Vmin"
    assert result["ber_asked"] == 0.01212883
    assert result["ber"] == pytest.approx(0.01212883, rel=0.05)
    assert json_of("run", WORKLOAD, "--ber", "0", "--images", "5")["voltage"] == 1


def test_the_operating_point_is_the_default_voltage() -> None:
    arguments = ["run", WORKLOAD, "--images", "5"]
    assert json_of(*arguments)["voltage"] == 0.85
    assert json_of(*arguments, "--set", "operating_point.weight_sram=0.9")["voltage"] == 0.9


def test_seed_replaces_the_seed_of_the_chips() -> None:
    arguments = ["run", WORKLOAD, "--voltage", "0.8", "--images", "5"]
    seeded = json_of(*arguments, "--seed", "5")
    assert seeded["seed"] == 5
    assert seeded == json_of(*arguments, "--set", "memory.chip.seed=5", "--set", "run.seed=5")
    assert seeded["ber"] != json_of(*arguments)["ber"]
    largest = str(2**64 - 1)
    assert json_of(*arguments, "--seed", largest)["seed"] == 2**64 - 1


def test_saving_against_the_nominal_voltage() -> None:
    arguments = ["run", WORKLOAD, "--voltage", "0.8", "--images", "5"]
    assert "nominal_saving" not in json_of(*arguments)
    same = json_of(*arguments, "--set", "memory.profile.nominal_voltage=1")
    assert same["nominal_saving"] == pytest.approx(1 - same["energy_rel"])
    assert same["nominal_weight_sram_saving"] == pytest.approx(1 - same["weight_sram_energy_rel"])
    higher = json_of(*arguments, "--set", "memory.profile.nominal_voltage=1.25")
    assert higher["nominal_voltage"] == 1.25
    assert higher["nominal_saving"] > same["nominal_saving"]


def test_co_simulated_images() -> None:
    arguments = ["run", WORKLOAD, "--voltage", "0.8", "--images", "3"]
    assert json_of(*arguments, "--cosim-images", "0")["cosim_images"] == 0
    assert json_of(*arguments, "--cosim-images", "2")["cosim_images"] == 2


def test_other_accelerators() -> None:
    tiny = ROOT / "configs/accelerators/tiny_8x8.yaml"
    result = json_of("run", WORKLOAD, "--images", "2", "--accelerator", tiny)
    assert result["accelerator"].startswith("tiny-8x8")
    streaming = json_of(
        "run", WORKLOAD, "--images", "2", "--set", "accelerator.placement=streaming"
    )
    assert streaming["weight_sram"].endswith("streaming")
    assert streaming["setup_cycles"] == 0


# map


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


def test_a_map_with_a_geometry_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    size = ["--banks", "1", "--rows", "16", "--columns", "8"]
    result = json_of("map", "generate", "--memory", PROFILE, *size, "--out", path)
    assert result["cells"] == 128
    assert "# rows: 16" in path.read_text()
    assert [file.name for file in tmp_path.iterdir()] == ["m.csv"]


# weights


def test_weights_without_faults_are_the_networks(tmp_path: Path) -> None:
    out = tmp_path / "w.npz"
    result = json_of("weights", WORKLOAD, "--voltage", "1", "--out", out)
    expected = initializers()
    written = np.load(out)
    assert sorted(written.files) == sorted(expected)
    for name, array in expected.items():
        assert np.array_equal(written[name], array)
    assert result["weights"] == sum(array.size for array in expected.values())


def test_weights_change_as_reported(tmp_path: Path) -> None:
    out = tmp_path / "w.npz"
    result = json_of("weights", WORKLOAD, "--voltage", "0.83", "--chip", "3", "--out", out)
    written = np.load(out)
    changed = sum(np.sum(written[name] != array) for name, array in initializers().items())
    assert result["weights_changed"] == changed / result["weights"]
    point = json_of("run", WORKLOAD, "--voltage", "0.83", "--chip", "3", "--images", "1")
    for key in ["ber", "effective_ber", "weights_changed"]:
        assert result[key] == point[key]


# network


def test_network_adds_up() -> None:
    result = json_of("network", NETWORK)
    arrays = initializers()
    assert result["weights"] == sum(array.size for array in arrays.values())
    assert [layer["layer"] for layer in result["layers"]] == LAYERS
    assert result["macs"] == sum(layer["macs"] or 0 for layer in result["layers"])
    for layer in result["layers"]:
        if layer["weights"] is None:
            continue
        assert layer["macs"] == layer["m"] * layer["n"] * layer["k"] * layer["groups"]
        assert layer["weights"] == layer["n"] * layer["k"] * layer["groups"]
        assert -128 <= layer["code_min"] <= layer["code_max"] <= 127
    assert "cycles" not in result


def test_network_on_an_accelerator() -> None:
    result = json_of("network", NETWORK, "--accelerator", ACCELERATOR)
    point = json_of("run", WORKLOAD, "--images", "1")
    assert (result["fits_resident"], result["placement"]) == ("yes", "resident")
    for key in ["cycles", "latency_s", "setup_cycles"]:
        assert result[key] == point[key]
    assert result["tiles"] == sum(layer["tiles"] for layer in result["layers"])
    assert result["weight_words"] == sum(layer["words"] for layer in result["layers"])


def test_network_streams_what_does_not_fit() -> None:
    result = json_of(
        "network",
        NETWORK,
        "--accelerator",
        ACCELERATOR,
        "--set",
        "accelerator.weight_sram.capacity_kib=32",
    )
    assert (result["fits_resident"], result["placement"]) == ("no", "streaming")
    assert result["weight_words"] > result["weight_sram_words"]


# sweep


def sweep(out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    grid = ["--voltage", "1,0.8,0.9", "--chips", "3", "--images", "30"]
    return brownout("sweep", WORKLOAD, "--out", out, *grid, *options)


def test_sweep_writes_its_files(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    result = sweep(out, "--jobs", "2")
    assert sorted(file.name for file in out.iterdir()) == [
        "layers.csv",
        "manifest.json",
        "points.csv",
        "results.sqlite",
    ]
    text = (out / "points.csv").read_text()
    assert text.splitlines()[0] == POINTS_HEADER
    points = rows_of(text)
    grid = [(point["voltage"], point["chip"]) for point in points]
    assert grid == [(voltage, chip) for voltage in ["1", "0.9", "0.8"] for chip in "012"]
    assert [sum(int(p["cosim_images"]) for p in points if p["voltage"] == v) for v in "1"] == [1]
    assert "0 of 9 points resumed" in result.stderr
    assert result.stderr.count("\n") == 1
    json.loads((out / "manifest.json").read_text())


def test_sweep_prints_means_over_chips(tmp_path: Path) -> None:
    rows = json.loads(sweep(tmp_path / "out", "--format", "json").stdout)["voltages"]
    points = rows_of((tmp_path / "out/points.csv").read_text())
    assert [row["voltage"] for row in rows] == [1, 0.9, 0.8]
    for row in rows:
        chips = [point for point in points if float(point["voltage"]) == row["voltage"]]
        assert row["chips"] == 3
        for key in ["ber", "effective_ber", "weights_changed", "energy_j", "energy_rel"]:
            assert row[key] == pytest.approx(np.mean([float(chip[key]) for chip in chips]))
        top1 = [float(chip["top1"]) for chip in chips]
        assert row["top1_mean"] == pytest.approx(np.mean(top1))
        assert (row["top1_min"], row["top1_max"]) == (min(top1), max(top1))


def test_sweep_resumes(tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = sweep(out)
    before = {name: (out / name).read_bytes() for name in ["points.csv", "layers.csv"]}
    (out / "points.csv").unlink()
    second = sweep(out)
    assert "9 of 9 points resumed" in second.stderr
    assert second.stdout == first.stdout
    assert {name: (out / name).read_bytes() for name in before} == before


def test_sweep_gives_the_same_bytes_with_any_jobs(tmp_path: Path) -> None:
    sweep(tmp_path / "a", "--jobs", "1")
    sweep(tmp_path / "b", "--jobs", "3", "--set", "run.batch=7")
    for name in ["points.csv", "layers.csv"]:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_sweep_refuses_the_directory_of_another(tmp_path: Path) -> None:
    sweep(tmp_path / "out")
    before = {file: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    result = subprocess.run(
        [BROWNOUT, "sweep", WORKLOAD, "--voltage", "0.95", "--out", tmp_path / "out"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 2
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert {file: file.read_bytes() for file in (tmp_path / "out").iterdir()} == before


def test_a_sweep_point_is_a_run(tmp_path: Path) -> None:
    sweep(tmp_path / "out", "--cosim", "all")
    points = rows_of((tmp_path / "out/points.csv").read_text())
    point = points[-1]
    assert (point["voltage"], point["chip"], point["cosim_images"]) == ("0.8", "2", "1")
    run = json_of("run", WORKLOAD, "--voltage", "0.8", "--chip", "2", "--images", "30")
    for key in POINTS_HEADER.split(","):
        assert means(point[key], run[key]), key


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
    plain = rows_of(brownout(*arguments, "--format", "csv").stdout)
    assert not (out / "dies.csv").exists()
    points = (out / "points.csv").read_bytes()
    low, high = 0.9, 0.97
    found = json_of(*arguments, "--min-top1", str(low))
    assert (out / "points.csv").read_bytes() == points
    assert found["min_top1"] == low
    rows = rows_of(points.decode())
    for voltage, without in zip(found["voltages"], plain, strict=True):
        tops = [float(row["top1"]) for row in rows if float(row["voltage"]) == voltage["voltage"]]
        passing = sum(top >= low for top in tops)
        assert voltage["yield"] == passing / 4
        assert voltage["yield_ci_low"] <= voltage["yield"] <= voltage["yield_ci_high"]
        assert voltage["yield_ci_high"] - voltage["yield_ci_low"] > 0.4  # four dies say little
        assert set(voltage) - set(without) == {"yield", "yield_ci_low", "yield_ci_high"}
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
