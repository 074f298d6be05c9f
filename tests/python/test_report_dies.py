"""Dies and their yield in a report."""

from pathlib import Path

import pytest

from brownout_tools.reporting import formats
from brownout_tools.reporting.command import main
from brownout_tools.reporting.dies import VoltageYield, lowest_text, read_dies, yields
from reporting_data.report_page import report
from reporting_data.synthetic_sweep import synthetic_sweep

DIES = """chip,map,voltage,unit,top1,min_top1,pass,lowest_passing_voltage
0,a.csv,0.9,Vmin,0.97,0.95,1,0.85
0,a.csv,0.85,Vmin,0.96,0.95,1,0.85
1,<b>.csv,0.9,Vmin,0.9,0.95,0,
1,<b>.csv,0.85,Vmin,0.2,0.95,0,
2,c.csv,0.9,Vmin,0.98,0.95,1,0.9
2,c.csv,0.85,Vmin,0.949,0.95,0,0.9
"""


def test_the_report_shows_dies_and_yield(tmp_path: Path) -> None:
    sweep = synthetic_sweep()
    assert "Dies and yield" not in report(sweep, tmp_path / "without").text
    sweep.write(tmp_path / "with")
    (tmp_path / "with/dies.csv").write_text(DIES)
    page = report(sweep, tmp_path / "with")
    assert "at least 95.00 %" in page.text
    assert (
        "The best die passes down to 0.85 Vmin, half of the dies pass at 0.9 Vmin, "
        "1 of 3 at no voltage of the sweep." in page.text
    )
    tables = [page.rows(table) for table in range(len(page.tables))]
    table = next(rows for rows in tables if "yield" in " ".join(rows[0]))
    assert [row[:4] for row in table[1:]] == [
        ["0.9", "2", "3", "66.7"],
        ["0.85", "1", "3", "33.3"],
    ]
    each = next(rows for rows in tables if rows[0][0] == "die")
    assert each[1] == ["0", "a.csv", "0.85", "97.00", "96.00"]
    assert each[2][1:] == ["<b>.csv", formats.NO_VALUE, "90.00 fail", "20.00 fail"]
    assert each[3][2:] == ["0.9", "98.00", "94.90 fail"]


def test_how_low_dies_go(tmp_path: Path) -> None:
    path = tmp_path / "dies.csv"
    header, *rows = DIES.splitlines()
    for chosen, expected in [
        (rows[:2], "The die passes down to 0.85 Vmin."),
        (rows[2:4], "No die passes at 0.9 Vmin."),
        (
            rows[:2] + rows[4:],
            "The best die passes down to 0.85 Vmin, half of the dies pass at 0.9 Vmin, "
            "all of them at 0.9 Vmin.",
        ),
    ]:
        path.write_text("\n".join([header, *chosen]) + "\n")
        assert lowest_text(read_dies(path)) == expected


def test_yield_has_wilsons_interval(tmp_path: Path) -> None:
    path = tmp_path / "dies.csv"
    path.write_text(DIES)
    assert [(row.voltage, row.passing, row.chips) for row in yields(read_dies(path))] == [
        ("0.9", 2, 3),
        ("0.85", 1, 3),
    ]
    # Brown, Cai and DasGupta, "Interval Estimation for a Binomial Proportion", 2001: the ends p
    # solve |share - p| = z sqrt(p (1 - p) / n).
    low, high = VoltageYield("0.9", 7, 10).interval
    for end in (low, high):
        assert abs(0.7 - end) == pytest.approx(1.959964 * (end * (1 - end) / 10) ** 0.5, rel=1e-6)
    assert VoltageYield("0.9", 10, 10).interval[1] == 1
    assert VoltageYield("0.9", 0, 10).interval[0] == 0


def test_a_damaged_table_of_dies_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    directory = synthetic_sweep().write(tmp_path)
    for text, says in [
        (DIES.replace("0.97,", "97,"), "dies.csv:2: top1"),
        (DIES + "0,a.csv,0.9,Vmin,0.97,0.95,1,0.85\n", "dies.csv:8: voltage: chip 0 has 0.9 twice"),
        (DIES.replace("min_top1", "target"), "missing column min_top1"),
    ]:
        (tmp_path / "dies.csv").write_text(text)
        assert main([str(directory)]) == 2
        assert says in capsys.readouterr().err
