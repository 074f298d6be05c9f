"""Layers that read at another voltage, or lie in banks of their own, equal a few lines of NumPy."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from test_mitigations import VOLTAGE, WORKLOAD, places, written

from brownout_binary import needs_brownout
from placement_oracle import (
    HEADER,
    LOWEST,
    UNIT,
    Core,
    addresses,
    cells_of,
    clean_weights,
    core_of,
)

pytestmark = needs_brownout

VFAIL = (0.87, 0.92)  # one half of the failing cells each


def failing(path: Path, core: Core) -> NDArray[np.float64]:
    """Write a map of cells that flip; the vfail of every cell, 0 where it never fails."""
    rng = np.random.default_rng(5)
    shape = (core.banks, *core.bank_shape)
    vfail = rng.choice([0, *VFAIL], size=shape, p=[0.98, 0.01, 0.01])
    with path.open("w") as file:
        file.write("".join(f"# {k}: {v}\n" for k, v in zip(HEADER, shape, strict=True)))
        file.write(f"# unit: {UNIT}\n# lowest_measured: {LOWEST}\n# source: random cells\n")
        file.write("bank,row,column,vfail,kind\n")
        for cell in zip(*np.nonzero(vfail), strict=True):
            file.write(",".join(map(str, cell)) + f",{vfail[cell]},flip\n")
    return vfail


def read(clean: NDArray[np.int8], fails: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Weights in two's complement whose cells (weights x 8) flip where they fail."""
    mask = (fails @ (1 << np.arange(8))).astype(np.uint8)
    return (clean.reshape(mask.shape).view(np.uint8) ^ mask).view(np.int8).reshape(clean.shape)


@pytest.mark.parametrize("placement", ["resident", "streaming"])
def test_boosted_layers_see_the_cells_that_fail_at_their_voltage(
    placement: str, tmp_path: Path
) -> None:
    core = core_of("edge_32x32", {"capacity_kib": 64 if placement == "resident" else 16})
    vfail = failing(tmp_path / "map.csv", core)
    boosted = {"conv2": 0.9, "fc1": 0.95}
    keys = ", ".join(f"{name}: {voltage}" for name, voltage in boosted.items())
    found = written(
        placement, core, f"boost: {{layers: {{{keys}}}}}", tmp_path / "map.csv", tmp_path / "w.npz"
    )
    changed = {}
    for name, clean in clean_weights(WORKLOAD).items():
        at = cells_of(*places(core, placement)[name], 8, core)
        expected = read(clean, vfail[at] >= boosted.get(layer_of(name), float(VOLTAGE)))
        assert (found[name] == expected).all(), name
        changed[layer_of(name)] = int((expected != clean).sum())
    assert changed["fc1"] == 0
    assert sum(count > 10 for count in changed.values()) >= 2


def test_layers_in_banks_of_their_own_stand_on_their_cells(tmp_path: Path) -> None:
    core = core_of("edge_32x32", {"capacity_kib": 128})
    own = 3
    vfail = failing(tmp_path / "map.csv", core)
    apart = ("conv2",)
    found = written(
        "resident",
        core,
        f"bank_supply: {{banks: {own}, voltage: 0.9, layers: [{', '.join(apart)}]}}",
        tmp_path / "map.csv",
        tmp_path / "w.npz",
    )
    weights = clean_weights(WORKLOAD)
    groups = ((False, 0, core.banks - own, float(VOLTAGE)), (True, core.banks - own, own, 0.9))
    for is_apart, first, banks, voltage in groups:
        names = [name for name in weights if (layer_of(name) in apart) == is_apart]
        shapes = [(len(weights[name]), weights[name][0].size) for name in names]
        along = addresses(shapes, [8] * len(names), core, "resident")
        for name, (word, lane) in zip(names, along, strict=True):
            address = word // banks * core.banks + first + word % banks
            at = cells_of(address, lane, 8, core)
            assert (at[0] >= first).all() and (at[0] < first + banks).all()
            expected = read(weights[name], vfail[at] >= voltage)
            assert (found[name] == expected).all(), name
            assert (expected != weights[name]).any(), name


def layer_of(weight: str) -> str:
    """The layer whose weights the network calls so."""
    return weight.split(".")[0]
