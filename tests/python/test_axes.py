"""Sweeps with axes: each is the sweep that --set makes; kills, jobs and order change no byte."""

import json
import os
import random
import signal
import subprocess
import time
from contextlib import suppress
from itertools import product
from pathlib import Path

import pytest
from bad_input import Case, refuse

from brownout_binary import BROWNOUT, needs_brownout
from commands import WORKLOAD, brownout, rows_of

pytestmark = needs_brownout

GRID = ["--voltage", "1,0.85,0.8", "--chips", "3", "--images", "30"]
POINTS = 3 * 3  # of a combination
AXES = {
    "memory.encoding": ["twos_complement", "gray"],
    "accelerator": [
        "../configs/accelerators/edge_32x32.yaml",
        "../configs/accelerators/tiny_8x8.yaml",
    ],
}
RESULTS = ("points.csv", "layers.csv", "statistics.csv", "dies.csv", "yields.csv", "manifest.json")


def command(out: Path, *options: str) -> list[str]:
    axes = [
        option for key, values in AXES.items() for option in ("--axis", f"{key}={','.join(values)}")
    ]
    return [str(BROWNOUT), "sweep", str(WORKLOAD), *GRID, *axes, "--out", str(out), *options]


def run(out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command(out, *options), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done


def name_of(settings: tuple[str, ...]) -> str:
    return ",".join(f"{key}={Path(value).name}" for key, value in zip(AXES, settings, strict=True))


def files_of(out: Path) -> dict[str, bytes]:
    """Everything but the journals, which hold their rows in the order of their arrival."""
    files = [path for path in out.rglob("*") if path.is_file() and path.suffix != ".sqlite"]
    return {str(path.relative_to(out)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Its directory, and what it printed as CSV."""
    out = tmp_path_factory.mktemp("axes") / "out"
    return out, run(out, "--jobs", "2", "--format", "csv").stdout


@pytest.mark.parametrize("settings", list(product(*AXES.values())), ids=name_of)
def test_every_combination_is_the_sweep_that_set_makes(
    settings: tuple[str, ...], swept: tuple[Path, str], tmp_path: Path
) -> None:
    options = [
        o for key, value in zip(AXES, settings, strict=True) for o in ("--set", f"{key}={value}")
    ]
    brownout("sweep", WORKLOAD, *GRID, *options, "--out", tmp_path / "alone")
    for file in RESULTS:
        alone = (tmp_path / "alone" / file).read_bytes()
        assert (swept[0] / name_of(settings) / file).read_bytes() == alone, file


def test_the_points_of_all_stand_in_one_file_behind_their_axes(swept: tuple[Path, str]) -> None:
    rows = rows_of((swept[0] / "points.csv").read_text())
    assert list(rows[0])[: len(AXES) + 1] == [*AXES, "voltage"]
    for number, settings in enumerate(product(*AXES.values())):
        own = rows_of((swept[0] / name_of(settings) / "points.csv").read_text())
        ours = rows[number * POINTS : (number + 1) * POINTS]
        for ones, others in zip(ours, own, strict=True):
            assert [ones.pop(key) for key in AXES] == list(settings)
            assert ones == others
    assert len(rows) == 4 * POINTS


def test_the_list_of_sweeps_leads_to_their_directories(swept: tuple[Path, str]) -> None:
    listed = json.loads((swept[0] / "axes.json").read_text())
    assert listed["axes"] == AXES
    for sweep, settings in zip(listed["sweeps"], product(*AXES.values()), strict=True):
        assert sweep["settings"] == dict(zip(AXES, settings, strict=True))
        configuration = json.loads((swept[0] / sweep["directory"] / "manifest.json").read_text())[
            "configuration"
        ]
        assert configuration["memory.encoding"] == settings[0]


def test_every_line_that_is_printed_tells_its_values(swept: tuple[Path, str]) -> None:
    rows = rows_of(swept[1])
    settings = [tuple(row[key] for key in AXES) for row in rows]
    assert settings == [some for some in product(*AXES.values()) for _ in range(3)]
    best = [row for row in rows if row["voltage"] == "1"]
    assert {row["yield"] for row in best} == {"1"}
    assert len({row["energy_j"] for row in best}) == 2  # as many as accelerators


def test_jobs_and_a_second_time_change_no_byte(swept: tuple[Path, str], tmp_path: Path) -> None:
    run(tmp_path / "one", "--jobs", "1")
    assert files_of(tmp_path / "one") == files_of(swept[0])
    again = run(tmp_path / "one", "--jobs", "2").stderr
    assert f"{4 * POINTS} of {4 * POINTS} points resumed" in again
    assert files_of(tmp_path / "one") == files_of(swept[0])


def test_killed_at_20_random_moments_it_ends_with_the_same_bytes(
    swept: tuple[Path, str], tmp_path: Path
) -> None:
    out, picks, met = tmp_path / "out", random.Random(20), 0
    for _ in range(20):
        process = subprocess.Popen(
            command(out, "--jobs", "2"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(picks.uniform(0.0, 0.6))
        met += process.poll() is None
        with suppress(ProcessLookupError):  # it was done
            (os.killpg if picks.random() < 0.5 else os.kill)(process.pid, signal.SIGKILL)
        process.wait()
    assert met > 0  # else nothing was killed
    run(out, "--jobs", "2")
    assert files_of(out) == files_of(swept[0])


def test_mitigations_are_an_axis_whose_columns_are_empty_without_them(tmp_path: Path) -> None:
    brownout(
        *("sweep", WORKLOAD, "--voltage", "0.85", "--chips", "1", "--images", "10"),
        *("--axis", "memory.mitigations={},{secded}", "--out", tmp_path / "out"),
    )
    without, with_secded = rows_of((tmp_path / "out/points.csv").read_text())
    assert without["memory.mitigations"] == "{}" and without["words_corrected"] == ""
    assert with_secded["memory.mitigations"] == "{secded}"
    assert float(with_secded["words_corrected"]) > 0
    names = {path.name for path in (tmp_path / "out").iterdir() if path.is_dir()}
    assert names == {"memory.mitigations=none", "memory.mitigations=secded"}


def test_a_claim_gets_a_sentence_for_each_combination(tmp_path: Path) -> None:
    printed = brownout(
        *("sweep", WORKLOAD, "--voltage", "1,0.95", "--chips", "10", "--images", "20"),
        *("--cosim", "none", "--yield", "70", "--axis", "memory.chip.kind=flip,stuck"),
        *("--out", tmp_path / "out"),
    ).stdout
    for kind in ("flip", "stuck"):
        assert f"memory.chip.kind={kind}" in printed.split("\n\n")[0]
    assert printed.count("safe down to 0.95 Vmin for 70 % of the dies") == 2


SWEEP = "sweep w.yaml --out out --images 2"
CASES = {
    "no_value": Case(f"{SWEEP} --axis memory.encoding", ["--axis memory.encoding", "KEY=A,B"]),
    "empty": Case(f"{SWEEP} --axis memory.encoding=", ["--axis memory.encoding", "empty"]),
    "one_value_empty": Case(
        f"{SWEEP} --axis memory.encoding=gray,,twos_complement", ["memory.encoding", "empty"]
    ),
    "one_value_twice": Case(
        f"{SWEEP} --axis memory.encoding=gray,gray", ["--axis memory.encoding", '"gray"', "twice"]
    ),
    "one_key_twice": Case(
        f"{SWEEP} --axis run.seed=1 --axis run.seed=2", ["--axis run.seed", "is given twice"]
    ),
    "unknown_key": Case(
        f"{SWEEP} --axis memory.encodng=gray", ["--axis memory.encodng", "did you mean encoding?"]
    ),
    "unknown_value": Case(
        f"{SWEEP} --axis memory.encoding=gray,grey",
        ["--axis memory.encoding", '"grey"', "twos_complement"],
    ),
    "value_out_of_range": Case(
        f"{SWEEP} --axis accelerator.array.rows=16,0",
        ["--axis accelerator.array.rows", "0 is not in"],
    ),
    "no_such_file": Case(
        f"{SWEEP} --axis accelerator=none.yaml", ["--axis accelerator", "no such file", "none.yaml"]
    ),
    "set_as_well": Case(
        f"{SWEEP} --axis run.seed=1,2 --set run.seed=3",
        ["--axis run.seed", "--set run.seed", "exclude"],
    ),
    "given_by_an_option": Case(
        f"{SWEEP} --axis accelerator=a.yaml --accelerator b.yaml", ["--axis accelerator", "exclude"]
    ),
    "an_option_has_the_last_word": Case(
        f"{SWEEP} --axis memory.chip.seed=1,2 --seed 3",
        ["--axis memory.chip.seed", '"1" and "2"', "the same sweep"],
    ),
    "one_value_written_in_two_ways": Case(
        f"{SWEEP} --axis memory.mitigations=[],{{}}",
        ["--axis memory.mitigations", "the same sweep"],
    ),
    "only_the_last_is_outside_the_profile": Case(
        f"{SWEEP} --axis sweep.voltages=0.9,0.5", ["sweep.voltages", "0.5", "0.75"]
    ),
    "into_a_full_directory": Case(
        "sweep w.yaml --out . --images 2 --axis run.seed=1,2", ["holds other files"]
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_bad_axes_are_told_in_one_line(case: Case, tmp_path: Path) -> None:
    refuse(case, tmp_path)
