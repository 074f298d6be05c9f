"""How pictures look, and how they become the same bytes in every run."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

# Okabe-Ito: told apart with every common colour vision.
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILLION, PURPLE = (
    "#000000",
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#F0E442",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
)
GREY = "#6B6B6B"
ACCURACY_COLOR, WEIGHT_SRAM_COLOR, TOTAL_COLOR = BLUE, VERMILLION, BLACK

SETTINGS = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.labelsize": 11,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 11,
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.7,
    "legend.fontsize": 9.5,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "lines.markersize": 5.5,
    "savefig.dpi": 160,
    "svg.fonttype": "path",
    "svg.hashsalt": "brownout",
    "text.parse_math": False,  # a $ in a layer's name is a $
}


@dataclass(frozen=True)
class Picture:
    """A picture in both formats, with a text for those who do not see it."""

    name: str
    alt: str
    png: bytes
    svg: bytes


@contextmanager
def settings() -> Iterator[None]:
    """Apply the project's settings and nothing from the user's matplotlibrc."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        yield


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure (inches) that draws without a display."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save_png(figure: Figure) -> bytes:
    """Return the figure as PNG, without version or date."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def save_svg(figure: Figure) -> bytes:
    """Return the figure as SVG, without version or date."""
    buffer = io.BytesIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=nothing)
    return buffer.getvalue()


def to_picture(figure: Figure, name: str, alt: str) -> Picture:
    """Draw the figure in both formats."""
    return Picture(name, alt, save_png(figure), save_svg(figure))


def label_gap(labels: Sequence[str]) -> float:
    """Return the share of a picture's width that keeps the longest label from its neighbour."""
    return 0.02 + 0.016 * max((len(label) for label in labels), default=0)


def spaced(positions: Sequence[float], gap: float, first: Sequence[int] = ()) -> list[int]:
    """Return indices of positions that keep a gap from each other; those in ``first`` come first.

    ``gap`` is a share of the range of the positions. The ends are kept before the inner ones.
    """
    if not positions:
        return []
    least = gap * (max(positions) - min(positions))
    kept: list[int] = []
    for index in [*first, 0, len(positions) - 1, *range(len(positions))]:
        if all(abs(positions[index] - positions[k]) >= least for k in kept) and index not in kept:
            kept.append(index)
    return sorted(kept)
