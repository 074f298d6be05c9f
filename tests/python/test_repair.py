"""Weights of repaired chips equal a few lines of NumPy on the map and the lines that stand in."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from test_mitigations import masks, places, scattered, written

from brownout_binary import ROOT, needs_brownout
from placement_oracle import cells_of, clean_weights, codes_of, core_of, decoder

pytestmark = needs_brownout

KINDS = ["stuck_at_0", "stuck_at_1", "flip"]
Lines = NDArray[np.int_]


def repaired(bad: NDArray[np.bool_], spares: tuple[int, int]) -> tuple[Lines, Lines]:
    """Row and column of cells behind each that is seen: must-repair, then whatever mends most."""
    seen = [size - spare for size, spare in zip(bad.shape, spares, strict=True)]
    lines = [np.arange(size) for size in seen]
    free = [list(range(size, size + spare)) for size, spare in zip(seen, spares, strict=True)]
    untouched = [np.full(size, True) for size in seen]

    def faults(axis: int, of: Lines) -> Lines:
        crossing = np.take(bad, lines[1 - axis], axis=1 - axis)
        return np.take(crossing, of, axis=axis).sum(1 - axis)

    while True:
        steps = []
        for axis in (0, 1):
            if not free[axis]:
                continue
            spare = free[axis][int(faults(axis, np.array(free[axis])).argmin())]
            count = faults(axis, lines[axis])
            mends = np.where(untouched[axis], count - faults(axis, np.array([spare])), 0)
            for must in (True, False):
                rank = np.where(count > len(free[1 - axis]), mends, 0) if must else mends
                best = int(rank.argmax())
                steps.append((must, int(rank[best]), -axis, best, spare))
        steps = [step for step in steps if step[1] > 0]
        if not steps:
            return lines[0], lines[1]
        _, _, axis, line, spare = max(steps, key=lambda step: step[:3])
        lines[-axis][line] = spare
        untouched[-axis][line] = False
        free[-axis].remove(spare)


@pytest.mark.parametrize("spares", [(0, 6), (5, 0), (5, 6)])
def test_weights_are_read_from_the_lines_that_stand_in(
    spares: tuple[int, int], tmp_path: Path
) -> None:
    core = core_of("edge_32x32", {"capacity_kib": 64})
    chip = scattered(tmp_path / "map.csv", core, 0, 0.003, KINDS, spares)
    keys = ("spare_rows", "spare_columns")
    mitigation = ", ".join(
        f"{key}: {{per_bank: {count}}}" for key, count in zip(keys, spares, strict=True) if count
    )
    found = written("resident", core, mitigation, tmp_path / "map.csv", tmp_path / "w.npz")
    cells = masks(chip)
    bad = cells["stuck_at_0"] | cells["stuck_at_1"] | cells["flip"]
    seen = {kind: np.zeros((core.banks, *core.bank_shape), dtype=bool) for kind in KINDS}
    for bank in range(core.banks):
        rows, columns = repaired(bad[bank], spares)
        for kind in KINDS:
            seen[kind][bank] = cells[kind][bank][np.ix_(rows, columns)]
    left = sum(int(mask.sum()) for mask in seen.values())
    assert 0 < left < 0.95 * bad[:, : core.bank_shape[0], : core.bank_shape[1]].sum()
    value = decoder("twos_complement", 8)
    bit = 1 << np.arange(8)
    for name, clean in clean_weights("mnist_cnn").items():
        at = cells_of(*places(core, "resident")[name], 8, core)
        codes = codes_of(clean.reshape(len(clean), -1), value)
        stuck = codes & ~(seen["stuck_at_0"][at] @ bit) | seen["stuck_at_1"][at] @ bit
        read = value[stuck ^ (seen["flip"][at] @ bit)]
        assert (found[name].reshape(read.shape) == read).all(), name


def test_protected_bits_are_those_that_better_cells_read(tmp_path: Path) -> None:
    core = core_of("edge_32x32", {"capacity_kib": 64})
    chip = scattered(tmp_path / "map.csv", core, 0, 0.02, KINDS)
    # Error-free at the tests' voltage, which is its error-free one.
    profile = ROOT / "configs/memories/sram_14nm_8t_assumed.yaml"
    mitigation = f"protected_msbs: {{bits: 3, profile: {profile}}}"
    found = written("resident", core, mitigation, tmp_path / "map.csv", tmp_path / "w.npz")
    cells = masks(chip)
    value = decoder("twos_complement", 8)
    bit = np.where(np.arange(8) < 5, 1 << np.arange(8), 0)
    for name, clean in clean_weights("mnist_cnn").items():
        at = cells_of(*places(core, "resident")[name], 8, core)
        codes = codes_of(clean.reshape(len(clean), -1), value)
        stuck = codes & ~(cells["stuck_at_0"][at] @ bit) | cells["stuck_at_1"][at] @ bit
        read = value[stuck ^ (cells["flip"][at] @ bit)]
        assert (found[name].reshape(read.shape) == read).all(), name
        assert (read != clean.reshape(read.shape)).any(), name
