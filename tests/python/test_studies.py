"""``python -m brownout_tools.studies`` on a small network, few chips and images."""

import csv
import json
import math
import subprocess
from pathlib import Path

import numpy as np
import pytest

from brownout_binary import BROWNOUT, ROOT, needs_brownout
from brownout_tools.studies import command
from brownout_tools.studies.encodings import ENCODINGS, FAULTS
from brownout_tools.studies.mitigations import MITIGATIONS, VOLTAGES

CHIPS, IMAGES = 2, 50
CLEAN = 1.0  # top-1 of the first 50 images of MNIST without faults

pytestmark = needs_brownout

Row = dict[str, str]


def run(study: str, out: Path, *options: str) -> int:
    """Run a study on MNIST; its exit status."""
    words = [study, "--out", str(out), "--chips", str(CHIPS), "--images", str(IMAGES)]
    words += ["--workload", "workloads/mnist_cnn.yaml", "--brownout", str(BROWNOUT), *options]
    return command.main(words)


def rows(path: Path) -> list[Row]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def measured(row: Row) -> dict[str, str]:
    """The columns that are results."""
    return {k: v for k, v in row.items() if k.startswith(("effective_ber", "weights", "top1"))}


@pytest.fixture(scope="module", autouse=True)
def at_the_root() -> None:
    """Studies are called from the root of the repository."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        yield


@pytest.fixture(scope="module")
def encodings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("encodings")
    assert run("encodings", out) == 0
    return out


def test_a_table_has_a_row_per_case_and_ber(encodings: Path) -> None:
    found = rows(encodings / "encodings.csv")
    cases = {(row["faults"], row["encoding"]) for row in found}
    assert cases == {(faults, encoding) for faults in FAULTS for encoding in ENCODINGS}
    assert [row["ber"] for row in found] == ["0.1 %", "0.5 %", "1 %"] * len(cases)
    assert {(row["chips"], row["images"]) for row in found} == {(str(CHIPS), str(IMAGES))}
    lines = (encodings / "encodings.md").read_text().splitlines()
    assert len(lines) == 2 + len(cases)
    assert len({line.count("|") for line in lines}) == 1
    assert (encodings / "encodings.png").read_bytes().startswith(b"\x89PNG")


def test_a_row_is_the_statistics_of_its_sweep(encodings: Path) -> None:
    (row,) = [
        r
        for r in rows(encodings / "encodings.csv")
        if (r["faults"], r["encoding"], r["ber"]) == ("stuck at 1", "gray", "1 %")
    ]
    points = rows(encodings / "sweeps/mnist_cnn-stuck_at_1-gray/points.csv")
    chips = [p for p in points if float(p["voltage"]) == float(row["voltage"])]
    assert len(chips) == CHIPS
    for column in ("ber", "effective_ber", "weights_changed", "top1"):
        values = np.array([float(chip[column]) for chip in chips])
        expected = {"mean": values.mean(), "std": values.std(ddof=1)}
        expected |= {"min": values.min(), "max": values.max()}
        for name, value in expected.items():
            assert float(row[f"{column}_{name}"]) == pytest.approx(value, rel=1e-5), column


def test_chips_have_the_asked_ber(encodings: Path) -> None:
    """Within five standard deviations of a binomial: the chips of the study are independent."""
    for row in rows(encodings / "encodings.csv"):
        share = float(row["ber"].removesuffix(" %")) / 100
        cells = 128 * 1024 * 8 * CHIPS
        assert float(row["ber_mean"]) == pytest.approx(share, abs=5 * math.sqrt(share / cells))


def test_only_stuck_cells_tell_offset_binary_from_twos_complement(encodings: Path) -> None:
    found = rows(encodings / "encodings.csv")

    def of(faults: str, encoding: str) -> list[dict[str, str]]:
        return [measured(r) for r in found if (r["faults"], r["encoding"]) == (faults, encoding)]

    for faults in FAULTS:
        same = of(faults, "twos_complement") == of(faults, "offset_binary")
        assert same == (faults == "flip"), faults
        if faults != "flip":  # a flip is a wrong bit in every encoding
            assert of(faults, "gray") != of(faults, "twos_complement")
            assert of(faults, "sign_magnitude") != of(faults, "twos_complement")


@pytest.mark.parametrize("workload", ["mnist_cnn", "cifar10_resnet8", "cifar10_resnet8_w4"])
@pytest.mark.parametrize("kind", ["flip", "stuck"])
def test_logits_of_offset_binary_are_those_of_twos_complement_under_flips(
    workload: str, kind: str, tmp_path: Path
) -> None:
    logits = {}
    for encoding in ("twos_complement", "offset_binary"):
        path = tmp_path / f"{encoding}.npz"
        options = ["--ber=0.01", "--images=100", f"--set=memory.encoding={encoding}"]
        options += [f"--set=memory.chip.kind={kind}", f"--logits-out={path}", "--quiet"]
        words = [BROWNOUT, "run", f"workloads/{workload}.yaml", *options]
        done = subprocess.run(words, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        with np.load(path, allow_pickle=False) as archive:
            logits[encoding] = archive["logits"]
    same = np.array_equal(logits["twos_complement"], logits["offset_binary"])
    assert same == (kind == "flip")


def test_a_study_resumes_and_gives_the_same_files(encodings: Path) -> None:
    names = [f"encodings.{ending}" for ending in ("csv", "md", "png")]
    before = [(encodings / name).read_bytes() for name in names]
    (encodings / names[0]).unlink()
    assert run("encodings", encodings) == 0
    assert [(encodings / name).read_bytes() for name in names] == before


def test_a_ring_that_holds_all_weights_is_a_resident_memory(tmp_path: Path) -> None:
    assert run("clustering", tmp_path) == 0
    found = rows(tmp_path / "clustering.csv")
    for cells in ("independent", "weak bitlines"):
        by_placement: dict[str, list[dict[str, str]]] = {}
        for row in found:
            if row["cells"] == cells:
                by_placement.setdefault(row["placement"], []).append(measured(row))
        resident = by_placement.pop("resident, 128 KiB")
        assert by_placement.pop("streaming, 128 KiB") == resident
        assert by_placement and all(rest != resident for rest in by_placement.values())


def test_yield_counts_the_chips_near_the_clean_accuracy(tmp_path: Path) -> None:
    assert run("dies", tmp_path) == 0
    points = rows(tmp_path / "sweeps/mnist_cnn-0.02/points.csv")
    expected = {}
    for voltage in {p["voltage"] for p in points}:
        chips = [float(p["top1"]) for p in points if p["voltage"] == voltage]
        expected[float(voltage)] = 100 * sum(t > CLEAN - 0.01 - 1e-6 for t in chips) / len(chips)
    lines = [line.split("|")[1:-1] for line in (tmp_path / "dies.md").read_text().splitlines()]
    assert "sigma_die 0.02" in lines[0][8]
    printed = {float(cells[1]): float(cells[10].split()[0]) for cells in lines[2:]}
    assert printed == expected


@pytest.fixture(scope="module")
def mitigations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("mitigations")
    assert run("mitigations", out) == 0
    return out


def test_check_bits_and_flags_widen_every_access(mitigations: Path) -> None:
    """Energy of the weight SRAM is that of its bits; only logic comes on top."""
    check_bits = {"parity 32": 1, "parity 8": 4, "secded 32": 7, "secded 8": 20, "bch_dec 32": 12}
    check_bits["secded 32, refetch"] = 7
    flags = {"rotate": 5, "sign_flip": 1}
    found = rows(mitigations / "mitigations.csv")
    assert {row["mitigation"] for row in found} == set(MITIGATIONS)
    bare = {(r["cells"], r["at"]): r for r in found if r["mitigation"] == "none"}
    for row in found:
        without = float(bare[row["cells"], row["at"]]["weight_sram_energy_j_mean"])
        name = row["mitigation"].removeprefix("faq + ")
        widened = without * (check_bits.get(name, 0) + flags.get(name, 0)) / 32
        energy = float(row["weight_sram_energy_j_mean"])
        added = float(row["mitigation_energy_j_mean"])
        if "refetch" in name:  # leaks while it waits
            assert energy >= (without + widened) * (1 - 1e-5)
        else:
            assert energy == pytest.approx(without + widened, rel=1e-5)
        if name in check_bits:
            assert added > widened
        else:
            assert added == pytest.approx(widened, rel=1e-5, abs=1e-18)


def test_the_cheapest_voltage_is_the_last_within_a_point(mitigations: Path) -> None:
    lines = (mitigations / "mitigations.md").read_text().splitlines()
    second = lines[lines.index("") + 3 :]
    printed = {tuple(c.strip() for c in x.split("|")[2:4]): x.split("|")[4].strip() for x in second}
    assert len(printed) == 12 + 12 + 16  # quantization for faults only where cells are stuck
    for (cells, mitigation), voltage in printed.items():
        name = "-".join(["mnist_cnn", cells, mitigation]).replace(" ", "_")
        points = rows(mitigations / "sweeps" / name / "points.csv")
        passing = []
        for at in VOLTAGES[1:]:
            chips = [float(p["top1"]) for p in points if float(p["voltage"]) == float(at)]
            passing.append(np.mean(chips) >= CLEAN - 0.01 - 1e-9)
        last = (*passing, False).index(False) - 1
        assert voltage == (VOLTAGES[1 + last] if last >= 0 else f"above {VOLTAGES[1]}")


def test_faq_gives_accuracy_back_where_cells_are_stuck(tmp_path: Path) -> None:
    assert run("faq", tmp_path, "--set", "accelerator.weight_sram.capacity_kib=256") == 0
    for manifest in (tmp_path / "sweeps").glob("*/manifest.json"):
        configuration = json.loads(manifest.read_text())["configuration"]
        assert configuration["accelerator.weight_sram.capacity_kib"] == "256"
    found = {(r["encoding"], r["mitigation"], r["stuck"]): r for r in rows(tmp_path / "faq.csv")}
    assert len(found) == 2 * 2 * 6
    for stuck in ("4 %", "6 %", "10 %"):
        none, faq = (found["twos_complement", m, stuck] for m in ("none", "faq"))
        assert float(faq["ber_mean"]) == float(none["ber_mean"])
        assert float(faq["top1_mean"]) > float(none["top1_mean"]) + 0.05


def test_what_fails_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("dies", tmp_path, "--workload", "nowhere.yaml") == 2
    message = capsys.readouterr().err
    assert "error: " in message and "nowhere.yaml" in message
    assert not (tmp_path / "dies.csv").exists()
    for wrong in (["nothing"], ["dies", "--chips", "0"], ["dies", "--images", "x"]):
        with pytest.raises(SystemExit):
            command.main([*wrong, "--out", str(tmp_path)])
