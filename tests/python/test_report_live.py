"""Curves that answer to the mouse: what they hold, what may run, and what a browser says of it."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from brownout_tools.reporting import interactive
from brownout_tools.reporting.command import main
from reporting_data.synthetic_sweep import of_rates, synthetic_sweep

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    directory = synthetic_sweep(chips=3).write(tmp_path_factory.mktemp("live"))
    assert main([str(directory)]) == 0
    return (directory / "report.html").read_text(encoding="utf-8")


def items(html: str) -> dict[str, Any]:
    """Return the figures by their place."""
    found = re.findall(
        r'<script type="application/json" class="live" data-place="(\w+)">(.*?)</script>', html
    )
    return {place: json.loads(text) for place, text in found}


def columns(value: Any) -> list[dict[str, list]]:
    """Return the data of all sources below a JSON value."""
    if isinstance(value, list):
        return [found for item in value for found in columns(item)]
    if not isinstance(value, dict):
        return []
    if value.get("name") == "ColumnDataSource":
        entries = value["attributes"]["data"]["entries"]
        return [dict(entries)]
    return [found for item in value.values() for found in columns(item)]


def test_figures_hold_the_values_of_the_files(html: str) -> None:
    sweep = synthetic_sweep(chips=3)
    voltages = list(dict.fromkeys(point["voltage"] for point in sweep.points))
    figures = items(html)
    assert list(figures) == ["accuracy_energy", "energy_accuracy"]
    for figure in figures.values():
        (means, *_) = [data for data in columns(figure) if "energy_rel" in data]
        for column, name, factor in [("score", "top1", 100), ("energy_rel", "energy_rel", 1)]:
            expected = [
                factor * mean(p[name] for p in sweep.points if p["voltage"] == voltage)
                for voltage in voltages
            ]
            assert means[column] == pytest.approx(expected)
        assert means["voltage"] == [f"{voltage} Vmin" for voltage in voltages]
    (chips,) = [data for data in columns(figures["accuracy_energy"]) if "chip" in data]
    assert sorted(chips["score"]) == pytest.approx(sorted(100 * p["top1"] for p in sweep.points))


def test_only_our_scripts_may_run(html: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    codes = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in codes]
    assert policy[1].endswith(f"script-src 'sha256-{hashes[0]}' 'sha256-{hashes[1]}'")
    assert codes[0] == interactive.javascript()
    assert "unsafe-eval" not in policy[1] and not re.search(r"<script[^>]*\ssrc=", html)
    assert len(html) < 2_000_000


def test_texts_of_data_cannot_end_a_script(tmp_path: Path) -> None:
    sweep = synthetic_sweep(chips=2)
    for point in sweep.points:
        point["unit"] = "</script>"
    for layer in sweep.layers:
        layer["unit"] = "</script>"
    assert main([str(sweep.write(tmp_path))]) == 0
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert html.count("</script>") == 4
    assert any("</script>" in data["voltage"][0] for data in columns(items(html)))


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
@pytest.mark.parametrize("rates", [False, True])
def test_a_browser_draws_them_without_a_complaint(tmp_path: Path, rates: bool) -> None:
    sweep = synthetic_sweep(chips=2)
    directory = (of_rates(sweep) if rates else sweep).write(tmp_path)
    assert main([str(directory)]) == 0
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=10000"]
    options += [f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr", "--dump-dom"]
    result = subprocess.run(
        [str(CHROMIUM), *options, (directory / "report.html").resolve().as_uri()],
        capture_output=True,
        text=True,
        timeout=180,
    )
    said = [line for line in result.stderr.splitlines() if ":CONSOLE:" in line]
    assert said and all("document idle" in line for line in said)  # Bokeh's greeting
    assert result.stdout.count('class="alive"') == 2
    assert "bk-Figure" in result.stdout


@pytest.mark.parametrize(("names", "columns_of_names"), [(["a", "b"], 2), (["a", "b" * 20], 1)])
def test_long_names_have_a_line_each(names: list[str], columns_of_names: int) -> None:
    made = interactive.new_figure(300, "x", "y")
    for name in names:
        made.line([0, 1], [0, 1], legend_label=name)
    legend = interactive.with_legend_above(made).legend[0]
    assert legend.ncols == columns_of_names
    assert (made.height > 300) == (columns_of_names == 1)  # what the names take, the curves keep
