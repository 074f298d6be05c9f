"""``brownout weights`` equals what ``placement_oracle`` computes from map file and network."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from brownout_binary import BROWNOUT, ROOT, needs_brownout
from placement_oracle import (
    HEADER,
    LOWEST,
    PROFILE,
    UNIT,
    VOLTAGES,
    Core,
    FaultMap,
    Weights,
    changed_share,
    clean_weights,
    core_of,
    read_back,
    settings,
    write_random_map,
)

WORKLOADS = ("mnist_cnn", "cifar10_resnet8")
ACCELERATORS = ("edge_32x32", "tiny_8x8")
PLACEMENTS = ("resident", "streaming", "restart_per_layer")
ENCODINGS = ("twos_complement", "offset_binary")

pytestmark = needs_brownout


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
        assert_same(found, expected.weights, f"{voltage} {UNIT}")
        share = changed_share(clean, expected.weights)
        assert share > 0.005
        assert report["weights_changed"] == pytest.approx(share, rel=1e-12)
        faulty = int(chip.faulty(voltage).sum())
        assert report["ber"] == pytest.approx(faulty / (core.capacity_kib * 8192), rel=1e-12)
        bits = 8 * sum(weight.size for weight in clean.values())
        effective = sum(expected.wrong) / bits
        assert report["effective_ber"] == pytest.approx(effective, rel=1e-12)


# No dimension of these is a power of two, or a word or a bank is as small or large as allowed.
ODD_CORES: list[dict[str, int]] = [
    {"array_rows": 7, "array_columns": 5},
    {"array_rows": 13, "array_columns": 29, "capacity_kib": 96, "banks": 3, "column_mux": 2},
    {"capacity_kib": 24, "word_bits": 24, "banks": 4, "column_mux": 8},
    {"capacity_kib": 20, "word_bits": 40, "banks": 1, "column_mux": 1},
    {"capacity_kib": 48, "word_bits": 64, "banks": 12, "column_mux": 16, "array_columns": 11},
    {"capacity_kib": 2, "word_bits": 8, "banks": 16},
    {"capacity_kib": 24, "word_bits": 96, "banks": 4, "column_mux": 2},
    {"capacity_kib": 20, "word_bits": 160, "banks": 1, "column_mux": 4, "array_columns": 29},
    {"capacity_kib": 32, "word_bits": 256, "banks": 8, "column_mux": 8},
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
        assert_same(found, expected.weights, placement)
        assert changed_share(clean, expected.weights) > 0.01


def test_placements_and_encodings_differ(random_map: RandomMaps) -> None:
    """Else the comparisons above could not tell one from the other."""
    core = core_of("edge_32x32", {"capacity_kib": 16})
    _, chip = random_map.of(core)
    clean = clean_weights("mnist_cnn")

    def last_layer(placement: str, encoding: str) -> bytes:
        read = read_back(clean, chip, "0.8", core, placement, encoding)
        return read.weights["fc3.weight_quantized"].tobytes()

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
    assert_same(found, expected.weights, "depth 64")
    fetches = np.array([24 * 24 // 64, 8 * 8 // 64, 1, 1, 1])  # output pixels / depth
    sizes = np.array([weight.size for weight in clean.values()])
    effective = fetches @ np.array(expected.wrong) / (8 * fetches @ sizes)
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
        expected = read_back(clean, chip, voltage, core, "resident", "twos_complement").weights
        for options in (["--fault-map", path], same_chip):
            found, _ = simulated("cifar10_resnet8", "edge_32x32", voltage, tmp_path, *options)
            assert_same(found, expected, f"{voltage} {UNIT}, {options[0]}")
        assert (changed_share(clean, expected) > 0) == (voltage != "1.0")


@pytest.mark.parametrize("defects", [False, True], ids=["", "defects"])
def test_weights_of_a_chip_whose_bitlines_have_a_polarity(defects: bool, tmp_path: Path) -> None:
    """All stuck cells of a bitline are stuck alike, and the weights are the oracle's."""
    core, path = core_of("edge_32x32", {}), tmp_path / "chip.csv"
    text = "generator: iid, kind: stuck, stuck_at_0_share: 0.25, polarity: bitline, seed: 5"
    text = f"{text}, cells_per_bitline: 128, interleaved_bitlines: 2"
    if defects:
        text += ", defects: {rate: 0.01, stuck_at_0_share: 0.25, polarity: bitline}"
    brownout(
        *("map", "generate", "--memory", PROFILE, "--out", path, "--generator", f"{{{text}}}"),
        *("--accelerator", ROOT / "configs/accelerators/edge_32x32.yaml"),
    )
    chip = FaultMap.read(path)
    bank, row, column = chip.cells.T
    lines = np.stack([bank, column, row // 256, row % 2])
    stuck_at: dict[tuple[int, ...], set[str]] = {}
    for line, kind in zip(lines.T.tolist(), chip.kind, strict=True):
        stuck_at.setdefault(tuple(line), set()).add(str(kind))
    assert all(len(kinds) == 1 for kinds in stuck_at.values())
    assert len(stuck_at) == core.banks * core.bank_shape[1] * 8  # at 20 % each has faults
    at_0 = np.mean([kinds == {"stuck_at_0"} for kinds in stuck_at.values()])
    assert abs(at_0 - 0.25) < 5 * np.sqrt(0.25 * 0.75 / len(stuck_at))
    clean = clean_weights("cifar10_resnet8")
    for voltage in ("0.85", "0.8"):
        expected = read_back(clean, chip, voltage, core, "resident", "twos_complement").weights
        for options in (["--fault-map", path], [f"--set=memory.chip={{{text}}}"]):
            found, _ = simulated("cifar10_resnet8", "edge_32x32", voltage, tmp_path, *options)
            assert_same(found, expected, f"{voltage} {UNIT}, {options[0]}")
        assert changed_share(clean, expected) > 0
