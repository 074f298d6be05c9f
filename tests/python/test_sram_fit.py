"""``brownout_tools.studies.sram_fit``: the laws behind memory prices, from runs that follow one."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from brownout_tools.studies import sram_fit

EXPONENTS = (0.6, -0.5, -0.02, 0.03, 0.04)


def run_of(kib: float, bits: int, noise: float = 1.0) -> dict[str, str]:
    s, w = np.log2(kib / 16), np.log2(bits / 32)
    terms = np.array([s, w, s * s, s * w, w * w])
    joules = 5e-14 * 2 ** float(np.dot(EXPONENTS, terms)) * noise
    return {
        **{"tech_um": "0.022", "cell": "itrs-lstp", "temp_K": "350"},
        **{"size_bytes": str(int(kib * 1024)), "width_bits": str(bits)},
        **{"read_nJ": repr(1e9 * joules * bits), "write_nJ": repr(2e9 * joules * bits)},
        **{"leak_mW": repr(kib * 6e-4), "gateleak_mW": repr(kib * 1e-4)},
        "height_x_width_mm": f"{kib * 0.002!r} x 0.5",
    }


GRID = [(kib, bits) for kib in (2, 16, 128, 1024) for bits in (8, 32, 64, 256)]


def test_runs_that_follow_a_law_give_it_back() -> None:
    rows = [run_of(kib, bits) for kib, bits in GRID]
    read, write, leakage, area = (sram_fit.fit(rows, q) for q in sram_fit.QUANTITIES)
    assert read.reference == pytest.approx(5e-14)
    assert read.exponents == pytest.approx(EXPONENTS)
    assert write.reference == pytest.approx(1e-13)
    assert leakage.reference == pytest.approx(7e-7)
    assert area.reference == pytest.approx(1e-3)
    for law in (leakage, area):
        assert law.exponents == pytest.approx(0)
    for law in (read, write, leakage, area):
        assert law.errors.max() < 1e-3  # of rounded coefficients


def test_the_errors_are_those_of_the_runs() -> None:
    rows = [run_of(kib, bits) for kib, bits in GRID]
    rows[5] = run_of(*GRID[5], noise=1.5)
    law = sram_fit.fit(rows, sram_fit.QUANTITIES[0])
    s = np.log2([kib / 16 for kib, _ in GRID])
    w = np.log2([bits / 32 for _, bits in GRID])
    c = law.exponents
    fitted = c[0] * s + c[1] * w + c[2] * s * s + c[3] * s * w + c[4] * w * w
    per_bit = np.array([float(row["read_nJ"]) * 1e-9 / float(row["width_bits"]) for row in rows])
    assert law.errors == pytest.approx(np.abs(law.reference * 2**fitted / per_bit - 1), rel=1e-9)
    assert law.errors.argmax() == 5


def test_runs_of_one_width_tell_nothing_of_widths() -> None:
    rows = [run_of(kib, 64) for kib in (2, 4, 8, 16, 32, 64, 128)]
    law = sram_fit.fit(rows, sram_fit.QUANTITIES[0])
    assert list(law.exponents[[1, 3, 4]]) == [0, 0, 0]
    assert law.errors.max() < 1e-3


def test_the_command_prints_a_section_for_each_technology(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "runs.csv"
    rows = [run_of(kib, bits) for kib, bits in GRID]
    rows += [run_of(kib, 64) | {"temp_K": "300"} for kib in (2, 4)]  # too few
    with file.open("w", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    sram_fit.main([str(file)])
    printed = capsys.readouterr().out
    assert "# 0.022 um, itrs-lstp, 350 K: 16 runs" in printed and "300 K" not in printed
    assert re.search(r"read: {joules_per_bit: 5e-14, size: 0.6, width: -0.5, .*}", printed)
    assert "# 0.0 % median, 0.0 % worst" in printed
