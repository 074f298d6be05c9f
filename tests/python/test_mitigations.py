"""Weights behind mitigations equal a few lines of NumPy; ``points.csv`` tells what they did."""

import csv
import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from brownout_binary import BROWNOUT, ROOT, needs_brownout
from placement_oracle import (
    HEADER,
    LOWEST,
    UNIT,
    Core,
    FaultMap,
    Weights,
    addresses,
    cells_of,
    clean_weights,
    codes_of,
    core_of,
    decoder,
    tiles,
)

pytestmark = needs_brownout

WORKLOAD = "mnist_cnn"
VOLTAGE = "0.85"
CHECKS = {"parity": 1, "secded": 7, "bch_dec": 12}  # check bits of a word of 32


def brownout(*arguments: object) -> str:
    """Run the simulator, which must succeed; its standard output."""
    command = [str(BROWNOUT), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def scattered(
    path: Path,
    core: Core,
    checks: int,
    share: float,
    kinds: list[str],
    spares: tuple[int, int] = (0, 0),
) -> FaultMap:
    """Write a map over words widened by check bits, with rows and columns to spare.

    All its cells fail at VOLTAGE.
    """
    rng = np.random.default_rng(7)
    rows, columns = core.bank_shape
    shape = (core.banks, rows + spares[0], columns + checks * core.column_mux + spares[1])
    size = int(np.prod(shape))
    chosen = np.sort(rng.choice(size, int(share * size), replace=False))
    with path.open("w") as file:
        file.write("".join(f"# {k}: {v}\n" for k, v in zip(HEADER, shape, strict=True)))
        file.write(f"# unit: {UNIT}\n# lowest_measured: {LOWEST}\n# source: random cells\n")
        file.write("bank,row,column,vfail,kind\n")
        for cell in zip(*np.unravel_index(chosen, shape), strict=True):
            file.write(",".join(map(str, cell)) + f",0.9,{kinds[rng.integers(len(kinds))]}\n")
    return FaultMap.read(path)


def masks(chip: FaultMap) -> dict[str, NDArray[np.bool_]]:
    """The failing cells of each kind over the geometry that the map has."""
    shape = tuple(int(chip.header[name]) for name in HEADER)
    found = {}
    for kind in ("stuck_at_0", "stuck_at_1", "flip"):
        found[kind] = np.zeros(shape, dtype=bool)
        found[kind][tuple(chip.cells[chip.kind == kind].T)] = True
    return found


def written(placement: str, core: Core, mitigation: str, map_file: Path, out: Path) -> Weights:
    """What ``brownout weights`` writes."""
    brownout(
        *("weights", ROOT / f"workloads/{WORKLOAD}.yaml", "--voltage", VOLTAGE, "--out", out),
        *("--accelerator", ROOT / "configs/accelerators/edge_32x32.yaml"),
        f"--set=accelerator.weight_sram.capacity_kib={core.capacity_kib}",
        f"--set=accelerator.placement={placement}",
        *("--fault-map", map_file, "--mitigate", mitigation, "--quiet"),
    )
    with np.load(out, allow_pickle=False) as archive:
        return dict(archive)


def places(
    core: Core, placement: str, flags_of_column: int = 0
) -> dict[str, tuple[NDArray, NDArray]]:
    """Word address and lane of each weight of each layer."""
    clean = clean_weights(WORKLOAD)
    shapes = [(len(w), w[0].size) for w in clean.values()]
    found = addresses(shapes, [8] * len(clean), core, placement, flags_of_column)
    return dict(zip(clean, found, strict=True))


@pytest.mark.parametrize("placement", ["resident", "streaming"])
def test_faq_gives_each_weight_the_nearest_value_of_its_cells(
    placement: str, tmp_path: Path
) -> None:
    core = core_of("edge_32x32", {"capacity_kib": 64 if placement == "resident" else 16})
    chip = scattered(tmp_path / "map.csv", core, 0, 0.04, ["stuck_at_0", "stuck_at_1"])
    found = written(placement, core, "faq", tmp_path / "map.csv", tmp_path / "w.npz")
    cells = masks(chip)
    value = decoder("twos_complement", 8).astype(int)
    bit = 1 << np.arange(8)
    changed = 0
    for name, clean in clean_weights(WORKLOAD).items():
        place = places(core, placement)[name]
        at = cells_of(*place, 8, core)
        at_0, at_1 = cells["stuck_at_0"][at] @ bit, cells["stuck_at_1"][at] @ bit
        wanted = clean.reshape(len(clean), -1).astype(int)
        codes = np.arange(256)
        readable = ((codes & at_0[..., None]) == 0) & ((codes & at_1[..., None]) == at_1[..., None])
        # Nearest, then the smaller magnitude, then the positive one.
        rank = 512 * abs(value - wanted[..., None]) + 2 * abs(value) + (value < 0)
        nearest = value[np.where(readable, rank, 1 << 30).argmin(-1)]
        assert (found[name].reshape(nearest.shape) == nearest).all(), name
        changed += int((nearest != wanted).sum())
    assert changed > 1000


@pytest.mark.parametrize("placement", ["resident", "streaming"])
def test_each_word_is_rotated_to_where_its_cells_hurt_least(placement: str, tmp_path: Path) -> None:
    core = core_of("edge_32x32", {"capacity_kib": 64 if placement == "resident" else 16})
    flags = 5
    chip = scattered(tmp_path / "map.csv", core, flags, 0.04, ["stuck_at_0", "stuck_at_1", "flip"])
    found = written(
        placement, core, "rotate: {flags: failing}", tmp_path / "map.csv", tmp_path / "w.npz"
    )
    cells = masks(chip)
    value = decoder("twos_complement", 8).astype(int)
    changed = 0
    for name, clean in clean_weights(WORKLOAD).items():
        word, lane = places(core, placement)[name]
        wanted = clean.reshape(len(clean), -1).astype(int)
        # Weights of one tile row that share a word, as (words, lanes); -1 where there is none.
        keys = np.stack([np.broadcast_to(word, wanted.shape), np.indices(wanted.shape)[1]], -1)
        if placement == "streaming":  # a word serves several tiles: 32 columns and 32 rows each
            tile = np.indices(wanted.shape)[0] // 32
            keys = np.concatenate([keys, tile[..., None]], -1)
        unique, of_word = np.unique(keys.reshape(-1, keys.shape[-1]), axis=0, return_inverse=True)
        members = np.full((len(unique), 4), -1)
        members[of_word.ravel(), np.broadcast_to(lane, wanted.shape).ravel()] = np.arange(
            wanted.size
        )
        read = best_rotation(unique[:, 0], members, wanted.ravel(), cells, core, flags, value)
        assert (found[name].ravel() == read).all(), name
        changed += int((read != wanted.ravel()).sum())
    assert changed > 100


def best_rotation(
    words: NDArray[np.int_],
    members: NDArray[np.int_],
    wanted: NDArray[np.int_],
    cells: dict[str, NDArray[np.bool_]],
    core: Core,
    flags: int,
    value: NDArray[np.int_],
) -> NDArray[np.int_]:
    """Every weight as it reads of its word's best rotation, of equals the lowest."""
    width = core.word_bits
    held = members >= 0
    of_lane = np.where(held, wanted[members], 0) & 255
    data = (of_lane[..., None] >> np.arange(8) & 1).reshape(len(words), width).astype(bool)
    in_bank = words[:, None] // core.banks
    cell = np.broadcast_arrays(
        words[:, None] % core.banks,
        in_bank // core.column_mux,
        np.arange(width + flags) * core.column_mux + in_bank % core.column_mux,
    )
    rows = np.arange(len(words))[:, None]
    best_error = np.full(len(words), 1 << 30)
    best = np.zeros_like(of_lane)
    for rotation in range(width):
        flag = np.broadcast_to(rotation >> np.arange(flags) & 1, (len(words), flags)) == 1
        stored = np.concatenate([np.roll(data, rotation, axis=1), flag], axis=1)
        got = (stored & ~cells["stuck_at_0"][cell] | cells["stuck_at_1"][cell]) ^ cells["flip"][
            cell
        ]
        told = got[:, width:] @ (1 << np.arange(flags)) % width
        back = got[rows, (np.arange(width) + told[:, None]) % width]
        weights = value[back.reshape(len(words), -1, 8) @ (1 << np.arange(8))]
        error = np.where(held, abs(weights - value[of_lane]), 0).sum(1)
        better = error < best_error
        best_error[better], best[better] = error[better], weights[better]
    read = wanted.copy()
    read[members[held]] = best[held]
    return read


@pytest.mark.parametrize("placement", ["resident", "streaming"])
@pytest.mark.parametrize(("sign", "slices"), [(True, False), (False, True), (True, True)])
def test_columns_and_slices_stand_as_their_cells_hurt_least(
    sign: bool, slices: bool, placement: str, tmp_path: Path
) -> None:
    core = core_of("edge_32x32", {"capacity_kib": 64 if placement == "resident" else 16})
    chip = scattered(tmp_path / "map.csv", core, 0, 0.04, ["stuck_at_0", "stuck_at_1"])
    mitigation = "faq" + ", sign_flip: {per: column}" * sign + ", bit_flip: {per: slice}" * slices
    found = written(placement, core, mitigation, tmp_path / "map.csv", tmp_path / "w.npz")
    cells = masks(chip)
    bit = 1 << np.arange(8)
    changed = 0
    where = places(core, placement, sign + 8 * slices)
    for name, clean in clean_weights(WORKLOAD).items():
        at = cells_of(*where[name], 8, core)
        at_0, at_1 = cells["stuck_at_0"][at] @ bit, cells["stuck_at_1"][at] @ bit
        wanted = clean.reshape(len(clean), -1).astype(int)
        read = wanted.copy()
        for columns, rows in tiles(*wanted.shape, core):
            for n in columns:
                cut = np.s_[n, rows.start : rows.stop]
                read[cut] = best_column(wanted[cut], at_0[cut], at_1[cut], sign, slices)
        assert (found[name].reshape(read.shape) == read).all(), name
        changed += int((read != wanted).sum())
    assert changed > 500


def best_column(
    wanted: NDArray[np.int_],
    at_0: NDArray[np.int_],
    at_1: NDArray[np.int_],
    sign: bool,
    slices: bool,
) -> NDArray[np.int_]:
    """The weights of a column of a tile as they read of its best sign and slices.

    With each sign slices are inverted, from the top bit down and again, where that helps.
    """
    value = decoder("twos_complement", 8).astype(int)
    codes = np.arange(256)

    def read(negated: bool, inverted: int) -> NDArray[np.int_]:
        target = np.minimum(-wanted, 127) if negated else wanted
        zeros = (at_0 & ~inverted | at_1 & inverted)[:, None]
        ones = (at_1 & ~inverted | at_0 & inverted)[:, None]
        readable = ((codes & zeros) == 0) & ((codes & ones) == ones)
        rank = 512 * abs(value - target[:, None]) + 2 * abs(value) + (value < 0)
        nearest = value[np.where(readable, rank, 1 << 30).argmin(-1)]
        return np.minimum(-nearest, 127) if negated else nearest

    def error(weights: NDArray[np.int_]) -> int:
        return int(abs(weights - wanted).sum())

    best = read(False, 0)
    for negated in [False, True] if sign else [False]:
        inverted, weights, better = 0, read(negated, 0), slices
        while better:
            better = False
            for b in range(7, -1, -1):
                other = read(negated, inverted ^ 1 << b)
                if error(other) < error(weights):
                    inverted, weights, better = inverted ^ 1 << b, other, True
        if error(weights) < error(best):
            best = weights
    return best


def test_parity_makes_words_with_odd_errors_zero(tmp_path: Path) -> None:
    core = core_of("edge_32x32", {"capacity_kib": 64})
    chip = scattered(tmp_path / "map.csv", core, 1, 0.01, ["stuck_at_0", "stuck_at_1", "flip"])
    found = written("resident", core, "parity", tmp_path / "map.csv", tmp_path / "w.npz")
    expected = through_words(core, chip, 1, "parity")
    for name, weights in expected.items():
        assert (found[name].reshape(weights.shape) == weights).all(), name


@pytest.mark.parametrize("code", ["secded", "bch_dec"])
def test_codes_correct_as_many_flips_as_they_promise(code: str, tmp_path: Path) -> None:
    core = core_of("edge_32x32", {"capacity_kib": 64})
    chip = scattered(tmp_path / "map.csv", core, CHECKS[code], 0.02, ["flip"])
    found = written("resident", core, code, tmp_path / "map.csv", tmp_path / "w.npz")
    flips = masks(chip)["flip"]
    corrects = 1 if code == "secded" else 2
    right = wrong = 0
    for name, clean in clean_weights(WORKLOAD).items():
        word, _ = places(core, "resident")[name]
        every_bit = np.arange(32 + CHECKS[code])
        in_bank = word // core.banks
        failing = flips[
            (word % core.banks)[..., None],
            (in_bank // core.column_mux)[..., None],
            every_bit * core.column_mux + (in_bank % core.column_mux)[..., None],
        ].sum(-1)
        same = found[name].reshape(word.shape) == clean.reshape(word.shape)
        assert same[failing <= corrects].all(), name
        right += int((failing == corrects).sum())
        wrong += int((~same[failing > corrects]).sum())
    assert right > 100
    assert wrong > 0


def through_words(core: Core, chip: FaultMap, checks: int, code: str) -> Weights:
    """Weights word by word, with the parity of all its bits taken here."""
    assert code == "parity"
    cells = masks(chip)
    clean = clean_weights(WORKLOAD)
    value = decoder("twos_complement", 8)
    stored = np.zeros((core.words, core.word_bits), dtype=bool)
    at = places(core, "resident")
    bits = np.arange(8)
    for name, weight in clean.items():
        word, lane = at[name]
        codes = codes_of(weight.reshape(len(weight), -1), value)
        stored[word[..., None], lane[..., None] * 8 + bits] = codes[..., None] >> bits & 1
    stored = np.concatenate([stored, stored.sum(1, keepdims=True) % 2 == 1], axis=1)
    words = np.arange(core.words)[:, None]
    in_bank = words // core.banks
    cell = np.broadcast_arrays(
        words % core.banks,
        in_bank // core.column_mux,
        np.arange(core.word_bits + checks) * core.column_mux + in_bank % core.column_mux,
    )
    read = (stored & ~cells["stuck_at_0"][cell] | cells["stuck_at_1"][cell]) ^ cells["flip"][cell]
    good = read.sum(1) % 2 == 0
    weights = {}
    for name, weight in clean.items():
        word, lane = at[name]
        code_read = read[word[..., None], lane[..., None] * 8 + bits] @ (1 << bits)
        weights[name] = np.where(good[word], value[code_read], 0).reshape(len(weight), -1)
    return weights


def test_points_tell_what_mitigations_did(tmp_path: Path) -> None:
    out = tmp_path / "sweep"
    command = ["sweep", ROOT / f"workloads/{WORKLOAD}.yaml", "--voltage", f"1,{VOLTAGE}"]
    command += ["--chips", "2", "--images", "20", "--quiet"]
    brownout(*command, "--mitigate", "secded", "--out", out)
    with (out / "points.csv").open() as file:
        points = list(csv.DictReader(file))
    manifest = json.loads((out / "manifest.json").read_text())["configuration"]
    assert manifest["memory.mitigations"] == "[secded]"
    assert manifest["memory.mitigations.secded.on_uncorrectable"] == "keep"
    for point in points:
        number = {key: float(point[key]) for key in point if point[key] and key != "unit"}
        assert 0 < number["mitigation_energy_j"] < number["energy_j"]
        if point["voltage"] == "1":
            assert number["effective_ber"] == number["residual_ber"] == 0
            assert number["words_corrected"] == number["words_uncorrectable"] == 0
        else:
            assert number["effective_ber"] > 2 * number["residual_ber"] > 0
            assert number["words_corrected"] > number["words_uncorrectable"] > 0
            assert number["words_uncorrectable"] > number["words_miscorrected"] >= 0
    brownout(*command, "--out", tmp_path / "plain")
    header = (tmp_path / "plain/points.csv").read_text().splitlines()[0]
    assert "residual_ber" not in header
