"""`brownout network` on files that it refuses: one line, status 2, in little memory."""

from __future__ import annotations

import resource
import subprocess
from pathlib import Path

from brownout_binary import BROWNOUT

ADDRESS_SPACE = 512 << 20  # bytes; the program itself takes half of it


def network(path: Path) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))

    words = [str(BROWNOUT), "network", str(path)]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, preexec_fn=limit)


def refusal(path: Path) -> str:
    """The one line of an error, without the file's name."""
    done = network(path)
    assert (done.returncode, done.stdout) == (2, ""), done
    prefix = f"error: {path}: "
    assert done.stderr.startswith(prefix) and done.stderr.count("\n") == 1, done.stderr
    return done.stderr.removeprefix(prefix)
