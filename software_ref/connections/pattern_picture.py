"""A picture of biadjacency matrices: a dark cell for every edge, lines around natural windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from software_ref.connections.biadjacency import Biadjacency
from software_ref.connections.pattern import SparsePattern
from software_ref.connections.windows import (
    backward_windowed,
    balanced_windows,
    forward_windowed,
)
from software_ref.figure import empty_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["patterns_figure"]

DPI = 120
WIDEST, TALLEST = 1920, 720
"""Pixels that a matrix may take; a larger one is drawn with several neurons to a pixel."""
SQUARE = 6
"""Pixels from which on cells are squares; smaller ones are drawn as high as there is room."""
LARGEST_CELL = 30
LEAST_SPACING = 4
"""Pixels between two lines; closer ones would hide the matrix and are left out."""
MARGIN = 1.1
"""Inches around a matrix for titles and numbers."""
LINE, CELL_LINE = "#e07a1f", "#d8d8d8"


def patterns_figure(title: str, patterns: Sequence[SparsePattern]) -> Figure:
    """The biadjacency matrices of all junctions.

    Right neurons are rows, left neurons columns. Upright lines are the bounds of forward windows,
    level ones those of backward windows.

    Parameters
    ----------
    title : str
        Heading of the picture.
    patterns : sequence of SparsePattern
        One per junction, drawn from the top down.
    """
    cells = [_cell(pattern) for pattern in patterns]
    widths = [wide * p.left / DPI for (wide, _), p in zip(cells, patterns, strict=True)]
    heights = [high * p.right / DPI for (_, high), p in zip(cells, patterns, strict=True)]
    figure = empty_figure(
        max(6, max(widths) + MARGIN), sum(heights) + MARGIN * (len(patterns) + 0.5), DPI
    )
    figure.suptitle(title)
    panels = figure.subplots(
        len(patterns), 1, squeeze=False, height_ratios=[height + MARGIN / 2 for height in heights]
    )
    for i, (panel, pattern, cell) in enumerate(zip(panels.flat, patterns, cells, strict=True)):
        _draw(panel, pattern, cell)
        windows = Biadjacency.of(pattern)
        panel.set_title(
            f"junction {i + 1}: {pattern.edges} edges, {len(windows.left_windows) - 1} left and "
            f"{len(windows.right_windows) - 1} right windows",
            fontsize=10,
        )
    return figure


def _cell(pattern: SparsePattern) -> tuple[float, float]:
    """Width and height of a cell in pixels."""
    wide = min(LARGEST_CELL, WIDEST / pattern.left)
    high = min(LARGEST_CELL, TALLEST / pattern.right)
    if min(wide, high) >= SQUARE:
        return min(wide, high), min(wide, high)
    return wide, min(high, max(wide, SQUARE))


def _draw(panel: Axes, pattern: SparsePattern, cell: tuple[float, float]) -> None:
    from matplotlib.ticker import MaxNLocator

    matrix = _reduced(pattern.biadjacency)
    panel.imshow(
        matrix > 0,
        cmap="Greys",
        vmin=0,
        vmax=1,
        interpolation="nearest",
        aspect="equal" if cell[0] == cell[1] else "auto",
        extent=(-0.5, pattern.left - 0.5, pattern.right - 0.5, -0.5),
    )
    if min(cell) >= 2 * SQUARE:
        panel.set_xticks(np.arange(pattern.left - 1) + 0.5, minor=True)
        panel.set_yticks(np.arange(pattern.right - 1) + 0.5, minor=True)
        panel.grid(which="minor", color=CELL_LINE, linewidth=0.5)
        panel.tick_params(which="minor", length=0)
    windows = Biadjacency.of(pattern)
    for bounds, size, draw in (
        (windows.left_windows, cell[0], panel.axvline),
        (windows.right_windows, cell[1], panel.axhline),
    ):
        # Windows of one neuron need no lines: they are the rows or columns.
        if len(bounds) <= bounds[-1] and np.diff(bounds).min() * size >= LEAST_SPACING:
            for bound in bounds[1:-1]:
                draw(bound - 0.5, color=LINE, linewidth=1.2)
    panel.set_xlabel("left neuron")
    panel.set_ylabel("right neuron")
    panel.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    panel.yaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def _reduced(matrix: NDArray[np.int64]) -> NDArray[np.int64]:
    """The matrix with no more rows and columns than pixels: an edge shows wherever one is."""
    right, left = matrix.shape
    fewer = forward_windowed(matrix, balanced_windows(left, min(left, WIDEST)))
    return backward_windowed(fewer, balanced_windows(right, min(right, TALLEST)))
