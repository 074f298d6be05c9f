"""The files of a sweep depend on its configuration only: not on jobs, batches, CPUs or kills."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from brownout_binary import BROWNOUT, ROOT, needs_brownout

WORKLOAD = ROOT / "workloads/mnist_cnn.yaml"

SMALL = ["--voltage", "0.9,0.85,0.8", "--chips", "4", "--images", "50"]
SMALL_POINTS = 3 * 4
LONG = ["--voltage", "1.00:0.76:0.02", "--chips", "24", "--images", "500", "--jobs", "2"]
LONG_POINTS = 13 * 24
LAYERS = 8  # of the network and its input and output, a row each in layers.csv
RESULTS = ("points.csv", "layers.csv")

pytestmark = needs_brownout

Files = dict[str, bytes]


def command(out: Path, *options: str) -> list[str]:
    """The command line of a sweep."""
    return [str(BROWNOUT), "sweep", str(WORKLOAD), "--out", str(out), *options]


def run(
    out: Path, *options: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a sweep to its end, whatever that is."""
    return subprocess.run(
        command(out, *options),
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | (environment or {}),
    )


def sweep(out: Path, *options: str, environment: dict[str, str] | None = None) -> Files:
    """Run a sweep, which must succeed; what it wrote."""
    done = run(out, *options, environment=environment)
    assert done.returncode == 0, done.stderr
    return read(out)


def read(out: Path) -> Files:
    return {name: (out / name).read_bytes() for name in RESULTS}


def resumed_points(notes: str) -> tuple[int, int]:
    """How many points a sweep says it resumed, and of how many."""
    found = re.search(r"(\d+) of (\d+) points resumed", notes)
    assert found, notes
    return int(found[1]), int(found[2])


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """What a small sweep writes with one worker."""
    return sweep(tmp_path_factory.mktemp("small") / "one", *SMALL, "--jobs=1")


def test_a_row_for_each_voltage_chip_and_layer(small: Files) -> None:
    """Else equal files could be equally empty."""
    header, *points = small["points.csv"].decode().splitlines()
    assert header.startswith("voltage,unit,chip,ber,")
    places = [tuple(row.split(",")[:3]) for row in points]
    assert places == [(v, "Vmin", str(c)) for v in ("0.9", "0.85", "0.8") for c in range(4)]
    assert len({row.split(",", 3)[3] for row in points}) == SMALL_POINTS  # no two dies alike
    assert small["layers.csv"].count(b"\n") == 1 + SMALL_POINTS * LAYERS


@pytest.mark.parametrize(
    "options",
    [
        ["--jobs=2"],
        ["--jobs=5"],
        ["--jobs=1", "--set=run.batch=1"],
        ["--jobs=2", "--set=run.batch=7"],
        ["--jobs=1", "--set=run.batch=64"],
    ],
    ids=" ".join,
)
def test_same_bytes_whatever_jobs_and_batch(
    options: list[str], small: Files, tmp_path: Path
) -> None:
    assert sweep(tmp_path / "sweep", *SMALL, *options) == small


@pytest.mark.parametrize(
    "environment",
    [{"DNNL_MAX_CPU_ISA": "AVX2", "ONEDNN_MAX_CPU_ISA": "AVX2"}, {"OMP_NUM_THREADS": "3"}],
    ids=lambda environment: next(iter(environment)),
)
def test_same_bytes_whatever_cpu_and_threads(
    environment: dict[str, str], small: Files, tmp_path: Path
) -> None:
    """Without VNNI, which the first one takes away, another integer engine does the work."""
    assert sweep(tmp_path / "sweep", *SMALL, "--jobs=2", environment=environment) == small


def test_a_seed_decides_the_dies(small: Files, tmp_path: Path) -> None:
    """Else the comparisons above could not see a different die."""
    assert sweep(tmp_path / "default", *SMALL, "--seed=0") == small
    assert sweep(tmp_path / "other", *SMALL, "--seed=1")["points.csv"] != small["points.csv"]


def test_a_finished_sweep_runs_nothing_again(small: Files, tmp_path: Path) -> None:
    out = tmp_path / "sweep"
    sweep(out, *SMALL)
    for name in RESULTS:
        (out / name).unlink()
    done = run(out, *SMALL, "--jobs=1", "--set=run.batch=9")  # neither one changes a result
    assert done.returncode == 0, done.stderr
    assert resumed_points(done.stderr) == (SMALL_POINTS, SMALL_POINTS)
    assert read(out) == small


@pytest.mark.parametrize(
    "change",
    [
        ["--images=51"],
        ["--chips=5"],
        ["--seed=1"],
        ["--cosim=none"],
        ["--set=memory.encoding=offset_binary"],
        ["--set=memory.chip.kind=stuck"],
        ["--set=accelerator.array.rows=16"],
        ["--set=accelerator.placement=streaming"],
        [f"--accelerator={ROOT / 'configs/accelerators/tiny_8x8.yaml'}"],
    ],
    ids=lambda change: change[0].split("/")[0],
)
def test_another_configuration_is_refused(
    change: list[str], finished: Path, tmp_path: Path
) -> None:
    """It would mix two experiments in one curve. Nothing in the directory changes."""
    out = tmp_path / "sweep"
    shutil.copytree(finished, out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    replaced = {option.split("=")[0] for option in change}
    kept = [w for i, w in enumerate(SMALL) if not {w, SMALL[i - 1]} & replaced]
    refused = run(out, *kept, *change)
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert "another sweep" in refused.stderr
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a finished small sweep."""
    out = tmp_path_factory.mktemp("finished") / "sweep"
    sweep(out, *SMALL)
    return out


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("UPDATE points SET chip = 9 WHERE chip = 3", "of no point that is asked for"),
        ("UPDATE points SET voltage_micro = voltage_micro + 1", "of no point that is asked for"),
        ("UPDATE points SET part = 'conv1' WHERE chip = 3", "of no point that is asked for"),
        (
            "UPDATE points SET point_row = (SELECT point_row FROM points WHERE chip = 0)",
            "does not hold that point's results",
        ),
        ("UPDATE points SET point_row = 'damaged'", "does not hold that point's results"),
    ],
)
def test_a_journal_that_does_not_fit_its_request_is_refused(
    sql: str, says: str, finished: Path, tmp_path: Path
) -> None:
    out = tmp_path / "sweep"
    shutil.copytree(finished, out)
    with sqlite3.connect(out / "results.sqlite") as journal:
        journal.execute(sql)
    journal.close()
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    refused = run(out, *SMALL)
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert says in refused.stderr and "results.sqlite" in refused.stderr
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_journal_that_holds_a_point_twice_is_refused(finished: Path, tmp_path: Path) -> None:
    """SQLite keeps a table's key, so only a table without one can."""
    out = tmp_path / "sweep"
    shutil.copytree(finished, out)
    with sqlite3.connect(out / "results.sqlite") as journal:
        journal.execute("ALTER TABLE points RENAME TO keyed")
        journal.execute("CREATE TABLE points AS SELECT * FROM keyed")
        journal.execute("INSERT INTO points SELECT * FROM keyed LIMIT 1")
        journal.execute("DROP TABLE keyed")
    journal.close()
    refused = run(out, *SMALL)
    assert refused.returncode == 2
    assert "results.sqlite: holds a point twice" in refused.stderr


def rows_so_far(out: Path) -> int:
    """Points in the journal of a sweep that runs, read without any lock that it could meet."""
    try:
        uri = f"file:{out / 'results.sqlite'}?mode=ro"
        connection = sqlite3.connect(uri, uri=True)
        try:
            return connection.execute("SELECT count(*) FROM points").fetchone()[0]
        finally:
            connection.close()
    except sqlite3.Error:  # not there yet, or amid a transaction
        return 0


def rows_after_kill(out: Path, copy: Path) -> int:
    """Points that a killed sweep left, counted in a copy: opening it rolls a transaction back."""
    shutil.copytree(out, copy)
    connection = sqlite3.connect(copy / "results.sqlite")
    try:
        return connection.execute("SELECT count(*) FROM points").fetchone()[0]
    finally:
        connection.close()


def kill_once_it_holds(out: Path, rows: int, whole_group: bool) -> None:
    """Start or resume the long sweep, and SIGKILL it once its journal holds so many rows."""
    process = subprocess.Popen(
        command(out, *LONG),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while rows_so_far(out) < rows:
        assert process.poll() is None, "the sweep ended before it could be killed"
        assert time.monotonic() < deadline, f"no {rows} rows within a minute"
        time.sleep(0.002)
    (os.killpg if whole_group else os.kill)(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """What the long sweep writes when nothing happens to it."""
    return sweep(tmp_path_factory.mktemp("long") / "sweep", *LONG)


@pytest.mark.parametrize("whole_group", [True, False], ids=["group", "parent"])
def test_a_killed_sweep_resumes(whole_group: bool, uninterrupted: Files, tmp_path: Path) -> None:
    """Killed early, resumed, killed again, resumed: no finished point is lost, the bytes agree."""
    out, left = tmp_path / "sweep", 0
    for times_killed in (1, 2):
        kill_once_it_holds(out, left + 5, whole_group)
        assert not any((out / name).exists() for name in RESULTS)
        before, left = left, rows_after_kill(out, tmp_path / f"copy{times_killed}")
        assert before < left < LONG_POINTS
    done = run(out, *LONG)
    assert done.returncode == 0, done.stderr
    assert resumed_points(done.stderr) == (left, LONG_POINTS)
    assert read(out) == uninterrupted
