"""Dies and their yield in a report."""

from pathlib import Path

import pytest

from brownout_tools.reporting import formats, plot_dies, style
from brownout_tools.reporting.command import main
from brownout_tools.reporting.dies import lowest_text, read_dies
from brownout_tools.reporting.sweep_report import gather
from reporting_data.report_page import Page, report
from reporting_data.synthetic_sweep import flat_sweep, synthetic_sweep

DIES = """chip,map,voltage,unit,top1,min_top1,pass,lowest_passing_voltage
0,a.csv,0.9,Vmin,0.97,0.95,1,0.85
0,a.csv,0.85,Vmin,0.96,0.95,1,0.85
1,<b>.csv,0.9,Vmin,0.9,0.95,0,
1,<b>.csv,0.85,Vmin,0.2,0.95,0,
2,c.csv,0.9,Vmin,0.98,0.95,1,0.9
2,c.csv,0.85,Vmin,0.949,0.95,0,0.9
"""


def test_the_report_shows_dies_and_yield(tmp_path: Path) -> None:
    sweep = flat_sweep({"0.9": [0.97, 0.9, 0.98], "0.85": [0.96, 0.2, 0.949]})
    sweep.judged(reference=0.97, minimum=0.95).write(tmp_path)
    (tmp_path / "dies.csv").write_text(DIES)
    assert main([str(tmp_path)]) == 0
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "at least 95.00 %" in page.text
    assert (
        "The best die passes down to 0.85 Vmin, at least half of them down to 0.9 Vmin, "
        "1 of 3 at no voltage of the sweep." in page.text
    )
    tables = [page.rows(table) for table in range(len(page.tables))]
    table = next(rows for rows in tables if rows[0][3:4] == ["yield %"])
    assert [row[:6] for row in table[1:]] == [  # as yields.csv has them
        ["0.9", "2", "3", "66.7", "56.7", "76.7"],
        ["0.85", "1", "3", "33.3", "23.3", "43.3"],
    ]
    assert [row[-1] for row in table[1:]] == ["1", "1"]  # the third die passes nowhere
    (picture,) = [alt for alt in page.alts if alt.startswith("Dies by their")]
    assert "1 down to 0.9 Vmin; 1 down to 0.85 Vmin; 1 at no voltage." in picture
    each = next(rows for rows in tables if rows[0][0] == "die")
    assert each[1] == ["0", "a.csv", "0.85", "97.00", "96.00"]
    assert each[2][1:] == ["<b>.csv", formats.NO_VALUE, "90.00 fail", "20.00 fail"]
    assert each[3][2:] == ["0.9", "98.00", "94.90 fail"]


def test_one_die_has_no_yield(tmp_path: Path) -> None:
    page = report(flat_sweep({"1": [0.99], "0.9": [0.5]}), tmp_path)
    assert "The die passes down to 1 Vmin." in page.text
    assert "yield" not in page.text and "interval" not in page.text.split("Curves")[0]
    assert [row[0].split()[0] for row in page.rows(0)[1:]] == ["1", "0.9"]
    assert [row[1] for row in page.rows(0)[1:]] == ["yes", "no"]


def test_other_voltages_than_those_of_the_points_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flat_sweep({"1": [0.99], "0.9": [0.5]}).write(tmp_path)
    text = (tmp_path / "yields.csv").read_text()
    (tmp_path / "yields.csv").write_text("\n".join(text.splitlines()[:-1]) + "\n")
    assert main([str(tmp_path)]) == 2
    assert "yields.csv: other voltages than in points.csv" in capsys.readouterr().err


def test_sorted_dies_cross_the_target_at_the_yield(tmp_path: Path) -> None:
    scores = {"1": [0.99] * 8, "0.9": [0.99, 0.98, 0.97, 0.985, 0.98, 0.5, 0.99, 0.981]}
    content = gather(flat_sweep(scores).write(tmp_path), None)
    with style.settings():
        axes = style.new_figure(4, 4).subplots()
        plot_dies.draw_sorted(axes, content.choice, "Vmin")
    line = axes.get_lines()[1]
    above = [x for x, y in zip(*line.get_data(), strict=True) if y >= 98 - 1e-9]
    share = content.choice.yield_at(content.summaries[1]).share
    assert max(above) == 100 * share == 75


def test_how_low_dies_go(tmp_path: Path) -> None:
    path = tmp_path / "dies.csv"
    header, *rows = DIES.splitlines()
    for chosen, expected in [
        (rows[:2], "The die passes down to 0.85 Vmin."),
        (rows[2:4], "No die passes at 0.9 Vmin."),
        (
            rows[:2] + rows[4:],
            "The best die passes down to 0.85 Vmin, at least half of them down to 0.9 Vmin, "
            "all of them down to 0.9 Vmin.",
        ),
    ]:
        path.write_text("\n".join([header, *chosen]) + "\n")
        assert lowest_text(read_dies(path)) == expected


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
