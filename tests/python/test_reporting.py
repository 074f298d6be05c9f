"""The report, its pictures and the pictures of fault maps show what the files say."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from statistics import mean, stdev

import pytest

from brownout_tools.reporting import formats, headline
from brownout_tools.reporting.command import main
from brownout_tools.reporting.dies import VoltageYield, read_dies, yields
from brownout_tools.reporting.results import read_results
from brownout_tools.reporting.summary import Spread, by_voltage, choose_voltage, layers_at
from reporting_data.synthetic_sweep import MANIFEST, Sweep, synthetic_sweep

PICTURES = ["accuracy_energy", "energy_accuracy", "layers"]
PNG = b"\x89PNG\r\n\x1a\n"


class Page(HTMLParser):
    """Text, tables and everything that a browser would fetch."""

    FETCHES = ("src", "href", "srcset", "action", "data", "poster", "background")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.fetched: list[str] = []
        self.alts: list[str] = []
        self.tags: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [value or "" for name, value in attributes if name in self.FETCHES]
        self.alts += [value or "" for name, value in attributes if name == "alt"]
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("td", "th"):
            self.cell = True
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.cell = False

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self.cell:
            self.tables[-1][-1][-1] += " " + data

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def rows(self, table: int) -> list[list[str]]:
        return [[cell.strip() for cell in row] for row in self.tables[table]]


def report(sweep: Sweep, directory: Path, *arguments: str) -> Page:
    """Write a sweep, run the command and read its page."""
    assert main([str(sweep.write(directory)), *arguments]) == 0
    return Page((directory / "report.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Page]:
    """The untouched synthetic sweep and its report, at another voltage for the layers."""
    directory = tmp_path_factory.mktemp("whole")
    return directory, report(synthetic_sweep(), directory, "--layers-at", "0.79170")


def words(sweep: Sweep, directory: Path, max_drop: float = 1.0) -> str:
    """Return the headline and the notes, without drawing anything."""
    results = read_results(sweep.write(directory))
    summaries = by_voltage(results.points)
    choice = choose_voltage(summaries, max_drop)
    notes = headline.notes(results, summaries)
    return " ".join([headline.headline(choice, results.points.unit), *notes])


def flat_sweep(top1: dict[str, list[float]], rates: dict[str, float] | None = None) -> Sweep:
    """Return a sweep with given accuracies per voltage, a value per chip."""
    rates = rates or {voltage: 0.0 if float(voltage) >= 1 else 1e-3 for voltage in top1}
    sweep = synthetic_sweep(rates, len(next(iter(top1.values()))))
    for point in sweep.points:
        point["top1"] = top1[point["voltage"]][point["chip"]]
    return sweep


def error_of(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line on the error stream."""
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("error: ")
    assert output.err.count("\n") == 1
    return output.err.strip()


def test_all_files_are_written_and_nothing_else(tmp_path: Path) -> None:
    source, target = synthetic_sweep().write(tmp_path / "in"), tmp_path / "made" / "out"
    before = {path.name: path.read_bytes() for path in source.iterdir()}
    assert main([str(source), "--out", str(target)]) == 0
    assert {path.name: path.read_bytes() for path in source.iterdir()} == before
    expected = {"report.html"} | {f"{name}.{end}" for name in PICTURES for end in ("png", "svg")}
    assert {path.name for path in target.iterdir()} == expected
    for name in PICTURES:
        assert (target / f"{name}.png").read_bytes().startswith(PNG)
        assert b"<svg" in (target / f"{name}.svg").read_bytes()


def test_output_is_the_same_in_every_run(tmp_path: Path) -> None:
    source = synthetic_sweep().write(tmp_path / "in")
    made = []
    for run in ("a", "b"):
        assert main([str(source), "--out", str(tmp_path / run)]) == 0
        made.append({path.name: path.read_bytes() for path in (tmp_path / run).iterdir()})
    assert made[0] == made[1]
    assert b"dc:date" not in made[0]["layers.svg"]


def test_page_loads_nothing(whole: tuple[Path, Page]) -> None:
    directory, page = whole
    assert len(page.fetched) == len(PICTURES)
    assert all(url.startswith("data:image/svg+xml;base64,") for url in page.fetched)
    html = (directory / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"url\(|@import", html)
    assert not {"script", "link", "iframe", "object"} & set(page.tags)
    assert "default-src 'none'" in html


def test_pictures_are_described(whole: tuple[Path, Page]) -> None:
    page = whole[1]
    assert len(page.alts) == len(PICTURES)
    assert "0.8333 Vmin: top-1" in page.alts[0]
    assert "Most energy: stage1.conv1; most cycles: stage3.conv2." in page.alts[2]


def test_voltage_table_shows_every_number(whole: tuple[Path, Page]) -> None:
    sweep = synthetic_sweep()
    head, *rows = whole[1].rows(0)
    assert head[0] == "voltage Vmin"
    assert [row[0].split()[0] for row in rows] == [
        *("1.0000", "0.9583", "0.9167", "0.8750", "0.8333", "0.7917"),
    ]
    for row in rows:
        points = [p for p in sweep.points if p["voltage"] == row[0].split()[0]]
        column = {name: [p[name] for p in points] for name in points[0]}
        top1 = [100 * value for value in column["top1"]]
        spread = f" ± {stdev(top1):.2f}" if min(top1) < max(top1) else ""
        shown = dict(zip(head, row, strict=True))
        assert shown["top-1 %"] == f"{mean(top1):.2f}{spread}"
        assert shown["lowest top-1 %"] == f"{min(top1):.2f}"
        assert shown["highest top-1 %"] == f"{max(top1):.2f}"
        assert shown["chips"] == "10"
        assert shown["energy µJ"] == f"{1e6 * mean(column['energy_j']):.3f}"
        assert shown["energy rel"] == f"{mean(column['energy_rel']):.3f}"
        assert shown["weight SRAM µJ"] == f"{1e6 * mean(column['weight_sram_energy_j']):.4f}"
        assert shown["weight SRAM rel"] == f"{mean(column['weight_sram_energy_rel']):.3f}"
        assert shown["weight SRAM share %"] == f"{100 * mean(column['weight_sram_share']):.1f}"
        assert shown["latency µs"] == f"{1e6 * mean(column['latency_s']):.2f}"
        assert shown["cycles"] == f"{mean(column['cycles']):,.0f}"
        assert shown["stalls cycles"] == "320"
        assert float(shown["BER %"]) == pytest.approx(100 * mean(column["ber"]), rel=0.05)
        changed = 100 * mean(column["weights_changed"])
        assert float(shown["weights changed %"]) == pytest.approx(changed, rel=0.05)


def test_layer_tables_are_those_of_the_asked_voltage(whole: tuple[Path, Page]) -> None:
    sweep, page = synthetic_sweep(), whole[1]
    assert "Per layer at 0.7917 Vmin" in page.text
    layer = next(
        row for row in sweep.layers if (row["voltage"], row["layer"]) == ("0.7917", "stage3.conv2")
    )
    (cycles_head, *cycles), (energy_head, *energy) = page.rows(1), page.rows(2)
    shown = dict(zip(cycles_head, next(r for r in cycles if r[0] == layer["layer"]), strict=True))
    for title, column in (
        ("cycles", "cycles"),
        ("compute cycles", "compute_cycles"),
        ("weight fetch cycles", "weight_fetch_cycles"),
        ("accumulator cycles", "accumulator_cycles"),
        ("vector unit cycles", "vector_cycles"),
        ("MACs", "macs"),
    ):
        assert shown[title] == f"{layer[column]:,}"
    assert shown["utilization %"] == f"{100 * layer['utilization']:.1f}"
    shown = dict(zip(energy_head, next(r for r in energy if r[0] == layer["layer"]), strict=True))
    assert shown["energy µJ"] == f"{1e6 * layer['energy_j']:.3f}"
    assert shown["weight SRAM µJ"] == f"{1e6 * layer['weight_sram_energy_j']:.3f}"
    assert shown["logic µJ"] == f"{1e6 * layer['logic_energy_j']:.3f}"
    assert len(cycles) == len(energy) == 14


def test_parts_that_do_not_add_up_are_reported(tmp_path: Path) -> None:
    def notes(sweep: Sweep, directory: Path) -> str:
        results = read_results(sweep.write(directory))
        assert results.layers is not None
        reference = by_voltage(results.points)[0]
        return " ".join(
            headline.layer_notes(layers_at(results.layers, reference.millionths), reference)
        )

    sweep = synthetic_sweep()
    good = notes(sweep, tmp_path)
    assert "add up" not in good
    assert "The layers take 98.4 % of an inference's cycles and 100.0 % of its energy" in good
    for row in sweep.layers:
        row["compute_cycles"] += 100 if row["layer"] == "fc" else 0
    assert "Layer fc: the parts of cycles add up to 306, not to 206." in notes(sweep, tmp_path)


def test_manifest_is_quoted_and_escaped(whole: tuple[Path, Page]) -> None:
    page = whole[1]
    assert "cifar10-resnet8 on edge-32x32" in page.text
    assert f"sram-14nm (“{MANIFEST['profile']['source']}”)" in page.text
    assert "digitised" not in page.tags
    assert MANIFEST["inputs"]["cifar10_resnet8/network.onnx"] in page.text
    assert "accelerator.clock_hz 500000000" in page.text
    assert MANIFEST["command"] in page.text


def test_names_of_layers_are_only_text(tmp_path: Path) -> None:
    sweep = synthetic_sweep(chips=1)
    for row in sweep.layers:
        row["layer"] = f"<b>{row['layer']}&$\\x$"
        row["kind"] = f"<i>{row['kind']}"
    page = report(sweep, tmp_path)
    assert not {"b", "i"} & set(page.tags)
    assert page.rows(1)[1][:2] == ["<b>conv1&$\\x$", "<i>conv"]


def test_manifest_and_layers_may_be_missing(tmp_path: Path) -> None:
    sweep = synthetic_sweep()
    page = report(Sweep(sweep.points, [], {}), tmp_path)
    assert "layers.csv is missing" in page.text
    assert "manifest.json is missing" in page.text
    assert len(page.fetched) == 2
    assert not (tmp_path / "layers.png").exists()


def test_manifest_keys_are_optional(tmp_path: Path) -> None:
    sweep = synthetic_sweep()
    page = report(Sweep(sweep.points, sweep.layers, {"workload": "w", "profile": None}), tmp_path)
    assert "Resolved configuration" not in page.text


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


def test_page_without_a_choice_has_no_key_figures(tmp_path: Path, whole: tuple[Path, Page]) -> None:
    page = report(flat_sweep({"1": [0.99], "0.9": [0.9]}), tmp_path)
    assert "No voltage of the sweep below 1 Vmin" in page.text
    assert "Per layer at 0.9 Vmin" in page.text
    assert "lowest voltage within 1 point" not in page.text
    assert "lowest voltage within 1 point 0.8750 Vmin" in whole[1].text


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
    assert main([str(tmp_path), "--max-drop", "much"]) == 2
    assert "--max-drop" in error_of(capsys)
    (tmp_path / "manifest.json").write_text('{"workload": ')
    assert main([str(tmp_path)]) == 2
    assert "manifest.json:1: " in error_of(capsys)


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


DIES = """chip,map,voltage,unit,top1,min_top1,pass,lowest_passing_voltage
0,a.csv,0.9,Vmin,0.97,0.95,1,0.85
0,a.csv,0.85,Vmin,0.96,0.95,1,0.85
1,<b>.csv,0.9,Vmin,0.9,0.95,0,
1,<b>.csv,0.85,Vmin,0.2,0.95,0,
2,c.csv,0.9,Vmin,0.98,0.95,1,0.9
2,c.csv,0.85,Vmin,0.949,0.95,0,0.9
"""


def test_the_report_shows_dies_and_yield(tmp_path: Path) -> None:
    sweep = synthetic_sweep()
    assert "Dies and yield" not in report(sweep, tmp_path / "without").text
    sweep.write(tmp_path / "with")
    (tmp_path / "with/dies.csv").write_text(DIES)
    page = report(sweep, tmp_path / "with")
    assert "at least 95.00 %" in page.text
    tables = [page.rows(table) for table in range(len(page.tables))]
    table = next(rows for rows in tables if "yield" in " ".join(rows[0]))
    assert [row[:4] for row in table[1:]] == [
        ["0.9", "2", "3", "66.7"],
        ["0.85", "1", "3", "33.3"],
    ]
    each = next(rows for rows in tables if rows[0][0] == "die")
    assert each[1] == ["0", "a.csv", "0.85", "97.00", "96.00"]
    assert each[2][1:] == ["<b>.csv", formats.NO_VALUE, "90.00 fail", "20.00 fail"]
    assert each[3][2:] == ["0.9", "98.00", "94.90 fail"]


def test_yield_has_wilsons_interval(tmp_path: Path) -> None:
    path = tmp_path / "dies.csv"
    path.write_text(DIES)
    assert [(row.voltage, row.passing, row.chips) for row in yields(read_dies(path))] == [
        ("0.9", 2, 3),
        ("0.85", 1, 3),
    ]
    # Brown, Cai and DasGupta, "Interval Estimation for a Binomial Proportion", 2001: the ends p
    # solve |share - p| = z sqrt(p (1 - p) / n).
    low, high = VoltageYield("0.9", 7, 10).interval
    for end in (low, high):
        assert abs(0.7 - end) == pytest.approx(1.959964 * (end * (1 - end) / 10) ** 0.5, rel=1e-6)
    assert VoltageYield("0.9", 10, 10).interval[1] == 1
    assert VoltageYield("0.9", 0, 10).interval[0] == 0


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


# Another metric than top-1


def of_auc(sweep: Sweep) -> Sweep:
    """The same sweep of a reconstruction: its shares are ROC AUC, and it has no top-1."""
    for row in sweep.points:
        for end in ("", "_ci_low", "_ci_high"):
            row[f"auc{end}"], row[f"top1{end}"] = row[f"top1{end}"], ""
    return sweep


def test_a_reconstruction_is_drawn_by_its_auc(tmp_path: Path) -> None:
    directory = of_auc(synthetic_sweep()).write(tmp_path / "auc")
    plain = synthetic_sweep().write(tmp_path / "top1")
    assert main([str(directory)]) == main([str(plain)]) == 0
    found = Page((directory / "report.html").read_text(encoding="utf-8"))
    expected = Page((plain / "report.html").read_text(encoding="utf-8"))
    assert found.text.count("ROC AUC") > 5
    assert "top-1" not in found.text and "ROC AUC" not in expected.text
    assert any(alt.startswith("ROC AUC and relative energy") for alt in found.alts)
    numbers = [row[5:7] for row in found.tables[0][1:]]
    assert numbers == [row[5:7] for row in expected.tables[0][1:]]


def test_an_error_alone_is_not_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = of_auc(synthetic_sweep(chips=1))
    for row in sweep.points:
        row["auc"] = ""
    assert main([str(sweep.write(tmp_path))]) == 2
    assert "neither top1 nor auc has values" in capsys.readouterr().err
