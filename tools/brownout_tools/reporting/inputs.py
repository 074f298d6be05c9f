"""Reading text files: every error names file, line and column."""

import argparse
import csv
import math
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

MILLIONTHS = 1_000_000


class InputError(Exception):
    """Bad input, explained in one line; the command ends with status 2."""


class Parser(argparse.ArgumentParser):
    """A command line whose mistakes are one-line errors like those in files."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage."""
        raise InputError(message)


def read_text(path: Path) -> str:
    """Return a file's text (UTF-8)."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not a UTF-8 text file") from None


def to_millionths(text: str) -> int | None:
    """Return a decimal voltage in millionths of its unit, or None if it is not a finite number."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return round(value * MILLIONTHS) if value.is_finite() else None


@dataclass(frozen=True)
class CsvTable:
    """A CSV file as columns of text, with the line of every row for error messages."""

    path: Path
    columns: dict[str, list[str]]
    lines: list[int]

    def __len__(self) -> int:
        return len(self.lines)

    def error(self, row: int, column: str, message: str) -> InputError:
        """Return the error for one field."""
        return InputError(f"{self.path}:{self.lines[row]}: {column}: {message}")

    def numbers(
        self, column: str, high: float = math.inf, *, low: float = 0, may_be_empty: bool = False
    ) -> NDArray[np.float64]:
        """Return a column of finite numbers in low..high; an empty field is NaN if allowed."""
        values = np.empty(len(self))
        for row, text in enumerate(self.columns[column]):
            if may_be_empty and not text.strip():
                values[row] = math.nan
                continue
            try:
                values[row] = float(text)
            except ValueError:
                raise self.error(row, column, f"'{text}' is not a number") from None
            if not (math.isfinite(values[row]) and low <= values[row] <= high):
                limit = f"{low:g} or more" if math.isinf(high) else f"in {low:g}..{high:g}"
                raise self.error(row, column, f"{text} is not {limit}")
        return values

    def voltages(self, column: str) -> NDArray[np.int64]:
        """Return a column of voltages in millionths of their unit."""
        values = np.empty(len(self), dtype=np.int64)
        for row, text in enumerate(self.columns[column]):
            millionths = to_millionths(text)
            if millionths is None or millionths < 0:
                raise self.error(row, column, f"'{text}' is not a voltage")
            values[row] = millionths
        return values

    def one_value(self, column: str) -> str:
        """Return the text that a column has in all rows."""
        first = self.columns[column][0]
        for row, text in enumerate(self.columns[column]):
            if text != first:
                raise self.error(row, column, f"'{text}' differs from '{first}' above")
        return first


def read_csv(
    path: Path, required: list[str], *, comment: str | None = None, may_be_bare: bool = False
) -> CsvTable:
    """Read a CSV file with a header line that has the required columns.

    Lines that start with ``comment`` are left out. A file without rows is an error unless it
    ``may_be_bare``.
    """
    text = read_text(path).splitlines()
    numbered = [n for n, line in enumerate(text, 1) if not (comment and line.startswith(comment))]
    reader = csv.reader((text[n - 1] for n in numbered), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        check_header(f"{path}:{numbered[0] if numbered else 1}", header, required)
        rows: list[list[str]] = []
        lines: list[int] = []
        for row in reader:
            line = numbered[reader.line_num - 1]
            if row and len(row) != len(header):
                raise InputError(f"{path}:{line}: {len(row)} fields, the header has {len(header)}")
            if row:
                rows.append(row)
                lines.append(line)
    except csv.Error as error:
        raise InputError(f"{path}:{numbered[reader.line_num - 1]}: {error}") from None
    if not rows and not may_be_bare:
        raise InputError(f"{path}: no rows below the header")
    columns = {name: [row[i] for row in rows] for i, name in enumerate(header)}
    return CsvTable(path, columns, lines)


def check_header(place: str, header: list[str], required: list[str]) -> None:
    """Refuse an empty header, a missing column and a column that stands there twice."""
    if not header:
        raise InputError(f"{place}: empty file")
    missing = [name for name in required if name not in header]
    if missing:
        raise InputError(f"{place}: missing column {', '.join(missing)}")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise InputError(f"{place}: column {', '.join(twice)} stands there twice")
