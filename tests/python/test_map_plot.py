"""``brownout map plot``: the numbers are the map's, the picture holds the numbers."""

import json
import math
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brownout_binary import BROWNOUT, needs_brownout
from brownout_tools.reporting import map_picture, style

pytestmark = needs_brownout

KINDS = ["stuck_at_0", "stuck_at_1", "flip"]  # in the order of the counts
SVG = "{http://www.w3.org/2000/svg}"


def write_map(path: Path, shape: tuple[int, int, int], faults: list[tuple]) -> Path:
    lines = [f"# {key}: {n}" for key, n in zip(("banks", "rows", "columns"), shape, strict=True)]
    lines += ["# unit: V", "# source: <die> & 7", "bank,row,column,vfail,kind"]
    lines += [",".join(map(str, fault)) for fault in faults]
    path.write_text("\n".join(lines) + "\n")
    return path


def plot(out: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [BROWNOUT, "map", "plot", *words, "--out", out]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def counts_of(*words: str | Path, directory: Path) -> dict[str, Any]:
    out = directory / "counts.json"
    result = plot(out, *words)
    assert result.returncode == 0, result.stderr
    return json.loads(out.read_text(encoding="utf-8"))


def small(path: Path) -> Path:
    """Two banks with 3, 5 and 7 cells of the kinds at 0.8, and one more at 0.7."""
    kinds = [kind for kind, count in zip(KINDS, (3, 5, 7), strict=True) for _ in range(count)]
    faults = [(i % 2, i * 4, (i * 7) % 32, "0.8", kind) for i, kind in enumerate(kinds)]
    return write_map(path, (2, 64, 32), [*faults, (0, 63, 31, "0.7", "flip")])


def test_small_maps_show_every_cell_by_kind(tmp_path: Path) -> None:
    source = small(tmp_path / "m.csv")
    counts = counts_of(source, "--voltage", "0.8", directory=tmp_path)
    assert counts["bin"] == {"rows": 1, "columns": 1}
    assert [sum(row[3 + kind] for row in counts["bins"]) for kind in range(3)] == [3, 5, 7]
    assert {tuple(row[:3]) for row in counts["bins"]} == {
        (i % 2, i * 4, (i * 7) % 32) for i in range(15)
    }
    assert counts["curve"] == [[0.8, 15], [0.7, 16]]
    assert counts["source"] == "<die> & 7"
    result = plot(tmp_path / "m.svg", source, "--voltage", "0.8")
    assert result.returncode == 0, result.stderr
    root = ElementTree.parse(tmp_path / "m.svg").getroot()
    texts = {(text.text or "").strip() for text in root.iter(f"{SVG}text")}
    assert "Fault map at 0.8 V: 15 failing cells, BER 0.00366" in texts
    assert {"<die> & 7", "bank 0", "bank 1", "3 (20.0 %)", "5 (33.3 %)", "7 (46.7 %)"} <= texts
    assert re.search(r"^failing cells there +15$", result.stdout, re.MULTILINE)
    assert counts_of(source, directory=tmp_path)["faults"] == 16  # at the lowest voltage


def test_panels_have_each_bin_at_its_place(tmp_path: Path) -> None:
    counts = counts_of(small(tmp_path / "m.csv"), directory=tmp_path)
    bins = np.array(counts["bins"])
    panels = map_picture.composed(2, 64, 32, bins[:, :3], bins[:, 3:].sum(axis=1))
    assert (panels.image == 1).sum() == 16 and (panels.image == -1).sum() == 2 * 64 * 32 - 16
    for bank, row, column in bins[:, :3]:
        x, y = panels.corners[bank]
        assert panels.image[y + row, math.ceil(x) + column] == 1


def test_large_maps_are_counted_in_bins(tmp_path: Path) -> None:
    cells = np.random.default_rng(1).integers(0, (4, 4096, 512), (3000, 3))
    faults = [(*cell, "0.8", "flip") for cell in sorted(set(map(tuple, cells.tolist())))]
    faults += [(0, row, 9, "0.8", "stuck_at_0") for row in range(0, 4096, 2)]  # one weak bitline
    faults = [*{fault[:3]: fault for fault in faults}.values()]
    counts = counts_of(write_map(tmp_path / "m.csv", (4, 4096, 512), faults), directory=tmp_path)
    rows, columns = counts["bin"]["rows"], counts["bin"]["columns"]
    assert 4 * (4096 // rows) * (512 // columns) <= 60_000 < 8 * (4096 // rows) * (512 // columns)
    expected = Counter((bank, row // rows, column // columns) for bank, row, column, *_ in faults)
    assert {tuple(row[:3]): sum(row[3:]) for row in counts["bins"]} == expected
    lines = Counter(Counter((bank, column) for bank, _, column, *_ in faults).values())
    assert dict(counts["bitlines"]["with_faults"]) == lines
    assert counts["bitlines"]["all"] == 4 * 512


def test_dies_are_put_together(tmp_path: Path) -> None:
    first = small(tmp_path / "a.csv")
    second = write_map(tmp_path / "b.csv", (2, 64, 32), [(0, 0, 0, "0.9", "flip")])
    counts = counts_of(first, second, "--voltage", "0.8", directory=tmp_path)
    assert (counts["dies"], counts["faults"]) == (2, 16)
    assert [0, 0, 0, 1, 0, 1] in counts["bins"]
    assert counts["curve"] == [[0.9, 1], [0.8, 16], [0.7, 17]]
    result = plot(tmp_path / "m.png", first, second, "--width", "85mm")
    assert result.returncode == 0 and "dies" in result.stdout
    assert (tmp_path / "m.png").read_bytes().startswith(b"\x89PNG")
    other = write_map(tmp_path / "c.csv", (2, 64, 16), [])
    result = plot(tmp_path / "no.svg", first, other)
    assert result.returncode == 2 and "but the first map has" in result.stderr


@pytest.mark.parametrize(
    "shape", [(1, 1, 1), (1, 1, 70000), (70000, 1, 1), (1, 70000, 1), (5000, 2, 3)]
)
def test_any_shape_fits(tmp_path: Path, shape: tuple[int, int, int]) -> None:
    source = write_map(tmp_path / "m.csv", shape, [(0, 0, 0, "inf", "flip")])
    counts = counts_of(source, directory=tmp_path)
    assert (counts["faults"], counts["defects"]) == (1, 1)
    assert b"<svg" in map_picture.draw(counts).save("svg")


def test_an_empty_map_has_a_picture(tmp_path: Path) -> None:
    result = plot(tmp_path / "m.pdf", write_map(tmp_path / "m.csv", (1, 2, 3), []))
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "m.pdf").read_bytes().startswith(b"%PDF")


def test_bad_requests_write_nothing(tmp_path: Path) -> None:
    source = small(tmp_path / "m.csv")
    for words, says in [
        ([tmp_path / "m.gif"], "does not end in .svg, .pdf, .png or .json"),
        ([tmp_path / "m.svg", "--width", "9"], "--width: '9' is not a width of 40 to 500 mm"),
    ]:
        result = plot(words[0], source, *words[1:])
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr.startswith("error: ") and says in result.stderr
        assert not words[0].exists()


def test_bars_of_independent_cells_are_poisson() -> None:
    whole = [map_picture.poisson_share(2.5, *ends) for ends in map_picture.HISTOGRAM]
    assert sum(whole) == pytest.approx(1 - math.exp(-2.5))
    assert whole[1] == pytest.approx(2.5**2 / 2 * math.exp(-2.5))


@pytest.mark.parametrize("width", [None, 85, 60])
def test_a_long_source_stays_within_the_picture(tmp_path: Path, width: float | None) -> None:
    counts = counts_of(small(tmp_path / "m.csv"), directory=tmp_path)
    counts |= {"source": "generated: " + "0123456789 " * 30, "dies": 12}
    with style.paper(width):
        figure = map_picture.draw(counts).figure
        figure.canvas.draw()
        box = figure._suptitle.get_window_extent()
    assert 0 <= box.x0 < box.x1 <= figure.bbox.width
    assert figure._suptitle.get_text().endswith("and 11 more")
