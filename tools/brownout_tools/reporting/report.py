"""What a report is made of, whatever it is of, and the files that it becomes."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from brownout_tools.reporting import style
from brownout_tools.reporting.inputs import InputError
from brownout_tools.reporting.style import Picture

PAGE = "report.html"
TEX = "tex"
FORMATS = (*style.KINDS, TEX)
ON_SCREEN = ("png", "svg")
WIDTHS_MM = (40, 500)


@dataclass(frozen=True)
class Report:
    """A page, the pictures on it, and tables in LaTeX by name; ``headline`` is printed.

    ``draw`` makes the pictures anew, for paper.
    """

    headline: str
    page: str
    pictures: Sequence[Picture]
    draw: Callable[[], Sequence[Picture]]
    tables: dict[str, str] = field(default_factory=dict)

    def files(
        self, target: Path, formats: Sequence[str], width_mm: float | None
    ) -> dict[Path, bytes]:
        """Return the page and, in the formats, pictures of the width and tables."""
        pictures = self.pictures
        if width_mm is not None:
            with style.paper(width_mm):
                pictures = self.draw()
        found = {target / PAGE: self.page.encode()}
        for kind in formats:
            if kind == TEX:
                texts = self.tables.items()
                found |= {target / f"{name}.{TEX}": text.encode() for name, text in texts}
            else:
                found |= {target / f"{p.name}.{kind}": p.save(kind) for p in pictures}
        return found


def millimetres(text: str) -> float:
    """Read a width such as ``85mm`` or ``85``."""
    low, high = WIDTHS_MM
    if re.fullmatch(r"\d+(\.\d+)?(mm)?", text):
        value = float(text.removesuffix("mm"))
        if low <= value <= high:
            return value
    raise InputError(f"--width: '{text}' is not a width of {low} to {high} mm, such as 85mm")
