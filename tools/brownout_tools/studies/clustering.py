"""Study: what it does that failing cells sit on weak bitlines, and that weights share cells.

Independent cells and weak bitlines of equal mean BER, in a memory that holds all weights and in
rings of it through which the weights stream.
"""

from collections.abc import Sequence
from pathlib import Path

from brownout_tools.reporting.style import Picture
from brownout_tools.studies.memories import independent_cells, voltages_at, weak_bitlines
from brownout_tools.studies.pictures import strips
from brownout_tools.studies.study import Study
from brownout_tools.studies.sweeps import Case, Result
from brownout_tools.studies.tables import accuracy_cell, markdown, spread_cell

BERS = ("0.001", "0.005", "0.01")
CELLS = {"independent": independent_cells, "weak bitlines": weak_bitlines}
PLACEMENTS = {
    "resident, 128 KiB": ["accelerator.placement=resident"],
    **{
        f"streaming, {kib} KiB": [
            "accelerator.placement=streaming",
            f"accelerator.weight_sram.capacity_kib={kib}",
        ]
        for kib in (128, 16, 4)
    },
}


def cases(workloads: list[Path]) -> list[Case]:
    """Every workload with both kinds of cells in every placement."""
    return [
        Case(
            {"workload": workload.stem, "cells": cells, "placement": placement},
            workload,
            voltages_at(BERS),
            [*memory(), *settings],
        )
        for workload in workloads
        for cells, memory in CELLS.items()
        for placement, settings in PLACEMENTS.items()
    ]


def tables(results: Sequence[Result]) -> str:
    """Top-1 at each BER; the wrong bits at the lowest with their spread."""
    labels = list(voltages_at(BERS).values())
    columns = [(f"top-1 at BER {at}", at, accuracy_cell) for at in labels]
    columns += [(f"wrong bits at {at}", at, spread_cell("effective_ber")) for at in labels[:1]]
    return markdown(results, columns)


def picture(results: Sequence[Result]) -> Picture:
    """A panel for each workload and BER, the placements side by side."""
    panels: dict[str, dict[str, dict[str, list[float]]]] = {}
    for result in results:
        panel = panels.setdefault(f"{result.labels['workload']}, BER {result.at}", {})
        place = panel.setdefault(result.labels["placement"].replace(", ", "\n"), {})
        place[result.labels["cells"]] = (100 * result.summary.values["top1"]).tolist()
    alt = "Top-1 of every chip by placement, independent cells beside weak bitlines, for each BER."
    return strips("clustering", alt, dict(sorted(panels.items())), "placement", len(BERS))


STUDY = Study(
    name="clustering",
    summary="weak bitlines and weights that share cells, at equal mean BER",
    at="ber",
    chips=50,
    workloads=("workloads/cifar10_resnet8.yaml",),
    cases=cases,
    tables=tables,
    picture=picture,
)
