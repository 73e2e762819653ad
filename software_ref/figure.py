"""Figures without a screen, and the PNGs that they become."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from software_ref.atomic_file import atomic_file
from software_ref.cache_folder import cache_environment

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["empty_figure", "write_png"]


def empty_figure(width: float, height: float) -> Figure:
    """A figure of a size in inches, whose parts make room for one another.

    It has a canvas of its own in place of `pyplot`'s, which would look for a screen and keep every
    figure in memory. Import nothing of Matplotlib before.
    """
    # Matplotlib takes a second to import, and looks for its folders as soon as it is.
    os.environ.update(cache_environment())
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def write_png(path: Path, figure: Figure, dpi: int = 120) -> None:
    """Write a figure, whole or not at all.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    with atomic_file(path) as unfinished:
        figure.savefig(unfinished, format="png", dpi=dpi)
