"""Bad input in files: one line on stderr that names place and reason, status 2, nothing created.

Runs the program that the environment variable BROWNOUT names, by default build/release/brownout.
"""

import subprocess
from pathlib import Path

import pytest
from bad_input import (
    ACCELERATOR,
    AUTOENCODER,
    IMAGES,
    LABELS,
    MAP,
    NETWORK,
    PROFILE,
    WORKLOAD,
    Case,
    on_activation_sram,
    on_map,
    on_other_network,
    refuse,
    unknown_operator,
)

from brownout_binary import BROWNOUT, ROOT, needs_brownout

pytestmark = needs_brownout

CASES = {
    # Workload files
    "unknown_key": Case(
        "run w.yaml", ["w.yaml:13", "encodin", "encoding"], ("  encoding:", "  encodin:")
    ),
    "unknown_root_key": Case(
        "run w.yaml", ["w.yaml:15", "sweeps", "sweep"], ("sweep: {", "sweeps: {")
    ),
    "duplicate_key": Case(
        "run w.yaml", ["w.yaml:17", "run"], ("run: {batch: 100, seed: 0}", "run: {}\nrun: {}")
    ),
    "quoted_number": Case("run w.yaml", ["w.yaml:14", "weight_sram", "0.85"], ("0.85", '"0.85"')),
    "text_for_number": Case("run w.yaml", ["w.yaml:16", "run.batch"], ("batch: 100", "batch: x")),
    "number_with_unit": Case(
        "run w.yaml", ["w.yaml:14", "operating_point.weight_sram"], ("0.85", "0.85V")
    ),
    "no_number": Case("run w.yaml", ["w.yaml:14", "operating_point.weight_sram"], ("0.85", ".nan")),
    "missing_key": Case("run w.yaml", ["w.yaml", "name"], ("  name: mnist-cnn\n", "")),
    "malformed_yaml": Case(
        "run w.yaml", ["w.yaml:15", "YAML"], ("{weight_sram: 0.85}", "{weight_sram: ")
    ),
    "empty_workload": Case("run e.yaml", ["e.yaml"], files={"e.yaml": ""}),
    "missing_network": Case(
        "run w.yaml", ["w.yaml:3", "workload.network", "none.onnx"], (str(NETWORK), "none.onnx")
    ),
    "missing_profile": Case(
        "run w.yaml", ["w.yaml:11", "memory.profile", "none.yaml"], (str(PROFILE), "none.yaml")
    ),
    "mitigation": Case(
        "run w.yaml",
        ["w.yaml:14", "memory.mitigations"],
        ("operating_point", "  mitigations: [faq]\noperating_point"),
    ),
    "missing_workload": Case("run none.yaml", ["none.yaml", "no such file"]),
    "workload_is_a_directory": Case("run .", ["directory"]),
    "voltage_of_the_file": Case(
        "run w.yaml", ["w.yaml:14", "operating_point.weight_sram", "0.75"], ("0.85}", "0.5}")
    ),
    "sweep_voltages_of_the_file": Case(
        "sweep w.yaml --out out", ["w.yaml:15", "sweep.voltages"], (":0.75:", ":0.60:")
    ),
    # Networks
    "empty_onnx": on_other_network(["other.onnx"], b""),
    "truncated_onnx": on_other_network(["other.onnx"], NETWORK.read_bytes()[:20000]),
    "no_onnx": on_other_network(["other.onnx"], b"\x00not a network" * 100),
    "unknown_operator": on_other_network(["other.onnx", "odd_one", "Tan"], unknown_operator()),
    "network_of_a_command": Case("network none.onnx", ["none.onnx"]),
    "network_is_a_directory": Case("network .", ["."]),
    "images_of_another_shape": Case(
        "run w.yaml", ["28"], (str(NETWORK), str(ROOT / "workloads/cifar10_resnet8/network.onnx"))
    ),
    # Data sets
    "truncated_images": Case(
        "run w.yaml",
        ["images.gz"],
        (str(IMAGES), "images.gz"),
        files={"images.gz": IMAGES.read_bytes()[:5000]},
    ),
    "labels_as_images": Case("run w.yaml", ["test-labels"], (str(IMAGES), str(LABELS))),
    "more_images_than_there_are": Case("run w.yaml --images 1001", ["images", "1001", "1000"]),
    "data_set_directory": Case("run w.yaml --dataset none", ["--dataset", "none"]),
    # Accelerators
    "too_large_for_resident": Case(
        "run w.yaml --set accelerator.weight_sram.capacity_kib=16",
        ["network.onnx", "edge-32x32", "resident"],
    ),
    "activations_do_not_fit": Case(
        "run w.yaml --set accelerator.activation_sram.capacity_kib=2",
        ["network.onnx", "edge-32x32", "activation_sram.capacity_kib: 2 KiB", "pool1", "5 KiB"],
    ),
    "zero_rows": Case(
        "run w.yaml --set accelerator.array.rows=0", ["accelerator.array.rows", "1..1024"]
    ),
    "accelerator_file": Case("run w.yaml --accelerator none.yaml", ["--accelerator", "none.yaml"]),
    "memory_file": Case("run w.yaml --memory none.yaml", ["--memory", "none.yaml"]),
    "accelerator_as_memory": Case(
        f"run w.yaml --memory {ACCELERATOR}", ["edge_32x32.yaml", "accelerator"]
    ),
    # Fault maps
    "map_of_another_geometry": on_map(["m.csv", "4 banks", "8 banks"], MAP.replace("s: 8", "s: 4")),
    "map_in_another_unit": on_map(["m.csv", "unit", "Vmin"], MAP.replace("unit: Vmin", "unit: V")),
    "map_with_a_malformed_line": on_map(["m.csv:9"], MAP + "0,0,x,0.9,flip\n"),
    "map_with_a_short_line": on_map(["m.csv:9", "4 fields"], MAP + "0,0,1,0.9\n"),
    "map_with_a_cell_twice": on_map(["m.csv:9", "line 8"], MAP + "0,0,0,0.8,flip\n"),
    "map_with_a_cell_outside": on_map(["m.csv:9", "0..127"], MAP + "0,0,128,0.8,flip\n"),
    "map_not_measured_there": on_map(["0.79", "0.8"], MAP, "--voltage 0.79"),
    "map_and_chip": on_map(["--chip", "--fault-map"], MAP, "--chip 1"),
    "empty_map": on_map(["m.csv:1"], ""),
    "missing_map": Case("run w.yaml --fault-map none.csv", ["--fault-map", "none.csv"]),
    "sweep_map_chips": Case(
        "sweep w.yaml --out out --fault-map m.csv --chips 2", ["--chips"], files={"m.csv": MAP}
    ),
    "no_map_matches": Case("run w.yaml --fault-map dies/*.csv", ["--fault-map", "dies/*.csv"]),
    "a_die_of_another_geometry": Case(
        "sweep w.yaml --out out --fault-map d*.csv --voltage 0.9",
        ["d2.csv", "4 banks", "8 banks"],
        files={"d1.csv": MAP, "d2.csv": MAP.replace("s: 8", "s: 4")},
    ),
    "a_die_not_measured_there": Case(
        "sweep w.yaml --out out --fault-map d*.csv --voltage 0.82",
        ["d2.csv", "0.82", "0.85"],
        files={"d1.csv": MAP, "d2.csv": MAP.replace("0.8\n", "0.85\n")},
    ),
    "no_such_die": Case(
        "run w.yaml --fault-map d*.csv --chip 2",
        ["chip 2", "0 to 1"],
        files={"d1.csv": MAP, "d2.csv": MAP},
    ),
    "more_chips_than_dies": Case(
        "sweep w.yaml --out out --fault-map d*.csv --chips 3",
        ["--chips", "2 fault maps"],
        files={"d1.csv": MAP, "d2.csv": MAP},
    ),
    # Yield
    "two_targets": Case(
        "sweep w.yaml --out out --min-top1 0.9 --max-drop 1", ["--min-top1", "--max-drop"]
    ),
    "target_of_98_percent": Case("sweep w.yaml --out out --min-top1 98", ["--min-top1", "0..1"]),
    "target_of_another_metric": Case(
        "sweep w.yaml --out out --min-auc 0.9", ["--min-auc", "the workload's metric is top-1"]
    ),
    "top1_of_a_reconstruction": Case(
        f"sweep {AUTOENCODER} --out out --min-top1 0.9", ["--min-top1", "metric is ROC AUC"]
    ),
    "drop_of_an_error": Case(  # the first image is a 7, the only one
        f"sweep {AUTOENCODER} --images 1 --out out --max-drop 1", ["--max-drop", "recon. MSE"]
    ),
    "unknown_task": Case(
        "run w.yaml --set workload.task=regression",
        ["workload.task", "'regression' is not one of classification, reconstruction"],
    ),
    "normal_label_of_a_classification": Case(
        "run w.yaml --set workload.normal_label=1",
        ["workload.normal_label", "only task: reconstruction"],
    ),
    "normal_label_too_large": Case(
        f"run {AUTOENCODER} --set workload.normal_label=65536",
        ["workload.normal_label", "65536 is not in 0..65535"],
    ),
    "reconstruction_of_another_shape": Case(
        "run w.yaml --set workload.task=reconstruction",
        ["workload.task", "input is 1x28x28", "output 10x1x1"],
    ),
    "negative_drop": Case("sweep w.yaml --out out --max-drop -1", ["--max-drop"]),
    # Fit
    "profile_without_an_error_free_voltage": Case(
        "map profile m.csv --out p.yaml",
        ["m.csv", "no voltage is known", "--error-free-voltage"],
        files={"m.csv": MAP},
    ),
    "profile_of_one_voltage": Case(
        "map profile m.csv --out p.yaml --error-free-voltage 1.1",
        ["m.csv", "two voltages"],
        files={"m.csv": MAP},
    ),
    "profile_of_nothing": Case("map profile none*.csv --out p.yaml", ["none*.csv"]),
    "fit_of_one_voltage": Case("map fit m.csv", ["m.csv", "fail first at 1"], files={"m.csv": MAP}),
    "fit_below_the_map": Case(
        "map fit m.csv --voltage 0.9,0.7", ["--voltage", "0.7", "0.8"], files={"m.csv": MAP}
    ),
    "fit_of_an_unknown_generator": Case(
        "map fit m.csv --generator iid", ["--generator", "bitline_vmin"], files={"m.csv": MAP}
    ),
    "fit_without_bitlines": Case(
        "map fit m.csv --cells-per-bitline 0", ["--cells-per-bitline", "0"], files={"m.csv": MAP}
    ),
    "sweep_below_the_map": Case(
        "sweep w.yaml --out out --fault-map m.csv --voltage 0.9,0.76",
        ["0.76", "0.8"],
        files={"m.csv": MAP},
    ),
    "info_below_the_map": Case(
        "map info m.csv --voltage 0.7", ["--voltage", "0.7", "0.8"], files={"m.csv": MAP}
    ),
    "info_of_nothing": Case("map info none.csv", ["none.csv"]),
    # Faults that act
    "faults_of_no_layer": Case(
        "run w.yaml --set memory.faults.layers=[conv1,convv2]",
        ["--set memory.faults.layers", "convv2", "did you mean conv2?"],
    ),
    "faults_of_a_layer_without_weights": Case(
        "run w.yaml --set memory.faults.layers=pool1", ["pool1", "conv1"]
    ),
    "faults_of_a_strange_layer": Case(
        "weights w.yaml --out w.npz --set memory.faults.layers=classifier",
        ["classifier", "conv1, conv2, fc1, fc2, fc3"],
    ),
    "faults_of_a_high_bit": Case(
        "sweep w.yaml --out out --set memory.faults.bits=8", ["memory.faults.bits", "0..7"]
    ),
    "faults_in_no_direction": Case(
        "run w.yaml --set memory.faults.polarity=up", ["memory.faults.polarity", "0to1"]
    ),
    "faults_by_another_key": Case(
        "run w.yaml --set memory.faults.layer=conv1", ["layer", "did you mean layers?"]
    ),
    # Other rails
    "rail_without_a_memory": Case(
        "run w.yaml --set operating_point.activation_sram=0.8",
        ["operating_point.activation_sram", "memory.activation_sram is not given"],
    ),
    "overflow_word": Case(
        "run w.yaml --set accelerator.accumulator.overflow=clip",
        ["accelerator.accumulator.overflow", "'clip' is not one of wrap, saturate"],
    ),
    "accumulator_without_a_memory": Case(
        "run w.yaml --set operating_point.accumulator=0.8",
        ["operating_point.accumulator", "memory.accumulator is not given"],
    ),
    "accumulator_map_of_another_geometry": Case(
        f"run w.yaml --set memory.accumulator.profile={PROFILE}"
        " --set memory.accumulator.chip.map=m.csv",
        ["m.csv", "8 banks", "accumulators", "32 banks x 4096 rows x 64 columns"],
        files={"m.csv": MAP},
    ),
    "memory_without_a_profile": Case(
        "run w.yaml --set memory.activation_sram.chip.seed=1",
        ["memory.activation_sram", "the key profile is missing"],
    ),
    "swept_rail": Case(
        "sweep w.yaml --out out --set sweep.rail=dram",
        ["sweep.rail", "'dram' is not one of weight_sram, activation_sram, accumulator"],
    ),
    "swept_rail_is_error_free": Case(
        "sweep w.yaml --out out --set sweep.rail=accumulator",
        ["sweep.rail", "memory.accumulator is not given"],
    ),
    "swept_rails_voltage": Case(
        f"sweep w.yaml --out out --voltage 0.5 --set sweep.rail=accumulator"
        f" --set memory.accumulator.profile={PROFILE}",
        ["--voltage", "0.5", "0.75"],
    ),
    "rail_key": Case(
        f"run w.yaml --set memory.activation_sram.profile={PROFILE}"
        " --set memory.activation_sram.encoding=gray",
        ["memory.activation_sram.encoding", "unknown key"],
    ),
    "rail_profile": Case(
        "run w.yaml --set memory.activation_sram.profile=none.yaml",
        ["memory.activation_sram.profile", "no such file", "none.yaml"],
    ),
    "rail_voltage_outside": on_activation_sram(
        ["operating_point.activation_sram", "0.5", "0.75"], "run", "0.5"
    ),
    "sweep_rail_voltage_outside": on_activation_sram(
        ["operating_point.activation_sram", "0.5", "0.75"], "sweep", "0.5"
    ),
    "rail_map_of_another_geometry": on_activation_sram(
        ["m.csv", "1024 rows x 128", "activation SRAM", "1024 rows x 256"], "run", "0.8", MAP
    ),
    "rail_map_not_measured_there": on_activation_sram(
        ["0.79", "0.8"], "run", "0.79", MAP.replace("columns: 128", "columns: 256")
    ),
    "sweep_below_the_rails_map": on_activation_sram(
        ["0.79", "0.8"], "sweep", "0.79", MAP.replace("columns: 128", "columns: 256")
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_input(name: str, tmp_path: Path) -> None:
    refuse(CASES[name], tmp_path)


def test_the_workload_of_these_cases_is_good(tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text(WORKLOAD)
    (tmp_path / "m.csv").write_text(MAP)
    result = subprocess.run(
        [BROWNOUT, "run", "w.yaml", "--images", "2", "--fault-map", "m.csv"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
