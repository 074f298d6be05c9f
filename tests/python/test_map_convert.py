"""``brownout map convert`` on files that NumPy wrote, and runs with the result."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from brownout_binary import BROWNOUT, ROOT, needs_brownout

pytestmark = needs_brownout

WORKLOAD = ROOT / "workloads/mnist_cnn.yaml"
BANKS, ROWS, COLUMNS = 8, 1024, 128  # the weight SRAM of this workload's accelerator
MUX = 4
WORD_BITS = COLUMNS // MUX
VOLTAGES = {"0.9": 0.0005, "0.85": 0.004, "0.8": 0.04}


def brownout(*arguments: str | Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        [BROWNOUT, *arguments], capture_output=True, text=True, timeout=300, check=False
    )
    assert result.returncode == status, result.stderr
    return result


def json_of(*arguments: str | Path) -> dict:
    return json.loads(brownout(*arguments, "--format", "json").stdout)


def faults_per_voltage(path: Path, voltages: str) -> list[tuple[float, int, int, int]]:
    """Voltage, flips, stuck at 0 and stuck at 1, as ``map info`` counts them."""
    rows = json_of("map", "info", path, "--voltage", voltages)["voltages"]
    return [(row["voltage"], row["flip"], row["stuck_at_0"], row["stuck_at_1"]) for row in rows]


def effective_run(path: Path, voltage: str, *options: str) -> dict:
    options = ("--images", "20", "--fault-map", str(path), "--voltage", voltage, *options)
    return json_of("run", WORKLOAD, *options)


def random_cells(shape: tuple[int, ...]) -> np.ndarray:
    """Return a weakness per cell: uniform, so cells below p fail with probability p."""
    return np.random.default_rng(7).random(shape)


@pytest.mark.parametrize("kind", ["flip", "stuck_at_0", "stuck_at_1"])
@pytest.mark.parametrize("dtype", ["uint16", "int32", "float16", "float32", "float64"])
def test_an_array_of_numpy(dtype: str, kind: str, tmp_path: Path) -> None:
    weakness = random_cells((BANKS, ROWS, COLUMNS))
    real = np.dtype(dtype).kind == "f"
    vfail = np.full(weakness.shape, np.nan if real else 0, dtype)
    for text, share in sorted(VOLTAGES.items()):
        number = float(text) if real else round(float(text) * 1000)
        vfail[weakness < share] = number
    vfail[0, 0, :3] = np.inf if real else np.iinfo(dtype).max
    np.save(tmp_path / "die.npy", vfail)
    out = tmp_path / "die.csv"
    convert = ["map", "convert", tmp_path / "die.npy", "--unit", "Vmin", "--kind", kind]
    report = json_of(*convert, "--source", "die 7", "--out", out)
    weak = weakness.copy()
    weak[0, 0, :3] = 0
    counts = [int(np.sum(weak < VOLTAGES[text])) for text in VOLTAGES]
    assert (report["faults"], report["defects"]) == (counts[-1], 3)
    place = ["flip", "stuck_at_0", "stuck_at_1"].index(kind)
    assert faults_per_voltage(out, "0.9,0.85,0.8") == [
        (float(text), *np.eye(3, dtype=int)[place] * count)
        for text, count in zip(VOLTAGES, counts, strict=True)
    ]
    if dtype == "float32" and kind == "flip":
        result = effective_run(out, "0.85")
        assert result["images"] == 20
        assert result["ber"] == counts[1] / weak.size
        assert result["effective_ber"] == pytest.approx(result["ber"], rel=0.3)
        assert result["chip_source"] == "die 7"


@pytest.mark.parametrize("dtype", ["bool", "uint8"])
def test_bitmaps_of_a_voltage_each(dtype: str, tmp_path: Path) -> None:
    weakness = random_cells((BANKS, ROWS, COLUMNS))
    for text, share in VOLTAGES.items():
        np.save(tmp_path / f"die_{text}.npy", (weakness < share).astype(dtype))
    out = tmp_path / "die.csv"
    options = ["--unit", "Vmin", "--kind", "stuck_at_1", "--out", out]
    report = json_of("map", "convert", f"{tmp_path}/die_{{V}}.npy", *options)
    assert (report["lowest_measured"], report["nesting_violations"]) == (0.8, 0)
    counts = [int(np.sum(weakness < share)) for share in VOLTAGES.values()]
    assert faults_per_voltage(out, "0.9,0.85,0.8") == [
        (float(text), 0, 0, count) for text, count in zip(VOLTAGES, counts, strict=True)
    ]
    chip = ["--set", "memory.chip.import={unit: Vmin, kind: stuck_at_1}"]
    pattern, one = tmp_path / "die_{V}.npy", f"0.85={tmp_path}/die_0.85.npy"
    assert effective_run(pattern, "0.85", *chip)["ber"] == counts[1] / weakness.size
    assert effective_run(Path(one), "0.85", *chip)["ber"] == counts[1] / weakness.size
    if dtype == "uint8":
        np.save(tmp_path / "die_0.9.npy", np.full(weakness.shape, 2, dtype))
        message = brownout("map", "info", pattern, *options[:4], status=2).stderr
        assert "die_0.9.npy: bank 0, row 0, column 0: 2 is not 0 or 1" in message


def test_dumps_in_every_encoding_are_the_same_map(tmp_path: Path) -> None:
    weakness = random_cells((BANKS * ROWS, COLUMNS))
    size = ["--unit", "V", "--banks", str(BANKS), "--rows", str(ROWS), "--columns", str(COLUMNS)]
    for text, share in VOLTAGES.items():
        rows = np.packbits(weakness >= share, axis=1, bitorder="little")
        (tmp_path / f"raw_{text}.bin").write_bytes(rows.tobytes())
        (tmp_path / f"big_{text}.bin").write_bytes(rows[:, ::-1].tobytes())
        words = [row[::-1].tobytes().hex() for row in rows]
        (tmp_path / f"plain_{text}.txt").write_text("".join(words))
        numbered = [f"@{i:x} {word} // row {i}" for i, word in enumerate(words)]
        (tmp_path / f"mem_{text}.hex").write_text("\n".join(numbered[::-1]))
        (tmp_path / f"c_{text}.h").write_text("".join(f"0x{word}\n" for word in words))
        records = []
        for i, row in enumerate(rows):
            address = i * row.size
            for kind, data in ((4, (address >> 16).to_bytes(2, "big")), (0, row.tobytes())):
                low = 0 if kind == 4 else address & 0xFFFF
                record = bytes([len(data)]) + low.to_bytes(2, "big") + bytes([kind]) + data
                records.append(f":{record.hex()}{-sum(record) & 0xFF:02x}")
        (tmp_path / f"intel_{text}.hex").write_text("\n".join([*records, ":00000001FF"]))
    maps = []
    names = [
        "plain_{V}.txt",
        "mem_{V}.hex",
        "c_{V}.h",
        "intel_{V}.hex",
        "raw_{V}.bin",
        "big_{V}.bin",
    ]
    for name in names:
        out = tmp_path / "map.csv"
        more = ["--byte-order", "big"] if name.startswith("big") else []
        brownout("map", "convert", tmp_path / name, *size, *more, "--source", "s", "--out", out)
        maps.append(out.read_bytes())
    assert maps[0].count(b"stuck_at_0") == int(np.sum(weakness < VOLTAGES["0.8"]))
    assert all(content == maps[0] for content in maps)


def test_a_table_and_a_log_of_a_tester_are_the_same_map(tmp_path: Path) -> None:
    weakness = random_cells((BANKS, ROWS, COLUMNS))
    cells = np.argwhere(weakness < VOLTAGES["0.85"])
    table, log = ["Block;Row;Col;VFAIL [mV];stuck"], ["# begin"]
    for bank, row, column in cells:
        vfail = max(
            float(v) for v, share in VOLTAGES.items() if weakness[bank, row, column] < share
        )
        table.append(f"{bank};{row};{column};{vfail * 1000:.1f};{column % 2}")
        expected = 1 - column % 2
        log.append(
            f"[7] FAIL VDD={vfail:.2f}V B={bank} R={row} C={column} EXP={expected} GOT={column % 2}"
        )
    (tmp_path / "t.csv").write_text("\n".join(table))
    (tmp_path / "log.txt").write_text("\n".join([*log, "done"]))
    size = ["--banks", str(BANKS), "--rows", str(ROWS), "--columns", str(COLUMNS)]
    pattern = "FAIL VDD={voltage}V B={bank} R={row} C={column} EXP={expected} GOT={got}"
    brownout("map", "convert", tmp_path / "t.csv", *size, "--out", tmp_path / "a.csv")
    brownout("map", "convert", tmp_path / "log.txt", *size, "--unit", "V", "--pattern", pattern,
             "--out", tmp_path / "b.csv")  # fmt: skip
    faults = [
        [line for line in path.read_text().splitlines() if not line.startswith("#")]
        for path in (tmp_path / "a.csv", tmp_path / "b.csv")
    ]
    assert faults[0] == faults[1]
    assert len(faults[0]) == len(cells) + 1


def write_pairs(directory: Path, failing: dict[str, np.ndarray], stuck: np.ndarray) -> None:
    """IBM's files, as NumPy writes tables."""
    directory.mkdir()
    for text, cells in failing.items():
        for value in (0, 1):
            path = directory / f"fmap_sa{value}_v_{text}.txt"
            np.savetxt(path, cells & (stuck == value), fmt="%d", delimiter=",")


def test_text_pairs_of_numpy_in_physical_coordinates(tmp_path: Path) -> None:
    weakness = random_cells((BANKS * ROWS, COLUMNS))
    stuck = np.random.default_rng(8).integers(0, 2, weakness.shape)
    failing = {text: weakness < share for text, share in VOLTAGES.items()}
    once = np.argwhere(failing["0.85"])[:5]  # pass at 0.8
    failing["0.8"][tuple(once.T)] = False
    write_pairs(tmp_path / "chip", failing, stuck)
    out = tmp_path / "chip.csv"
    report = json_of("map", "convert", tmp_path / "chip", "--unit", "Vmin", "--out", out)
    assert report["nesting_violations"] == 5
    assert report["voltages"] == "0.9, 0.85, 0.8"
    assert report["lowest_measured"] == 0.8
    assert faults_per_voltage(out, "0.9,0.85,0.8") == [
        (float(text), 0, *(int(np.sum((weakness < share) & (stuck == v))) for v in (0, 1)))
        for text, share in VOLTAGES.items()
    ]
    one_bank = ("--set", "accelerator.weight_sram.banks=1")  # the same cells as one bank
    result = effective_run(out, "0.8", *one_bank)
    assert result["ber"] == np.mean(weakness < VOLTAGES["0.8"])
    below = ["--fault-map", out, "--voltage", "0.79", *one_bank, "--images", "20"]
    message = brownout("run", WORKLOAD, *below, status=2).stderr
    assert "below the lowest measured voltage" in message

    # and back to the same files, wherever the measurement nests
    voltages = ["--voltage", "0.9,0.85"]
    brownout("map", "convert", out, "--to", "ibm", *voltages, "--out", tmp_path / "back")
    for value in (0, 1):
        for text in ("0.9", "0.85"):
            name = f"fmap_sa{value}_v_{text}.txt"
            assert np.array_equal(
                np.loadtxt(tmp_path / "back" / name, delimiter=","),
                np.loadtxt(tmp_path / "chip" / name, delimiter=","),
            )


def test_logical_words_hit_the_weights_that_the_same_physical_cells_hit(tmp_path: Path) -> None:
    """A tester's word addresses, against the formula of docs/fault-maps.md in NumPy."""
    words = BANKS * ROWS * MUX
    weakness = random_cells((words, WORD_BITS))
    np.save(tmp_path / "logical.npy", np.where(weakness < 0.02, 0.85, np.nan))
    address, bit = np.meshgrid(np.arange(words), np.arange(WORD_BITS), indexing="ij")
    word = address // BANKS
    physical = np.full((BANKS, ROWS, COLUMNS), np.nan)
    physical[address % BANKS, word // MUX, bit * MUX + word % MUX] = np.where(
        weakness < 0.02, 0.85, np.nan
    )
    np.save(tmp_path / "physical.npy", physical)
    common = ["--unit", "Vmin", "--kind", "flip", "--source", "die 7"]
    sram = ["--banks", str(BANKS), "--mux", str(MUX), "--word-bits", str(WORD_BITS)]
    for name, options in (("logical", ["--logical", *sram]), ("physical", [])):
        out = tmp_path / f"{name}.csv"
        brownout("map", "convert", tmp_path / f"{name}.npy", *common, *options, "--out", out)
    logical = (tmp_path / "logical.csv").read_bytes()
    assert logical.count(b"\n") > 10_000
    assert logical == (tmp_path / "physical.csv").read_bytes()
    assert effective_run(tmp_path / "logical.csv", "0.85")["effective_ber"] > 0.01


def windows(tmp_path: Path) -> Path:
    """Write a map of 20 banks, of which the SRAM holds 8."""
    weakness = random_cells((20, ROWS, COLUMNS))
    np.save(tmp_path / "large.npy", np.where(weakness < 0.01, 0.85, np.nan))
    out = tmp_path / "large.csv"
    common = ["--unit", "Vmin", "--kind", "flip", "--lowest-measured", "0.8", "--source", "large"]
    brownout("map", "convert", tmp_path / "large.npy", *common, "--out", out)
    return out


def weights_of(path: Path, voltage: str, out: Path, *options: str) -> dict[str, np.ndarray]:
    point = ["--voltage", voltage, "--fault-map", path, *options, "--out", out, "--quiet"]
    brownout("weights", WORKLOAD, *point)
    with np.load(out) as arrays:
        return {name: arrays[name] for name in arrays.files}


def test_offsets_of_a_workload_are_the_chips_that_convert_cuts(tmp_path: Path) -> None:
    large = windows(tmp_path)
    size = f"{BANKS},{ROWS},{COLUMNS}"
    offsets = ["8,0,0", "15,0,0"]  # with tile, the second runs over the end
    sets = [f"memory.chip.offsets=[[{'],['.join(offsets)}]]"]
    sets = ["--set", "memory.chip.fold=tile", "--set", *sets]
    for chip, offset in enumerate(offsets):
        cut = tmp_path / f"chip{chip}.csv"
        brownout("map", "convert", large, "--tile", size, "--offset", offset, "--out", cut)
        converted = weights_of(cut, "0.85", tmp_path / "a.npz")
        placed = weights_of(large, "0.85", tmp_path / "b.npz", *sets, "--chip", str(chip))
        assert converted.keys() == placed.keys()
        assert all(np.array_equal(converted[name], placed[name]) for name in converted)
    assert (
        "tiled from 20 banks" in effective_run(large, "0.85", *sets, "--chip", "1")["chip_source"]
    )
    grid = ["--voltage", "0.85", "--images", "2", "--cosim", "none", "--quiet"]
    brownout("sweep", WORKLOAD, "--fault-map", large, *sets, *grid, "--out", tmp_path / "sweep")
    points = (tmp_path / "sweep/points.csv").read_text().splitlines()
    assert [line.split(",")[2] for line in points[1:]] == ["0", "1"]


def test_a_map_is_put_onto_the_sram_only_when_asked_to(tmp_path: Path) -> None:
    large = windows(tmp_path)
    point = ["run", WORKLOAD, "--images", "2", "--voltage", "0.85", "--fault-map", large]
    message = brownout(*point, status=2).stderr
    assert "large.csv: the map is of 20 banks" in message
    assert "memory.chip.fold" in message
    crop = [*point, "--set", "memory.chip.fold=crop"]
    brownout(*crop)
    message = brownout(*crop, "--set", "memory.chip.offsets=[[13,0,0]]", status=2).stderr
    assert "large.csv: 8 banks x 1024 rows x 128 columns at bank 13" in message


def test_a_shifted_map_is_labelled_and_ends_where_it_was_measured(tmp_path: Path) -> None:
    large = windows(tmp_path)
    options = ["--set", "memory.chip.fold=crop", "--set", "memory.chip.shift=0.1"]
    shifted = effective_run(large, "0.95", *options)
    plain = effective_run(large, "0.85", *options[:2])
    assert shifted["chip_source"].endswith("; shifted by +0.1 Vmin")
    assert shifted["effective_ber"] == plain["effective_ber"] > 0.005
    assert effective_run(large, "0.96", *options)["effective_ber"] == 0
    below = ["--images", "2", "--voltage", "0.89", "--fault-map", large, *options]
    message = brownout("run", WORKLOAD, *below, status=2).stderr
    assert "0.89 Vmin is below the lowest measured voltage, 0.9 Vmin" in message


def test_a_run_reads_every_format_that_convert_reads(tmp_path: Path) -> None:
    """The same die as array and as text pairs: by ``--fault-map``, a pattern, and as CSV."""
    weakness = random_cells((BANKS * ROWS, COLUMNS))
    stuck = np.random.default_rng(8).integers(0, 2, weakness.shape)
    failing = {text: weakness < share for text, share in VOLTAGES.items()}
    one_bank = ("--set", "accelerator.weight_sram.banks=1")
    (tmp_path / "dies").mkdir()
    write_pairs(tmp_path / "dies/die0", failing, stuck)
    unit = ["--set", "memory.chip.import={unit: Vmin, source: die 7}"]
    brownout("map", "convert", tmp_path / "dies/die0", "--unit", "Vmin", "--source", "die 7",
             "--out", tmp_path / "die0.csv")  # fmt: skip
    expected = weights_of(tmp_path / "die0.csv", "0.85", tmp_path / "a.npz", *one_bank)
    for name in ("dies/die0", "dies/*"):
        found = weights_of(tmp_path / name, "0.85", tmp_path / "b.npz", *one_bank, *unit)
        assert all(np.array_equal(expected[key], found[key]) for key in expected)

    vfail = np.full((BANKS, ROWS, COLUMNS), np.nan)
    for text, cells in failing.items():  # falling
        vfail.reshape(cells.shape)[cells & np.isnan(vfail).reshape(cells.shape)] = float(text)
    np.save(tmp_path / "die1.npy", vfail)
    options = "{unit: Vmin, kind: flip, lowest_measured: 0.8}"
    array = ["--set", f"memory.chip.import={options}"]
    assert effective_run(tmp_path / "die1.npy", "0.85", *array)["ber"] == np.mean(failing["0.85"])
    says = "memory.chip.import.unit, memory.chip.import.kind: required for a map in the format npy"
    words = ["run", WORKLOAD, "--fault-map", tmp_path / "die1.npy", "--images", "2"]
    assert says in brownout(*words, status=2).stderr
    fits = [
        brownout("map", "fit", tmp_path / name, "--generator", "gaussian_vmin", *more).stdout
        for name, more in (("die0.csv", []), ("dies/die0", ["--unit", "Vmin"]))
    ]
    assert fits[0].split("gaussian_vmin", 1)[1] == fits[1].split("gaussian_vmin", 1)[1]


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.zeros((4, 8), ">u2"), "big endian"),
        (np.asfortranarray(np.zeros((4, 8), "uint16")), "fortran_order is True"),
        (np.zeros(8, "uint16"), "shape (8)"),
        (np.zeros((4, 8), "int64"), "uint16, int32, float16, float32 or float64"),
        (np.zeros((4, 8), "uint8"), "a bitmap of one voltage: name it with its voltage, 0.85="),
        (np.zeros((4, 8), bool), "the files of all voltages as 'map_{V}.npy'"),
        (np.full((4, 8), 850.0), "bank 0, row 0, column 0: 850 is not 0..100"),
        (np.zeros((4, 8), [("vfail", "<f4")]), "a structured array"),
    ],
)
def test_arrays_that_are_refused(array: np.ndarray, says: str, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", array)
    options = ["--unit", "V", "--kind", "flip", "--out", tmp_path / "a.csv"]
    result = brownout("map", "convert", tmp_path / "a.npy", *options, status=2)
    assert says in result.stderr
    assert "a.npy: " in result.stderr
    assert result.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.npy"]
