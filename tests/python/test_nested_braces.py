"""No list in the code is of the form that GCC 12 destroys twice when an exception leaves it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from nested_braces import found_in

from brownout_binary import BROWNOUT, ROOT

COMMANDS = BROWNOUT.parent / "compile_commands.json"
ROOMS = ("memory", "models", "sim")

pytestmark = pytest.mark.skipif(shutil.which("clang++") is None, reason="needs clang++")

EXAMPLES = """
#include <string>
#include <vector>
namespace brownout {
std::string text();
int number();
struct Key { std::string name, title; int style = 0; };
struct Built { Built(std::string name_, int style_ = 0); std::string name; int style; };
struct Plain { int x = 0; };
struct Fact { Key key; std::string value; };
struct Other { Built key; Plain plain; std::string value; };
struct Last { std::string value; Key key; };
struct Default { std::string a; Key key = {}; std::string value; };
struct Derived : Key { std::string value; };

Fact returned() { return {{"a", "b"}, text()}; }  // HIT
Fact designated() { return {.key = {.name = "a", .title = "b"}, .value = text()}; }  // HIT
std::vector<Fact> listed() { return {Fact{Key{"a", "b"}, "c"}, {{"a", "b"}, text()}}; }  // HIT
Default defaulted() { return {.a = "a", .value = text()}; }  // HIT
Derived derived() { return {{"a", "b"}, text()}; }  // HIT
void assigned(Fact& fact) { fact = {{"a", "b"}, text()}; }  // HIT

Fact named() { return {Key{"a", "b"}, text()}; }
Other constructed() { return {{"a", 1}, {2}, text()}; }
Last last() { return {text(), {"a", text()}}; }
std::vector<Key> flat() { return {{"a", text()}, {text(), "b", number()}}; }
Key whole() { return {text(), text(), number()}; }
}
"""


def flags_of(command: str) -> list[str]:
    """Of a compiler's command line, what decides how a source is read."""
    words = shlex.split(command)
    kept = ("-I", "-D", "-std=", "-isystem")
    return [
        word
        for before, word in zip(["", *words], words, strict=False)
        if word.startswith(kept) or before == "-isystem"
    ]


def found_by(file: Path, flags: list[str], directory: Path = ROOT) -> list[str]:
    clang = ["clang++", "-fsyntax-only", "-w", "-fno-color-diagnostics"]
    dump = ["-Xclang", "-ast-dump", "-Xclang", "-ast-dump-filter=brownout"]
    result = subprocess.run(
        [*clang, *dump, *flags, str(file)], cwd=directory, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    return list(found_in(result.stdout))


def test_the_forms_that_are_hit_are_found_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "examples.cpp").write_text(EXAMPLES)
    expected = [i for i, line in enumerate(EXAMPLES.splitlines(), 1) if line.endswith("// HIT")]
    found = found_by(tmp_path / "examples.cpp", ["-std=c++20"], tmp_path)
    assert sorted(int(line.split(":")[1]) for line in found) == expected


def test_no_such_list_in_the_code() -> None:
    """A list within a list names its type, or that type has a constructor."""
    if not COMMANDS.exists():
        pytest.skip(f"needs {COMMANDS}")
    sources = {}
    for entry in json.loads(COMMANDS.read_text()):
        path = Path(entry["directory"], entry["file"])
        if path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in ROOMS:
            sources[path] = flags_of(entry["command"])
    assert len(sources) > 100
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = {line for lines in pool.map(found_by, sources, sources.values()) for line in lines}
    assert not found, "\n".join(sorted(found))
