"""The sentences of a report: headline, notes, and how they write numbers."""

from pathlib import Path

import pytest

from brownout_tools.reporting import formats, headline
from brownout_tools.reporting.results import read_results
from brownout_tools.reporting.summary import Spread, by_voltage, choose_voltage, layers_at
from reporting_data.report_page import report
from reporting_data.synthetic_sweep import Sweep, flat_sweep, synthetic_sweep


def words(sweep: Sweep, directory: Path, max_drop: float = 1.0) -> str:
    """Return the headline and the notes, without drawing anything."""
    results = read_results(sweep.write(directory))
    summaries = by_voltage(results.points)
    choice = choose_voltage(summaries, max_drop)
    notes = headline.notes(results, summaries)
    return " ".join([headline.headline(choice, results.points.unit), *notes])


def test_headline_quotes_the_lowest_voltage_within_a_point(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep = flat_sweep({"1": [0.99, 0.99], "0.9": [0.981, 0.979], "0.8": [0.979, 0.9809]})
    for point in sweep.points:
        point["energy_rel"] = 0.92 + 0.02 * point["chip"] if point["voltage"] == "0.9" else 1
    page = report(sweep, tmp_path)
    printed = capsys.readouterr().out.splitlines()[0]
    assert printed in page.text
    assert "Down to 0.9 Vmin (bit error rate 0.10 %)" in printed
    assert "within 1 point of the clean accuracy: 98.00 ± 0.14 %" in printed
    assert "of 2 chips; worst chip 97.90 %), 1.00 points below 99.00 % at 1 Vmin" in printed
    assert "19.0 % less weight SRAM energy and 7.0 ± 1.4 % less total energy" in printed
    assert "At 0.8 Vmin (bit error rate 0.10 %) mean top-1 is 98.00 ± 0.13 %" in printed


@pytest.mark.parametrize(
    ("top1", "expected"),
    [
        # The first step down already loses too much.
        ({"1": 0.99, "0.9": 0.97, "0.8": 0.5}, "No voltage of the sweep below 1 Vmin keeps"),
        # A lucky voltage below one that fails does not count.
        ({"1": 0.99, "0.95": 0.985, "0.9": 0.97, "0.8": 0.985}, "Down to 0.95 Vmin"),
        # All qualify: the limit is not in the sweep.
        ({"1": 0.99, "0.9": 0.985}, "The sweep does not go lower, so the limit may lie below."),
        ({"1": 0.9}, "The sweep has one voltage, 1 Vmin"),
    ],
)
def test_headline_cases(tmp_path: Path, top1: dict[str, float], expected: str) -> None:
    sweep = flat_sweep({voltage: [value] for voltage, value in top1.items()})
    assert expected in words(sweep, tmp_path)


def test_headline_without_a_fault_free_point_says_so(tmp_path: Path) -> None:
    sweep = flat_sweep({"0.9": [0.98], "0.8": [0.975]}, {"0.9": 1e-3, "0.8": 1e-2})
    text = words(sweep, tmp_path)
    assert "within 1 point of the accuracy at the highest swept voltage" in text
    assert "The sweep has no fault-free point" in text
    assert "clean accuracy" not in text


def test_max_drop_moves_the_choice(tmp_path: Path) -> None:
    sweep = flat_sweep({"1": [0.99], "0.9": [0.985], "0.8": [0.95]})
    assert "Down to 0.8 Vmin" in report(sweep, tmp_path, "--max-drop", "4.5").text
    assert "No voltage" in words(sweep, tmp_path, 0.2)


def test_notes_name_missing_points_and_cosimulation(tmp_path: Path) -> None:
    sweep = synthetic_sweep()
    text = words(sweep, tmp_path)
    assert "some points are missing" not in text
    assert "10 of 60 points were checked against the SystemC machine (10 images)" in text
    del sweep.points[-1]
    assert "some points are missing" in words(sweep, tmp_path)


def test_parts_that_do_not_add_up_are_reported(tmp_path: Path) -> None:
    def notes(sweep: Sweep) -> list[str]:
        results = read_results(sweep.write(tmp_path))
        assert results.layers is not None
        reference = by_voltage(results.points)[0]
        return headline.layer_notes(layers_at(results.layers, reference.millionths))

    sweep = synthetic_sweep()
    assert notes(sweep) == []
    for row in sweep.layers:
        row["compute_cycles"] += 100 if row["layer"] == "fc" else 0
    assert notes(sweep) == ["Layer fc: the parts of cycles add up to 306, not to 206."]


def test_small_savings_keep_their_digits() -> None:
    assert headline.energy_text(Spread(0.9973, 0.0003, 0.997, 0.998, 3)) == "0.27 ± 0.03 % less"
    assert headline.energy_text(Spread(0.818, 0, 0.818, 0.818, 3)) == "18.2 % less"
    assert headline.energy_text(Spread(1.0021, 0.0002, 1.002, 1.003, 3)) == "0.21 ± 0.02 % more"


@pytest.mark.parametrize(
    ("fraction", "shown"),
    [(0, "0"), (0.205, "20"), (0.0999, "10"), (0.0121, "1.2"), (0.00121, "0.12"), (2e-8, "2.0e-6")],
)
def test_small_percent_keeps_two_digits(fraction: float, shown: str) -> None:
    assert formats.small_percent(fraction) == shown


def test_saved_energy_keeps_mean_and_spread() -> None:
    saved = formats.saved(Spread(0.7, 0.01, 0.6, 0.9, 3))
    assert (saved.mean, saved.low, saved.high) == pytest.approx((0.3, 0.1, 0.4))
    assert saved.std == 0.01
