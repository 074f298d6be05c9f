"""The world fails: a full disk, no permission, no process, a locked journal, Ctrl-C.

Status 1 and one line that says what to do. What was finished is kept, and the same command goes on.
"""

import os
import pty
import re
import resource
import shlex
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from brownout_binary import BROWNOUT, needs_brownout
from commands import ACCELERATOR, PROFILE, WORKLOAD

pytestmark = needs_brownout

NOBODY = 65534
GRID = ["--voltage", "0.9,0.8", "--chips", "3", "--images", "20", "--cosim", "none"]
LONG = ["--voltage", "1.00:0.76:0.02", "--chips", "16", "--images", "500", "--jobs", "2"]
GENERATE = ["map", "generate", "--memory", PROFILE, "--accelerator", ACCELERATOR]


def run(
    *arguments: str | Path,
    before: Callable[[], None] | None = None,
    user: int | None = None,
    stdout: int = subprocess.PIPE,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BROWNOUT, *arguments],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=300,
        preexec_fn=before,
        user=user,
        restore_signals=False,  # SIGXFSZ stays ignored: a write fails, and says so
    )


def failed(result: subprocess.CompletedProcess[str], *says: str) -> None:
    """One line, status 1."""
    assert result.returncode == 1, result.stderr
    assert re.fullmatch(r"error: [^\n]*\n", result.stderr), result.stderr
    for part in says:
        assert part in result.stderr


def limit(kind: int, value: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(kind, (value, value))


@pytest.fixture
def public() -> Iterator[Path]:
    """A directory that other users can reach."""
    directory = Path(tempfile.mkdtemp(prefix="brownout_"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def other_user() -> int | None:
    """Whose permissions count: root's do not."""
    if os.geteuid() != 0:
        return None
    probe = subprocess.run([BROWNOUT, "--version"], user=NOBODY, capture_output=True)
    inputs = subprocess.run(["cat", PROFILE, WORKLOAD], user=NOBODY, capture_output=True)
    if probe.returncode != 0 or inputs.returncode != 0:
        pytest.skip("no other user can read the repository")
    return NOBODY


def test_a_full_disk_below_a_map(tmp_path: Path) -> None:
    size = limit(resource.RLIMIT_FSIZE, 8192)
    result = run(*GENERATE, "--out", tmp_path / "chip.csv", before=size)
    failed(result, "chip.csv", "File too large", "write elsewhere")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_below_a_sweep_keeps_what_was_finished(tmp_path: Path) -> None:
    out = tmp_path / "sweep"
    grid = [*GRID, "--jobs", "1"]
    failed(
        run("sweep", WORKLOAD, "--out", out, *grid, before=limit(resource.RLIMIT_FSIZE, 16384)),
        "results.sqlite",
        "points are kept in",
        "the same command goes on",
    )
    assert not (out / "points.csv").exists()
    done = run("sweep", WORKLOAD, "--out", out, *grid)
    assert done.returncode == 0, done.stderr
    resumed = re.search(r"(\d+) of 6 points resumed", done.stderr)
    assert resumed and int(resumed[1]) > 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_below_the_output() -> None:
    with open("/dev/full", "w") as full:
        failed(run("map", "generate", "--help", stdout=full.fileno()), "could not be written")


@pytest.mark.parametrize("command", ["map generate", "sweep", "sensitivity", "weights"])
def test_a_directory_that_is_not_writable(
    command: str, public: Path, other_user: int | None
) -> None:
    public.chmod(0o555)
    arguments = {
        "map generate": [*GENERATE, "--out", public / "chip.csv"],
        "sweep": ["sweep", WORKLOAD, "--out", public / "sweep", *GRID],
        "sensitivity": ["sensitivity", WORKLOAD, "--out", public / "parts", "--images", "1"],
        "weights": ["weights", WORKLOAD, "--out", public / "weights.npz"],
    }[command]
    result = run(*arguments, user=other_user)
    failed(result, f"--out: {public}: Permission denied; make it writable, or write elsewhere")
    assert list(public.iterdir()) == []


def test_a_directory_that_nobody_can_make() -> None:
    """Nor root: /proc takes no directories."""
    failed(
        run("sweep", WORKLOAD, "--out", "/proc/brownout", *GRID), "/proc/brownout: cannot be made"
    )


def test_no_process_to_be_had(public: Path, other_user: int | None) -> None:
    out = public / "sweep"
    public.chmod(0o777)
    none = limit(resource.RLIMIT_NPROC, 1)
    grid = ["--out", out, *GRID, "--jobs", "3"]
    if other_user is None:
        pytest.skip("the other processes of this user would count")
    result = run("sweep", WORKLOAD, *grid, before=none, user=other_user)
    failed(result, "no further worker process", "0 of 6 points are kept", "fewer --jobs")
    assert run("sweep", WORKLOAD, *grid, user=other_user).returncode == 0


def test_a_missing_input_is_still_bad_input(tmp_path: Path) -> None:
    for arguments in (
        ["run", "missing.yaml"],
        ["network", "missing.onnx"],
        ["map", "info", "missing.csv"],
        ["map", "convert", "missing.csv", "--unit", "V", "--out", tmp_path / "o.csv"],
        ["map", "generate", "--memory", PROFILE, "--out", tmp_path / "gone" / "o.csv"],
    ):
        result = run(*arguments)
        assert result.returncode == 2, result.stderr
        assert "no such" in result.stderr or "No such" in result.stderr


def wait_for_rows(out: Path, rows: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while True:
        assert process.poll() is None, "the sweep ended too early"
        assert time.monotonic() < deadline
        try:
            uri = f"file:{out / 'results.sqlite'}?mode=ro"
            connection = sqlite3.connect(uri, uri=True)
            found = connection.execute("SELECT count(*) FROM points").fetchone()[0]
            connection.close()
            if found >= rows:
                return
        except sqlite3.Error:  # not there yet, or amid a transaction
            pass
        time.sleep(0.005)


def interrupt(command: list[str], out: Path, rows: int, key: bool) -> str:
    """Ctrl-C in a terminal, or kill -TERM of the parent alone; what the terminal shows."""
    try:
        leader, follower = pty.openpty()
    except OSError as error:
        pytest.skip(f"no terminal to be had: {error}")
    process = subprocess.Popen(
        command,
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
        preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),  # now it controls
    )
    os.close(follower)
    wait_for_rows(out, rows, process)
    if key:
        os.write(leader, b"\x03")
    else:
        process.send_signal(signal.SIGTERM)
    written = b""
    try:
        while block := os.read(leader, 4096):
            written += block
    except OSError:  # the end, on Linux
        pass
    os.close(leader)
    assert process.wait(timeout=60) == -(signal.SIGINT if key else signal.SIGTERM)
    return written.decode()


def test_an_interrupted_sweep_says_how_to_go_on(tmp_path: Path) -> None:
    """Twice, each time by another signal; what it tells to type ends in the same bytes."""
    whole, out = tmp_path / "whole", tmp_path / "it's out"
    assert run("sweep", WORKLOAD, "--out", whole, *LONG).returncode == 0
    command = [str(BROWNOUT), "sweep", str(WORKLOAD), "--out", str(out), *LONG]
    kept = 0
    for key in (True, False):
        written = interrupt(command, out, kept + 3, key)
        line = written.split("\x1b[K")[-1].strip()
        found = re.fullmatch(
            rf"interrupted: (\d+) of 208 points are kept in {out}; to go on: (.*)", line
        )
        assert found, written
        assert shlex.split(found[2]) == command
        assert kept + 3 <= int(found[1]) < 208
        kept = int(found[1])
        command = shlex.split(found[2])
        assert not (out / "points.csv").exists()
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert f"{kept} of 208 points resumed" in done.stderr
    for name in ("points.csv", "layers.csv", "manifest.json"):
        assert (out / name).read_bytes() == (whole / name).read_bytes()
