"""The report of measured dies draws their maps on each other, if they are still what they were."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from brownout_binary import BROWNOUT, ROOT, needs_brownout
from brownout_tools.reporting import wafer_map
from brownout_tools.reporting.sweep_report import gather
from commands import WORKLOAD, brownout
from reporting_data.report_page import Page

pytestmark = needs_brownout

SHAPE = (8, 1024, 128)  # the weight SRAM of the workload
WEAK = (2, 40)  # bank and column of a bitline that is weak on every die
Cells = list[set[tuple[int, int, int]]]


def write_dies(folder: Path) -> Cells:
    """Write three maps with 100 cells of their own and the weak bitline; return their cells."""
    folder.mkdir(parents=True)
    header = [f"# {key}: {n}" for key, n in zip(("banks", "rows", "columns"), SHAPE, strict=True)]
    header += [
        "# unit: Vmin",
        "# lowest_measured: 0.8",
        "# source: made up",
        "bank,row,column,vfail,kind",
    ]
    dies = []
    for die in range(3):
        own = np.random.default_rng(die).integers(0, SHAPE, (100, 3)).tolist()
        cells = set(map(tuple, own)) | {(WEAK[0], row, WEAK[1]) for row in range(0, 1024, 4)}
        lines = [f"{bank},{row},{column},0.85,flip" for bank, row, column in sorted(cells)]
        (folder / f"die{die}.csv").write_text("\n".join(header + lines) + "\n")
        dies.append(cells)
    return dies


@pytest.fixture
def dies(tmp_path: Path) -> Cells:
    """Three maps and a sweep of them, in folders beside each other."""
    cells = write_dies(tmp_path / "dies")
    grid = ["--voltage", "0.9,0.85", "--images", "20", "--min-top1", "0"]
    maps = str(tmp_path / "dies/die*.csv")
    brownout("sweep", WORKLOAD, "--fault-map", maps, *grid, "--out", tmp_path / "out/sweep")
    return cells


def report(directory: Path) -> Page:
    """Run the command from elsewhere, so that only the results tell where to look."""
    environment = os.environ | {"BROWNOUT_PYTHON": sys.executable}
    environment |= {"PYTHONPATH": str(ROOT / "tools")}
    command = [BROWNOUT, "report", directory]
    subprocess.run(command, env=environment, cwd=directory, check=True, timeout=120)
    return Page((directory / "report.html").read_text(encoding="utf-8"))


def test_the_maps_are_drawn_on_each_other(tmp_path: Path, dies: Cells) -> None:
    page = report(tmp_path / "out/sweep")
    assert "Where the dies fail" in page.text and "All maps on each other at 0.85 Vmin" in page.text
    (alt,) = [alt for alt in page.alts if "dies at" in alt]
    assert alt.startswith(
        f"3 dies at 0.85 Vmin: {sum(map(len, dies)) / 3:,.0f} failing cells a die"
    )
    assert (tmp_path / "out/sweep/map.svg").exists()


def test_a_line_that_is_weak_on_every_die_stands_out(
    tmp_path: Path, dies: Cells, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wafer_map, "program", lambda: BROWNOUT)
    directory = tmp_path / "out/sweep"
    content = gather(directory, None)
    found = wafer_map.wafer_map(directory, content.manifest, content.dies, content.choice)
    counts = found.counts
    down, across = counts["bin"]["rows"], counts["bin"]["columns"]
    places = (cell for cells in dies for cell in cells)
    expected = Counter((bank, row // down, column // across) for bank, row, column in places)
    assert {tuple(row[:3]): sum(row[3:]) for row in counts["bins"]} == expected
    most = max(counts["bins"], key=lambda row: sum(row[3:]))
    assert (most[0], most[2]) == (WEAK[0], WEAK[1] // across)


def test_maps_that_are_not_what_they_were_are_not_drawn(tmp_path: Path, dies: Cells) -> None:
    directory, folder = tmp_path / "out/sweep", tmp_path / "dies"
    whole = (folder / "die1.csv").read_text()
    (folder / "die1.csv").write_text(whole + "0,0,0,0.85,flip\n")
    assert "not drawn on each other: die1.csv is not the file it was." in report(directory).text
    assert not (directory / "map.svg").exists()
    moved = shutil.move(folder, tmp_path / "a" / "dies")
    assert "die0.csv is not near the results any more." in report(directory).text
    shutil.move(moved, directory / "maps")  # any place that is near, whatever its name
    (directory / "maps/die1.csv").write_text(whole)
    assert "All maps on each other" in report(directory).text


def test_maps_of_dumps_are_read_as_the_sweep_read_them(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    (tmp_path / "dumps").mkdir()
    for die in range(2):
        for voltage in ("0.80", "0.90"):
            cells = random.random(SHAPE) < (0.001 if voltage == "0.80" else 0)
            np.save(tmp_path / f"dumps/d{die}_{voltage}.npy", cells)
    brownout(
        *("sweep", WORKLOAD, "--fault-map", tmp_path / "dumps/d*_{V}.npy"),
        *("--set", "memory.chip.import.unit=Vmin", "--set", "memory.chip.import.kind=flip"),
        *("--voltage", "0.9,0.8", "--images", "20", "--min-top1", "0", "--out", tmp_path / "out"),
    )
    assert "All maps on each other at 0.8 Vmin" in report(tmp_path / "out").text


def test_generated_chips_and_moved_faults_have_no_such_picture(tmp_path: Path) -> None:
    grid = ["--voltage", "0.9,0.85", "--images", "20"]
    brownout("sweep", WORKLOAD, "--chips", "2", *grid, "--out", tmp_path / "drawn")
    assert "Where the dies fail" not in report(tmp_path / "drawn").text
    write_dies(tmp_path / "dies")
    maps, shift = str(tmp_path / "dies/die*.csv"), "memory.chip.shift=0.01"
    words = ["--fault-map", maps, "--set", shift, "--out", tmp_path / "shifted"]
    brownout("sweep", WORKLOAD, *grid, *words)
    says = "memory.chip.shift puts their faults elsewhere than the files have them."
    assert says in report(tmp_path / "shifted").text
