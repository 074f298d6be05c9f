"""Runs ``brownout sweep`` for the cases of a study and gathers points.csv over chips.

It only calls the program's public commands; every case keeps its sweep directory, so that a study
which was interrupted resumes.
"""

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from brownout_tools.reporting.results import read_points
from brownout_tools.reporting.summary import VoltageSummary, by_voltage


class StudyError(Exception):
    """The program failed; the text is its message."""


@dataclass(frozen=True)
class Case:
    """One ensemble of chips: settings of a workload, and voltages with a label each.

    ``labels`` name the case in tables; their values name its directory.
    """

    labels: dict[str, str]
    workload: Path
    voltages: dict[str, str]  # voltage as decimal text -> label, such as the BER there
    settings: list[str] = field(default_factory=list)  # KEY=VALUE
    options: list[str] = field(default_factory=list)  # others of ``sweep``

    @property
    def directory_name(self) -> str:
        """Readable and unique within a study."""
        return "-".join(value.replace(" ", "_").replace("/", "_") for value in self.labels.values())


@dataclass(frozen=True)
class Result:
    """A case at one of its voltages: all chips, and the row that the program printed."""

    labels: dict[str, str]
    at: str
    summary: VoltageSummary
    printed: dict[str, Any]


@dataclass(frozen=True)
class Runner:
    """How sweeps run: the program, where results go, how many chips and images."""

    program: Path
    out: Path
    chips: int | None = None  # None: the study's own
    images: int | None = None  # None: all of the workload
    jobs: int | None = None
    memory: Path | None = None  # profile in place of the workload's
    settings: tuple[str, ...] = ()  # KEY=VALUE of all cases

    def _run(self, arguments: list[str]) -> dict[str, Any]:
        command = [str(self.program), *arguments, "--format", "json", "--quiet"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise StudyError(f"{' '.join(command)}\n{done.stderr.strip()}")
        return json.loads(done.stdout)

    def sweep(self, case: Case, chips: int) -> list[Result]:
        """Run or resume the sweep of a case; a result per voltage, highest first."""
        directory = self.out / "sweeps" / case.directory_name
        arguments = ["sweep", str(case.workload), "--out", str(directory)]
        arguments += ["--voltage", ",".join(case.voltages), "--chips", str(self.chips or chips)]
        arguments += [f"--set={setting}" for setting in [*case.settings, *self.settings]]
        arguments += case.options
        arguments += ["--memory", str(self.memory)] if self.memory else []
        arguments += ["--images", str(self.images)] if self.images else []
        arguments += ["--jobs", str(self.jobs)] if self.jobs else []
        printed = {row["voltage"]: row for row in self._run(arguments)["voltages"]}
        label_of = {float(voltage): label for voltage, label in case.voltages.items()}
        return [
            Result(case.labels, label_of[summary.voltage], summary, printed[summary.voltage])
            for summary in by_voltage(read_points(directory / "points.csv"))
        ]
