"""What a study is: its cases, and how their results become tables and pictures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from brownout_tools.reporting.style import Picture
from brownout_tools.studies.sweeps import Case, Result


@dataclass(frozen=True)
class Study:
    """``cases`` makes the sweeps of the workloads; the others take all results in order."""

    name: str
    summary: str
    at: str  # what the label of a voltage means
    chips: int
    workloads: tuple[str, ...]
    cases: Callable[[list[Path]], list[Case]]
    tables: Callable[[Sequence[Result]], str]  # Markdown
    picture: Callable[[Sequence[Result]], Picture]
