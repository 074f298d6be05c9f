"""``brownout weights`` equals a few lines of NumPy that walk map file -> cell -> word -> weight.

The oracle is written from the text of the design alone and shares no code with the simulator: it
reads fault map CSV files itself, compares voltages as exact decimals, and places the weights of a
network in the weight SRAM itself.
"""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper

from brownout_binary import BROWNOUT, ROOT, needs_brownout

PROFILE = ROOT / "configs/memories/sram_14nm.yaml"
UNIT, LOWEST = "Vmin", "0.75"  # of that profile

WORKLOADS = ("mnist_cnn", "cifar10_resnet8")
ACCELERATORS = ("edge_32x32", "tiny_8x8")
PLACEMENTS = ("resident", "streaming", "restart_per_layer")
ENCODINGS = ("twos_complement", "offset_binary")
KINDS = ("stuck_at_0", "stuck_at_1", "flip")
HEADER = ("banks", "rows", "columns")
VOLTAGES = ("1.0", "0.9", "0.85", "0.800001", "0.8", "0.799999", "0.75")

pytestmark = needs_brownout

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
    def lanes(self) -> int:
        return self.word_bits // 8

    @property
    def words(self) -> int:
        return self.capacity_kib * 1024 * 8 // self.word_bits

    @property
    def bank_shape(self) -> tuple[int, int]:
        """Physical rows and columns (bitlines) of a bank."""
        return self.words // self.banks // self.column_mux, self.word_bits * self.column_mux


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
    shapes: list[tuple[int, int]], core: Core, placement: str
) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Word address and lane of each weight (n, k) of each layer."""
    found, free = [], 0
    for n, k in shapes:
        word, lane = np.zeros((2, n, k), dtype=np.intp)
        if placement == "restart_per_layer":
            free = 0
        for columns, rows in tiles(n, k, core):
            words_of_row = -(-len(columns) // core.lanes)
            size = len(rows) * words_of_row
            if placement != "resident" and free + size > core.words:
                free = 0
            column = np.arange(len(columns))[:, None]
            cut = np.s_[columns.start : columns.stop, rows.start : rows.stop]
            word[cut] = free + np.arange(len(rows)) * words_of_row + column // core.lanes
            lane[cut] = column % core.lanes
            free += size
        found.append((word, lane))
    return found


def cells_of(
    word: NDArray[np.intp], lane: NDArray[np.intp], core: Core
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Bank, row and column of the eight cells of each weight, lowest bit first."""
    bank, in_bank = word % core.banks, word // core.banks
    bit = lane[..., None] * 8 + np.arange(8)
    column = bit * core.column_mux + (in_bank % core.column_mux)[..., None]
    row = in_bank // core.column_mux
    return np.broadcast_arrays(bank[..., None], row[..., None], column)


def read_back(
    clean: Weights, chip: FaultMap, voltage: str, core: Core, placement: str, encoding: str
) -> Weights:
    """The weights as the array reads them."""
    masks = chip.masks(voltage, core)
    shapes = [(len(w), w[0].size) for w in clean.values()]
    offset = np.uint8(0x80 if encoding == "offset_binary" else 0)  # q + 128 inverts the top bit
    faulty = {}
    for (name, weight), place in zip(
        clean.items(), addresses(shapes, core, placement), strict=True
    ):
        cells = cells_of(*place, core)
        stored = weight.reshape(len(weight), -1, 1).view(np.uint8) ^ offset
        bits = np.unpackbits(stored, axis=-1, bitorder="little").astype(bool)
        bits &= ~masks["stuck_at_0"][cells]
        bits |= masks["stuck_at_1"][cells]
        bits ^= masks["flip"][cells]
        read = np.packbits(bits, axis=-1, bitorder="little") ^ offset
        faulty[name] = read.view(np.int8).reshape(weight.shape)
    return faulty


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
    tensors = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
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


@pytest.fixture(scope="module")
def random_map(tmp_path_factory: pytest.TempPathFactory) -> "RandomMaps":
    return RandomMaps(tmp_path_factory.mktemp("maps"))


class RandomMaps:
    """One random map for each geometry, written and read once."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.known: dict[tuple[int, ...], tuple[Path, FaultMap]] = {}

    def of(self, core: Core) -> tuple[Path, FaultMap]:
        key = (core.banks, *core.bank_shape)
        if key not in self.known:
            path = self.directory / f"{'x'.join(map(str, key))}.csv"
            share = min(0.15, 60_000 / (core.capacity_kib * 8192))
            write_random_map(path, core, share, seed=len(self.known))
            self.known[key] = (path, FaultMap.read(path))
        return self.known[key]


# ---------------------------------------------------------------------------- the simulator


def brownout(*arguments: object) -> str:
    """Run the simulator, which must succeed; its standard output."""
    command = [str(BROWNOUT), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def simulated(
    workload: str, accelerator: str, voltage: str, directory: Path, *options: object
) -> tuple[Weights, dict[str, float]]:
    """What ``weights`` writes and prints at a voltage."""
    path = directory / f"{voltage}.npz"
    output = brownout(
        "weights",
        ROOT / f"workloads/{workload}.yaml",
        *("--accelerator", ROOT / f"configs/accelerators/{accelerator}.yaml"),
        *("--voltage", voltage, "--out", path, "--format", "json", "--quiet"),
        *options,
    )
    with np.load(path, allow_pickle=False) as archive:
        return dict(archive), json.loads(output)


def assert_same(found: Weights, expected: Weights, point: str) -> None:
    """Names, types, shapes and every value; the message counts what differs."""
    assert set(found) == set(expected), point
    wrong = {}
    for name, weight in expected.items():
        assert (found[name].dtype, found[name].shape) == (weight.dtype, weight.shape), name
        if different := int((found[name] != weight).sum()):
            wrong[name] = f"{different} of {weight.size}"
    assert not wrong, f"{point}: weights that differ: {wrong}"


def changed_share(clean: Weights, faulty: Weights) -> float:
    """Share of the weights whose value is not the network's."""
    different = sum(int((faulty[name] != weight).sum()) for name, weight in clean.items())
    return different / sum(weight.size for weight in clean.values())


def wrong_bits(clean: Weights, faulty: Weights) -> list[int]:
    """Bits that differ from the written ones, layer by layer. Both encodings have the same ones."""
    return [
        int(np.unpackbits(weight.view(np.uint8) ^ faulty[name].view(np.uint8)).sum())
        for name, weight in clean.items()
    ]


# ---------------------------------------------------------------------------- tests


def capacity(workload: str, accelerator: str, placement: str) -> dict[str, int]:
    """Small where weights stream, so that the ring wraps; large enough where they stay."""
    if placement != "resident":
        return {"capacity_kib": 16}
    if (workload, accelerator) == ("cifar10_resnet8", "tiny_8x8"):
        return {"capacity_kib": 128}
    return {}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("placement", PLACEMENTS)
@pytest.mark.parametrize("accelerator", ACCELERATORS)
@pytest.mark.parametrize("workload", WORKLOADS)
def test_weights_of_a_random_map(
    workload: str,
    accelerator: str,
    placement: str,
    encoding: str,
    random_map: RandomMaps,
    tmp_path: Path,
) -> None:
    changes = capacity(workload, accelerator, placement)
    core = core_of(accelerator, changes)
    path, chip = random_map.of(core)
    clean = clean_weights(workload)
    options = [*settings(changes), f"--set=accelerator.placement={placement}"]
    options += [f"--set=memory.encoding={encoding}", "--fault-map", path]
    for voltage in VOLTAGES:
        found, report = simulated(workload, accelerator, voltage, tmp_path, *options)
        expected = read_back(clean, chip, voltage, core, placement, encoding)
        assert_same(found, expected, f"{voltage} {UNIT}")
        share = changed_share(clean, expected)
        assert share > 0.005
        assert report["weights_changed"] == pytest.approx(share, rel=1e-12)
        faulty = int(chip.faulty(voltage).sum())
        assert report["ber"] == pytest.approx(faulty / (core.capacity_kib * 8192), rel=1e-12)
        bits = 8 * sum(weight.size for weight in clean.values())
        effective = sum(wrong_bits(clean, expected)) / bits
        assert report["effective_ber"] == pytest.approx(effective, rel=1e-12)


# No dimension of these is a power of two, or a word or a bank is as small or large as allowed.
ODD_CORES: list[dict[str, int]] = [
    {"array_rows": 7, "array_columns": 5},
    {"array_rows": 13, "array_columns": 29, "capacity_kib": 96, "banks": 3, "column_mux": 2},
    {"capacity_kib": 24, "word_bits": 24, "banks": 4, "column_mux": 8},
    {"capacity_kib": 20, "word_bits": 40, "banks": 1, "column_mux": 1},
    {"capacity_kib": 48, "word_bits": 64, "banks": 12, "column_mux": 16, "array_columns": 11},
    {"capacity_kib": 2, "word_bits": 8, "banks": 16},
]


@pytest.mark.parametrize("workload", WORKLOADS)
@pytest.mark.parametrize("changes", ODD_CORES, ids=range(len(ODD_CORES)))
def test_weights_on_odd_geometries(
    workload: str, changes: dict[str, int], random_map: RandomMaps, tmp_path: Path
) -> None:
    core = core_of("edge_32x32", changes)
    path, chip = random_map.of(core)
    clean = clean_weights(workload)
    for placement in ("streaming", "restart_per_layer"):
        options = [*settings(changes), f"--set=accelerator.placement={placement}"]
        found, _ = simulated(workload, "edge_32x32", "0.8", tmp_path, "--fault-map", path, *options)
        expected = read_back(clean, chip, "0.8", core, placement, "twos_complement")
        assert_same(found, expected, placement)
        assert changed_share(clean, expected) > 0.01


def test_placements_and_encodings_differ(random_map: RandomMaps) -> None:
    """Else the comparisons above could not tell one from the other."""
    core = core_of("edge_32x32", {"capacity_kib": 16})
    _, chip = random_map.of(core)
    clean = clean_weights("mnist_cnn")

    def last_layer(placement: str, encoding: str) -> bytes:
        weights = read_back(clean, chip, "0.8", core, placement, encoding)
        return weights["fc3.weight_quantized"].tobytes()

    points = [(p, e) for p in ("streaming", "restart_per_layer") for e in ENCODINGS]
    assert len({last_layer(*point) for point in points}) == len(points)


def test_refetched_tiles_keep_their_address(random_map: RandomMaps, tmp_path: Path) -> None:
    """A shallow accumulator fetches tiles again: the same weights, and each fetch counts."""
    core = core_of("edge_32x32", {"capacity_kib": 16})
    path, chip = random_map.of(core)
    clean = clean_weights("mnist_cnn")
    options = [*settings({"capacity_kib": 16}), "--set=accelerator.placement=streaming"]
    options += ["--set=accelerator.accumulator.depth=64", "--fault-map", path]
    found, report = simulated("mnist_cnn", "edge_32x32", "0.8", tmp_path, *options)
    expected = read_back(clean, chip, "0.8", core, "streaming", "twos_complement")
    assert_same(found, expected, "depth 64")
    fetches = np.array([24 * 24 // 64, 8 * 8 // 64, 1, 1, 1])  # output pixels / depth
    sizes = np.array([weight.size for weight in clean.values()])
    effective = fetches @ wrong_bits(clean, expected) / (8 * fetches @ sizes)
    assert report["effective_ber"] == pytest.approx(effective, rel=1e-12)


@pytest.mark.parametrize("kind", ["flip", "stuck"])
def test_weights_of_a_generated_map(kind: str, tmp_path: Path) -> None:
    """The file of ``map generate`` and the generated chip itself both give the oracle's weights."""
    core, path = core_of("edge_32x32", {}), tmp_path / "chip.csv"
    generator = ["--seed", 11, "--chip", 3]
    brownout(
        *("map", "generate", "--memory", PROFILE, "--out", path, "--kind", kind, *generator),
        *("--accelerator", ROOT / "configs/accelerators/edge_32x32.yaml"),
        *(["--stuck-at-0-share", 0.25] if kind == "stuck" else []),
    )
    chip = FaultMap.read(path)
    assert [int(chip.header[key]) for key in HEADER] == [core.banks, *core.bank_shape]
    assert (chip.header["unit"], chip.header["lowest_measured"]) == (UNIT, LOWEST)
    assert len(np.unique(chip.cells, axis=0)) == len(chip.cells)
    if kind == "stuck":
        assert abs((chip.kind == "stuck_at_0").mean() - 0.25) < 0.005
    same_chip = [*generator, f"--set=memory.chip.kind={kind}"]
    same_chip += ["--set=memory.chip.stuck_at_0_share=0.25"] if kind == "stuck" else []
    clean = clean_weights("cifar10_resnet8")
    for voltage in ("1.0", "0.9", "0.85", "0.8", "0.75"):
        expected = read_back(clean, chip, voltage, core, "resident", "twos_complement")
        for options in (["--fault-map", path], same_chip):
            found, _ = simulated("cifar10_resnet8", "edge_32x32", voltage, tmp_path, *options)
            assert_same(found, expected, f"{voltage} {UNIT}, {options[0]}")
        assert (changed_share(clean, expected) > 0) == (voltage != "1.0")
