"""A picture of a scatter vector: its entries as bars, and the matrices they were counted in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from software_ref.connections.scatter import Scatter
from software_ref.connections.windows import balanced_windows
from software_ref.figure import empty_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["scatter_figure"]

DPI = 120
BAR, LOWEST = "#7f9fbf", "#c8451b"
NOTHING = "#f4c7b8"
"""Colour of entries that are 0: what the scatter does not count."""
SQUARE_UP_TO = 16
"""Rows and columns up to which a matrix is drawn of square cells with its numbers in them."""
WIDEST, TALLEST = 400, 180
"""Pixels that a matrix takes. Of several entries in a pixel the least is drawn: none that is 0
hides."""


def scatter_figure(title: str, vectors: Sequence[Sequence[Scatter]]) -> Figure:
    """Scatter vectors as bars, and the windowed matrices below them.

    Parameters
    ----------
    title : str
        Heading of the picture.
    vectors : sequence of scatter vectors
        One per seed. Bars show the mean, with lines from the least to the largest; the matrices are
        those of the first.
    """
    entries = vectors[0]
    rows = len(entries) // 2
    width = max(9.0, 1.2 + 0.7 * len(entries))
    figure = empty_figure(width, 3 + 2.6 * rows, DPI)
    figure.suptitle(title)
    parts: Any = figure.subfigures(2, 1, height_ratios=[3, 2.6 * rows])
    top, below = parts
    _draw_bars(top.subplots(), vectors)
    below.suptitle("windowed matrices, entries of 0 in pale red", fontsize=10)
    for panel, entry in zip(below.subplots(rows, 2, squeeze=False).flat, entries, strict=True):
        _draw_matrix(panel, entry)
    return figure


def _draw_bars(panel: Axes, vectors: Sequence[Sequence[Scatter]]) -> None:
    values = np.array([[entry.value for entry in vector] for vector in vectors])
    mean = values.mean(axis=0)
    places = np.arange(len(mean))
    colours = [LOWEST if value == mean.min() else BAR for value in mean]
    bars = panel.bar(places, mean, color=colours)
    panel.bar_label(bars, [f"{value:.2f}" for value in mean], label_type="center")
    if len(vectors) > 1:
        panel.vlines(places, values.min(axis=0), values.max(axis=0), color="black")
    panel.set_xticks(places, [_mathematical("S", entry) for entry in vectors[0]])
    panel.set_ylim(0, 1.02)
    panel.set_ylabel("scatter" if len(vectors) == 1 else f"scatter of {len(vectors)} seeds")


def _draw_matrix(panel: Axes, entry: Scatter) -> None:
    from matplotlib import colormaps
    from matplotlib.ticker import MaxNLocator

    matrix = entry.windowed
    rows, columns = matrix.shape
    least, most = int(matrix.min()), int(matrix.max())
    small = max(rows, columns) <= SQUARE_UP_TO
    panel.imshow(
        np.ma.masked_equal(_reduced(matrix), 0),
        cmap=colormaps["viridis"].with_extremes(bad=NOTHING),
        vmin=1,
        vmax=max(2, most),
        interpolation="nearest",
        aspect="equal" if small else "auto",
        extent=(-0.5, columns - 0.5, rows - 0.5, -0.5),
    )
    if small:
        for (row, column), count in np.ndenumerate(matrix):
            panel.text(
                column,
                row,
                str(count),
                ha="center",
                va="center",
                fontsize=7,
                color="black" if count in {0, max(2, most)} else "white",
            )
    panel.set_title(
        f"{_mathematical('B', entry)}: {rows} x {columns}, "
        + (f"all {least}" if least == most else f"{least} to {most}"),
        fontsize=10,
    )
    forward = entry.direction == "forward"
    panel.set_xlabel("left window" if forward else "left neuron")
    panel.set_ylabel("right neuron" if forward else "right window")
    panel.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    panel.yaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def _reduced(matrix: NDArray[np.int64]) -> NDArray[np.int64]:
    """The matrix with no more rows and columns than pixels."""
    rows, columns = (
        balanced_windows(size, min(size, most))[:-1]
        for size, most in zip(matrix.shape, (TALLEST, WIDEST), strict=True)
    )
    least: NDArray[np.int64] = np.minimum.reduceat(matrix, rows, axis=0)
    return np.minimum.reduceat(least, columns, axis=1)


def _mathematical(letter: str, entry: Scatter) -> str:
    return rf"${letter}_{{{entry.junctions}}}^{{{entry.direction[0]}}}$"
