"""Completion in the shells themselves, as far as they are installed."""

import os
import pty
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from brownout_binary import BROWNOUT, needs_brownout
from commands import brownout

pytestmark = needs_brownout

WORDS = [
    (["sw"], {"sweep"}),
    (["map", "pl"], {"plot"}),
    (["run", "w.yaml", "--cosim"], {"--cosim-images"}),
    (["run", "w.yaml", "--format", "j"], {"json"}),
    (["run", "w.yaml", "--set", "accelerator.array.r"], {"accelerator.array.rows="}),
    (["run", "work"], {"workload of mine.yaml"}),
]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """With a file to complete, and the program under its name."""
    (tmp_path / "workload of mine.yaml").touch()
    (tmp_path / "brownout").symlink_to(BROWNOUT)
    for shell in ("bash", "zsh", "fish"):
        script = brownout("completion", shell).stdout
        (tmp_path / f"completion.{shell}").write_text(script)
    return tmp_path


def needs(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")


def output(command: list[str], directory: Path) -> list[str]:
    path = f"{directory}:{os.environ['PATH']}"
    result = subprocess.run(
        command,
        cwd=directory,
        env=os.environ | {"PATH": path, "HOME": str(directory)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return result.stdout.splitlines()


@pytest.mark.parametrize(("words", "wanted"), WORDS)
def test_bash(words: list[str], wanted: set[str], directory: Path) -> None:
    needs("bash")
    script = """
source completion.bash
COMP_WORDS=(brownout "$@")
COMP_CWORD=$#
_brownout
printf '%s\\n' "${COMPREPLY[@]}"
"""
    assert set(output(["bash", "-c", script, "bash", *words], directory)) == wanted


@pytest.mark.parametrize(("words", "wanted"), WORDS)
def test_fish(words: list[str], wanted: set[str], directory: Path) -> None:
    needs("fish")
    line = "brownout " + " ".join(words)
    script = f"source completion.fish; complete -C '{line}'"
    found = {text.split("\t")[0] for text in output(["fish", "-c", script], directory)}
    assert found == wanted


@pytest.mark.parametrize(("words", "wanted"), WORDS)
def test_zsh(words: list[str], wanted: set[str], directory: Path) -> None:
    """Types into an interactive zsh, presses Tab, and lets echo show the line."""
    needs("zsh")
    try:
        leader, follower = pty.openpty()
    except OSError as error:
        pytest.skip(f"no terminal to be had: {error}")
    environment = os.environ | {"PATH": f"{directory}:{os.environ['PATH']}", "TERM": "dumb"}
    with subprocess.Popen(
        ["zsh", "-f", "-i"],
        cwd=directory,
        env=environment,
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    ) as shell:
        os.close(follower)
        # The line as it is completed goes to a file instead of being run.
        setup = (
            "autoload -Uz compinit; compinit -u -d dump; source completion.zsh; "
            "keep() { print -r -- ${(Q)${(z)BUFFER}[-1]} > line; BUFFER=exit; zle accept-line }; "
            "zle -N keep; bindkey '^X' keep; touch ready\n"
        )
        os.write(leader, setup.encode())
        wait_for(directory / "ready")
        os.write(leader, ("brownout " + " ".join(words) + "\t\x18").encode())
        wait_for(directory / "line")
        shell.wait(timeout=30)
        os.close(leader)
    assert {(directory / "line").read_text().strip()} == wanted


def wait_for(file: Path) -> None:
    for _ in range(300):
        if file.exists():
            return
        time.sleep(0.1)
    raise AssertionError(f"{file.name} does not come")
