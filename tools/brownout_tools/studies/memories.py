"""The ensembles of chips that the studies compare.

All have the failure curve of one memory: a cell's Vmin is normal with MU and SIGMA in multiples of
the memory's Vmin (the fit to a 14 nm SRAM that configs/memories/sram_14nm_gaussian.yaml documents).
They differ in what part of the variance cells share, so that their mean BER is equal at every
voltage.
"""

import math
from collections.abc import Iterable
from pathlib import Path
from statistics import NormalDist

MU = 0.7056
SIGMA = 0.0552
PROFILE = Path("configs/memories/sram_14nm_gaussian.yaml")

# Share of the variance that the cells of a bitline have in common: the fit to the block RAMs of a
# 28 nm FPGA in docs/model.md, 29.3^2 / (29.3^2 + 25.0^2).
BITLINE_SHARE = 29.3**2 / (29.3**2 + 25.0**2)


def voltage_at(ber: str) -> str:
    """The voltage, in millionths, at which a share ``ber`` of all cells of all chips fails."""
    return f"{MU - SIGMA * NormalDist().inv_cdf(float(ber)):.6f}"


def voltages_at(bers: Iterable[str]) -> dict[str, str]:
    """Voltage -> the BER that it is labelled with, in percent."""
    return {voltage_at(ber): f"{100 * float(ber):g} %" for ber in bers}


def _chip(generator: str, **terms: float) -> list[str]:
    keys = [f"memory.chip.{name}={value:.6g}" for name, value in terms.items()]
    return [f"memory.chip.generator={generator}", f"memory.chip.mu={MU}", *keys]


def independent_cells() -> list[str]:
    """Every cell for itself."""
    return _chip("gaussian_vmin", sigma=SIGMA)


def weak_bitlines() -> list[str]:
    """The cells of a bitline share a part of their Vmin."""
    shared, own = math.sqrt(BITLINE_SHARE), math.sqrt(1 - BITLINE_SHARE)
    return _chip("bitline_vmin", sigma_bitline=SIGMA * shared, sigma_cell=SIGMA * own)


def different_dies(sigma_die: float) -> list[str]:
    """The cells of a chip share a part of their Vmin."""
    return _chip("gaussian_vmin", sigma=math.sqrt(SIGMA**2 - sigma_die**2), sigma_die=sigma_die)


def stuck_cells(share_at_0: float) -> list[str]:
    """What a failing cell of any of these does in place of flipping."""
    return ["memory.chip.kind=stuck", f"memory.chip.stuck_at_0_share={share_at_0:g}"]
