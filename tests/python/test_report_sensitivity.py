"""The report of a sensitivity shows what sensitivity.csv says."""

import csv
from collections.abc import Callable
from itertools import product
from pathlib import Path
from statistics import mean, stdev

import pytest

from brownout_tools.reporting import student
from brownout_tools.reporting.command import main
from brownout_tools.reporting.sensitivity import read_sensitivity

HEADER = (
    "layer,bit,polarity,chip,voltage,unit,ber,weights,weights_share,weight_bits,"
    "weight_bits_share,effective_ber,weights_changed,images,top1,top1_clean"
)
CHIPS = 3
# Percentage points lost by chip 0; each further chip loses one more.
LOST = {("none",) * 3: 0.0, ("all",) * 3: 40.0}
BY_LAYER = LOST | {("conv1", "all", "all"): 5.0, ("fc <1>", "all", "all"): 9.0}
BY_BIT = LOST | {("all", str(bit), "all"): float(bit) for bit in range(8)}
BY_BOTH = LOST | {
    (layer, str(bit), "all"): bit * (2.0 if layer == "conv1" else 1.0)
    for layer, bit in product(["conv1", "fc"], range(8))
    if layer == "conv1" or bit < 4  # fc has 4 bits
}


def write(directory: Path, lost: dict[tuple[str, ...], float]) -> Path:
    """Write a made-up sensitivity.csv."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "sensitivity.csv").open("w", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(HEADER.split(","))
        for place, drop in lost.items():
            for chip in range(CHIPS):
                top1 = 0.9 - (drop + (chip if drop else 0)) / 100
                numbers = [chip, "0.83", "Vmin", 0.01, 100, 0.25, 800, 0.25, 0.002, 0.02, 500]
                lines.writerow([*place, *numbers, top1, 0.9])
    return directory


def test_values_are_those_of_the_file(tmp_path: Path) -> None:
    results = read_sensitivity(write(tmp_path, BY_LAYER))
    assert (results.voltage, results.unit, results.split) == ("0.83", "Vmin", ["layer"])
    assert [results.name(part) for part in results.parts] == ["conv1", "fc <1>"]
    assert results.name(results.worst) == "fc <1>"
    assert results.worst.drop.mean == pytest.approx(mean([9, 10, 11]))
    assert results.worst.drop.std == pytest.approx(stdev([9, 10, 11]))
    assert results.all.drop.mean == pytest.approx(41)
    assert results.none.drop.mean == 0
    both = read_sensitivity(write(tmp_path / "both", BY_BOTH))
    assert both.split == ["layer", "bit"]
    assert both.name(both.worst) == "conv1, bit 7"


@pytest.mark.parametrize("lost", [BY_LAYER, BY_BIT, BY_BOTH], ids=["bars", "bits", "heat map"])
def test_report_and_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lost: dict[tuple[str, ...], float]
) -> None:
    source = write(tmp_path / "in", lost)
    made = []
    for out in (tmp_path / "a", tmp_path / "b"):
        assert main([str(source), "--out", str(out)]) == 0
        made.append({path.name: path.read_bytes() for path in out.iterdir()})
    assert made[0] == made[1]
    assert set(made[0]) == {"report.html", "sensitivity.png", "sensitivity.svg"}
    page = made[0]["report.html"].decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "data:image/svg+xml;base64," in page
    assert 'src="http' not in page
    assert page.count("<tr") == 1 + len(lost)
    assert "all faults together cost 41.00 ± 1.00 points of top-1" in page
    assert "Alone, " in capsys.readouterr().out


def test_the_part_is_named_that_the_chips_make_certain(tmp_path: Path) -> None:
    source = write(tmp_path, BY_LAYER)
    table = source / "sensitivity.csv"
    wild = [0.9, 0.9, 0.3]  # a greater mean than fc's drop of 9 to 11 points, by one chip
    rows = table.read_text().splitlines()
    changed = iter(wild)
    rows = [
        row.rsplit(",", 2)[0] + f",{next(changed)},0.9" if row.startswith("conv1,") else row
        for row in rows
    ]
    table.write_text("\n".join(rows) + "\n")
    results = read_sensitivity(source)
    assert max(results.parts, key=lambda part: part.drop.mean).place[0] == "conv1"
    assert results.name(results.worst) == "fc <1>" and results.culprits.certain
    assert [results.name(results.parts[i]) for i in results.culprits.others] == ["conv1"]
    assert main([str(source)]) == 0
    page = (source / "report.html").read_text().replace("\N{NO-BREAK SPACE}", " ")
    assert "fc &lt;1&gt; hurts most: 10.00 ± 1.00 points" in page
    assert "Not told apart from fc &lt;1&gt; by these chips, at 95 %: conv1." in page


@pytest.mark.parametrize(
    ("freedom", "t"), [(1, 12.7062), (2, 4.3027), (3, 3.1824), (9, 2.2622), (30, 2.0423)]
)
def test_students_quantile_is_that_of_the_tables(freedom: int, t: float) -> None:
    assert student.quantile(freedom) == pytest.approx(t, abs=5e-5)


def test_names_of_layers_cannot_break_the_page(tmp_path: Path) -> None:
    assert main([str(write(tmp_path, BY_LAYER))]) == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "fc &lt;1&gt;" in page
    assert "fc <1>" not in page


def without(place: str) -> Callable[[str], str]:
    return lambda text: "".join(
        line for line in text.splitlines(keepends=True) if not line.startswith(place)
    )


BROKEN: list[tuple[Callable[[str], str], str]] = [
    (without("none,"), "sensitivity.csv: no rows without faults"),
    (without("all,all,all"), "sensitivity.csv: no rows of all faults"),
    (lambda text: without("conv1,")(without("fc")(text)), "sensitivity.csv: no parts of the"),
    (lambda text: text.replace("top1,", "top_one,", 1), "sensitivity.csv:1: missing column top1"),
    (lambda text: text + text.splitlines()[-1], "sensitivity.csv:14: same layer, bit, polarity"),
    (lambda text: text.replace("0.9\n", "90\n", 1), "sensitivity.csv:2: top1_clean: 90 is not in"),
    (lambda text: text.replace("0.83,", "0.8,", 1), "sensitivity.csv:3: voltage: '0.83' differs"),
]


@pytest.mark.parametrize(("breaks", "message"), BROKEN, ids=[m for _, m in BROKEN])
def test_broken_files_are_one_line_and_status_2(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    breaks: Callable[[str], str],
    message: str,
) -> None:
    path = write(tmp_path / "in", BY_LAYER) / "sensitivity.csv"
    path.write_text(breaks(path.read_text()))
    assert main([str(tmp_path / "in"), "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert message in error
    assert not (tmp_path / "out").exists()


def test_layers_at_belongs_to_sweeps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(write(tmp_path, BY_BIT)), "--layers-at", "0.83"]) == 2
    assert "--layers-at" in capsys.readouterr().err


def test_a_reconstruction_loses_auc(tmp_path: Path) -> None:
    source = write(tmp_path, BY_LAYER)
    table = source / "sensitivity.csv"
    header, *rows = table.read_text().splitlines()
    fields = [row.rsplit(",", 2) for row in rows]
    moved = [f"{front},,,{score},{clean}" for front, score, clean in fields]
    table.write_text("\n".join([f"{header},auc,auc_clean", *moved]) + "\n")
    results = read_sensitivity(source)
    assert results.metric.name == "ROC AUC"
    assert results.worst.drop.mean == pytest.approx(mean([9, 10, 11]))
    assert main([str(source)]) == 0
    page = (source / "report.html").read_text()
    assert "points of ROC AUC" in page and "top-1" not in page
