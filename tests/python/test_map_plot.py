"""``brownout map plot``: pictures that hold what the map holds."""

import re
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

from brownout_binary import BROWNOUT, needs_brownout

pytestmark = needs_brownout

KINDS = {"stuck_at_0": "#0072b2", "stuck_at_1": "#d55e00", "flip": "#009e73"}
SVG = "{http://www.w3.org/2000/svg}"


def write_map(path: Path, shape: tuple[int, int, int], faults: list[tuple]) -> Path:
    lines = [f"# {key}: {n}" for key, n in zip(("banks", "rows", "columns"), shape, strict=True)]
    lines += ["# unit: V", "# source: <die> & 7", "bank,row,column,vfail,kind"]
    lines += [",".join(map(str, fault)) for fault in faults]
    path.write_text("\n".join(lines) + "\n")
    return path


def plot(source: Path, *options: str) -> tuple[ElementTree.Element, list[str]]:
    """Return the picture and its texts."""
    out = source.with_suffix(".svg")
    command = [BROWNOUT, "map", "plot", source, "--out", out, *options]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    root = ElementTree.fromstring(out.read_text(encoding="utf-8"))
    return root, [element.text or "" for element in root.iter(f"{SVG}text")]


def area_of(root: ElementTree.Element, colour: str) -> float:
    """Sum the squares of a colour of the picture of positions."""
    total = 0.0
    for path in root.iter(f"{SVG}path"):
        if path.get("fill") == colour:
            squares = re.findall(r"M[\d.]+ [\d.]+h([\d.]+)v([\d.]+)h-[\d.]+z", path.get("d", ""))
            assert squares
            total += sum(float(width) * float(height) for width, height in squares)
    return total


def test_small_maps_show_every_cell_by_kind(tmp_path: Path) -> None:
    counts = {"stuck_at_0": 3, "stuck_at_1": 5, "flip": 7}
    kinds = [kind for kind, count in counts.items() for _ in range(count)]
    faults = [(i % 2, i * 4, (i * 7) % 32, "0.8", kind) for i, kind in enumerate(kinds)]
    faults.append((0, 63, 31, "0.7", "flip"))  # works at 0.8
    source = write_map(tmp_path / "m.csv", (2, 64, 32), faults)
    root, texts = plot(source, "--voltage", "0.8")
    areas = {kind: area_of(root, colour) for kind, colour in KINDS.items()}
    for kind, count in counts.items():
        assert areas[kind] / areas["stuck_at_0"] == pytest.approx(count / 3, rel=0.02)
    assert "Fault map at 0.8 V: 15 failing cells, BER 0.00366" in texts
    assert "<die> & 7" in texts
    assert {"bank 0", "bank 1", "3 (20.0 %)", "5 (33.3 %)", "7 (46.7 %)"} <= set(texts)
    assert "Fault map at 0.7 V: 16 failing cells, BER 0.00391" in plot(source)[1]


def test_large_maps_show_densities(tmp_path: Path) -> None:
    cells = np.random.default_rng(1).integers(0, (4, 4096, 512), (3000, 3))
    faults = [(*cell, "0.8", "flip") for cell in sorted(set(map(tuple, cells.tolist())))]
    faults += [(0, row, 9, "0.8", "stuck_at_0") for row in range(0, 4096, 2)]  # one weak bitline
    faults = [*{fault[:3]: fault for fault in faults}.values()]
    root, texts = plot(write_map(tmp_path / "m.csv", (4, 4096, 512), faults))
    assert any(re.match(r"faults per \d+ x \d+ cells, up to", text) for text in texts)
    assert any(f"{len(faults)} failing cells" in text for text in texts)
    assert area_of(root, "#08306b") > 0
    assert area_of(root, KINDS["flip"]) == 0
    assert "1" in texts  # one bitline of more than 50


def test_any_shape_fits(tmp_path: Path) -> None:
    for shape in ((1, 1, 1), (1, 1, 70000), (70000, 1, 1), (1, 70000, 1), (5000, 2, 3)):
        root, texts = plot(write_map(tmp_path / "m.csv", shape, [(0, 0, 0, "inf", "flip")]))
        assert any("1 failing cells" in text for text in texts)
        for rect in root.iter(f"{SVG}rect"):
            assert float(rect.get("x", 0)) + float(rect.get("width", 0)) <= 1120
            assert float(rect.get("width", 0)) > 0 and float(rect.get("height", 0)) > 0


def test_an_empty_map_has_a_picture(tmp_path: Path) -> None:
    assert (
        "Fault map at 0 V: 0 failing cells, BER 0"
        in plot(write_map(tmp_path / "m.csv", (1, 2, 3), []))[1]
    )
