"""Bad options: one line on stderr that names place and reason, status 2, and nothing created.

Runs the program that the environment variable BROWNOUT names, by default build/release/brownout.
"""

from pathlib import Path

import pytest
from bad_input import ACCELERATOR, MAP, NETWORK, PROFILE, Case, on_activation_sram, refuse

from brownout_binary import ROOT, needs_brownout

pytestmark = needs_brownout

VOLTS = ROOT / "configs/memories/bram_28nm_kc705.yaml"

CASES = {
    # Options
    "voltage_outside": Case("run w.yaml --voltage 0.5", ["--voltage", "0.5", "0.75", "Vmin"]),
    "voltage_in_millivolts": Case(
        "run w.yaml --voltage 850", ["--voltage", "850 is above 2 Vmin", "2 x the reference"]
    ),
    "voltage_just_too_high": Case("run w.yaml --voltage 2.000001", ["--voltage", "above 2 Vmin"]),
    "voltage_of_the_file_too_high": Case(
        "run w.yaml", ["w.yaml:", "operating_point.weight_sram", "above 2"], ("0.85", "850")
    ),
    "voltage_of_logic_too_high": Case(
        "run w.yaml --set operating_point.logic=850", ["operating_point.logic", "850 is above"]
    ),
    "voltage_of_activations_too_high": on_activation_sram(
        ["activation_sram", "2 Vmin"], "run", "9"
    ),
    "weights_voltage_too_high": Case("weights w.yaml --out x.npz --voltage 850", ["above 2 Vmin"]),
    "sweep_voltage_too_high": Case("sweep w.yaml --out out --voltage 0.9,850", ["850", "2 Vmin"]),
    "sweep_range_too_high": Case("sweep w.yaml --out out --voltage 900:800:50", ["900", "2 Vmin"]),
    "sensitivity_voltage_too_high": Case("sensitivity w.yaml --out out --voltage 850", ["2 Vmin"]),
    "voltage_with_a_unit": Case("run w.yaml --voltage 0.85V", ["--voltage", '"0.85V"', "no unit"]),
    "voltage_in_mv": Case("sweep w.yaml --out out --voltage 850mV", ["--voltage", "no unit"]),
    "voltages_of_another_unit": Case(
        f"run w.yaml --memory {VOLTS}", ["operating_point.weight_sram", "written in Vmin", "has V"]
    ),
    "sweep_of_another_unit": Case(
        f"sweep w.yaml --out out --memory {VOLTS}", ["sweep.voltages", "written in Vmin", "has V"]
    ),
    "voltage_zero": Case("run w.yaml --voltage 0", ["--voltage", '"0"']),
    "voltage_list_for_run": Case("run w.yaml --voltage 0.9,0.8", ["--voltage", "one voltage"]),
    "voltage_text": Case("run w.yaml --voltage low", ["--voltage", '"low"']),
    "voltage_and_ber": Case("run w.yaml --voltage 0.9 --ber 0.01", ["--voltage", "--ber"]),
    "explain_and_energy": Case("run w.yaml --explain 3 --energy", ["--explain", "--energy"]),
    "ber_never_reached": Case("run w.yaml --ber 0.5", ["--ber", "0.2056"]),
    "ber_above_one": Case("run w.yaml --ber 1.5", ["--ber", "0..1"]),
    "ber_is_no_number": Case("run w.yaml --ber nan", ["--ber", '"nan"']),
    "sweep_range": Case("sweep w.yaml --out out --voltage 1:0.8", ["--voltage", "FROM:TO:STEP"]),
    "sweep_step": Case("sweep w.yaml --out out --voltage 1:0.8:0", ["--voltage"]),
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
    "sweep_ber_never_reached": Case("sweep w.yaml --out out --ber 0.01,0.5", ["--ber", "0.2056"]),
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
    "accumulators_of_too_many_words": Case(
        f"network {NETWORK} --accelerator {ACCELERATOR}"
        " --set accelerator.accumulator.depth=16777216 --set accelerator.array.columns=128",
        ["accumulator.depth", "16777216", "128 (array.columns)", "4294967295"],
    ),
    "accumulators_of_too_many_cells": Case(
        f"run w.yaml --set memory.accumulator.profile={PROFILE}"
        " --set accelerator.accumulator.depth=16777216",
        ["accumulator.depth x array.columns x accumulator.bits", "8589934592 cells"],
    ),
    "set_without_a_blank": Case(
        "run w.yaml --set accelerator.array={rows:128,columns:128}",
        ["accelerator.array", "a blank is missing behind the colon: write rows: 128"],
    ),
    "fault_map_of_a_directory": Case("run w.yaml --fault-map .", ["--fault-map", "*.csv"]),
    # A missing file goes before what its format would ask for.
    "convert_missing": Case("map convert gone.csv --unit V --out o.csv", ["gone.csv: No such"]),
    "convert_missing_npy": Case("map convert gone.npy --kind flip --out o.csv", ["No such file"]),
    "convert_missing_dump": Case("map convert gone.bin --from dump --out o.csv", ["No such file"]),
    "convert_missing_list": Case("map convert 0.6=gone.bin --out o.csv", ["gone.bin: No such"]),
    "convert_missing_pattern": Case("map convert gone_{V}.bin --out o.csv", ["gone_{V}.bin: no"]),
    "info_missing": Case("map info gone.csv --mux 4", ["gone.csv: No such file"]),
    "plot_missing": Case("map plot gone.csv --unit V --out o.svg", ["gone.csv: No such file"]),
    # Bytes of a file never reach a terminal as they are.
    "raw_bytes_of_a_map": Case(
        "map info esc.csv --from csv",
        ["esc.csv", "\\x1b[31m\\xff"],
        files={"esc.csv": MAP.encode().replace(b"flip", b"\x1b[31m\xff")},
    ),
    "raw_bytes_of_a_network_for_a_workload": Case(
        "run n.tflite", ["n.tflite"], files={"n.tflite": b"\x1c\x00\x00\x00TFL3\xff\xfe\x1b\x80"}
    ),
    "raw_bytes_of_a_key": Case(
        "run w.yaml",
        ["w.yaml", "\\x1b[2J"],
        ("encoding:", '"\\e[2J": 1\n  encoding:'),
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
    "command_of_a_later_version": Case("topology x.csv", ["topology", "run, sweep, vmin"]),
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


@pytest.mark.parametrize("name", CASES)
def test_bad_input(name: str, tmp_path: Path) -> None:
    refuse(CASES[name], tmp_path)
