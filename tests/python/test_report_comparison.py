"""One report of several sweeps: names, changes against the first, the points that none beats."""

import json
from pathlib import Path
from statistics import mean

import pytest

from brownout_tools.reporting.command import main
from brownout_tools.reporting.comparison import front, names_of, read_comparison
from reporting_data.report_page import Page
from reporting_data.synthetic_sweep import Sweep, flat_sweep, of_auc, of_rates, synthetic_sweep

FIRST = {"1": [0.99, 0.99], "0.9": [0.985, 0.985], "0.8": [0.9, 0.9]}
SECOND = {"1": [0.99, 0.99], "0.9": [0.99, 0.99], "0.8": [0.985, 0.982], "0.7": [0.5, 0.5]}


def second() -> Sweep:
    """A sweep that goes lower, takes a quarter more energy and has a key more."""
    sweep = flat_sweep(SECOND)
    for point in sweep.points:
        point["energy_j"] *= 1.25
        point["cycles"] *= 2
    configuration = sweep.manifest["configuration"] | {"memory.mitigations": "[<secded>]"}
    return Sweep(sweep.points, sweep.layers, sweep.manifest | {"configuration": configuration})


@pytest.fixture
def both(tmp_path: Path) -> list[Path]:
    return [flat_sweep(FIRST).write(tmp_path / "a"), second().write(tmp_path / "b")]


def compare(directories: list[Path], out: Path) -> Page:
    assert main([*map(str, directories), "--out", str(out)]) == 0
    return Page((out / "report.html").read_text(encoding="utf-8"))


def table_with(page: Page, head: str) -> list[list[str]]:
    tables = [page.rows(table) for table in range(len(page.tables))]
    return next(rows for rows in tables if rows[0][0] == head)


def mean_at(sweep: Sweep, voltage: str, column: str) -> float:
    return mean(point[column] for point in sweep.points if point["voltage"] == voltage)


def test_changes_are_against_the_first(
    tmp_path: Path, both: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    page = compare(both, tmp_path / "out")
    said = capsys.readouterr().out
    assert said.startswith("b goes lowest: every chip passes down to 0.8 Vmin. a takes the least")
    tables = [page.rows(table) for table in range(len(page.tables))]
    head, a, b = next(rows for rows in tables if rows[0][:2] == ["sweep", "safe Vmin"])
    assert (a[1], b[1], b[2]) == ("0.9", "0.8", "-0.1")
    assert [cell for title, cell in zip(head, a, strict=True) if "change" in title] == ["-"] * 5
    energy = [mean_at(flat_sweep(FIRST), "0.9", "energy_j"), mean_at(second(), "0.8", "energy_j")]
    expected = f"{100 * (energy[1] / energy[0] - 1):+.2f}"
    assert b[head.index("energy µJ") + 1] == expected
    assert b[head.index("cycles") + 1] == "+100.00"
    assert b[head.index("top-1 %") + 1] == f"{100 * (0.9835 - 0.985):+.2f}"
    key = table_with(page, "key")
    assert key[1:] == [["memory.mitigations", "", "[<secded>]"]]


def test_sweeps_that_go_equally_low_are_all_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    same = [flat_sweep(FIRST).write(tmp_path / name) for name in "xy"]
    assert main([*map(str, same), "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.startswith("x and y go lowest: every chip passes down to 0.9")


def test_every_voltage_of_any_has_a_row(tmp_path: Path, both: list[Path]) -> None:
    page = compare(both, tmp_path / "out")
    head, *rows = table_with(page, "voltage Vmin")
    assert head[1:] == ["a: passing", "a: top-1 %", "b: passing", "b: top-1 %"]
    assert [row[0] for row in rows] == ["1", "0.9", "0.8", "0.7"]
    assert rows[2] == ["0.8", "0 of 2", "90.00", "2 of 2", "98.35 ± 0.21"]
    assert rows[3][1:3] == ["-", "-"]
    layers = table_with(page, "layer")
    assert layers[0][1:3] == ["a: cycles", "b: cycles"] and len(layers) == 15


def test_no_point_beats_one_of_the_front(both: list[Path]) -> None:
    sweeps = read_comparison(names_of(both), None)
    best = front(sweeps)
    kept = {(point.sweep.name, point.summary.text) for point in best}
    points = {
        (name, voltage): (mean_at(sweep, voltage, "energy_j"), mean_at(sweep, voltage, "top1"))
        for name, sweep in (("a", flat_sweep(FIRST)), ("b", second()))
        for voltage in {point["voltage"] for point in sweep.points}
    }
    for key, (energy, score) in points.items():
        cheaper = [worth for cost, worth in points.values() if cost < energy]
        equal = [worth for cost, worth in points.values() if cost == energy]
        beaten = max(cheaper, default=0) >= score or max(equal) > score
        assert beaten != (key in kept), key
    assert [point.energy for point in best] == sorted((p.energy for p in best), reverse=True)


def test_a_sweep_over_axes_is_all_its_sweeps(tmp_path: Path) -> None:
    sweeps = []
    for code in ("gray", "plain"):
        flat_sweep(FIRST).write(tmp_path / f"code={code}")
        settings = {"code": code, "a.bits": "8", "a.b.seed": "1", "c.seed": "2"}
        sweeps.append({"directory": f"code={code}", "settings": settings})
    (tmp_path / "axes.json").write_text(json.dumps({"sweeps": sweeps}))
    assert main([str(tmp_path)]) == 0
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert (
        "code=gray, bits=8, a.b.seed=1, c.seed=2" in page.text
        and "2 sweeps beside each other" in page.text
    )
    assert "Configuration and inputs are the same." in page.text
    (tmp_path / "axes.json").write_text("{}")
    assert main([str(tmp_path)]) == 2


def test_names_tell_directories_apart(tmp_path: Path) -> None:
    plain, deep = tmp_path / "a/x", tmp_path / "b/x"
    assert list(names_of([tmp_path / "a", tmp_path / "b"]).values()) == ["a", "b"]
    assert list(names_of([plain, deep]).values()) == ["a/x", "b/x"]


def test_what_cannot_be_compared_is_refused(
    tmp_path: Path, both: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path / "out")]
    auc = of_auc(synthetic_sweep()).write(tmp_path / "auc")
    rates = of_rates(synthetic_sweep()).write(tmp_path / "rates")
    for words, says in [
        ([*map(str, both)], "--out: is required"),
        ([str(both[0])] * 2 + out, "a directory is given twice"),
        ([str(both[0]), str(auc), *out], "auc: cannot be compared: metric is ROC AUC, of the"),
        ([str(both[0]), str(rates), *out], "rates: cannot be compared: sweep over bit error rates"),
        ([str(both[0]), str(tmp_path / "no"), *out], "no: no such directory"),
    ]:
        assert main(words) == 2
        assert says in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
