"""The report of a search for the safe voltage says what v_safe.json and search.csv say."""

import json
from pathlib import Path

import pytest

from brownout_tools.reporting.command import main
from brownout_tools.reporting.search import read_search
from reporting_data.report_page import Page

ANSWER = {
    "sentence": "safe down to 0.86 Vmin for 50 % of the dies with 90 % confidence",
    **{"voltage": 0.86, "unit": "Vmin", "yield": 0.5, "confidence": 0.9, "metric": "top1"},
    **{"reference": 0.99, "minimum": 0.98, "chips": 4, "allowed_failures": 0},
    **{"yield_at_least": 0.5623, "refused_voltage": 0.84, "limiting_layer": "<fc3>"},
    **{"limiting_chip": 2, "limiting_drop": 0.005, "limiting_drop_of_all": 0.025},
    **{"energy_j": 3.666e-7, "energy_rel": 0.9862, "weight_sram_energy_rel": 0.747},
    **{"points": 7, "grid_points": 12, "images": 1000, "grid_images": 2400},
}
# Drops in points; chips that lose more than one fail.
DROPS = {"0.9": [0.0, -0.5], "0.86": [0.5, 0.0, 1.0, 0.1], "0.84": [2.5]}


def write(directory: Path, answer: dict) -> Path:
    (directory / "v_safe.json").write_text(json.dumps(answer))
    (directory / "manifest.json").write_text(json.dumps({"workload": "w", "accelerator": "a"}))
    rows = ["voltage,unit,chip,images,images_lost,images_gained,drop,pass,settled_by"]
    for voltage, drops in DROPS.items():
        for chip, drop in enumerate(drops):
            rows.append(f"{voltage},Vmin,{chip},200,0,0,{drop / 100},{int(drop <= 1)},all_images")
    (directory / "search.csv").write_text("\n".join(rows) + "\n")
    return directory


def test_the_page_has_the_answer_and_a_row_per_voltage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(write(tmp_path, ANSWER)), "--format", "png,tex"]) == 0
    assert capsys.readouterr().out.startswith("Safe down to 0.86 Vmin for 50 % of the dies")
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    for text in (
        "w on a: the safe voltage",
        "56.2 %",
        "25.3 % less",
        "1.38 % less",
        "366.6 nJ",
        "7 of 12 pairs of a chip and a voltage were judged, on 1,000 images",
        "At 0.84 Vmin chip 2 loses 2.50 points; the faults of layer <fc3> alone cost 0.50.",
    ):
        assert text in page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert page.rows(0)[1:] == [
        ["0.9", "2", "0", "400", "-0.25", "0.00", "open"],
        ["0.86", "4", "0", "800", "0.40", "1.00", "accepted"],
        ["0.84", "1", "1", "200", "2.50", "2.50", "refused"],
    ]
    assert (tmp_path / "search.png").exists()
    assert r"accepted \\" in (tmp_path / "search.tex").read_text()


def test_no_safe_voltage_has_a_page(tmp_path: Path) -> None:
    none = {"voltage": None, "yield_at_least": None, "limiting_layer": None}
    assert main([str(write(tmp_path, ANSWER | none)), "--quiet"]) == 0
    html = (tmp_path / "report.html").read_text()
    assert "safe down to</dt>" not in html and 'class="chosen"' not in html


def test_the_answer_is_one_of_the_voltages(tmp_path: Path) -> None:
    search = read_search(write(tmp_path, ANSWER))
    assert [at.text for at in search.judged if search.is_safe(at)] == ["0.86"]
    assert search.allowed_drop == pytest.approx(0.01)


def test_damaged_files_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"sentence": "yes"})
    assert main([str(tmp_path)]) == 2
    assert "v_safe.json: not as brownout vmin writes it" in capsys.readouterr().err
    write(tmp_path, ANSWER)
    assert main([str(tmp_path), "--layers-at", "0.9"]) == 2
    assert "has no tables of layers" in capsys.readouterr().err
    (tmp_path / "search.csv").write_text("voltage,unit\n")
    assert main([str(tmp_path)]) == 2
    assert "search.csv:1: missing column chip" in capsys.readouterr().err
