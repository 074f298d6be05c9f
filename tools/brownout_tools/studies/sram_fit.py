"""Fit the section ``sram`` of an energy table to runs of CACTI or of a memory compiler.

A run is a row of a CSV file: technology, cell, temperature, size and width of a bank, joules of a
read and a write, leakage, and the bank's height and width. Of one technology and cell, each
quantity (per bit, per KiB) is a reference times two to the power of a polynomial of second order:
in s, how often the size doubles 16 KiB, and w, how often the word doubles 32 bits. Least squares
of the logarithms; the errors printed are those of the coefficients as they are printed.
"""

import argparse
import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

REFERENCE_KIB, REFERENCE_BITS = 16.0, 32.0
TERMS = ("size", "width", "size_size", "size_width", "width_width")

Row = dict[str, str]


@dataclass(frozen=True)
class Quantity:
    """What a law is fitted to: its keys in the energy table, and a run's value."""

    law: str
    unit: str
    value: Callable[[Row], float]


def kib(row: Row) -> float:
    """The size of the bank."""
    return float(row["size_bytes"]) / 1024


def leakage(row: Row) -> float:
    """Watts of the bank, through channels and gates."""
    return 1e-3 * (float(row["leak_mW"]) + float(row["gateleak_mW"]))


def area(row: Row) -> float:
    """The bank's area in square millimetres."""
    height, width = row["height_x_width_mm"].split(" x ")
    return float(height) * float(width)


QUANTITIES = (
    Quantity("read", "joules_per_bit", lambda r: 1e-9 * float(r["read_nJ"]) / bits(r)),
    Quantity("write", "joules_per_bit", lambda r: 1e-9 * float(r["write_nJ"]) / bits(r)),
    Quantity("leakage", "watts_per_kib", lambda r: leakage(r) / kib(r)),
    Quantity("area", "mm2_per_kib", lambda r: area(r) / kib(r)),
)


def bits(row: Row) -> float:
    """The width of a word."""
    return float(row["width_bits"])


@dataclass(frozen=True)
class Law:
    """A fitted quantity, with its coefficients rounded as they are printed."""

    quantity: Quantity
    reference: float
    exponents: NDArray[np.float64]  # in the order of TERMS
    errors: NDArray[np.float64]  # relative, a run each

    def text(self) -> str:
        """A line of the energy table, and what it misses the runs by."""
        terms = ", ".join(f"{t}: {e:g}" for t, e in zip(TERMS, self.exponents, strict=True))
        median, worst = 100 * np.median(self.errors), 100 * self.errors.max()
        return (
            f"    {self.quantity.law}: {{{self.quantity.unit}: {self.reference:.4g}, {terms}}}"
            f"   # {median:.1f} % median, {worst:.1f} % worst"
        )


def terms_of(rows: Sequence[Row]) -> NDArray[np.float64]:
    """A column a term, a row a run."""
    s = np.log2([kib(row) / REFERENCE_KIB for row in rows])
    w = np.log2([bits(row) / REFERENCE_BITS for row in rows])
    return np.stack([s, w, s * s, s * w, w * w], axis=1)


def fit(rows: Sequence[Row], quantity: Quantity) -> Law:
    """Fit one quantity; runs of one width alone tell nothing of widths."""
    values = np.array([quantity.value(row) for row in rows])
    terms = terms_of(rows)
    used = np.ones(len(TERMS), bool)
    if len({bits(row) for row in rows}) == 1:
        used = np.array(["width" not in term for term in TERMS])
    design = np.column_stack([np.ones(len(rows)), terms[:, used]])
    solution = np.linalg.lstsq(design, np.log2(values), rcond=None)[0]
    exponents = np.zeros(len(TERMS))
    exponents[used] = np.round(solution[1:], 4) + 0.0  # no -0
    reference = float(f"{2 ** solution[0]:.4g}")
    fitted = reference * 2 ** (terms @ exponents)
    return Law(quantity, reference, exponents, np.abs(fitted / values - 1))


def section(rows: Sequence[Row]) -> str:
    """The laws of all quantities as YAML."""
    sizes, widths = [kib(row) for row in rows], [bits(row) for row in rows]
    lines = [
        f"    bank_kib: {{smallest: {min(sizes):g}, largest: {max(sizes):g}}}",
        f"    word_bits: {{narrowest: {min(widths):g}, widest: {max(widths):g}}}",
        *(fit(rows, quantity).text() for quantity in QUANTITIES),
    ]
    return "\n".join(lines)


def groups(rows: Sequence[Row]) -> dict[tuple[str, str, str], list[Row]]:
    """The runs of each technology, cell and temperature."""
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row["tech_um"], row["cell"], row["temp_K"]), []).append(row)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a section for each technology, cell and temperature with enough runs."""
    parser = argparse.ArgumentParser(prog="python -m brownout_tools.studies.sram_fit")
    parser.add_argument("runs", type=Path, metavar="RUNS.csv")
    with parser.parse_args(arguments).runs.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for (technology, cell, kelvin), runs in groups(rows).items():
        if len(runs) <= len(TERMS):
            continue
        print(f"  # {technology} um, {cell}, {kelvin} K: {len(runs)} runs")
        print(section(runs))


if __name__ == "__main__":
    main()
