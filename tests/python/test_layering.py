"""The layers of the source tree, checked on what the compiler really read (its dependency files).

A room may include its own files and those of lower rooms; each third-party library has one room.
The build directory is that of $BROWNOUT (default build/release).
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from brownout_binary import BROWNOUT, ROOT

# Rooms that each room may see, itself aside. memory and models are blind to each other, as are
# timing, accelerator and energy.
VISIBLE: dict[str, set[str]] = {"memory/base": set()}
VISIBLE["memory"] = VISIBLE["models"] = {"memory/base"}
VISIBLE["sim/hardware"] = VISIBLE["memory"] | {"memory", "models"}
VISIBLE["sim/schedule"] = VISIBLE["sim/hardware"] | {"sim/hardware"}
VISIBLE["sim/storage"] = VISIBLE["sim/schedule"] | {"sim/schedule"}
for _room in ("sim/timing", "sim/accelerator", "sim/energy"):
    VISIBLE[_room] = VISIBLE["sim/storage"] | {"sim/storage"}
VISIBLE["sim/config"] = VISIBLE["sim/timing"] | {"sim/timing", "sim/accelerator", "sim/energy"}
VISIBLE["sim/experiment"] = VISIBLE["sim/config"] | {"sim/config"}
VISIBLE["sim/cli"] = VISIBLE["sim/experiment"] | {"sim/experiment"}

# Rooms within a folder, "" being its own files: what each includes of the others.
INNER_ROOMS: dict[str, dict[str, set[str]]] = {
    "memory": {
        "base": set(),
        "numbers": {"base"},
        "": {"base", "numbers"},
        "codes": {"base", ""},
        "maps": {"base", ""},
        "repair": {""},
        "generators": {"base", "numbers", ""},
        "files": {"base", "", "maps"},
        "fit": {"base", "numbers", "", "maps", "generators"},
    },
    "sim/experiment": {
        "inputs": set(),
        "results": set(),
        "session": {"inputs", "results"},
        "runner": {"session", "results"},
        "vmin": {"session", "results", "runner", ""},
        "compare": {"results", "runner"},
        "": {"inputs", "session", "results", "runner"},
    },
}

# Third-party headers and the one room that may read them.
OWNED_HEADERS = {
    r"/(systemc|sysc|tlm|tlm_utils|tlm_core)(/|\.h$|$)": "sim/accelerator",
    r"/yaml-cpp/": "sim/config",
    r"/boost/program_options": "sim/cli",
    r"/(onnx|google/protobuf)/": "models",
    r"/flatbuffers/": "models",
    r"/nlopt\.hpp$": "memory",
    r"/(dnnl|oneapi)[^/]*(/|\.hpp$|\.h$)": "models",
}


def room_of(path: str) -> str | None:
    """The room of a project file, given relative to the root; None for what is no room."""
    for room in sorted(VISIBLE, key=len, reverse=True):
        if path.startswith(room + "/"):
            return room
    return None


def parse_deps(text: str) -> dict[str, list[str]]:
    """`ninja -t deps` -> {object: [files it was compiled from]}."""
    deps: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.splitlines():
        if line and not line.startswith(" "):
            current = deps.setdefault(line.split(":")[0], [])
        elif line.strip():
            current.append(line.strip())
    return deps


def violations(deps: dict[str, list[str]], root: Path) -> list[str]:
    """Every include that breaks the layering, as "room: object reads file"."""
    found = []
    for target, files in deps.items():
        if target.startswith("tests/"):
            continue
        room = room_of(target)
        if room is None:
            continue
        for file in files:
            path = Path(file)
            inside = path.is_relative_to(root) or not path.is_absolute()
            name = str(path.relative_to(root)) if path.is_relative_to(root) else file
            other = room_of(name) if inside else None
            if other is not None and other != room and other not in VISIBLE[room]:
                found.append(f"{room}: {target} reads {name}")
            for pattern, owner in OWNED_HEADERS.items():
                if not inside and owner != room and re.search(pattern, file):
                    found.append(f"{room}: {target} reads {file}, which only {owner} may")
    return found


@pytest.fixture(scope="module")
def compiled() -> dict[str, list[str]]:
    build = BROWNOUT.parent
    if not (build / ".ninja_deps").exists():
        pytest.skip(f"no Ninja build in {build.name}")
    output = subprocess.run(
        ["ninja", "-C", str(build), "-t", "deps"], check=True, capture_output=True, text=True
    ).stdout
    return parse_deps(output)


def test_every_room_is_compiled_and_obeys_the_layers(compiled: dict[str, list[str]]) -> None:
    rooms = {room_of(target) for target in compiled} - {None}
    assert rooms == set(VISIBLE)
    assert violations(compiled, ROOT) == []


def test_the_owners_do_read_their_libraries(compiled: dict[str, list[str]]) -> None:
    """Else the patterns above would match nothing and forbid nothing."""
    for pattern, owner in OWNED_HEADERS.items():
        files = [
            file for target, names in compiled.items() if room_of(target) == owner for file in names
        ]
        assert any(re.search(pattern, file) for file in files), pattern


@pytest.mark.parametrize(
    ("target", "file"),
    [
        ("memory/CMakeFiles/brownout_memory.dir/voltage.cpp.o", "models/datasets/dataset.hpp"),
        ("models/CMakeFiles/brownout_models.dir/dataset.cpp.o", "memory/voltage.hpp"),
        ("memory/CMakeFiles/brownout_memory.dir/voltage.cpp.o", "sim/hardware/cycles.hpp"),
        ("memory/base/CMakeFiles/x.dir/a.cpp.o", "memory/voltage.hpp"),
        ("sim/timing/CMakeFiles/x.dir/a.cpp.o", "sim/energy/energy_table.hpp"),
        ("sim/schedule/CMakeFiles/x.dir/a.cpp.o", "sim/config/yaml_reader.hpp"),
        ("sim/experiment/CMakeFiles/x.dir/a.cpp.o", "/usr/include/systemc"),
        ("sim/experiment/CMakeFiles/x.dir/a.cpp.o", "/usr/include/sysc/kernel/sc_module.h"),
        ("sim/experiment/CMakeFiles/x.dir/a.cpp.o", "/usr/include/yaml-cpp/yaml.h"),
        ("sim/config/CMakeFiles/x.dir/a.cpp.o", "/usr/include/boost/program_options.hpp"),
        ("sim/cli/CMakeFiles/x.dir/a.cpp.o", "/usr/include/onnx/onnx_pb.h"),
        ("sim/cli/CMakeFiles/x.dir/a.cpp.o", "/usr/include/flatbuffers/flatbuffers.h"),
        ("sim/cli/CMakeFiles/x.dir/a.cpp.o", "/usr/include/oneapi/dnnl/dnnl.hpp"),
    ],
)
def test_a_planted_include_is_found(target: str, file: str) -> None:
    name = file if file.startswith("/") else str(ROOT / file)
    assert len(violations(parse_deps(f"{target}: #deps 1\n    {name}\n"), ROOT)) == 1


def test_an_include_downwards_is_fine() -> None:
    text = f"sim/cli/CMakeFiles/x.dir/a.cpp.o: #deps 1\n    {ROOT}/memory/voltage.hpp\n"
    assert violations(parse_deps(text), ROOT) == []


@pytest.mark.parametrize("folder", INNER_ROOMS)
def test_rooms_within_a_folder_include_only_lower_ones(folder: str) -> None:
    found: dict[str, set[str]] = {room: set() for room in INNER_ROOMS[folder]}
    include = re.compile(rf'^#include "{folder}/(?:(\w+)/)?\w+\.hpp"$', re.M)
    for file in (ROOT / folder).rglob("*.[ch]pp"):
        room = file.parent.relative_to(ROOT / folder).as_posix().removeprefix(".")
        found[room].update(include.findall(file.read_text()))
    for room, included in found.items():
        assert included - {room} == INNER_ROOMS[folder][room], room
