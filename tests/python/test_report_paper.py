"""Pictures and tables for papers: their width, their fonts, their LaTeX."""

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from brownout_tools.reporting import tex
from brownout_tools.reporting.column import Column
from brownout_tools.reporting.command import main
from reporting_data.synthetic_sweep import of_rates, synthetic_sweep

PICTURES = {"accuracy_energy": "inference", "energy_accuracy": "inference", "dies": "yield (%)"} | {
    "layers": "inference"
}  # with a text on each
POINTS_A_MM = 72 / 25.4
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("paper")
    source = synthetic_sweep(chips=3).write(directory / "in")
    formats = ["--format", "pdf,svg,tex", "--width", "85mm"]
    assert main([str(source), "--out", str(directory / "out"), *formats]) == 0
    return directory / "out"


def test_only_what_is_asked_for_stands_beside_the_page(made: Path) -> None:
    pictures = {f"{name}.{kind}" for name in PICTURES for kind in ("pdf", "svg")}
    expected = pictures | {"report.html", "voltages.tex", "layers.tex"}
    assert {path.name for path in made.iterdir()} == expected


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_have_the_width_and_text(made: Path, name: str) -> None:
    root = ElementTree.parse(made / f"{name}.svg").getroot()
    assert float(root.get("width", "").removesuffix("pt")) == pytest.approx(85 * POINTS_A_MM)
    assert any(PICTURES[name] in (text.text or "") for text in root.iter(f"{SVG}text"))
    pdf = (made / f"{name}.pdf").read_bytes()
    box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ", pdf)
    assert box and float(box[1]) == pytest.approx(85 * POINTS_A_MM)
    assert b"/Type3" not in pdf and b"/FontFile2" in pdf  # embedded TrueType
    assert b"CreationDate" not in pdf


def test_tables_are_those_of_the_page_without_its_wide_columns(made: Path) -> None:
    table = (made / "voltages.tex").read_text(encoding="utf-8")
    rows = [line for line in table.splitlines() if line.endswith(r"\\")]
    head, units, *body = [[cell.strip() for cell in row[:-2].split("&")] for row in rows]
    assert (head[0], units[0]) == ("voltage", "(Vmin)")
    assert (head[3], units[3]) == ("top-1", r"(\%)")
    assert [row[0] for row in body] == [
        *("1.0000", "0.9583", "0.9167", "0.8750", "0.8333", "0.7917"),
    ]
    assert all(len(row) == len(head) <= 8 for row in body)
    assert r" $\pm$ " in body[-1][3]
    assert table.count(r"\toprule") == table.count(r"\bottomrule") == 1
    assert "stage3.conv2" in (made / "layers.tex").read_text(encoding="utf-8")


def test_every_text_is_escaped() -> None:
    columns = [Column[str]("50 %", "µJ", "", str, True, core=True), Column[str]("no", "", "", str)]
    table = tex.table(columns, ["a_b & {c} #1 \\x ~ ^ $", "-"], "<i>", "t")
    assert r"a\_b \& \{c\} \#1 \textbackslash{}x \textasciitilde{} \textasciicircum{} \$" in table
    assert r"(\textmu{}J)" in table and r"50 \%" in table and r"\textless{}i" in table
    assert "no" not in table and "    -- \\\\" in table


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--format", "png,gif"], "--format: 'gif' is not one of png, svg, pdf, tex"),
        (["--width", "85cm"], "--width: '85cm' is not a width of 40 to 500 mm, such as 85mm"),
        (["--width", "8"], "--width: '8' is not a width"),
    ],
)
def test_bad_formats_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    assert main([str(of_rates(synthetic_sweep(chips=1)).write(tmp_path)), *words]) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "report.html").exists()
