"""Study: what the storage encoding, the kind of fault and the width of the weights do.

Chips with independent failing cells of equal BER, on every workload.
"""

from collections.abc import Sequence
from pathlib import Path

from brownout_tools.reporting.style import Picture
from brownout_tools.studies.memories import independent_cells, stuck_cells, voltages_at
from brownout_tools.studies.pictures import strips
from brownout_tools.studies.study import Study
from brownout_tools.studies.sweeps import Case, Result
from brownout_tools.studies.tables import accuracy_cell, markdown, share_cell

ENCODINGS = ("twos_complement", "offset_binary", "sign_magnitude", "gray")
BERS = ("0.001", "0.005", "0.01")
FAULTS = {
    "flip": ["memory.chip.kind=flip"],
    "stuck at 0": stuck_cells(1),
    "half stuck at 0": stuck_cells(0.5),
    "stuck at 1": stuck_cells(0),
}


def cases(workloads: list[Path]) -> list[Case]:
    """Every workload with every kind of fault and every encoding."""
    return [
        Case(
            {"workload": workload.stem, "faults": faults, "encoding": encoding},
            workload,
            voltages_at(BERS),
            [*independent_cells(), *settings, f"memory.encoding={encoding}"],
        )
        for workload in workloads
        for faults, settings in FAULTS.items()
        for encoding in ENCODINGS
    ]


def tables(results: Sequence[Result]) -> str:
    """Top-1 at each BER; wrong bits and changed weights at the highest."""
    last = list(voltages_at(BERS).values())[-1]
    columns = [(f"top-1 at BER {at}", at, accuracy_cell) for at in voltages_at(BERS).values()]
    columns += [
        (f"wrong bits at {last}", last, share_cell("effective_ber")),
        (f"changed weights at {last}", last, share_cell("weights_changed")),
    ]
    return markdown(results, columns)


def picture(results: Sequence[Result]) -> Picture:
    """A panel for each workload and the higher BERs, the kinds of faults side by side."""
    panels: dict[str, dict[str, dict[str, list[float]]]] = {}
    shown = list(voltages_at(BERS).values())[1:]
    for result in results:
        if result.at not in shown:
            continue
        panel = panels.setdefault(f"{result.labels['workload']}, BER {result.at}", {})
        place = panel.setdefault(result.labels["faults"].replace(" ", "\n", 1), {})
        place[result.labels["encoding"]] = (100 * result.summary.values["top1"]).tolist()
    ordered = dict(sorted(panels.items()))
    alt = "Top-1 of every chip by kind of fault and encoding, for each network and BER."
    return strips("encodings", alt, ordered, "what a failing cell does", len(shown))


STUDY = Study(
    name="encodings",
    summary="encoding, kind of fault and width of the weights",
    at="ber",
    chips=20,
    workloads=("workloads/cifar10_resnet8.yaml", "workloads/cifar10_resnet8_w4.yaml"),
    cases=cases,
    tables=tables,
    picture=picture,
)
