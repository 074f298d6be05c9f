"""Bad input: one line on stderr that names place and reason, status 2, and nothing created.

Runs the program that the environment variable BROWNOUT names, by default build/release/brownout.
"""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from brownout_binary import BROWNOUT, ROOT, needs_brownout

pytestmark = needs_brownout

NETWORK = ROOT / "workloads/mnist_cnn/network.onnx"
IMAGES = ROOT / "workloads/mnist_cnn/test-images.idx3.gz"
LABELS = ROOT / "workloads/mnist_cnn/test-labels.idx1.gz"
AUTOENCODER = ROOT / "workloads/mnist_autoencoder.yaml"
PROFILE = ROOT / "configs/memories/sram_14nm.yaml"
ACCELERATOR = ROOT / "configs/accelerators/edge_32x32.yaml"

WORKLOAD = f"""workload:
  name: mnist-cnn
  network: {NETWORK}
  dataset:
    format: mnist_idx
    images: {IMAGES}
    labels: {LABELS}
  preprocess: {{scale: 0.00392156862745098, mean: [0.1307], std: [0.3081]}}
accelerator: {ACCELERATOR}
memory:
  profile: {PROFILE}
  chip: {{generator: iid, kind: flip, seed: 0}}
  encoding: twos_complement
operating_point: {{weight_sram: 0.85}}
sweep: {{voltages: "1.00:0.75:0.05", chips: 2}}
run: {{batch: 100, seed: 0}}
"""

MAP = """# banks: 8
# rows: 1024
# columns: 128
# unit: Vmin
# lowest_measured: 0.8
# source: test
bank,row,column,vfail,kind
0,0,0,0.9,flip
"""


@dataclass(frozen=True)
class Case:
    """A command line in a directory with ``w.yaml``, and what its one line must say."""

    arguments: str
    says: list[str]
    replace: tuple[str, str] | None = None  # in w.yaml
    files: dict[str, str | bytes] = field(default_factory=dict)


def unknown_operator() -> bytes:
    """A network of one float operator."""
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("Tan", ["x"], ["y"], name="odd_one")],
        "net",
        [value("x", TensorProto.FLOAT, ["batch", 1, 28, 28])],
        [value("y", TensorProto.FLOAT, ["batch", 1, 28, 28])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 7
    onnx.checker.check_model(model)
    return model.SerializeToString()


def on_other_network(says: list[str], content: bytes) -> Case:
    return Case("run w.yaml", says, (str(NETWORK), "other.onnx"), files={"other.onnx": content})


def on_map(says: list[str], content: str, options: str = "") -> Case:
    return Case(f"run w.yaml --fault-map m.csv {options}", says, files={"m.csv": content})


def on_activation_sram(texts: list[str], command: str, voltage: str, content: str = "") -> Case:
    """The activation SRAM at this voltage, with this map or generated faults."""
    words = f"{command} w.yaml --set memory.activation_sram.profile={PROFILE}"
    words += f" --set operating_point.activation_sram={voltage}"
    words += " --out out" if command == "sweep" else ""
    if not content:
        return Case(words, texts)
    words += " --set memory.activation_sram.chip.map=m.csv"
    return Case(words, texts, files={"m.csv": content})


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
    # Options
    "voltage_outside": Case("run w.yaml --voltage 0.5", ["--voltage", "0.5", "0.75", "Vmin"]),
    "voltage_zero": Case("run w.yaml --voltage 0", ["--voltage", '"0"']),
    "voltage_list_for_run": Case("run w.yaml --voltage 0.9,0.8", ["--voltage", "one voltage"]),
    "voltage_text": Case("run w.yaml --voltage low", ["--voltage", '"low"']),
    "voltage_and_ber": Case("run w.yaml --voltage 0.9 --ber 0.01", ["--voltage", "--ber"]),
    "ber_never_reached": Case("run w.yaml --ber 0.5", ["--ber", "0.205"]),
    "ber_above_one": Case("run w.yaml --ber 1.5", ["--ber", "0..1"]),
    "ber_is_no_number": Case("run w.yaml --ber nan", ["--ber", '"nan"']),
    "sweep_range": Case("sweep w.yaml --out out --voltage 1:0.8", ["--voltage", "FROM:TO:STEP"]),
    "sweep_step": Case("sweep w.yaml --out out --voltage 1:0.8:0", ["--voltage"]),
    "sweep_voltage_twice": Case("sweep w.yaml --out out --voltage 1,1", ["--voltage", "twice"]),
    "sweep_voltage_outside": Case("sweep w.yaml --out out --voltage 1,0.5", ["--voltage", "0.5"]),
    "sweep_without_out": Case("sweep w.yaml", ["--out"]),
    "sweep_out_is_a_file": Case("sweep w.yaml --out w.yaml", ["--out", "w.yaml"]),
    "sweep_out_below_a_file": Case("sweep w.yaml --out w.yaml/out --images 1", ["w.yaml/out"]),
    "sweep_of_too_many_points": Case(
        "sweep w.yaml --out out --voltage 1:0.75:0.001 --chips 1000000", ["251 voltages", "points"]
    ),
    "sweep_into_a_full_directory": Case("sweep w.yaml --out .", ["other files"]),
    "sweep_ber_and_voltage": Case(
        "sweep w.yaml --out out --voltage 1 --ber 0.01", ["--voltage", "--ber"]
    ),
    "sweep_ber_never_reached": Case("sweep w.yaml --out out --ber 0.01,0.5", ["--ber", "0.205"]),
    "sweep_ber_twice": Case("sweep w.yaml --out out --ber 0.01,1e-2", ["--ber", "twice"]),
    "sweep_ber_list": Case("sweep w.yaml --out out --ber 0.01,,0.1", ["--ber", '""', "0..1"]),
    "explain_nothing": Case("run w.yaml --explain 0", ["--explain", '"0"', "1.."]),
    "explain_text": Case("run w.yaml --explain all", ["--explain", '"all"']),
    "sensitivity_without_out": Case("sensitivity w.yaml", ["--out", "required"]),
    "sensitivity_by_nothing_known": Case(
        "sensitivity w.yaml --out out --by layers", ["--by", '"layers"', "layer, bit, polarity"]
    ),
    "sensitivity_by_three": Case(
        "sensitivity w.yaml --out out --by layer,bit,polarity", ["--by", "more than two"]
    ),
    "sensitivity_by_one_twice": Case(
        "sensitivity w.yaml --out out --by bit,bit", ["--by", "twice"]
    ),
    "sensitivity_outside": Case(
        "sensitivity w.yaml --out out --voltage 0.5", ["--voltage", "0.75", "Vmin"]
    ),
    "sensitivity_ber_and_voltage": Case(
        "sensitivity w.yaml --out out --voltage 0.9 --ber 0.01", ["--voltage", "--ber"]
    ),
    "sensitivity_into_a_full_directory": Case("sensitivity w.yaml --out .", ["other files"]),
    "sensitivity_chips_of_a_map": Case(
        "sensitivity w.yaml --out out --fault-map m.csv --chips 2",
        ["--chips"],
        files={"m.csv": MAP},
    ),
    "sensitivity_of_a_strange_layer": Case(
        "sensitivity w.yaml --out out --set memory.faults.layers=conv3", ["conv3", "conv1"]
    ),
    "images_zero": Case("run w.yaml --images 0", ["--images", '"0"', "1.."]),
    "images_text": Case("run w.yaml --images 10x", ["--images", '"10x"']),
    "images_twice": Case("run w.yaml --images 1 --images 2", ["--images", "twice"]),
    "chips_zero": Case("sweep w.yaml --out out --chips 0", ["--chips", '"0"', "1.."]),
    "jobs_zero": Case("sweep w.yaml --out out --jobs 0", ["--jobs", '"0"', "1..1024"]),
    "cosim_word": Case("sweep w.yaml --out out --cosim two", ["--cosim", "one, all, none"]),
    "cosim_images": Case("run w.yaml --cosim-images -1", ["--cosim-images", '"-1"']),
    "chip_negative": Case("run w.yaml --chip -1", ["--chip", '"-1"']),
    "seed_text": Case("run w.yaml --seed 0x1", ["--seed", '"0x1"']),
    "format_word": Case("run w.yaml --format xml", ["--format", "table, csv, json"]),
    "set_without_value": Case("run w.yaml --set run.batch", ["--set run.batch", "KEY=VALUE"]),
    "set_unknown_key": Case("run w.yaml --set run.bach=1", ["--set run.bach", "batch"]),
    "set_quoted_number": Case("run w.yaml --set run.batch='1'", ["--set run.batch"]),
    "unknown_option": Case("run w.yaml --voltag 1", ["--voltag", "--voltage"]),
    "missing_value": Case("run w.yaml --voltage", ["--voltage", "missing"]),
    "flag_with_value": Case("run w.yaml --quiet=1", ["--quiet", "no value"]),
    "missing_argument": Case("run", ["WORKLOAD.yaml is missing"]),
    "two_arguments": Case("run w.yaml w.yaml", ["unexpected", "w.yaml"]),
    "unknown_command": Case("rum w.yaml", ["rum", "did you mean run?"]),
    "command_of_a_later_version": Case("topology x.csv", ["topology", "run, sweep, sensitivity"]),
    "map_command": Case("map draw m.csv", ["map draw", "map generate, map info"]),
    # Outputs
    "logits_into_no_directory": Case(
        "run w.yaml --logits-out no/l.npz", ["--logits-out", "no such directory"]
    ),
    "weights_without_out": Case("weights w.yaml", ["--out"]),
    "weights_into_no_directory": Case("weights w.yaml --out no/w.npz", ["--out", "no"]),
    "weights_outside": Case("weights w.yaml --out w.npz --voltage 0.5", ["--voltage", "0.75"]),
    "map_without_geometry": Case(
        f"map generate --memory {PROFILE} --out m.csv --banks 2", ["--accelerator", "--rows"]
    ),
    "map_with_two_geometries": Case(
        f"map generate --memory {PROFILE} --accelerator {ACCELERATOR} --rows 2 --out m.csv",
        ["--accelerator", "--rows"],
    ),
    "map_without_memory": Case(
        f"map generate --accelerator {ACCELERATOR} --out m.csv", ["--memory"]
    ),
    "map_too_big": Case(
        f"map generate --memory {PROFILE} --out m.csv --banks 64 --rows 65536 --columns 1024",
        ["failing cells", "64 banks"],
    ),
    "map_far_too_big": Case(
        f"map generate --memory {PROFILE} --out m.csv "
        "--banks 4294967295 --rows 4294967295 --columns 4294967295",
        ["failing cells"],
    ),
    "map_share_without_stuck": Case(
        f"map generate --memory {PROFILE} --accelerator {ACCELERATOR} --out m.csv "
        "--stuck-at-0-share 0.3",
        ["--stuck-at-0-share", "--kind stuck"],
    ),
    "network_set": Case(f"network {NETWORK} --set a.b=1", ["--set", "--accelerator"]),
}


def tree(directory: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()} | {
        path: b"" for path in directory.rglob("*") if path.is_dir()
    }


@pytest.mark.parametrize("name", CASES)
def test_bad_input(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    text = WORKLOAD
    if case.replace:
        assert case.replace[0] in text
        text = text.replace(*case.replace)
    (tmp_path / "w.yaml").write_text(text)
    for file, content in case.files.items():
        (tmp_path / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    before = tree(tmp_path)

    result = subprocess.run(
        [BROWNOUT, *case.arguments.split()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert result.stderr.startswith("error: "), result.stderr
    assert result.stderr.count("\n") == 1, result.stderr
    assert result.stderr.endswith("\n")
    assert result.returncode == 2
    assert result.stdout == ""
    for part in case.says:
        assert part in result.stderr
    assert tree(tmp_path) == before


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


def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    result = subprocess.run(
        [BROWNOUT, "weights", ROOT / "workloads/mnist_cnn.yaml", "--out", locked / "w.npz"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 2
    assert "--out" in result.stderr
