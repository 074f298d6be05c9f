"""Activation sparsity and sharpness-aware quantization (Malhotra and Gupta, arXiv 2406.10528)."""

from collections.abc import Sequence
from pathlib import Path

from brownout_tools.reporting.style import Picture
from brownout_tools.studies.memories import independent_cells, stuck_cells, voltages_at
from brownout_tools.studies.pictures import strips
from brownout_tools.studies.study import Study
from brownout_tools.studies.sweeps import Case, Result
from brownout_tools.studies.tables import accuracy_cell, markdown

RATES = ("0.005", "0.01", "0.02")
MODELS = {
    "dense": "mnist/rquant.onnx",
    "dense, SAQ": "mnist/saq.onnx",
    "sparse": "mnist/sparse.onnx",
    "sparse, SAQ": "mnist/sparse_saq.onnx",
}
FAULTS = {"flips": [], "stuck": stuck_cells(0.5)}


def _cases(workloads: list[Path]) -> list[Case]:
    return [
        Case(
            {"model": model, "faults": faults},
            workload,
            voltages_at(RATES),
            [
                *independent_cells(),
                *kind,
                "accelerator.placement=resident",
                f"workload.network={network}",
            ],
        )
        for workload in workloads
        for faults, kind in FAULTS.items()
        for model, network in MODELS.items()
    ]


def _clean_cell(result: Result) -> str:
    return f"{100 * result.summary['reference'].mean:.1f}"


def _energy_cell(result: Result) -> str:
    return f"{1e6 * result.summary['energy_j'].mean:.2f}"


def _tables(results: Sequence[Result]) -> str:
    """Top-1 at each rate, and what gating of zero activations leaves of the energy."""
    first = next(iter(voltages_at(RATES).values()))
    return markdown(
        results,
        [
            ("clean", first, _clean_cell),
            *((f"{at}", at, accuracy_cell) for at in voltages_at(RATES).values()),
            (f"energy at {first} (uJ)", first, _energy_cell),
        ],
    )


def _picture(results: Sequence[Result]) -> Picture:
    panels: dict[str, dict[str, dict[str, list[float]]]] = {}
    for result in results:
        place = panels.setdefault(result.labels["faults"], {}).setdefault(result.at, {})
        place[result.labels["model"]] = (100 * result.summary.values["top1"]).tolist()
    for title, places in panels.items():
        panels[title] = {at: places[at] for at in voltages_at(RATES).values()}
    alt = "Top-1 of every chip by bit error rate: dense and sparse networks, with and without SAQ."
    return strips("flatenn_mnist", alt, panels, "failing cells")


MNIST = Study(
    name="flatenn_mnist",
    summary="MNIST, 8 bits: sparse activations, sharpness-aware quantization",
    at="rate",
    chips=20,
    workloads=("workloads/robust/mnist.yaml",),
    cases=_cases,
    tables=_tables,
    picture=_picture,
)

STUDIES = (MNIST,)
