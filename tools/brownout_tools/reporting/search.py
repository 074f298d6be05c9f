"""What ``brownout vmin`` wrote: v_safe.json, the answer, and search.csv, the chips judged."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brownout_tools.reporting.inputs import MILLIONTHS, InputError, read_csv, read_text
from brownout_tools.reporting.metric import AUC, TOP1, Metric
from brownout_tools.reporting.results import MANIFEST, Manifest, read_manifest

ANSWER, FILE = "v_safe.json", "search.csv"


@dataclass(frozen=True)
class Judged:
    """The chips that were judged at one voltage; ``drops`` are shares of the metric lost."""

    text: str
    millionths: int
    drops: NDArray[np.float64]
    passes: NDArray[np.bool_]
    images: NDArray[np.float64]

    @property
    def voltage(self) -> float:
        """The voltage in the search's unit."""
        return self.millionths / MILLIONTHS

    @property
    def failing(self) -> int:
        """Chips that fail."""
        return int((~self.passes).sum())


@dataclass(frozen=True)
class Search:
    """The answer, and what it rests on; voltages fall."""

    answer: dict[str, Any]
    judged: list[Judged]
    manifest: Manifest

    @property
    def unit(self) -> str:
        """The unit of voltages."""
        return self.answer["unit"]

    @property
    def metric(self) -> Metric:
        """What chips are judged by."""
        return TOP1 if self.answer["metric"] == TOP1.column else AUC

    @property
    def allowed_drop(self) -> float:
        """Share of the metric that a chip may lose."""
        return self.answer["reference"] - self.answer["minimum"]

    def found(self, at: Judged) -> str:
        """Say what is known of a voltage."""
        if at.failing > self.answer["allowed_failures"]:
            return "refused"
        return "accepted" if len(at.drops) == self.answer["chips"] else "open"

    def is_safe(self, at: Judged) -> bool:
        """Whether this is the answer."""
        voltage = self.answer["voltage"]
        return voltage is not None and round(voltage * MILLIONTHS) == at.millionths


def read_search(directory: Path) -> Search:
    """Read the directory that the command wrote."""
    path = directory / ANSWER
    try:
        answer = json.loads(read_text(path))
        for key in ("sentence", "unit", "metric", "voltage"):
            answer[key]
        for key in ("reference", "minimum", "chips", "allowed_failures"):
            float(answer[key])
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path}: not as brownout vmin writes it") from None
    table = read_csv(directory / FILE, ["voltage", "unit", "chip", "images", "drop", "pass"])
    millionths = table.voltages("voltage")
    drops, passes = table.numbers("drop", 1, low=-1), table.numbers("pass", 1)
    images = table.numbers("images")
    judged = []
    for voltage in sorted(set(millionths.tolist()), reverse=True):
        rows = np.flatnonzero(millionths == voltage)
        text = table.columns["voltage"][rows[0]]
        judged.append(Judged(text, voltage, drops[rows], passes[rows] > 0, images[rows]))
    return Search(answer, judged, read_manifest(directory / MANIFEST))
