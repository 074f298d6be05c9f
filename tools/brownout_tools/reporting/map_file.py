"""Fault map CSV files: ``# key: value`` header lines, then bank,row,column,vfail,kind[,p]."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brownout_tools.reporting.inputs import CsvTable, InputError, read_csv, read_text, to_millionths

KINDS = ["stuck_at_0", "stuck_at_1", "flip"]
ALWAYS = np.iinfo(np.int64).max  # vfail of a manufacturing defect: it fails at every voltage
HEADER_LINE = re.compile(r"#\s*([A-Za-z_]+)\s*:\s*(.*)")


@dataclass(frozen=True)
class FaultMap:
    """One chip's failing cells, a record each; voltages in millionths of ``unit``.

    ``kind`` indexes KINDS; ``p`` is the probability that the cell fails in an inference.
    ``lowest_measured`` is None if the file does not say it.
    """

    path: Path
    banks: int
    rows: int
    columns: int
    unit: str
    lowest_measured: int | None
    source: str
    bank: NDArray[np.int64]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    vfail: NDArray[np.int64]
    kind: NDArray[np.int64]
    p: NDArray[np.float64]

    def fails_at(self, millionths: int) -> NDArray[np.bool_]:
        """Return which records fail at a voltage: those with V <= vfail."""
        if self.lowest_measured is not None and millionths < self.lowest_measured:
            raise InputError(
                f"{self.path}: {millionths / 1e6:g} {self.unit} is below lowest_measured "
                f"{self.lowest_measured / 1e6:g} {self.unit}"
            )
        return millionths <= self.vfail


def read_fault_map(path: Path) -> FaultMap:
    """Read a fault map and check it against its geometry."""
    header = read_header(path)
    geometry = {key: header_integer(path, header, key) for key in ("banks", "rows", "columns")}
    table = read_csv(
        path, ["bank", "row", "column", "vfail", "kind"], comment="#", may_be_bare=True
    )
    places = {
        name: whole_numbers(table, name, geometry[f"{name}s"]) for name in ("bank", "row", "column")
    }
    refuse_repeated_cells(table, places, geometry)
    lowest = header.get("lowest_measured", "")
    lowest_measured = to_millionths(lowest) if lowest else None
    if lowest and lowest_measured is None:
        raise InputError(f"{path}: lowest_measured: '{lowest}' is not a voltage")
    return FaultMap(
        path,
        **geometry,
        unit=header.get("unit", ""),
        lowest_measured=lowest_measured,
        source=header.get("source", ""),
        **places,
        vfail=fail_voltages(table),
        kind=kinds(table),
        p=table.numbers("p", 1) if "p" in table.columns else np.ones(len(table)),
    )


def read_header(path: Path) -> dict[str, str]:
    """Return the keys and values of the lines that start with #."""
    lines = [line for line in read_text(path).splitlines() if line.startswith("#")]
    found = [match for line in lines if (match := HEADER_LINE.fullmatch(line.rstrip()))]
    return {match[1]: match[2] for match in found}


def header_integer(path: Path, header: dict[str, str], key: str) -> int:
    """Return a size from the header, 1 or more."""
    if key not in header:
        raise InputError(f"{path}: header line '# {key}: ...' is missing")
    if not re.fullmatch(r"[0-9]{1,12}", header[key]) or int(header[key]) == 0:
        raise InputError(f"{path}: {key}: '{header[key]}' is not a positive integer")
    return int(header[key])


def whole_numbers(table: CsvTable, name: str, size: int) -> NDArray[np.int64]:
    """Return a column of integers in 0..size-1."""
    values = np.empty(len(table), dtype=np.int64)
    for i, text in enumerate(table.columns[name]):
        if not re.fullmatch(r"[0-9]{1,12}", text.strip()) or int(text) >= size:
            raise table.error(i, name, f"'{text}' is not in 0..{size - 1}")
        values[i] = int(text)
    return values


def refuse_repeated_cells(
    table: CsvTable, places: dict[str, NDArray[np.int64]], geometry: dict[str, int]
) -> None:
    """Refuse a map that names a cell twice."""
    cell = (places["bank"] * geometry["rows"] + places["row"]) * geometry["columns"]
    _, first = np.unique(cell + places["column"], return_index=True)
    if len(first) < len(table):
        again = sorted(set(range(len(table))) - set(first.tolist()))[0]
        raise table.error(again, "column", "this cell stands there twice")


def fail_voltages(table: CsvTable) -> NDArray[np.int64]:
    """Return vfail in millionths; ``inf`` becomes ALWAYS."""
    values = np.empty(len(table), dtype=np.int64)
    for i, text in enumerate(table.columns["vfail"]):
        millionths = ALWAYS if text.strip() == "inf" else to_millionths(text)
        if millionths is None or millionths < 0:
            raise table.error(i, "vfail", f"'{text}' is not a voltage")
        values[i] = millionths
    return values


def kinds(table: CsvTable) -> NDArray[np.int64]:
    """Return the kinds as indices into KINDS."""
    for i, text in enumerate(table.columns["kind"]):
        if text.strip() not in KINDS:
            raise table.error(i, "kind", f"'{text}' is not one of {', '.join(KINDS)}")
    return np.array([KINDS.index(text.strip()) for text in table.columns["kind"]], dtype=np.int64)
