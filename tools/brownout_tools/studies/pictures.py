"""Pictures of studies: every chip a dot, the mean a bar."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from brownout_tools.reporting import style
from brownout_tools.reporting.style import Picture

COLORS = (style.BLUE, style.ORANGE, style.GREEN, style.PURPLE, style.VERMILLION, style.SKY)

# Panel -> place on the x axis -> series -> top-1 of each chip, in percent.
Panels = Mapping[str, Mapping[str, Mapping[str, Sequence[float]]]]


def draw_panel(axes: Axes, places: Mapping[str, Mapping[str, Sequence[float]]]) -> None:
    """Draw the series of each place side by side."""
    for x, series in enumerate(places.values()):
        width = 0.8 / len(series)
        for i, (name, values) in enumerate(series.items()):
            centre = x + (i - (len(series) - 1) / 2) * width
            spread = np.linspace(-0.3, 0.3, len(values)) * width if len(values) > 1 else [0.0]
            color = COLORS[i % len(COLORS)]
            axes.plot(
                centre + np.array(spread), values, "o", color=color, ms=2.5, alpha=0.55, mew=0
            )
            mean = float(np.mean(values))
            axes.hlines(
                mean,
                centre - 0.4 * width,
                centre + 0.4 * width,
                color=color,
                label=name if not x else None,
            )
    axes.set_xticks(range(len(places)), list(places))


def strips(name: str, alt: str, panels: Panels, x_label: str, columns: int = 2) -> Picture:
    """Draw a panel for each key; the series have the same names in all."""
    with style.settings():
        columns = min(columns, len(panels))
        rows = -(-len(panels) // columns)
        figure = style.new_figure(3.4 * columns + 0.6, 2.3 * rows + 0.5)
        grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
        for axes, (title, places) in zip(grid.flat, panels.items(), strict=False):
            draw_panel(axes, places)
            axes.set_title(title)
        for axes in grid[:, 0]:
            axes.set_ylabel("top-1 accuracy (%)")
        for axes in grid[-1]:
            axes.set_xlabel(x_label)
        handles, labels = grid.flat[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=min(4, len(labels)))
        return Picture(name, alt, figure)
