"""The report of lines says what lines.csv says, and names the one that the command names."""

from pathlib import Path

import pytest

from brownout_binary import needs_brownout
from brownout_tools.reporting.command import main
from commands import WORKLOAD, brownout, json_of
from reporting_data.report_page import Page

HEADER = (
    "kind,rank,chip,bank,index,voltage,unit,faults,error_share,images,metric,clean,all,alone,"
    "repaired,drop_alone,regained"
)


def write(directory: Path, regained: dict[int, list[float]], metric: str = "top1") -> Path:
    """Write lines.csv with points regained, a value per chip; each line costs 2 points alone."""
    rows = [HEADER]
    for rank, values in regained.items():
        for chip, value in enumerate(values):
            place = f"bitline,{rank},{chip},3,{10 * rank},0.82,Vmin,{8 - rank},{0.2 / (rank + 1)}"
            scores = f"0.99,0.9,0.97,{0.9 + value / 100},0.02,{value / 100}"
            rows.append(f"{place},200,{metric},{scores}")
    (directory / "lines.csv").write_text("\n".join(rows) + "\n")
    (directory / "manifest.json").write_text('{"workload": "w"}')
    return directory


def test_the_line_that_chips_make_certain_is_best_repaired(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write(tmp_path, {0: [9.0, 0.0, 0.0], 1: [2.0, 2.1, 1.9], 2: [0.1, 0.0, -0.1]})
    assert main([str(source), "--format", "svg,tex"]) == 0
    assert capsys.readouterr().out.startswith(
        "At 0.82 Vmin all faults cost 9.00 ± 0.00 points of top-1. Best repaired is bitline #1, "
        "which regains 2.00 ± 0.10 points. 3 chips."
    )
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert page.rows(0)[1] == [
        *("bitline #0", "8", "20.00", "2.00 ± 0.00", "3.00 ± 5.20", "-9.91 to 15.91"),
    ]
    assert "Not told apart from the best by these chips, at 95 %: bitline #0." in page.text.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert {path.name for path in tmp_path.iterdir()} >= {"lines.svg", "lines.tex"}


def test_one_chip_names_the_line_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(write(tmp_path, {0: [1.0], 1: [2.0]}))]) == 0
    out = capsys.readouterr().out
    assert "Best repaired on average, but not certain, is bank 3, bitline 10, which regains" in out


def test_where_no_repair_helps_none_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(write(tmp_path, {0: [0.0, 0.0], 1: [-1.0, 0.0]}))]) == 0
    assert "No repair of one bitline regains any." in capsys.readouterr().out


def test_an_error_has_no_points(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(write(tmp_path, {0: [1.0]}, "reconstruction_mse"))]) == 2
    assert "'reconstruction_mse' has no percentage points" in capsys.readouterr().err


@needs_brownout
def test_it_names_the_line_that_the_command_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "lines"
    grid = ["--by", "bitline", "--lines", "2", "--ber", "0.02", "--chips", "3"]
    grid += ["--images", "200", "--cosim", "none"]
    found = json_of("sensitivity", WORKLOAD, *grid, "--out", out)
    assert (
        f"brownout report {out}\n" in brownout("sensitivity", WORKLOAD, *grid, "--out", out).stderr
    )
    assert main([str(out)]) == 0
    said = capsys.readouterr().out
    assert f"is {found['best_repaired']}, which regains" in said
