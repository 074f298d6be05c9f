"""How pictures look, and how they become the same bytes in every run."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
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

MM = 1 / 25.4  # in inches
NARROW = 5.0  # inches: panels of a narrower picture stand below each other
ON_SCREEN, ON_PAPER = 10.0, 7.0  # points of a picture's text

SETTINGS = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "font.family": "DejaVu Sans",
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.7,
    "legend.edgecolor": "none",
    "legend.fancybox": False,
    "legend.framealpha": 0.85,  # lines of the grid and marks do not cross its words
    "legend.title_fontsize": "small",
    "pdf.fonttype": 42,  # fonts that can be searched and edited
    "savefig.dpi": 160,
    "svg.fonttype": "none",
    "svg.hashsalt": "brownout",
    "text.parse_math": False,  # a $ in a layer's name is a $
}
KINDS = ("png", "svg", "pdf")

# Width in inches of all pictures; None: each picture's own, which suits a screen.
_paper: ContextVar[float | None] = ContextVar("paper", default=None)


@contextmanager
def paper(width_mm: float | None) -> Iterator[None]:
    """Draw for print: so many millimetres wide, with text of a caption's size."""
    token = _paper.set(width_mm * MM if width_mm else None)
    try:
        yield
    finally:
        _paper.reset(token)


def is_narrow() -> bool:
    """Whether there is no room for panels side by side."""
    width = _paper.get()
    return width is not None and width < NARROW


def shrink() -> float:
    """Return the size of text and lines, as a share of that on a screen."""
    return 1.0 if _paper.get() is None else ON_PAPER / ON_SCREEN


@contextmanager
def settings() -> Iterator[None]:
    """Apply the project's settings and nothing from the user's matplotlibrc."""
    size = ON_SCREEN * shrink()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        matplotlib.rcParams.update(
            {
                "axes.labelsize": 1.1 * size,
                "axes.titlesize": 1.1 * size,
                "font.size": size,
                "legend.fontsize": 0.95 * size,
                "lines.linewidth": 1.8 * shrink(),
                "lines.markersize": 5.5 * shrink(),
            }
        )
        yield


@dataclass(frozen=True)
class Picture:
    """A picture, with a text for those who do not see it. The same bytes in every run."""

    name: str
    alt: str
    figure: Figure

    def save(self, kind: str, **options: str) -> bytes:
        """Return a file of the kind, without version or date."""
        nothing = dict.fromkeys(METADATA[kind])
        buffer = io.BytesIO()
        with settings(), matplotlib.rc_context(options):
            self.figure.savefig(buffer, format=kind, metadata=nothing)
        self.figure.set_layout_engine(None)  # found once, which takes as long as to draw
        return buffer.getvalue()

    @property
    def png(self) -> bytes:
        """Pixels."""
        return self.save("png")

    @property
    def page_svg(self) -> bytes:
        """SVG whose text is outlines, so that it looks alike where the font is missing."""
        return self.save("svg", **{"svg.fonttype": "path"})


METADATA = {
    "png": ["Software"],
    "svg": ["Creator", "Date", "Format", "Type"],
    "pdf": ["Creator", "Producer", "CreationDate"],
}


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure (inches) that draws without a display; paper has its own width."""
    asked = _paper.get()
    if asked is not None:
        height *= (shrink() + min(1.0, asked / width)) / 2
        width = asked
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def label_gap(labels: Sequence[str], figure: Figure) -> float:
    """Return the share of an axis that keeps the longest label from its neighbour."""
    letter = 0.0115 * ON_SCREEN * shrink() / figure.get_figwidth()
    return letter * (1.25 + max((len(label) for label in labels), default=0))


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
