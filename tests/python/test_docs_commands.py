"""The documentation is true where a program can tell.

Blocks marked ``sh`` and ``python`` in README.md and docs/*.md run from top to bottom of a page, in
a copy of the repository's data, so that outputs (by convention below out/) go to a temporary
directory. Of an ``sh`` block only the commands ``build/release/brownout ...`` and
``python -m brownout_tools...`` run. What cannot run as it stands (placeholders in capitals, output)
belongs into a ``text`` block. BROWNOUT names the program, by default build/release/brownout.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from brownout_binary import BROWNOUT, ROOT, needs_brownout

DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [page for page in (ROOT / "README.md", *DOCS) if page.exists()]
LANGUAGES = {"sh", "python", "text", "yaml"}

OURS = re.compile(r"^(build/release/brownout|(\S*/)?python3? -m brownout_tools)\b")
PLACEHOLDER = re.compile(r"(?<![\w./-])[A-Z][A-Z0-9_]+(?![\w=])")  # DATA_DIR, DIR, FILE
TRAINING = (
    "brownout_tools.training",
    "brownout_tools.robust",
)  # needs full data sets, and most of it PyTorch
SECONDS = 300


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@dataclass(frozen=True)
class Block:
    """A fenced block: its first line in the page, its mark and its text."""

    line: int
    language: str
    text: str


def blocks(markdown: str) -> list[Block]:
    """Split off the fenced blocks of a page."""
    found: list[Block] = []
    start, language, lines = 0, None, []
    for number, line in enumerate(markdown.splitlines(), 1):
        fence = re.match(r"^\s*```(\w*)\s*$", line)
        if fence and language is None:
            start, language, lines = number + 1, fence[1], []
        elif fence:
            found.append(Block(start, language, "\n".join(lines)))
            language = None
        elif language is not None:
            lines.append(line)
    assert language is None, f"the block in line {start} is not closed"
    return found


def commands(block: Block) -> list[str]:
    """Return the commands of an sh block that are ours; a backslash joins lines."""
    joined = re.sub(r"\s*\\\n\s*", " ", block.text)
    return [line.strip() for line in joined.splitlines() if OURS.match(line.strip())]


def copy_repository(target: Path) -> None:
    """Lay out what commands read; data are copies, so that nothing writes into the repository."""
    shutil.copytree(ROOT / "configs", target / "configs")
    made = [path.name for path in (ROOT / "workloads/zoo").iterdir() if path.is_dir()]
    shutil.copytree(
        ROOT / "workloads",
        target / "workloads",
        ignore=lambda at, _: made if Path(at).name == "zoo" else [],
    )
    shutil.copytree(ROOT / "tests/models/data", target / "tests/models/data")
    (target / "tools").symlink_to(ROOT / "tools")
    (target / "build/release").mkdir(parents=True)
    (target / "build/release/brownout").symlink_to(BROWNOUT)
    (target / "out").mkdir()
    for directory in ("bin", ".venv/bin"):
        python = target / directory / "python"
        python.parent.mkdir(parents=True)
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        python.chmod(0o755)


def run(command: list[str], directory: Path, where: str) -> str:
    """Run in the copy; fail with the page, the line and the command's messages."""
    path = f"{directory / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT / "tools")}
    result = subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, timeout=SECONDS
    )
    assert result.returncode == 0, f"{where}: {command[-1]}\n{result.stdout}{result.stderr}"
    return result.stdout


@needs_brownout
@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_and_code_run(page: Path, tmp_path: Path) -> None:
    copy_repository(tmp_path)
    for block in blocks(page.read_text(encoding="utf-8")):
        where = f"{page.name}:{block.line}"
        if block.language == "python":
            run([sys.executable, "-c", block.text], tmp_path, where)
        elif block.language == "sh":
            for command in commands(block):
                run(["bash", "-euo", "pipefail", "-c", command], tmp_path, where)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_sh_blocks_can_run_as_they_stand(page: Path) -> None:
    for block in blocks(page.read_text(encoding="utf-8")):
        where = f"{page.name}:{block.line}"
        assert block.language in LANGUAGES, f"{where}: mark the block as one of {LANGUAGES}"
        for command in commands(block) if block.language == "sh" else []:
            capitals = PLACEHOLDER.findall(command)
            assert not capitals, f"{where}: {capitals} in a block marked sh; mark it text"
            assert not any(module in command for module in TRAINING), (
                f"{where}: needs data sets; mark the block text"
            )


def test_the_pages_have_commands() -> None:
    """Else the patterns above would find nothing and prove nothing."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in DOCS)
    found = [c for block in blocks(text) if block.language == "sh" for c in commands(block)]
    assert len(found) >= 20
    for name in ("run", "sweep", "network", "weights", "map generate", "map info"):
        assert any(c.startswith(f"build/release/brownout {name} ") for c in found), name
    assert any("brownout_tools.reporting" in c for c in found)


def test_commands_are_found_and_others_are_not() -> None:
    text = "a\n```sh\ncd x\nbuild/release/brownout run a.yaml \\\n    --voltage 1\n"
    text += ".venv/bin/python -m brownout_tools.reporting out/a\n```\n```text\nno\n```\n"
    first, second = blocks(text)
    assert (first.line, second.language) == (3, "text")
    assert commands(first) == [
        "build/release/brownout run a.yaml --voltage 1",
        ".venv/bin/python -m brownout_tools.reporting out/a",
    ]
    assert PLACEHOLDER.findall("x --data DATA_DIR --out DIR/a out/A.csv --set KEY=1 0.9") == [
        "DATA_DIR",
        "DIR",
    ]


def slug(heading: str) -> str:
    """Return the anchor that a heading gets."""
    text = re.sub(r"[`*]|\[|\]\([^)]*\)", "", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def without_code(markdown: str) -> str:
    return re.sub(r"^\s*```.*?^\s*```\s*$", "", markdown, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text(encoding="utf-8"))):
        if re.match(r"\w+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), f"{page.name}: {link}"
        if anchor:
            headings = re.findall(
                r"^#+ (.*)$", without_code(target.read_text(encoding="utf-8")), re.MULTILINE
            )
            assert anchor in {slug(heading) for heading in headings}, f"{page.name}: {link}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_named_files_exist(page: Path) -> None:
    """Such as `memory/voltage.cpp`, or `memory/voltage.hpp/.cpp` for two."""
    folders = "memory|models|sim|tests|tools|configs|workloads|docs"
    text = without_code(page.read_text(encoding="utf-8"))
    for stem, ends in re.findall(rf"`((?:{folders})/[a-z0-9_/]+)((?:/?\.\w+)+)`", text):
        for end in re.findall(r"\.\w+", ends):
            assert (ROOT / (stem + end)).is_file(), f"{name_of(page)}: {stem}{end}"


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the smallest sweep; its directory."""
    directory = tmp_path_factory.mktemp("docs") / "sweep"
    arguments = ["sweep", "workloads/mnist_cnn.yaml", "--voltage", "1", "--chips", "1"]
    arguments += ["--images", "1", "--cosim", "none", "--quiet", "--out", str(directory)]
    subprocess.run([BROWNOUT, *arguments], cwd=ROOT, check=True, capture_output=True)
    return directory


def first_cells(page: str, heading: str) -> list[str]:
    """Return the words in backticks of the first column of the table below a heading, in order."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    section = re.split(r"^## ", text, flags=re.MULTILINE)
    (body,) = [part for part in section if part.splitlines()[0] == heading]
    cells = re.findall(r"^\|([^|]*)\|", body, re.MULTILINE)
    return [word for cell in cells for word in re.findall(r"`([^`]+)`", cell)]


@needs_brownout
@pytest.mark.parametrize(
    "file", ["points.csv", "layers.csv", "statistics.csv", "dies.csv", "yields.csv"]
)
def test_every_column_is_documented_in_its_order(file: str, sweep: Path) -> None:
    with (sweep / file).open(newline="") as lines:
        header = next(csv.reader(lines))
    assert first_cells("results.md", file) == header


@needs_brownout
def test_every_configuration_key_is_documented(sweep: Path) -> None:
    keys = json.loads((sweep / "manifest.json").read_text())["configuration"]
    text = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    names = set(re.findall(r"`\.?([\w.\[\]*]+)`", text))
    for key in keys:
        prefix, _, last = key.rpartition(".")
        short = re.sub(r"^(memory\.profile|energy)\.", "", key)
        event = re.sub(r"^events\.\w+\.", "events.EVENT.", short)
        known = {key, short, event} & names
        if prefix.startswith(("energy.events.", "energy.leakage.")):
            known |= {last} & names  # provenance, the same for every price
        known |= {f"{prefix}.*"} & names
        assert known, key
