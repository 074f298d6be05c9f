"""A sweep as one curve among others: its name and colour, in pictures of either kind."""

from dataclasses import dataclass

from brownout_tools.reporting import style
from brownout_tools.reporting.choice import Choice

COLORS = (style.BLUE, style.VERMILLION, style.GREEN, style.PURPLE, style.ORANGE, style.SKY)
DASHES = ("solid", "dashed", "dotted")


@dataclass(frozen=True)
class Curve:
    """``name`` is empty where there is one sweep only."""

    name: str
    choice: Choice
    color: str = style.ACCURACY_COLOR
    dash: str = "solid"


def curve_of(place: int, name: str, choice: Choice) -> Curve:
    """Return the curve of a place in the order; after the colours the dashes change."""
    rounds, color = divmod(place, len(COLORS))
    return Curve(name, choice, COLORS[color], DASHES[rounds % len(DASHES)])
