"""The commands of the program on the MNIST workload: results, formats, files.

Runs the program that the environment variable BROWNOUT names, by default build/release/brownout.
"""

import json
import shlex
import subprocess
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from brownout_binary import BROWNOUT, ROOT, needs_brownout
from commands import ACCELERATOR, NETWORK, WORKLOAD, brownout, json_of, means, rows_of, sweep

pytestmark = needs_brownout

COMMANDS = [
    *("run", "sweep", "vmin", "sensitivity", "compare", "report", "network", "weights"),
    *("map generate", "map info", "map convert", "map plot", "map fit"),
]
LAYERS = ["conv1", "pool1", "conv2", "pool2", "fc1", "fc2", "fc3"]
POINTS_HEADER = (
    "voltage,unit,chip,ber,effective_ber,weights_changed,images,top1,top1_ci_low,top1_ci_high,"
    "energy_j,energy_rel,weight_sram_energy_j,weight_sram_energy_rel,weight_sram_share,latency_s,"
    "cycles,stall_cycles,cosim_images,top5,top5_ci_low,top5_ci_high,reconstruction_mse,"
    "reconstruction_mse_ci_low,reconstruction_mse_ci_high,auc,auc_ci_low,auc_ci_high,"
    "ber_asked,reference,images_lost,images_gained,rerr,rerr_ci_low,rerr_ci_high,"
    "logic_energy_j,logic_energy_rel,activation_sram_energy_j,activation_sram_energy_rel,"
    "accumulator_energy_j,accumulator_energy_rel,dram_energy_j,dram_energy_rel"
)


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
    for part in [f"usage: brownout {command}", "\nexample:\n", "\noptions:\n", "Default: "]:
        assert part in result.stdout
    words = " ".join(result.stdout.split())  # lines break anywhere
    assert ("Default: table." in words) == (command != "report")  # which prints no results


def test_the_examples_of_help_work(tmp_path: Path) -> None:
    for folder in ["workloads", "configs"]:
        (tmp_path / folder).symlink_to(ROOT / folder)
    for name, accelerator in [("edge", "edge_32x32"), ("vision", "vision_64x64")]:
        small = ["--voltage", "1,0.9", "--chips", "1", "--images", "20", "--out", f"out/{name}"]
        hardware = ["--accelerator", f"configs/accelerators/{accelerator}.yaml"]
        brownout("sweep", WORKLOAD, *small, *hardware, cwd=tmp_path)  # which compare reads
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
    five = np.argsort(-logits.astype(int), axis=1, kind="stable")[:, :5]
    assert result["top5"] == np.mean((five == labels[:, None]).any(axis=1))
    assert (result["ber"], result["effective_ber"], result["weights_changed"]) == (0, 0, 0)
    assert (result["energy_rel"], result["weight_sram_energy_rel"]) == (1, 1)


def test_run_prints_everything_with_its_unit() -> None:
    result = brownout("run", WORKLOAD, "--voltage", "0.83", "--images", "20", "--wide")
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
    result = json_of("run", WORKLOAD, "--ber", "0.01115", "--images", "5")
    assert result["voltage"] == 0.833333
    assert result["unit"] == "Vmin"
    assert result["ber_asked"] == 0.01115
    assert result["ber"] == pytest.approx(0.01115, rel=0.05)
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
    assert "nominal_supply_saving" not in same
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
    of_layers = sum(layer["cycles"] for layer in result["layers"])
    assert of_layers + result["transfer_cycles"] == result["cycles"]
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


def test_sweep_writes_its_files(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    result = sweep(out, "--jobs", "2")
    assert sorted(file.name for file in out.iterdir()) == [
        "dies.csv",
        "layers.csv",
        "manifest.json",
        "points.csv",
        "results.sqlite",
        "statistics.csv",
        "yields.csv",
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
