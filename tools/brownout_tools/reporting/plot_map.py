"""Picture of a fault map: rows x columns of its banks side by side."""

import math
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, Colormap, ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Patch
from numpy.typing import NDArray

from brownout_tools.reporting import formats, style
from brownout_tools.reporting.map_file import ALWAYS, KINDS, FaultMap

MAX_BANKS = 64
BANKS_ABREAST = 8
DPI = 200
KIND_COLORS = [style.BLUE, style.VERMILLION, style.BLACK, style.GREEN]  # KINDS, then a mixed block
MIXED = len(KINDS)


def faulty(fault_map: FaultMap, banks: list[int], voltage: int | None) -> NDArray[np.bool_]:
    """Return which records are drawn: of the banks and, if given, failing at the voltage."""
    here = np.isin(fault_map.bank, banks)
    return here if voltage is None else here & fault_map.fails_at(voltage)


def counts(fault_map: FaultMap, banks: list[int], voltage: int | None) -> dict[str, int]:
    """Return the number of drawn cells per kind."""
    drawn = fault_map.kind[faulty(fault_map, banks, voltage)]
    return {kind: int((drawn == i).sum()) for i, kind in enumerate(KINDS)}


def caption(fault_map: FaultMap, banks: list[int], voltage: int | None) -> str:
    """Return how many cells fail, per polarity, and where the map comes from."""
    cells = len(banks) * fault_map.rows * fault_map.columns
    by_kind = counts(fault_map, banks, voltage)
    total = sum(by_kind.values())
    where = f"bank {banks[0]}" if len(banks) == 1 else "all banks"
    when = "at any voltage listed"
    if voltage is not None:
        when = f"at {voltage / 1e6:g} {fault_map.unit}".strip()
    text = (
        f"{total:,} of {cells:,} cells ({formats.small_percent(total / cells)} %) of {where} "
        f"fail {when}: {by_kind['stuck_at_0']:,} stuck at 0, {by_kind['stuck_at_1']:,} stuck at 1, "
        f"{by_kind['flip']:,} flip."
    )
    drawn = faulty(fault_map, banks, voltage)
    defects = int((fault_map.vfail[drawn] == ALWAYS).sum())
    intermittent = int((fault_map.p[drawn] < 1).sum())
    text += f" Of them {defects:,} defects (fail at every voltage)." if defects else ""
    text += f" {intermittent:,} fail intermittently." if intermittent else ""
    text += f" Source: {fault_map.source}." if fault_map.source else ""
    return text.replace("..", ".")


@dataclass(frozen=True)
class Layout:
    """How banks are laid out: panels a line, lines, figure size in inches, cells a pixel."""

    abreast: int
    lines: int
    width: float
    height: float
    block: tuple[int, int]  # rows, columns

    @staticmethod
    def of(fault_map: FaultMap, banks: int) -> "Layout":
        """Return the layout; a pixel stands for several cells where a panel has too few dots."""
        abreast = min(banks, BANKS_ABREAST)
        lines = math.ceil(banks / abreast)
        width = max(6.4, min(1.5 + 1.35 * abreast, 11))
        panels = 4.4 if lines == 1 else 2.2 * lines
        dots = 0.65 * DPI  # an inch of panel keeps about this many beside labels and gaps
        block = (
            math.ceil(fault_map.rows / (dots * panels / lines)),
            math.ceil(fault_map.columns / (dots * width / abreast)),
        )
        return Layout(abreast, lines, width, panels + 1.7, block)

    def shape(self, fault_map: FaultMap) -> tuple[int, int]:
        """Return the rows and columns of pixels of a bank."""
        rows, columns = self.block
        return math.ceil(fault_map.rows / rows), math.ceil(fault_map.columns / columns)

    def note(self) -> str:
        """Say how many cells a pixel stands for if it is more than one."""
        rows, columns = self.block
        return f" A pixel stands for {rows} x {columns} cells." if rows * columns > 1 else ""


def kind_image(fault_map: FaultMap, bank: int, voltage: int, layout: Layout) -> NDArray[np.float64]:
    """Return the kind of every pixel of a bank (MIXED: several kinds), NaN where nothing fails."""
    drawn = faulty(fault_map, [bank], voltage)
    rows, columns = layout.block
    present = np.zeros((len(KINDS), *layout.shape(fault_map)), dtype=bool)
    place = (fault_map.row[drawn] // rows, fault_map.column[drawn] // columns)
    present[fault_map.kind[drawn], *place] = True
    image = present.argmax(axis=0).astype(float)
    image[present.sum(axis=0) > 1] = MIXED
    image[~present.any(axis=0)] = np.nan
    return image


def vfail_image(fault_map: FaultMap, bank: int, layout: Layout) -> NDArray[np.float64]:
    """Return the highest failing voltage of every pixel: inf for defects, NaN without a fault."""
    drawn = faulty(fault_map, [bank], None)
    rows, columns = layout.block
    image = np.full(layout.shape(fault_map), -1, dtype=np.int64)
    place = (fault_map.row[drawn] // rows, fault_map.column[drawn] // columns)
    np.maximum.at(image, place, fault_map.vfail[drawn])
    volts = np.where(image == ALWAYS, np.inf, image / 1e6)
    return np.where(image < 0, np.nan, volts)


def draw_map(fault_map: FaultMap, banks: list[int], voltage: int | None, suffix: str) -> bytes:
    """Return the picture as the bytes of a .png or .svg file."""
    layout = Layout.of(fault_map, len(banks))
    with style.settings(), matplotlib.rc_context({"savefig.dpi": DPI}):
        figure = style.new_figure(layout.width, layout.height)
        grid = figure.subplots(
            layout.lines, layout.abreast, sharex=True, sharey=True, squeeze=False
        )
        axes = grid.ravel().tolist()
        for unused in axes[len(banks) :]:
            unused.set_visible(False)
        axes = axes[: len(banks)]
        if voltage is None:
            draw_vfail(figure, axes, fault_map, banks, layout)
        else:
            draw_kinds(figure, axes, fault_map, banks, voltage, layout)
        for panel in axes[(layout.lines - 1) * layout.abreast :]:
            panel.set_xlabel("column (bitline)" if layout.abreast <= 4 else "bitline", fontsize=10)
        figure.supylabel("row (wordline)", fontsize=10)
        text = caption(fault_map, banks, voltage) + layout.note()
        figure.suptitle(textwrap.fill(text, round(layout.width * 13)), fontsize=9.5)
        return style.save_svg(figure) if suffix == ".svg" else style.save_png(figure)


def draw_kinds(
    figure: Figure,
    axes: list[Axes],
    fault_map: FaultMap,
    banks: list[int],
    voltage: int,
    layout: Layout,
) -> None:
    """Draw the failing cells at a voltage by kind."""
    norm = BoundaryNorm(np.arange(len(KIND_COLORS) + 1) - 0.5, len(KIND_COLORS))
    images = [kind_image(fault_map, bank, voltage, layout) for bank in banks]
    for bank, image, panel in zip(banks, images, axes, strict=True):
        show(panel, fault_map, bank, image, ListedColormap(KIND_COLORS), norm)
    present = {int(kind) for image in images for kind in np.unique(image[~np.isnan(image)])}
    add_legend(figure, present)


def add_legend(figure: Figure, present: Iterable[int]) -> None:
    """Name the kinds that are in the picture."""
    names = [*(kind.replace("_", " ") for kind in KINDS), "several kinds"]
    handles = [Patch(color=KIND_COLORS[kind], label=names[kind]) for kind in sorted(present)]
    if handles:
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))


def draw_vfail(
    figure: Figure, axes: list[Axes], fault_map: FaultMap, banks: list[int], layout: Layout
) -> None:
    """Draw all listed cells by the voltage at which they start to fail."""
    images = [vfail_image(fault_map, bank, layout) for bank in banks]
    finite = np.concatenate([image[np.isfinite(image)] for image in images])
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    norm = Normalize(low, high if high > low else low + 1e-6)
    colors = ListedColormap(colormaps["YlGnBu"](np.linspace(0.3, 1, 256))).with_extremes(
        over=style.VERMILLION
    )
    shown = None
    for bank, image, panel in zip(banks, images, axes, strict=True):
        defects = np.where(np.isinf(image), norm.vmax + 1, image)
        shown = show(panel, fault_map, bank, defects, colors, norm)
    if any(np.isinf(image).any() for image in images):
        figure.legend(
            handles=[Patch(color=style.VERMILLION, label="defect")], loc="outside lower center"
        )
    if finite.size and shown is not None:
        label = f"highest failing voltage ({fault_map.unit})"
        figure.colorbar(shown, ax=axes, label=label, shrink=0.8, aspect=30)


def show(
    axes: Axes,
    fault_map: FaultMap,
    bank: int,
    image: NDArray[np.float64],
    colors: Colormap,
    norm: Normalize,
) -> AxesImage:
    """Draw one bank, row 0 on top."""
    axes.set_title(f"bank {bank}", fontsize=9.5)
    axes.grid(visible=False)
    for side in ("right", "top"):
        axes.spines[side].set_visible(True)
    return axes.imshow(
        image,
        cmap=colors,
        norm=norm,
        aspect="auto",
        interpolation="none",
        extent=(-0.5, fault_map.columns - 0.5, fault_map.rows - 0.5, -0.5),
    )
