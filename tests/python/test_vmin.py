"""`brownout vmin` from end to end: against sweeps of the same chips, kills, jobs, refusals."""

import csv
import json
import os
import random
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from brownout_binary import BROWNOUT, ROOT, needs_brownout
from commands import WORKLOAD, brownout, json_of, rows_of

pytestmark = needs_brownout

AUTOENCODER = ROOT / "workloads/mnist_autoencoder.yaml"
SMALL = ["--voltage", "1.00:0.80:0.04", "--images", "300", "--yield", "80"]  # 14 chips decide
LONG = ["--voltage", "1.00:0.76:0.02", "--images", "1000"]
FILES = ("v_safe.json", "search.csv", "manifest.json")


def vmin(out: Path, *options: str, workload: Path = WORKLOAD) -> dict:
    """What a search writes."""
    brownout("vmin", workload, "--out", out, *options)
    return json.loads((out / "v_safe.json").read_text())


def read(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in FILES}


def refused(out: Path, *options: str, workload: Path = WORKLOAD) -> str:
    """The message of a search that is bad input."""
    command = [BROWNOUT, "vmin", workload, "--out", out, *options]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    return result.stderr


@pytest.mark.parametrize(
    ("workload", "options"),
    [
        (WORKLOAD, ["--voltage", "1.00:0.80:0.02", "--images", "1000", "--yield", "90"]),
        (WORKLOAD, [*SMALL, "--chips", "30", "--max-drop", "0.5"]),
        (WORKLOAD, [*SMALL, "--min-top1", "0.9"]),
        (WORKLOAD, ["--images", "1000", "--yield", "80", "--set", "run.seed=5", "--seed", "3"]),
        (AUTOENCODER, [*SMALL, "--max-drop", "2"]),
        (ROOT / "workloads/cifar10_resnet8.yaml", ["--images", "400", "--yield", "80"]),
    ],
    ids=lambda value: value.stem if isinstance(value, Path) else " ".join(value),
)
def test_the_voltage_is_that_of_all_chips_at_all_voltages(
    workload: Path, options: list[str], tmp_path: Path
) -> None:
    found = vmin(tmp_path / "vmin", *options, workload=workload)
    whole = ["--chips", str(found["chips"])] if "--chips" not in options else []
    swept = json_of("sweep", workload, "--out", tmp_path / "sweep", *options, *whole)
    words = found["sentence"].split(" chips ")
    assert swept["sentence"].split(" chips ")[0] == words[0]
    safe = [v for v in swept["voltages"] if v["voltage"] == found["voltage"]]
    assert [v["passing"] for v in safe] == [found["passing"]]
    judged = {(row["voltage"], row["chip"]): row for row in csv.DictReader(open_of(tmp_path))}
    dies = csv.DictReader((tmp_path / "sweep/dies.csv").read_text().splitlines())
    for die in dies:
        row = judged.pop((die["voltage"], die["chip"]), None)
        if row is None:
            continue
        assert row["pass"] == die["pass"]
        if row["settled_by"] == "all_images":
            assert float(row["drop"]) == pytest.approx(float(die["drop"]), abs=1e-12)
    assert not judged
    assert found["grid_points"] > found["points"]


def open_of(directory: Path) -> list[str]:
    return (directory / "vmin/search.csv").read_text().splitlines()


def test_the_certificate_rests_on_what_was_judged(tmp_path: Path) -> None:
    found = vmin(tmp_path / "vmin", *SMALL)
    rows = rows_of((tmp_path / "vmin/search.csv").read_text())
    assert len(rows) == found["points"]
    assert sum(int(row["images"]) for row in rows) == found["images"]
    at = [row for row in rows if float(row["voltage"]) == found["voltage"]]
    below = [row for row in rows if float(row["voltage"]) == found["refused_voltage"]]
    assert sorted(int(row["chip"]) for row in at) == list(range(14))
    assert sum(row["pass"] == "1" for row in at) == found["passing"] == 14
    assert sum(row["pass"] == "0" for row in below) == found["refused_failing"] > 0
    assert found["yield_at_least"] == pytest.approx(0.05 ** (1 / 14))
    alone = json_of(
        *("run", WORKLOAD, "--voltage", str(found["voltage"]), "--images", "300"),
        *("--chip", str(found["chip"])),
    )
    for name in ("ber", "energy_j", "energy_rel", "weight_sram_energy_rel", "latency_s"):
        assert found[name] == alone[name], name


def test_what_is_printed_is_what_is_written(tmp_path: Path) -> None:
    printed = json_of("vmin", WORKLOAD, "--out", tmp_path / "vmin", *SMALL)
    written = json.loads((tmp_path / "vmin/v_safe.json").read_text())
    voltages = printed.pop("voltages")
    assert printed == written
    assert [v["found"] for v in voltages if v["voltage"] == written["voltage"]] == ["accepted"]
    text = brownout("vmin", WORKLOAD, "--out", tmp_path / "vmin", *SMALL).stdout
    assert text.split("\n")[0].split(maxsplit=1) == ["answer", written["sentence"]]


@pytest.mark.parametrize("options", [["--jobs=2"], ["--jobs=5", "--set=run.batch=7"]], ids=" ".join)
def test_same_bytes_whatever_jobs_and_batch(options: list[str], tmp_path: Path) -> None:
    vmin(tmp_path / "one", *SMALL, "--jobs=1")
    vmin(tmp_path / "other", *SMALL, *options)
    assert read(tmp_path / "other") == read(tmp_path / "one")


def rows_so_far(out: Path) -> int:
    try:
        connection = sqlite3.connect(f"file:{out / 'results.sqlite'}?mode=ro", uri=True)
        try:
            return connection.execute("SELECT count(*) FROM points").fetchone()[0]
        finally:
            connection.close()
    except sqlite3.Error:  # not there yet, or amid a transaction
        return 0


@pytest.mark.parametrize("seed", [1, 2])
def test_a_killed_search_resumes_with_the_same_bytes(seed: int, tmp_path: Path) -> None:
    vmin(tmp_path / "whole", *LONG)
    total = rows_so_far(tmp_path / "whole")
    moments = sorted(random.Random(seed).sample(range(1, total - 10), 3))
    out = tmp_path / "killed"
    command = [BROWNOUT, "vmin", WORKLOAD, "--out", out, "--jobs=2", *LONG]
    for rows in moments:
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        deadline = time.monotonic() + 60
        while rows_so_far(out) < rows and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.002)
        os.killpg(process.pid, signal.SIGKILL)
        if process.wait() == 0:
            break  # it was faster than us
    left = rows_so_far(out)
    done = brownout(*map(str, command[1:]))
    assert f"; {left} of {total} results resumed" in done.stderr
    assert read(out) == read(tmp_path / "whole")


def test_too_few_chips_are_refused_with_how_many_it_takes(tmp_path: Path) -> None:
    says = "not decidable with 40 chips: 95 % of the dies with 95 % confidence needs at least 59"
    assert f"--chips: {says}" in refused(tmp_path / "out", "--chips=40")
    assert not (tmp_path / "out").exists()
    assert "2 chips" in refused(tmp_path / "out", "--chips=2", "--yield=50")
    for option in ("--yield=100", "--confidence=0", "--yield=x"):
        assert option.split("=")[0] in refused(tmp_path / "out", option)
    command = [BROWNOUT, "sweep", WORKLOAD, "--out", tmp_path / "out", "--yield=95", "--chips=40"]
    swept = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (swept.returncode, says in swept.stderr) == (2, True)


def test_an_error_without_a_target_is_refused(tmp_path: Path) -> None:
    message = refused(tmp_path / "out", "--images=1", workload=AUTOENCODER)
    assert "no chip passes or fails" in message
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "change", ["--max-drop=2", "--min-top1=0.5", "--confidence=80", "--images=299", "--cosim=none"]
)
def test_a_directory_of_another_search_is_refused(change: str, tmp_path: Path) -> None:
    vmin(tmp_path / "out", *SMALL, "--chips=14")
    kept = [
        word for i, word in enumerate(SMALL) if not {word, SMALL[i - 1]} & {change.split("=")[0]}
    ]
    before = read(tmp_path / "out")
    assert "choose another --out" in refused(tmp_path / "out", *kept, "--chips=14", change)
    assert read(tmp_path / "out") == before


def test_a_journal_of_other_chips_is_refused(tmp_path: Path) -> None:
    vmin(tmp_path / "out", *SMALL)
    with sqlite3.connect(tmp_path / "out/results.sqlite") as journal:
        journal.execute("UPDATE points SET chip = chip + 14 WHERE part = 'judged'")
    journal.close()
    assert "none of this search" in refused(tmp_path / "out", *SMALL)


def test_a_grid_that_is_safe_or_unsafe_as_a_whole_says_so(tmp_path: Path) -> None:
    high = vmin(tmp_path / "high", "--voltage=1,0.98", "--images=50", "--yield=80")
    assert (high["voltage"], high["refused_voltage"], high["limiting_layer"]) == (0.98, None, None)
    low = vmin(tmp_path / "low", "--voltage=0.76,0.78", "--images=50", "--yield=80")
    assert (low["voltage"], low["passing"], low["refused_voltage"]) == (None, None, 0.78)
    assert low["sentence"].startswith("no voltage of the grid is safe")
    assert low["limiting_layer"]
    # Nearly all that faults cost is the work of the top bit; a bitline of 1,024 gives little back.
    assert low["limiting_bit"] in ("6", "7")
    assert 0 < low["limiting_bit_drop"] <= low["limiting_drop_of_all"] + 0.1
    assert low["limiting_bitline"] is None or low["limiting_bitline"].startswith("bank ")
