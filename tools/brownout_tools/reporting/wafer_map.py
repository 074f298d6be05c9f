"""The fault maps of a sweep's dies put together: found again by name and hash, then counted.

A sweep's directory has no cells. `brownout map plot` counts them; this finds the files.
"""

import hashlib
import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from brownout_tools.reporting.choice import Choice
from brownout_tools.reporting.dies import Dies
from brownout_tools.reporting.results import Manifest
from brownout_tools.reporting.summary import VoltageSummary

IMPORT = "memory.chip.import."  # keys: what the maps do not say themselves
PLACED = {"memory.chip.fold": "none", "memory.chip.shift": "0"}  # as the files have the cells


class NoMapError(Exception):
    """Why the maps cannot be put together."""


@dataclass(frozen=True)
class WaferMap:
    """What `map plot` counts at one voltage; of maps that were not found ``missing`` says why."""

    voltage: VoltageSummary
    counts: dict[str, Any] | None = None
    missing: str = ""


def wafer_map(directory: Path, manifest: Manifest, dies: Dies, choice: Choice) -> WaferMap | None:
    """Count the faults of all dies where the first one fails; None without a map for each."""
    names = [die.map_name for die in dies.dies]
    if len(names) < 2 or not all(names):
        return None
    voltage = choice.failed or choice.summaries[-1]
    try:
        moved = [key for key, plain in PLACED.items() if manifest.configuration.get(key) != plain]
        if moved:
            raise NoMapError(f"{moved[0]} puts their faults elsewhere than the files have them")
        if len(set(names)) < len(names):
            raise NoMapError("several of their files have one name")
        maps = [find_map(name, manifest.inputs, places(directory)) for name in names]
        return WaferMap(voltage, count(maps, manifest, voltage.text))
    except NoMapError as reason:
        return WaferMap(voltage, missing=str(reason))


def places(directory: Path) -> list[Path]:
    """Return where maps are looked for: near the results, near the working directory."""
    results = directory.resolve()
    roots = dict.fromkeys([results, *results.parents[:2], Path.cwd()])
    below = (folder for root in roots for folder in sorted(root.glob("*/")) if folder.is_dir())
    return list(dict.fromkeys([*roots, *below]))


def find_map(name: str, inputs: dict[str, str], folders: list[Path]) -> Path:
    """Return the file of the name and the hash that the manifest has; or, with {V}, the files."""
    pattern = name.replace("{V}", "*")
    hashes: dict[str, set[str]] = {}  # a file of a name that occurs twice has its folder before it
    for key, digest in inputs.items():
        if fnmatchcase(Path(key).name, pattern):
            hashes.setdefault(Path(key).name, set()).add(digest)
    if not hashes:
        raise NoMapError(f"the manifest has no hash of {name}")
    seen = False
    for folder in folders:
        files = [folder / file for file in hashes]
        if not all(file.is_file() for file in files):
            continue
        seen = True
        if all(sha256(file) in hashes[file.name] for file in files):
            return folder / name
    raise NoMapError(
        f"{name} is not the file it was" if seen else f"{name} is not near the results any more"
    )


def sha256(path: Path) -> str:
    """Return a file's hash; of one that cannot be read none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def program() -> Path:
    """Return the brownout that called us, else the one that was built in this checkout."""
    caller = Path(f"/proc/{os.getppid()}/exe").resolve()
    built = Path(__file__).resolve().parents[3] / "build/release/brownout"
    for path in (caller, built):
        if path.name == "brownout" and path.is_file():
            return path
    raise NoMapError("the program brownout, which counts, was not found; brownout report finds it")


def count(maps: list[Path], manifest: Manifest, voltage: str) -> dict[str, Any]:
    """Return the counts of `map plot`, with the import options of the sweep."""
    words: list[str] = []
    for key, value in manifest.configuration.items():
        if key.startswith(IMPORT):
            option = "--" + key.removeprefix(IMPORT).replace("_", "-")
            words += [option] if value == "true" else [option, value]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "counts.json"
        command = [program(), "map", "plot", *maps, "--voltage", voltage, "--out", out, *words]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            raise NoMapError(result.stderr.strip().removeprefix("error: "))
        return json.loads(out.read_text(encoding="utf-8"))
