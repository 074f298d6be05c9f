"""The sentences of a report: headline, notes, and how they write numbers."""

from pathlib import Path

import pytest

from brownout_tools.reporting import formats, headline
from brownout_tools.reporting.choice import Choice, choose_voltage
from brownout_tools.reporting.criterion import read_criterion
from brownout_tools.reporting.dies import read_yields
from brownout_tools.reporting.results import SweepResults, read_results
from brownout_tools.reporting.summary import Spread, by_voltage, layers_at
from reporting_data.report_page import report
from reporting_data.synthetic_sweep import Sweep, flat_sweep, synthetic_sweep


def words(sweep: Sweep, directory: Path) -> str:
    """Return the headline and the notes, without drawing anything."""
    choice, results = chosen(sweep, directory)
    notes = headline.notes(results, choice, results.points.unit)
    return " ".join([headline.headline(choice, results.points.unit), *notes])


def chosen(sweep: Sweep, directory: Path) -> tuple[Choice, SweepResults]:
    """Return what the report leads with, and what it was read from."""
    results = read_results(sweep.write(directory))
    path = directory / "manifest.json"
    criterion = read_criterion(results.manifest.content, path, results.points.metric)
    yields = read_yields(directory / "yields.csv")
    return choose_voltage(by_voltage(results.points), yields, criterion), results


def test_headline_quotes_the_lowest_voltage_that_every_chip_passes_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep = flat_sweep({"1": [0.99, 0.99], "0.9": [0.984, 0.982], "0.8": [0.979, 0.9829]})
    for point in sweep.points:
        point["energy_rel"] = 0.92 + 0.02 * point["chip"] if point["voltage"] == "0.9" else 1
    page = report(sweep, tmp_path)
    printed = capsys.readouterr().out.splitlines()[0]
    assert printed in page.text
    assert printed.startswith(
        "All 2 chips (100 %, 95 % interval 90 to 100 %) keep top-1 within 1 point of the 99.00 % "
        "without faults down to 0.9 Vmin (bit error rate 0.10 %): mean top-1 98.30 ± 0.14 % "
        "(0.70 points less than without faults; worst chip 98.20 %)."
    )
    assert "19.0 % less weight SRAM energy and 7.0 ± 1.4 % less total energy" in printed
    # The mean of the next voltage is within a point as well; one of its chips is not.
    assert (
        "At 0.8 Vmin (bit error rate 0.10 %) 1 of 2 pass (50 %, 95 % interval 40 to 60 %): "
        "mean top-1 98.09 ± 0.28 % (0.91 points less" in printed
    )


@pytest.mark.parametrize(
    ("top1", "expected"),
    [
        # The first step down already loses too much.
        (
            {"1": 0.99, "0.9": 0.97, "0.8": 0.5},
            "down to 1 Vmin (bit error rate 0 %): top-1 99.00 %",
        ),
        # A lucky voltage below one that fails does not count.
        ({"1": 0.99, "0.95": 0.985, "0.9": 0.97, "0.8": 0.985}, "without faults down to 0.95 Vmin"),
        # All qualify: the limit is not in the sweep.
        ({"1": 0.99, "0.9": 0.985}, "The sweep does not go lower, so the limit may lie below."),
        ({"1": 0.9}, "The chip keeps top-1 within 1 point of the 90.00 % without faults down to 1"),
    ],
)
def test_headline_cases(tmp_path: Path, top1: dict[str, float], expected: str) -> None:
    sweep = flat_sweep({voltage: [value] for voltage, value in top1.items()})
    assert expected in words(sweep, tmp_path)


def test_where_no_voltage_is_good_enough_the_highest_is_told(tmp_path: Path) -> None:
    sweep = flat_sweep({"0.9": [0.9, 0.5], "0.8": [0.6, 0.9]})
    text = words(sweep.judged(reference=0.99, minimum=0.8), tmp_path)
    assert text.startswith("At no voltage of the sweep all 2 chips keep top-1 within 1 point")
    assert "At 0.9 Vmin (bit error rate 0.10 %) 1 of 2 pass (50 %, 95 % interval" in text
    sweep = flat_sweep({"0.9": [0.5]}).judged(reference=0.99, minimum=0.98)
    assert "it fails: top-1 50.00 % (49.00 points less than without faults)" in words(
        sweep, tmp_path
    )


def test_the_criterion_is_that_of_the_manifest(tmp_path: Path) -> None:
    sweep = flat_sweep({"1": [0.99], "0.9": [0.985], "0.8": [0.95]})
    assert "down to 0.9 Vmin" in words(sweep, tmp_path)
    wide = sweep.judged(value=4.5, minimum=0.945)
    assert "keeps top-1 within 4.5 points of the 99.00 % without faults down to 0.8" in words(
        wide, tmp_path
    )
    minimum = sweep.judged(kind="minimum", value=0.9, minimum=0.9)
    text = report(minimum, tmp_path).text
    assert "The chip reaches 90.00 % top-1 (99.00 % without faults) down to 0.8 Vmin" in text
    assert "1 point is 100 of 10,000 images." in text


def test_verdicts_that_the_images_leave_open_are_told(tmp_path: Path) -> None:
    sweep = flat_sweep({"1": [0.99, 0.99], "0.9": [0.981, 0.97], "0.8": [0.979, 0.983]})
    assert "holds the target: 1 at 0.9 Vmin, 2 at 0.8 Vmin." in words(sweep, tmp_path)
    settled = flat_sweep({"1": [0.99], "0.9": [0.5]})
    assert "More images" not in words(settled, tmp_path)


def test_notes_name_missing_points_and_cosimulation(tmp_path: Path) -> None:
    sweep = synthetic_sweep()
    text = words(sweep, tmp_path)
    assert "some points are missing" not in text
    assert "10 of 60 points were checked against the SystemC machine (10 images)" in text
    for point in sweep.points:
        point["cosim_images"] = 1
    assert "Every point was checked against the SystemC machine." in words(sweep, tmp_path)
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


@pytest.mark.parametrize(
    ("value", "shown"), [(-2.8e-15, "0.00"), (-0.004, "0.00"), (-0.006, "-0.01"), (1.5, "1.50")]
)
def test_a_loss_that_rounds_to_zero_has_no_sign(value: float, shown: str) -> None:
    assert formats.signed(value) == shown


def test_saved_energy_keeps_mean_and_spread() -> None:
    saved = formats.saved(Spread(0.7, 0.01, 0.6, 0.9, 3))
    assert (saved.mean, saved.low, saved.high) == pytest.approx((0.3, 0.1, 0.4))
    assert saved.std == 0.01
