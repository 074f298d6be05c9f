"""What a column of the report's tables is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column; ``unit`` may be empty, ``is_text`` columns are left-aligned.

    Those of the ``core`` stand in a table of a paper, too.
    """

    title: str
    unit: str
    meaning: str
    cell: Callable[[Row], str]
    is_text: bool = False
    core: bool = False
