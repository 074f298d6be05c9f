"""A few lines of NumPy that walk map file -> cell -> word -> weight, for tests to compare with.

The oracle is written from the text of the design alone and shares no code with the simulator: it
reads fault map CSV files itself, compares voltages as exact decimals, and places the weights of a
network in the weight SRAM itself.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from brownout_binary import ROOT

PROFILE = ROOT / "configs/memories/sram_14nm.yaml"
UNIT, LOWEST = "Vmin", "0.75"  # of that profile
KINDS = ("stuck_at_0", "stuck_at_1", "flip")
HEADER = ("banks", "rows", "columns")
VOLTAGES = ("1.0", "0.9", "0.85", "0.800001", "0.8", "0.799999", "0.75")

Weights = dict[str, NDArray[np.int8]]


# ---------------------------------------------------------------------------- the oracle


@dataclass(frozen=True)
class Core:
    """What decides where a weight lies: the array's shape and the geometry of the weight SRAM."""

    array_rows: int
    array_columns: int
    capacity_kib: int
    banks: int
    word_bits: int
    column_mux: int

    @property
    def words(self) -> int:
        return self.capacity_kib * 1024 * 8 // self.word_bits

    @property
    def bank_shape(self) -> tuple[int, int]:
        """Physical rows and columns (bitlines) of a bank."""
        return self.words // self.banks // self.column_mux, self.word_bits * self.column_mux


@dataclass(frozen=True)
class Readback:
    """The weights as the array reads them, and the wrong bits of each layer."""

    weights: Weights
    wrong: list[int]


@dataclass(frozen=True)
class FaultMap:
    """A map file: its header, and the fields of its records."""

    header: dict[str, str]
    cells: NDArray[np.intp]  # (records, 3): bank, row, column
    vfail: list[Decimal]
    kind: NDArray[np.str_]

    @classmethod
    def read(cls, path: Path) -> "FaultMap":
        lines = path.read_text().splitlines()
        header = dict(re.findall(r"^# *(\w+): *(.*)$", "\n".join(lines), re.MULTILINE))
        names, *records = [line.split(",") for line in lines if line and line[0] != "#"]
        assert names == ["bank", "row", "column", "vfail", "kind"]
        banks, rows, columns, vfail, kind = zip(*records, strict=True)
        cells = np.array([banks, rows, columns], dtype=np.intp).T
        return cls(header, cells, [Decimal(v) for v in vfail], np.array(kind))

    def faulty(self, voltage: str) -> NDArray[np.bool_]:
        """The records that fail: V <= vfail."""
        operating_point = Decimal(voltage)
        return np.array([operating_point <= vfail for vfail in self.vfail])

    def masks(self, voltage: str, core: Core) -> dict[str, NDArray[np.bool_]]:
        """The cells (bank, row, column) of each kind that fail at a voltage."""
        faulty = self.faulty(voltage)
        masks = {}
        for kind in KINDS:
            masks[kind] = np.zeros((core.banks, *core.bank_shape), dtype=bool)
            masks[kind][tuple(self.cells[faulty & (self.kind == kind)].T)] = True
        return masks


def tiles(n: int, k: int, core: Core) -> Iterator[tuple[range, range]]:
    """Columns and rows of a layer's tiles: n-tiles outside, k-tiles inside."""
    for n0 in range(0, n, core.array_columns):
        for k0 in range(0, k, core.array_rows):
            yield (
                range(n0, min(n, n0 + core.array_columns)),
                range(k0, min(k, k0 + core.array_rows)),
            )


def addresses(
    shapes: list[tuple[int, int]],
    widths: list[int],
    core: Core,
    placement: str,
    flags_of_column: int = 0,
) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Word address and lane of each weight (n, k) of each layer.

    ``flags_of_column``: flags of each column of a tile, in words of their own behind its rows.
    """
    found, free = [], 0
    for (n, k), bits in zip(shapes, widths, strict=True):
        lanes = core.word_bits // bits
        word, lane = np.zeros((2, n, k), dtype=np.intp)
        if placement == "restart_per_layer":
            free = 0
        for columns, rows in tiles(n, k, core):
            words_of_row = -(-len(columns) // lanes)
            flag_words = -(-len(columns) * flags_of_column // core.word_bits)
            size = len(rows) * words_of_row + flag_words
            if placement != "resident" and free + size > core.words:
                free = 0
            column = np.arange(len(columns))[:, None]
            cut = np.s_[columns.start : columns.stop, rows.start : rows.stop]
            word[cut] = free + np.arange(len(rows)) * words_of_row + column // lanes
            lane[cut] = column % lanes
            free += size
        found.append((word, lane))
    return found


def cells_of(
    word: NDArray[np.intp], lane: NDArray[np.intp], bits: int, core: Core
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Bank, row and column of the cells of each weight, lowest bit first."""
    bank, in_bank = word % core.banks, word // core.banks
    bit = lane[..., None] * bits + np.arange(bits)
    column = bit * core.column_mux + (in_bank % core.column_mux)[..., None]
    row = in_bank // core.column_mux
    return np.broadcast_arrays(bank[..., None], row[..., None], column)


def decoder(encoding: str, bits: int) -> NDArray[np.int8]:
    """The value of every code of a width."""
    if bits == 1:
        return np.array([1, -1] if encoding in ("twos_complement", "sign_magnitude") else [-1, 1])
    code = np.arange(1 << bits)
    half = 1 << (bits - 1)
    if encoding == "twos_complement":
        return np.where(code < half, code, code - 2 * half).astype(np.int8)
    if encoding == "sign_magnitude":
        return np.where(code < half, code, half - code).astype(np.int8)
    if encoding == "gray":
        code = np.array([list(code ^ code >> 1).index(c) for c in code])
    return (code - half).astype(np.int8)


def codes_of(weight: NDArray[np.int8], decoded: NDArray[np.int8]) -> NDArray[np.int64]:
    """Code of each weight; of the two zeros of sign and magnitude the first."""
    values, codes = np.unique(decoded, return_index=True)
    return codes[np.searchsorted(values, weight)]


def read_back(
    clean: Weights,
    chip: FaultMap,
    voltage: str,
    core: Core,
    placement: str,
    encoding: str,
    widths: list[int] | None = None,
) -> Readback:
    """What the array reads; ``widths`` are the bits of the layers' weights, else 8."""
    masks = chip.masks(voltage, core)
    widths = widths or [8] * len(clean)
    shapes = [(len(w), w[0].size) for w in clean.values()]
    places = addresses(shapes, widths, core, placement)
    weights, wrong = {}, []
    for (name, weight), bits, place in zip(clean.items(), widths, places, strict=True):
        cells = cells_of(*place, bits, core)
        decoded = decoder(encoding, bits)
        codes = codes_of(weight.reshape(len(weight), -1), decoded)
        stored = (codes[..., None] >> np.arange(bits) & 1).astype(bool)
        read = stored & ~masks["stuck_at_0"][cells] | masks["stuck_at_1"][cells]
        read ^= masks["flip"][cells]
        weights[name] = decoded[read @ (1 << np.arange(bits))].reshape(weight.shape)
        wrong.append(int((read != stored).sum()))
    return Readback(weights, wrong)


# ---------------------------------------------------------------------------- inputs


def core_of(accelerator: str, changes: Mapping[str, int]) -> Core:
    """The geometry in an accelerator file; ``changes`` are fields of ``Core``."""
    text = (ROOT / f"configs/accelerators/{accelerator}.yaml").read_text()

    def section(name: str) -> dict[str, int]:
        body = re.search(rf"^  {name}: *{{(.*?)}}", text, re.MULTILINE)
        assert body, f"{accelerator}: no {name}"
        return {key: int(value) for key, value in re.findall(r"(\w+): *(\d+)", body[1])}

    array = {f"array_{key}": value for key, value in section("array").items()}
    return Core(**(array | section("weight_sram") | changes))


def settings(changes: Mapping[str, int]) -> list[str]:
    """The ``--set`` options that make the same changes as in ``core_of``."""
    keys = {"array_rows": "array.rows", "array_columns": "array.columns"}
    return [
        f"--set=accelerator.{keys.get(name, f'weight_sram.{name}')}={value}"
        for name, value in changes.items()
    ]


def clean_weights(workload: str) -> Weights:
    """Weight tensors of a network under their names, in the order of its layers."""
    graph = onnx.load(ROOT / f"workloads/{workload}/network.onnx").graph
    tensors = {t.name: numpy_helper.to_array(t).astype(np.int8) for t in graph.initializer}
    layers = [node.name for node in graph.node if node.op_type in ("Conv", "Gemm")]
    return {f"{layer}.weight_quantized": tensors[f"{layer}.weight_quantized"] for layer in layers}


def write_random_map(path: Path, core: Core, share: float, seed: int) -> None:
    """Scatter faults of all kinds over a share of the cells; many fail just at a test voltage."""
    rng = np.random.default_rng(seed)
    shape = (core.banks, *core.bank_shape)
    size = core.capacity_kib * 1024 * 8
    assert np.prod(shape) == size
    chosen = np.sort(rng.choice(size, int(share * size), replace=False))
    special = np.array(["inf", *VOLTAGES])
    drawn = rng.integers(700_000, 1_000_000, len(chosen))
    with path.open("w") as file:
        file.write("".join(f"# {k}: {v}\n" for k, v in zip(HEADER, shape, strict=True)))
        file.write(f"# unit: {UNIT}\n# lowest_measured: {LOWEST}\n# source: random cells\n")
        file.write("bank,row,column,vfail,kind\n")
        for i, cell in enumerate(zip(*np.unravel_index(chosen, shape), strict=True)):
            vfail = special[i % len(special)] if i % 3 == 0 else f"{drawn[i] / 1e6:.6f}"
            file.write(",".join(map(str, cell)) + f",{vfail},{KINDS[rng.integers(3)]}\n")


def changed_share(clean: Weights, faulty: Weights) -> float:
    """Share of the weights whose value is not the network's."""
    different = sum(int((faulty[name] != weight).sum()) for name, weight in clean.items())
    return different / sum(weight.size for weight in clean.values())
