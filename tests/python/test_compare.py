"""``compare`` against the files of the sweeps that it reads."""

import json
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path
from statistics import fmean

import pytest

from brownout_binary import BROWNOUT, ROOT, needs_brownout
from commands import WORKLOAD, brownout, json_of, rows_of

pytestmark = needs_brownout

GRID = ["--voltage", "1,0.9,0.85,0.82", "--chips", "4", "--images", "100", "--cosim", "none"]
VISION = ROOT / "configs/accelerators/vision_64x64.yaml"


@pytest.fixture(scope="module")
def sweeps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Sweeps that differ in one thing each."""
    at = tmp_path_factory.mktemp("compare")
    resnet = ROOT / "workloads"
    commands = {
        "edge": [resnet / "cifar10_resnet8.yaml"],
        "vision": [resnet / "cifar10_resnet8.yaml", "--accelerator", VISION],
        "secded": [resnet / "cifar10_resnet8.yaml", "--mitigate", "secded"],
        "w4": [resnet / "cifar10_resnet8_w4.yaml"],
    }
    for name, words in commands.items():
        brownout("sweep", *words, *GRID, "--out", at / name)
    return {name: at / name for name in commands}


def points_of(directory: Path) -> list[dict[str, str]]:
    return rows_of((directory / "points.csv").read_text())


def mean_at(directory: Path, voltage: str, column: str) -> float:
    found = [float(row[column]) for row in points_of(directory) if row["voltage"] == voltage]
    assert len(found) == 4
    return fmean(found)


def passing(directory: Path, drop: float) -> dict[str, float]:
    """The share of chips that lose at most so much, by voltage."""
    by_voltage = defaultdict(list)
    for row in points_of(directory):
        by_voltage[row["voltage"]].append(
            float(row["top1"]) >= float(row["reference"]) - drop - 1e-12
        )
    return {voltage: fmean(chips) for voltage, chips in by_voltage.items()}


def safe_voltage(directory: Path, drop: float) -> str:
    safe = ""
    for voltage, share in passing(directory, drop).items():  # from the highest down
        if share < 1:
            break
        safe = voltage
    return safe


@pytest.mark.parametrize("drop", [0.01, 0.1])
def test_numbers_are_those_of_the_files_at_the_lowest_voltage_that_all_chips_pass(
    drop: float, sweeps: dict[str, Path]
) -> None:
    rows = json_of("compare", *sweeps.values(), "--max-drop", str(100 * drop))["sweeps"]
    first = None
    for number, (directory, row) in enumerate(zip(sweeps.values(), rows, strict=True), 1):
        assert row["number"] == number and row["directory"] == str(directory)
        voltage = safe_voltage(directory, drop)
        assert row["voltage"] == row["safe_voltage"] == float(voltage)
        assert row["yield"] == 1 and row["chips"] == 4
        assert row["minimum"] == pytest.approx(row["reference"] - drop)
        values = {
            column: mean_at(directory, voltage, column)
            for column in ("energy_j", "weight_sram_energy_j", "latency_s", "cycles", "top1")
        }
        values["top1_mean"] = values.pop("top1")
        first = first or values
        for column, value in values.items():
            assert row[column] == pytest.approx(value, rel=1e-12), column
            change = value / first[column] - 1
            assert row[f"{column}_change"] == pytest.approx(change, abs=1e-12), column
        assert row["voltage_step"] == pytest.approx(row["voltage"] - rows[0]["voltage"])


def test_one_voltage_for_all_and_the_yield_at_every_one(sweeps: dict[str, Path]) -> None:
    told = json_of("compare", *sweeps.values(), "--voltage", "0.82", "--max-drop", "5")
    assert {row["voltage"] for row in told["sweeps"]} == {0.82}
    for row, directory in zip(told["sweeps"], sweeps.values(), strict=True):
        assert row["safe_voltage"] == float(safe_voltage(directory, 0.05))
        assert row["energy_j"] == pytest.approx(mean_at(directory, "0.82", "energy_j"))
    assert [row["voltage"] for row in told["voltages"]] == [1, 0.9, 0.85, 0.82]
    for number, directory in enumerate(sweeps.values(), 1):
        shares = passing(directory, 0.05)
        assert [row[f"yield_{number}"] for row in told["voltages"]] == list(shares.values())
        for row, voltage in zip(told["voltages"], shares, strict=True):
            mean = mean_at(directory, voltage, "top1")
            assert row[f"top1_mean_{number}"] == pytest.approx(mean)


def test_only_keys_that_differ_are_told(sweeps: dict[str, Path]) -> None:
    def keys(*names: str) -> dict[str, list[str | None]]:
        told = json_of("compare", *(sweeps[name] for name in names))
        return {
            row["key"]: [row[str(number)] for number in range(1, len(names) + 1)]
            for row in told.get("differences", [])
        }

    assert keys("edge", "secded") == {
        "memory.mitigations": ["[]", "[secded]"],
        "memory.mitigations.secded.on_uncorrectable": [None, "keep"],
    }
    found = keys("edge", "vision")
    assert found["accelerator.array.rows"] == ["32", "64"]
    assert not any(key.startswith("memory") for key in found)
    assert len(keys("edge", "w4")["inputs/network.onnx"][0] or "") == 12
    assert keys("edge", "edge") == {}


def test_energy_by_its_parts_adds_to_what_the_files_say(sweeps: dict[str, Path]) -> None:
    told = json_of("compare", sweeps["edge"], sweeps["secded"], "--voltage", "0.85")
    rows = {row["part"]: row for row in told["energy"]}
    for part in ("weight_sram_energy_j", "energy_j"):
        for number, name in ((1, "edge"), (2, "secded")):
            value = mean_at(sweeps[name], "0.85", part)
            assert rows[part][f"joules_{number}"] == pytest.approx(value)
    above = list(rows)[: list(rows).index("energy_j")]  # the rails
    for joules in ("joules_1", "joules_2"):
        total = sum(rows[part][joules] for part in above)
        assert total == pytest.approx(rows["energy_j"][joules], rel=1e-12)
    assert rows["mitigation_energy_j"]["joules_1"] is None
    assert rows["mitigation_energy_j"]["joules_2"] > 0


def test_the_pareto_front_is_that_of_all_points_of_all_sweeps(sweeps: dict[str, Path]) -> None:
    points = []
    for number, directory in enumerate(sweeps.values(), 1):
        for voltage in passing(directory, 0):
            energy = mean_at(directory, voltage, "energy_j")
            points.append((energy, mean_at(directory, voltage, "top1"), number, float(voltage)))

    def beaten(one: tuple[float, ...]) -> bool:
        return any(
            other[0] <= one[0] and other[1] >= one[1] and other[:2] != one[:2] for other in points
        )

    front = sorted(point for point in points if not beaten(point))
    told = json_of("compare", *sweeps.values())["pareto_front"]
    assert [(row["number"], row["voltage"]) for row in told] == [point[2:] for point in front]
    assert 1 < len(front) < len(points)


def test_layers_stand_beside_those_of_their_name(sweeps: dict[str, Path]) -> None:
    pair = sweeps["edge"], sweeps["vision"]
    told = json_of("compare", *pair, "--layers", "--voltage", "0.85")["layers"]
    for number, directory in enumerate(pair, 1):
        rows = rows_of((directory / "layers.csv").read_text())
        rows = [row for row in rows if row["voltage"] == "0.85"]
        assert len(rows) == 4 * len(told)
        for layer in told:
            own = [row for row in rows if row["layer"] == layer["layer"]]
            assert layer[f"cycles_{number}"] == float(own[0]["cycles"])
            for column in ("energy_j", "weight_sram_energy_j", "weights_changed"):
                mean = fmean(float(row[column]) for row in own)
                assert layer[f"{column}_{number}"] == pytest.approx(mean), column
    changes = [layer["cycles_change_2"] for layer in told]
    assert min(changes) < 0  # a larger array is faster somewhere


def test_a_claim_is_a_sentence_for_each_sweep(sweeps: dict[str, Path]) -> None:
    told = json_of("compare", sweeps["edge"], sweeps["w4"], "--yield", "40", "--max-drop", "10")
    for number, name in ((1, "edge"), (2, "w4")):
        safe = safe_voltage(sweeps[name], 0.1)
        sentence = told[f"sentence_{number}"]
        assert sentence.startswith(f"safe down to {safe} Vmin for 40 % of the dies"), sentence


def test_a_sweep_with_axes_stands_for_all_its_sweeps(tmp_path: Path) -> None:
    grid = ["--voltage", "1,0.8", "--chips", "2", "--images", "20"]
    axis = ["--axis", "memory.encoding=twos_complement,gray"]
    brownout("sweep", WORKLOAD, *grid, *axis, "--out", tmp_path / "axes")
    told = brownout("compare", tmp_path / "axes")
    rows = json_of("compare", tmp_path / "axes")["sweeps"]
    assert [Path(row["directory"]).name for row in rows] == [
        "memory.encoding=twos_complement",
        "memory.encoding=gray",
    ]
    assert told.stderr == ""
    csv = rows_of(brownout("compare", tmp_path / "axes", "--format", "csv").stdout)
    assert [float(row["energy_j"]) for row in csv] == [row["energy_j"] for row in rows]


def test_other_images_are_told(sweeps: dict[str, Path], tmp_path: Path) -> None:
    fewer = ["--voltage", "1,0.9", "--chips", "4", "--images", "90", "--cosim", "none"]
    brownout("sweep", ROOT / "workloads/cifar10_resnet8.yaml", *fewer, "--out", tmp_path / "fewer")
    told = brownout("compare", sweeps["edge"], tmp_path / "fewer")
    assert "note: accuracies are of different images (run.images)" in told.stderr
    rows = json_of("compare", sweeps["edge"], tmp_path / "fewer")["voltages"]
    assert [row["yield_2"] is None for row in rows] == [False, False, True, True]


def test_a_sweep_that_fails_at_its_highest_voltage_has_nothing_to_compare(
    sweeps: dict[str, Path],
) -> None:
    told = brownout("compare", sweeps["edge"], sweeps["w4"], "--min-top1", "0.99", "--layers")
    assert told.stderr.count("too few chips pass at its highest voltage") == 2
    rows = json_of("compare", sweeps["edge"], sweeps["w4"], "--min-top1", "0.99")["sweeps"]
    assert [row["energy_j"] for row in rows] == [None, None]


def refused(*words: str | Path) -> str:
    done = subprocess.run([BROWNOUT, "compare", *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
    return done.stderr


def test_what_is_no_whole_sweep_is_refused(sweeps: dict[str, Path], tmp_path: Path) -> None:
    edge = sweeps["edge"]
    assert "only one sweep is given" in refused(edge)
    assert "gone: no such directory" in refused(edge, tmp_path / "gone")
    (tmp_path / "empty").mkdir()
    assert "empty: holds no results of a sweep" in refused(edge, tmp_path / "empty")

    def damaged(name: str) -> Path:
        return Path(shutil.copytree(edge, tmp_path / name))

    (damaged("open") / "points.csv").unlink()
    assert "open: the sweep is not finished" in refused(edge, tmp_path / "open")
    points = damaged("cut") / "points.csv"
    points.write_text("".join(points.read_text().splitlines(keepends=True)[:-1]))
    assert "lacks points: 3 chips at 0.82, 4 at 1" in refused(edge, tmp_path / "cut")
    manifest = damaged("old") / "manifest.json"
    content = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(content | {"format": 2}))
    assert "have format 2, this version reads format" in refused(edge, tmp_path / "old")
    manifest = damaged("torn") / "manifest.json"
    manifest.write_text(manifest.read_text()[:100])
    assert "manifest.json: damaged" in refused(edge, tmp_path / "torn")


def test_what_sweeps_cannot_be_asked_is_refused(sweeps: dict[str, Path]) -> None:
    pair = sweeps["edge"], sweeps["w4"]
    assert "has no voltage 0.7, but 1, 0.9" in refused(*pair, "--voltage", "0.7")
    assert "not decidable with 4 chips" in refused(*pair, "--yield", "95")
    assert "--min-auc: the workload's metric is top-1" in refused(*pair, "--min-auc", "0.9")
    assert "DIR... is missing" in refused()
