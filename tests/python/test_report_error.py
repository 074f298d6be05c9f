"""Sweeps that are judged by an error: it rises, less is better, and no chip passes or fails."""

import csv
from pathlib import Path
from statistics import mean, stdev

import pytest

from brownout_tools.reporting import formats, plot_comparison, plot_points
from brownout_tools.reporting.command import main
from brownout_tools.reporting.comparison import front, names_of, read_comparison
from brownout_tools.reporting.interactive import live_curves
from brownout_tools.reporting.metric import ERROR
from brownout_tools.reporting.sweep_report import gather
from reporting_data.report_page import Page, report
from reporting_data.synthetic_sweep import Sweep, flat_sweep, of_auc, of_error, synthetic_sweep

FIRST = {"1": [0.95, 0.95], "0.9": [0.9, 0.92], "0.8": [0.7, 0.76]}
SECOND = {"1": [0.95, 0.95], "0.9": [0.95, 0.95], "0.8": [0.8, 0.86], "0.7": [0.5, 0.5]}


def sweeps() -> tuple[Sweep, Sweep]:
    """Two sweeps; the second takes a quarter more energy and goes lower."""
    second = flat_sweep(SECOND)
    for point in second.points:
        point["energy_j"] *= 1.25
    return flat_sweep(FIRST), second


@pytest.fixture
def both(tmp_path: Path) -> list[Path]:
    return [
        of_error(sweep).write(tmp_path / name) for name, sweep in zip("ab", sweeps(), strict=True)
    ]


def table_with(page: Page, *head: str) -> list[list[str]]:
    tables = [page.rows(table) for table in range(len(page.tables))]
    return next(rows for rows in tables if tuple(rows[0][: len(head)]) == head)


def test_the_report_has_the_error_and_nobody_passes(tmp_path: Path) -> None:
    page = report(of_error(flat_sweep(FIRST)), tmp_path)
    assert (
        "Without faults the reconstruction error is 0.0500. At the lowest voltage, 0.8 Vmin (bit "
        "error rate 0.10 %), the mean of the chips is 0.270 ± 0.042 (5.40 times as much; worst "
        "chip 0.300)." in page.text
    )
    head, *rows = page.rows(0)
    assert [row[head.index("error")] for row in rows] == [
        "0.0500",
        "0.0900 ± 0.014",
        "0.270 ± 0.042",
    ]
    assert [row[head.index("highest error")] for row in rows] == ["0.0500", "0.100", "0.300"]
    for word in ("passing", "yield", "top-1", "Accuracy", "accuracy target", "has to"):
        assert word not in page.text, word
    assert any(alt.startswith("Reconstruction error and relative energy") for alt in page.alts)
    assert not (tmp_path / "dies.png").exists()


def test_axes_of_errors_begin_at_0_and_rise(tmp_path: Path, both: list[Path]) -> None:
    content = gather(both[0], None)
    expected = [mean(1 - top1 for top1 in FIRST[voltage]) for voltage in FIRST]
    compared = read_comparison(names_of(both), None)
    for picture, axes_of_score in (
        (plot_points.accuracy_energy(content.choice, "Vmin"), 0),
        (plot_points.energy_accuracy(content.choice, "Vmin"), 0),
        (plot_comparison.curves(compared), 0),
        (plot_comparison.pareto(compared, front(compared)), 0),
    ):
        axes = picture.figure.axes[axes_of_score]
        low, high = axes.get_ylim()
        assert low == 0 and high >= max(expected)
        assert axes.get_ylabel() == "reconstruction error (less is better)"
        drawn = [[round(float(y), 9) for y in line.get_ydata()] for line in axes.get_lines()]
        assert [round(value, 9) for value in expected] in drawn
    for live in live_curves([sweep.curve for sweep in compared], "Vmin"):
        assert "chips that pass" not in live.item and "less is better" in live.item


def test_no_point_beats_one_of_the_front(tmp_path: Path, both: list[Path]) -> None:
    """The error is 1 - top-1, so that both have the same front."""
    top1 = [
        sweep.write(tmp_path / "top1" / name) for name, sweep in zip("ab", sweeps(), strict=True)
    ]
    fronts = [
        [(point.sweep.name, point.summary.text) for point in front(read_comparison(names, None))]
        for names in (names_of(both), names_of(top1))
    ]
    assert fronts[0] == fronts[1] and len(fronts[0]) > 2


def test_sweeps_are_compared_at_the_lowest_voltage_of_all(
    tmp_path: Path, both: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*map(str, both), "--out", str(tmp_path / "out"), "--format", "png,tex"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(
        "At 0.8 Vmin, the lowest voltage of all, b has the least reconstruction error: "
        "0.170 ± 0.042. a takes the least energy there: "
    )
    page = Page((tmp_path / "out/report.html").read_text(encoding="utf-8"))
    head, a, b = table_with(page, "sweep", "at Vmin")
    assert (a[1], b[1]) == ("0.8", "0.8")
    assert b[head.index("error change %")] == f"{100 * (0.17 / 0.27 - 1):+.2f}"
    head, *rows = table_with(page, "voltage Vmin")
    assert head[1:] == ["a: error", "b: error"]
    assert rows[2] == ["0.8", "0.270 ± 0.042", "0.170 ± 0.042"] and rows[3][1:] == ["-", "0.500"]
    assert "no chip passes or fails" in page.text and "Where every chip passes" not in page.text


@pytest.mark.parametrize("bits", [("all",), ("0", "7")], ids=["bars", "heat map"])
def test_a_sensitivity_tells_by_how_much_the_error_rises(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], bits: tuple[str, ...]
) -> None:
    columns = "layer,bit,polarity,chip,voltage,unit,ber,weights,weights_share,weight_bits,"
    columns += "weight_bits_share,weights_changed,images,top1,top1_clean,reconstruction_mse,"
    rises = {("none", "none"): 0.0, ("all", "all"): 0.02}
    rises |= {(layer, bit): 0.01 if layer == "b" else 0 for layer in "ab" for bit in bits}
    lines = [columns + "reconstruction_mse_clean"]
    for (layer, bit), rise in rises.items():
        polarity = "none" if layer == "none" else "all"
        for chip in range(3):
            numbers = f"0.83,Vmin,0.01,100,0.25,800,0.25,0.02,500,,,{0.05 + rise * (chip + 1)},0.05"
            lines.append(f"{layer},{bit},{polarity},{chip},{numbers}")
    (tmp_path / "sensitivity.csv").write_text("\n".join(lines) + "\n")
    assert main([str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "together raise the reconstruction error by 0.0400 ± 0.020. Alone, b" in said
    assert "costs most on average: 0.0200 ± 0.010, with 25.0 % of the weight bits" in said
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    head, none, everything, *_ = page.rows(0)
    assert [row[head.index("rise")] for row in (none, everything)] == ["0", "0.0400"]
    assert everything[head.index("error")] == "0.0900 ± 0.020"
    assert "points" not in page.text.replace("reporting", "") and "%" not in head[4:]


def test_without_a_common_voltage_only_curves_compare(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grids = [{"1": [0.9], "0.9": [0.8]}, {"0.95": [0.9], "0.85": [0.8]}]
    made = [
        of_error(flat_sweep(grid)).write(tmp_path / n) for n, grid in zip("ab", grids, strict=True)
    ]
    assert main([*map(str, made), "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.startswith("The 2 sweeps have no voltage in common.")


def test_an_error_does_not_compare_with_an_area(
    tmp_path: Path, both: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    auc = of_auc(synthetic_sweep()).write(tmp_path / "auc")
    assert main([str(both[0]), str(auc), "--out", str(tmp_path / "out")]) == 2
    assert "auc: cannot be compared: metric is ROC AUC, of the first it is error" in (
        capsys.readouterr().err
    )


def test_numbers_of_errors_keep_their_digits() -> None:
    for value, expected in [
        (0.05343, "0.0534"),
        (0.1, "0.100"),
        (0.99999, "1.00"),
        (12.345, "12.3"),
        (123456.7, "123,000"),
        (0.00012345, "0.000123"),
        (5.23e-6, "5.23e-6"),
        (0, "0"),
        (float("nan"), formats.NO_VALUE),
    ]:
        assert formats.score(ERROR, value) == expected


def test_the_table_is_that_of_the_file(tmp_path: Path) -> None:
    directory = of_error(synthetic_sweep()).write(tmp_path)
    with (directory / "points.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert main([str(directory)]) == 0
    head, *shown = Page((directory / "report.html").read_text(encoding="utf-8")).rows(0)
    for row in shown:
        voltage = row[0].split()[0]
        found = [float(r["reconstruction_mse"]) for r in rows if r["voltage"] == voltage]
        value, *spread = row[head.index("error")].split(" ± ")
        assert float(value) == pytest.approx(mean(found), rel=0.006)
        assert float(spread[0] if spread else 0) == pytest.approx(stdev(found), rel=0.06, abs=1e-12)
