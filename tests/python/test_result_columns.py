"""The columns that a sweep writes are those that `run` prints and that the report reads."""

import csv
from pathlib import Path

import pytest

from brownout_binary import needs_brownout
from brownout_tools.reporting import metric, results
from brownout_tools.reporting.page import html_page
from brownout_tools.reporting.sweep_report import draw, gather
from commands import WORKLOAD, json_of, means, rows_of, sweep
from reporting_data.synthetic_sweep import synthetic_sweep

pytestmark = needs_brownout

KEY = ["voltage", "unit", "chip"]


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("columns") / "out"
    sweep(out)
    return out


def header(file: Path) -> list[str]:
    with file.open(newline="") as lines:
        return next(csv.reader(lines))


def test_the_layers_of_a_run_are_those_of_its_rows(swept: Path) -> None:
    run = json_of("run", WORKLOAD, "--voltage", "0.8", "--chip", "2", "--images", "30")
    rows = rows_of((swept / "layers.csv").read_text())
    rows = [row for row in rows if (row["voltage"], row["chip"]) == ("0.8", "2")]
    for row, layer in zip(rows, run["layers"], strict=True):
        assert [*KEY, *layer] == list(row)
        for name, value in layer.items():
            # What a layer without weights has none of is 0 in the file.
            assert means(row[name], 0 if value is None else value), name
            assert (value is None) <= (layer["weights"] is None)


def test_the_report_reads_columns_that_are_written(swept: Path) -> None:
    points, layers = header(swept / "points.csv"), header(swept / "layers.csv")
    named = results.POINT_SHARES + results.POINT_NUMBERS + results.POINT_SHARES_OF_ENERGY
    named += [*metric.TOP1.columns, *metric.AUC.columns, results.ASKED, *KEY]
    assert set(named) <= set(points)
    assert {*results.LAYER_NUMBERS, *results.LAYER_MEASURES, *KEY} <= set(layers)
    content = gather(swept, None)
    pictures = {picture.name: picture for picture in draw(content)}
    assert "data:image" in html_page(content, pictures)  # its tables read no others


def test_the_sweep_that_tests_make_up_has_columns_that_are_written(swept: Path) -> None:
    made_up = synthetic_sweep()
    points = set(made_up.points[0]) - {"later_column"}  # that an older report must leave alone
    assert points <= set(header(swept / "points.csv"))
    assert set(made_up.layers[0]) <= set(header(swept / "layers.csv"))
