"""Study: how much of the accuracy fault-aware quantization gives back where cells are stuck.

The experiment of Hanif and Shafique (arXiv 2305.12590) on the networks of this repository.
"""

from collections.abc import Sequence
from pathlib import Path

from brownout_tools.reporting.style import Picture
from brownout_tools.studies.memories import independent_cells, stuck_cells, voltages_at
from brownout_tools.studies.pictures import strips
from brownout_tools.studies.study import Study
from brownout_tools.studies.sweeps import Case, Result
from brownout_tools.studies.tables import accuracy_cell, markdown

RATES = ("0.005", "0.01", "0.02", "0.04", "0.06", "0.1")
ENCODINGS = ("twos_complement", "sign_magnitude")
MITIGATIONS = {"none": [], "faq": ["--mitigate", "faq"]}


def cases(workloads: list[Path]) -> list[Case]:
    """Every workload and encoding, with and without."""
    return [
        Case(
            {"workload": workload.stem, "encoding": encoding, "mitigation": name},
            workload,
            voltages_at(RATES),
            [*independent_cells(), *stuck_cells(0.5), f"memory.encoding={encoding}"],
            options,
        )
        for workload in workloads
        for encoding in ENCODINGS
        for name, options in MITIGATIONS.items()
    ]


def tables(results: Sequence[Result]) -> str:
    """Top-1 at each share of stuck cells."""
    return markdown(results, [(f"{at} stuck", at, accuracy_cell) for at in rates()])


def rates() -> list[str]:
    """As tables say them."""
    return list(voltages_at(RATES).values())


def picture(results: Sequence[Result]) -> Picture:
    """A panel for each workload and encoding, the rates side by side."""
    panels: dict[str, dict[str, dict[str, list[float]]]] = {}
    for result in results:
        panel = panels.setdefault(f"{result.labels['workload']}, {result.labels['encoding']}", {})
        place = panel.setdefault(result.at, {})
        place[result.labels["mitigation"]] = (100 * result.summary.values["top1"]).tolist()
    for title, places in panels.items():
        panels[title] = {at: places[at] for at in rates()}
    alt = "Top-1 of every chip by share of stuck cells, without and with fault-aware quantization."
    return strips("faq", alt, panels, "stuck cells", len(ENCODINGS))


STUDY = Study(
    name="faq",
    summary="fault-aware quantization over the share of stuck cells",
    at="stuck",
    chips=20,
    workloads=(
        "workloads/cifar10_resnet8.yaml",
        "workloads/cifar10_resnet8_w4.yaml",
        "workloads/mnist_cnn.yaml",
    ),
    cases=cases,
    tables=tables,
    picture=picture,
)
