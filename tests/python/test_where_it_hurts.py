"""memory.faults and sensitivity from outside."""

import csv
import io
import json
import subprocess
from pathlib import Path
from statistics import mean, stdev

import numpy as np
import pytest

from brownout_binary import BROWNOUT, ROOT, needs_brownout

pytestmark = needs_brownout

WORKLOAD = ROOT / "workloads/mnist_cnn.yaml"
LAYERS = ["conv1", "conv2", "fc1", "fc2", "fc3"]
Weights = dict[str, np.ndarray]


def brownout(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        [BROWNOUT, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert result.returncode == 0, result.stderr
    return result


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def weights(directory: Path, *settings: str) -> Weights:
    """The codes (uint8) of the weights at 0.8 Vmin, by layer."""
    out = directory / "w.npz"
    sets = [word for setting in settings for word in ("--set", setting)]
    brownout("weights", WORKLOAD, "--voltage", "0.8", "--out", out, *sets)
    return {
        name.removesuffix(".weight_quantized"): array.view(np.uint8)
        for name, array in np.load(out).items()
    }


@pytest.mark.parametrize("placement", ["resident", "streaming"])
@pytest.mark.parametrize("kind", ["flip", "stuck"])
def test_only_chosen_faults_act(tmp_path: Path, placement: str, kind: str) -> None:
    capacity = 128 if placement == "resident" else 16
    common = [f"accelerator.placement={placement}", f"memory.chip.kind={kind}"]
    common += [f"accelerator.weight_sram.capacity_kib={capacity}"]
    clean = weights(tmp_path, *common, "memory.chip.seed=0", "memory.faults={bits: 0, layers: fc3}")
    clean = {name: clean[name] for name in clean if name != "fc3"}
    all_faults = weights(tmp_path, *common)
    some = ["memory.faults.layers=[conv2, fc1]", "memory.faults.bits=[1, 6:7]"]
    chosen = weights(tmp_path, *common, *some, "memory.faults.polarity=1to0")
    for name, stored in clean.items():
        allowed = (stored & 0b11000010) if name in ("conv2", "fc1") else np.uint8(0)
        expected = stored ^ ((stored ^ all_faults[name]) & allowed)
        assert np.array_equal(chosen[name], expected), name
    assert np.any(chosen["conv2"] != clean["conv2"])


def test_run_tells_which_faults_act() -> None:
    arguments = ["run", WORKLOAD, "--voltage", "0.8", "--images", "2", "--format", "json"]
    arguments += ["--set", "memory.faults={layers: [fc1, conv2], bits: 6:7, polarity: 0to1}"]
    result = json.loads(brownout(*arguments).stdout)
    assert result["faults"] == "layers fc1, conv2; bits 6, 7; 0to1"
    for layer in result["layers"]:
        assert (layer["effective_ber"] or 0) > 0 or layer["layer"] not in ("fc1", "conv2")
        assert not layer["effective_ber"] or layer["layer"] in ("fc1", "conv2")
    assert result["ber"] > 0.03  # of the cells, which fail all the same


def test_sensitivity_prints_the_means_of_its_file(tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ["sensitivity", WORKLOAD, "--ber", "0.04", "--chips", "3", "--images", "100"]
    result = brownout(*arguments, "--out", out, "--format", "json", "--cosim", "none")
    printed = json.loads(result.stdout)
    assert printed["ber_asked"] == 0.04
    assert printed["voltage"] == pytest.approx(0.80, abs=0.01)
    assert "wrote sensitivity.csv, manifest.json, results.sqlite" in result.stderr
    assert [part["layer"] for part in printed["parts"]] == ["none", "all", *LAYERS]
    names = {path.name for path in out.iterdir()}
    assert names == {"sensitivity.csv", "manifest.json", "results.sqlite"}
    rows = rows_of((out / "sensitivity.csv").read_text())
    assert len(rows) == 7 * 3
    for part in printed["parts"]:
        chips = [row for row in rows if row["layer"] == part["layer"]]
        assert [row["chip"] for row in chips] == ["0", "1", "2"]
        drops = [float(row["top1_clean"]) - float(row["top1"]) for row in chips]
        assert part["drop_mean"] == pytest.approx(mean(drops))
        assert part["drop_std"] == pytest.approx(stdev(drops))
        assert part["top1_mean"] == pytest.approx(mean(float(row["top1"]) for row in chips))
        assert part["top1_min"] == min(float(row["top1"]) for row in chips)
        assert int(chips[0]["weight_bits"]) == 8 * int(chips[0]["weights"]) == part["weight_bits"]
    most = max(printed["parts"][2:], key=lambda part: part["drop_mean"])
    assert printed["hurts_most"] == f"layer {most['layer']}"
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["sensitivity"] == "layer"
    again = brownout(*arguments, "--out", out, "--cosim", "none")
    assert "21 of 21 points resumed" in again.stderr


def test_sensitivity_to_bits_grows_with_their_weight(tmp_path: Path) -> None:
    arguments = ["sensitivity", WORKLOAD, "--voltage", "0.8", "--by", "bit", "--chips", "2"]
    arguments += ["--images", "200", "--quiet", "--out", tmp_path / "out", "--format", "csv"]
    result = brownout(*arguments)
    assert result.stderr == ""
    parts = rows_of(result.stdout)
    assert [part["bit"] for part in parts] == ["none", "all", *"01234567"]
    drop = {part["bit"]: float(part["drop_mean"]) for part in parts}
    assert drop["7"] > 10 * max(drop["0"], drop["1"], drop["2"], 0.001)


def test_sensitivity_over_two_dimensions(tmp_path: Path) -> None:
    arguments = ["sensitivity", WORKLOAD, "--voltage", "0.8", "--by", "polarity,layer"]
    arguments += ["--chips", "1", "--images", "20", "--out", tmp_path / "out"]
    arguments += ["--set", "memory.faults.layers=[conv1, fc3]", "--wide"]
    text = brownout(*arguments).stdout
    lines = [line.split() for line in text.split("\n\n")[1].splitlines()]
    assert lines[0][:2] == ["layer", "polarity"]
    pairs = [tuple(line[:2]) for line in lines[4:]]
    assert pairs == [(layer, way) for layer in ("conv1", "fc3") for way in ("0to1", "1to0")]


def test_chips_that_lose_and_gain_alike_lose_nothing(tmp_path: Path) -> None:
    """A mean of counted images is nothing or the part of an image, never a rounding."""
    arguments = ["sensitivity", ROOT / "workloads/cifar10_resnet8.yaml", "--by", "bit"]
    arguments += ["--ber", "0.002", "--chips", "2", "--images", "150", "--seed", "1"]
    arguments += ["--cosim", "none", "--quiet", "--out", tmp_path / "out", "--format", "csv"]
    drops = {row["bit"]: float(row["drop_mean"]) for row in rows_of(brownout(*arguments).stdout)}
    with (tmp_path / "out/sensitivity.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    balanced = []
    for bit, found in drops.items():
        of_bit = [row for row in rows if row["bit"] == bit]
        lost = [round(150 * (float(r["top1_clean"]) - float(r["top1"]))) for r in of_bit]
        assert found == pytest.approx(sum(lost) / 300, abs=1e-12)
        assert (found == 0) == (sum(lost) == 0)
        balanced += [bit] if any(lost) and sum(lost) == 0 else []
    assert balanced  # else there was nothing to see


@pytest.mark.parametrize("capacity", ["128", "16"])  # 16 KiB: streaming, a cell has many weights
def test_explain_leads_from_cells_to_weights(tmp_path: Path, capacity: str) -> None:
    machine = ["--set", f"accelerator.weight_sram.capacity_kib={capacity}"]
    placement = "resident" if capacity == "128" else "streaming"
    machine += ["--set", f"accelerator.placement={placement}"]
    point = [WORKLOAD, "--voltage", "0.82", *machine]
    brownout("weights", *point, "--out", tmp_path / "faulty.npz")
    brownout("weights", WORKLOAD, "--voltage", "1", "--out", tmp_path / "clean.npz")
    clean, faulty = np.load(tmp_path / "clean.npz"), np.load(tmp_path / "faulty.npz")
    run = ["run", *point, "--images", "2", "--explain", "40", "--format"]
    result = json.loads(brownout(*run, "json").stdout)
    assert [layer["layer"] for layer in result["layers"]]
    faults = result["worst_faults"]
    assert len(faults) == 40
    errors = [fault["relative_error"] for fault in faults]
    assert errors == sorted(errors, reverse=True)
    for fault in faults:
        name = f"{fault['layer']}.weight_quantized"
        place = (fault["n"], fault["c"], fault["kh"], fault["kw"])
        place = place if clean[name].ndim == 4 else (fault["n"], fault["k"])
        assert (clean[name][place], faulty[name][place]) == (fault["weight"], fault["weight_read"])
        assert (fault["weight"] ^ fault["weight_alone"]) & 0xFF == 1 << fault["bit"]
        assert fault["kind"] == "flip"
    # The first cell alone, in a map of its own, does what the line says.
    first = faults[0]
    rows = int(capacity) * 1024 // 4 // 8 // 4
    header = f"# banks: 8\n# rows: {rows}\n# columns: 128\n# unit: Vmin\n# source: one cell\n"
    cell = f"{first['bank']},{first['row']},{first['column']},inf,flip\n"
    (tmp_path / "one.csv").write_text(header + "bank,row,column,vfail,kind\n" + cell)
    one = [*point, "--fault-map", tmp_path / "one.csv", "--out", tmp_path / "one.npz"]
    brownout("weights", *one)
    name = f"{first['layer']}.weight_quantized"
    alone = np.load(tmp_path / "one.npz")[name]
    assert first["weight_alone"] in alone[alone != clean[name]]

    table = rows_of(brownout(*run, "csv").stdout)
    assert [row["column"] for row in table] == [str(fault["column"]) for fault in faults]
    text = brownout(*run, "table", "--wide").stdout.split("\n\n")
    assert len(text) == 3
    assert len(text[2].splitlines()) == 42
    assert text[2].split()[:4] == ["bank", "row", "column", "fault"]


def test_damage_of_layers_adds_up() -> None:
    result = json.loads(
        brownout("run", WORKLOAD, "--voltage", "0.8", "--images", "2", "--format", "json").stdout
    )
    for layer in result["layers"]:
        if layer["weights"] is None:
            assert layer["words"] is None
            continue
        both = layer["effective_ber_0to1"] + layer["effective_ber_1to0"]
        assert both == pytest.approx(layer["effective_ber"])
        assert 0 < layer["words_touched"] < 1
        assert 0 < layer["weight_error_mean"] < layer["weight_error_max"] <= 255


def test_a_repaired_bitline_is_a_map_without_its_cells(tmp_path: Path) -> None:
    out = tmp_path / "lines"
    common = ["--voltage", "0.8", "--images", "100", "--format", "json"]
    split = ["--by", "bitline", "--lines", "2", "--chips", "1", "--out", out]
    told = json.loads(brownout("sensitivity", WORKLOAD, *common, *split).stdout)
    (worst, second) = rows_of((out / "lines.csv").read_text())
    assert float(worst["error_share"]) >= float(second["error_share"]) > 0
    name = f"bank {worst['bank']}, bitline {worst['index']}"
    assert told["lines"][0]["line"] == name
    assert told["lines"][0]["regained_mean"] == float(worst["regained"])

    cells = tmp_path / "chip.csv"
    accelerator = ROOT / "configs/accelerators/edge_32x32.yaml"
    memory = ROOT / "configs/memories/sram_14nm.yaml"
    brownout("map", "generate", "--memory", memory, "--accelerator", accelerator, "--out", cells)
    lines = cells.read_text().splitlines(keepends=True)
    on_line = f"{worst['bank']},"
    repaired = [
        line
        for line in lines
        if not (line.startswith(on_line) and line.split(",")[2] == worst["index"])
    ]
    assert len(repaired) < len(lines)
    (count,) = (i for i, line in enumerate(repaired) if line.startswith("# faults: "))
    faults = int(repaired[count].split()[-1]) - (len(lines) - len(repaired))
    repaired[count] = f"# faults: {faults}\n"
    cells.write_text("".join(repaired))
    run = json.loads(brownout("run", WORKLOAD, *common, "--fault-map", cells).stdout)
    assert run["top1"] == float(worst["repaired"])


def test_lines_are_for_rows_and_bitlines(tmp_path: Path) -> None:
    command = [BROWNOUT, "sensitivity", WORKLOAD, "--by", "bank", "--lines", "3"]
    command += ["--out", tmp_path / "out"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stderr == "error: --lines: is for --by row and --by bitline\n"
    assert not (tmp_path / "out").exists()
