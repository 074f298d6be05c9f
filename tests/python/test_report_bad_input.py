"""Damaged and missing files of a sweep: one line on standard error, status 2, nothing written."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from brownout_tools.reporting.command import main
from reporting_data.synthetic_sweep import MANIFEST, of_auc, synthetic_sweep


def error_of(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line on the error stream."""
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("error: ")
    assert output.err.count("\n") == 1
    return output.err.strip()


def drop_top1(text: str) -> str:
    return text.replace("top1,", "top_one,", 1)


def cut_line(text: str) -> str:
    return text[: text.rindex("ignored") - 40]


BROKEN_POINTS: list[tuple[Callable[[str], str], str]] = [
    (drop_top1, "points.csv:1: missing column top1"),
    (lambda text: text.splitlines()[0], "points.csv: no rows below the header"),
    (lambda text: "", "points.csv:1: empty file"),
    (cut_line, "points.csv:61: "),
    (lambda text: text.replace("1.0000,Vmin,3", "volt,Vmin,3"), "points.csv:5: voltage: 'volt'"),
    (lambda text: text.replace("1.0000,Vmin,3", "1.0000,V,3"), "points.csv:5: unit: 'V' differs"),
    (lambda text: text.replace("1.0000,Vmin,3", "1.0,Vmin,2"), "points.csv:5: same voltage and"),
    (lambda text: text.replace(",0.9112,", ",91.12,", 1), "points.csv:2: top1: 91.12 is not in"),
    (lambda text: text.replace(",0.9112,", ",nan,", 1), "points.csv:2: top1: nan is not in 0..1"),
    (lambda text: text.replace(",0.9112,", ",,", 1), "points.csv:2: top1: '' is not a number"),
]


@pytest.mark.parametrize(("breaks", "message"), BROKEN_POINTS, ids=[m for _, m in BROKEN_POINTS])
def test_broken_points_are_one_line_and_status_2(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    breaks: Callable[[str], str],
    message: str,
) -> None:
    points = synthetic_sweep().write(tmp_path) / "points.csv"
    points.write_text(breaks(points.read_text()))
    assert main([str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert message in error_of(capsys)
    assert not (tmp_path / "out").exists()


def test_missing_and_bad_inputs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none")]) == 2
    assert "none: no such directory" in error_of(capsys)
    assert main([str(tmp_path)]) == 2
    assert "points.csv: no such file" in error_of(capsys)
    synthetic_sweep().write(tmp_path)
    assert main([str(tmp_path), "--layers-at", "0.5"]) == 2
    assert "--layers-at 0.5: not a voltage of the sweep (1.0000, " in error_of(capsys)
    assert main([str(tmp_path), "--max-drop", "5"]) == 2  # the sweep's to say
    assert "--max-drop" in error_of(capsys)
    (tmp_path / "manifest.json").write_text('{"workload": ')
    assert main([str(tmp_path)]) == 2
    assert "manifest.json:1: " in error_of(capsys)


def test_an_unfinished_sweep_says_how_to_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    synthetic_sweep().write(tmp_path)
    (tmp_path / "points.csv").unlink()
    with sqlite3.connect(tmp_path / "results.sqlite") as journal:
        journal.execute("CREATE TABLE points (chip INTEGER)")
        journal.executemany("INSERT INTO points VALUES (?)", [(chip,) for chip in range(7)])
    journal.close()
    assert main([str(tmp_path)]) == 2
    error = error_of(capsys)
    assert ": unfinished, 7 points are done; the same brownout command with --out" in error
    (tmp_path / "results.sqlite").write_bytes(b"in use")
    assert main([str(tmp_path)]) == 2
    assert ": unfinished; the same brownout command" in error_of(capsys)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({}, "manifest.json: no criterion"),
        ({"criterion": {"metric": "top1"}}, "criterion: not as brownout sweep writes it"),
        (
            {"criterion": MANIFEST["criterion"] | {"metric": "auc"}},
            "criterion: not one of top-1, as points.csv is",
        ),
        (
            {"criterion": MANIFEST["criterion"] | {"minimum": "high"}},
            "criterion: not as brownout sweep writes it",
        ),
    ],
)
def test_a_manifest_without_its_criterion_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, Any], says: str
) -> None:
    synthetic_sweep().write(tmp_path)
    manifest = {key: value for key, value in MANIFEST.items() if key != "criterion"} | changed
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert main([str(tmp_path)]) == 2
    assert says in error_of(capsys)


def test_a_sweep_without_any_score_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep = of_auc(synthetic_sweep(chips=1))
    for row in sweep.points:
        row["auc"] = ""
    assert main([str(sweep.write(tmp_path))]) == 2
    assert "neither top1, auc nor reconstruction_mse has values" in capsys.readouterr().err
