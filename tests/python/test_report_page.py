"""The page, its pictures and its tables show what the files of a sweep say."""

import re
from pathlib import Path
from statistics import mean, stdev

import pytest

from brownout_tools.reporting import plot_axis, plot_points, style
from brownout_tools.reporting.choice import Choice
from brownout_tools.reporting.command import main
from brownout_tools.reporting.sweep_report import gather
from reporting_data.report_page import Page, report
from reporting_data.synthetic_sweep import (
    MANIFEST,
    Sweep,
    flat_sweep,
    of_auc,
    of_rates,
    synthetic_sweep,
)

PICTURES = ["accuracy_energy", "energy_accuracy", "dies", "layers"]
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Page]:
    """The untouched synthetic sweep and its report, at another voltage for the layers."""
    directory = tmp_path_factory.mktemp("whole")
    return directory, report(synthetic_sweep(), directory, "--layers-at", "0.79170")


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
    assert not re.search(r"url\(|@import", re.sub(r"<script.*?</script>", "", html, flags=re.S))
    assert not {"link", "iframe", "object"} & set(page.tags)
    assert "default-src 'none'" in html


def test_pictures_are_described(whole: tuple[Path, Page]) -> None:
    page = whole[1]
    assert len(page.alts) == len(PICTURES)
    assert "0.8333 Vmin: top-1" in page.alts[0]
    assert "Most energy: stage1.conv1; most cycles: stage3.conv2." in page.alts[3]


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
        spread = f" ± {stdev(top1):.2f}" if stdev(top1) >= 0.005 else ""
        shown = dict(zip(head, row, strict=True))
        assert shown["top-1 %"] == f"{mean(top1):.2f}{spread}"
        assert shown["lowest top-1 %"] == f"{min(top1):.2f}"
        assert shown["highest top-1 %"] == f"{max(top1):.2f}"
        assert shown["passing"].endswith(" of 10")
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
    (cycles_head, *cycles), (energy_head, *energy) = layer_tables(page)
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
    assert layer_tables(page)[0][1][:2] == ["<b>conv1&$\\x$", "<i>conv"]


def test_layers_may_be_missing(tmp_path: Path) -> None:
    sweep = synthetic_sweep()
    page = report(Sweep(sweep.points, [], sweep.manifest), tmp_path)
    assert "layers.csv is missing" in page.text
    assert len(page.fetched) == 3
    assert not (tmp_path / "layers.png").exists()


def test_manifest_keys_but_the_criterion_are_optional(tmp_path: Path) -> None:
    sweep = synthetic_sweep()
    manifest = {"workload": "w", "profile": None, "criterion": sweep.manifest["criterion"]}
    page = report(Sweep(sweep.points, sweep.layers, manifest), tmp_path)
    assert "Resolved configuration" not in page.text


def test_page_without_a_choice_has_no_key_figures(tmp_path: Path, whole: tuple[Path, Page]) -> None:
    sweep = flat_sweep({"1": [0.99, 0.9], "0.9": [0.9, 0.9]})
    page = report(sweep, tmp_path)
    assert "At no voltage of the sweep all 2 chips" in page.text
    assert "Per layer at 0.9 Vmin" in page.text
    assert "all chips pass down to" not in page.text
    assert "all chips pass down to 0.9167 Vmin" in whole[1].text


def test_values_do_not_part_from_their_units(whole: tuple[Path, Page]) -> None:
    html = (whole[0] / "report.html").read_text(encoding="utf-8")
    headline = re.search(r'<p class="headline">(.*?)</p>', html)
    assert headline
    assert not re.search(r"\d (%|Vmin|points?)(?!\w)|\d ±|± \d", headline[1])
    assert "0.9167\N{NO-BREAK SPACE}Vmin" in headline[1]


def test_a_sweep_over_rates_is_drawn_over_their_logarithm(tmp_path: Path) -> None:
    page = report(of_rates(synthetic_sweep()), tmp_path)
    head, *rows = page.rows(0)
    asked = head.index("BER asked %")
    assert rows[0][asked] == "-"
    assert [row[asked] for row in rows[1:]] == [row[head.index("BER %")] for row in rows[1:]]
    assert "Accuracy and energy against bit error rate." in page.text
    assert "Accuracy and energy against voltage." not in page.text
    choice = chosen_of(of_rates(synthetic_sweep()), tmp_path / "again")
    summaries = plot_axis.drawn(choice.summaries)
    assert len(summaries) == len(choice.summaries) - 1  # a rate of 0 has no logarithm
    assert plot_axis.positions(summaries) == [100 * s["ber"].mean for s in summaries]
    with style.settings():
        figure = style.new_figure(7.2, 6.2)
        upper, lower = figure.subplots(2, 1, sharex=True)
        plot_axis.set_up(upper, lower, summaries, "Vmin")
    assert upper.get_xscale() == lower.get_xscale() == "log"
    figure.canvas.draw()
    labels = [label.get_text() for axes in figure.axes for label in axes.get_xticklabels()]
    labels += [label.get_text() for label in upper.child_axes[0].get_xticklabels(which="both")]
    assert "1" in labels and "0.9583" in labels
    assert not [label for label in labels if "math" in label]


def test_pictures_have_no_ticks_above_100_percent_nor_names_of_what_is_absent(
    tmp_path: Path,
) -> None:
    def drawn(top1: dict[str, list[float]]) -> tuple[list[float], float, list[str]]:
        choice = chosen_of(flat_sweep(top1), tmp_path)
        with style.settings():
            axes = style.new_figure(7, 5).subplots()
            plot_points.draw_accuracy(axes, choice.summaries, choice)
        legend = [text.get_text() for text in axes.get_legend().get_texts()]
        return list(axes.get_yticks()), axes.get_ylim()[1], legend

    ticks, top, legend = drawn({"1": [1.0]})
    assert max(ticks) == pytest.approx(100) and top < 101
    assert legend == ["the chip", "without faults", "to pass: 1 point below"]
    legend = drawn({"1": [1.0, 1.0], "0.9": [0.9, 1.0]})[2]
    assert {"lowest to highest", "one chip", "mean of chips"} < set(legend)


def test_labels_of_many_digits_keep_apart() -> None:
    voltages = ["0.876967", "0.883986", "0.9", "0.95", "1"]
    places = [float(text) for text in voltages]
    wide = style.new_figure(7.2, 4.6)
    kept = style.spaced(places, style.label_gap(voltages, wide))
    assert 0 in kept and 1 not in kept
    assert len(style.spaced(places, style.label_gap([""], wide))) > len(kept)
    with style.paper(85):
        narrow = style.label_gap(voltages, style.new_figure(7.2, 4.6))
    assert narrow > style.label_gap(voltages, wide)


def test_a_reconstruction_is_drawn_by_its_auc(tmp_path: Path) -> None:
    directory = of_auc(synthetic_sweep()).write(tmp_path / "auc")
    plain = synthetic_sweep().write(tmp_path / "top1")
    assert main([str(directory)]) == main([str(plain)]) == 0
    found = Page((directory / "report.html").read_text(encoding="utf-8"))
    expected = Page((plain / "report.html").read_text(encoding="utf-8"))
    assert found.text.count("ROC AUC") > 5
    assert "top-1" not in found.text and "ROC AUC" not in expected.text
    assert any(alt.startswith("ROC AUC and relative energy") for alt in found.alts)
    lowest = page_column(found, "lowest ROC AUC %")
    assert lowest == page_column(expected, "lowest top-1 %")


def layer_tables(page: Page) -> tuple[list[list[str]], list[list[str]]]:
    """Return the tables whose rows are layers: cycles and energy."""
    tables = [page.rows(table) for table in range(len(page.tables))]
    cycles, energy = (table for table in tables if table[0][0] == "layer")
    return cycles, energy


def page_column(page: Page, title: str) -> list[str]:
    head, *rows = page.rows(0)
    return [row[head.index(title)] for row in rows]


def chosen_of(sweep: Sweep, directory: Path) -> Choice:
    return gather(sweep.write(directory), None).choice


def test_headings_do_not_break_names_in_two(whole: tuple[Path, Page]) -> None:
    html = (whole[0] / "report.html").read_text(encoding="utf-8")
    for name in ("top-1", "95 %"):
        assert f'<span class="name">{name}</span>' in html
