"""Figures without a screen, and the files that they become."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from software_ref.console.atomic_file import atomic_file
from software_ref.console.cache_folder import cache_environment

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PICTURE_FORMATS", "empty_figure", "picture_format", "write_picture"]

PICTURE_FORMATS: dict[str, dict[str, Any]] = {
    "png": {},
    "pdf": {"CreationDate": None},
    "svg": {"Date": None},
}
"""Endings of pictures, with what leaves the day out of them: equal figures make equal files."""


def empty_figure(width: float, height: float, dpi: int = 120) -> Figure:
    """A figure of a size in inches and pixels an inch, whose parts make room for one another.

    It has a canvas of its own in place of `pyplot`'s, which would look for a screen and keep every
    figure in memory. Import nothing of Matplotlib before.
    """
    # Matplotlib takes a second to import, and looks for its folders as soon as it is.
    os.environ.update(cache_environment())
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=dpi, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def picture_format(path: Path) -> str:
    """The format that a picture's name asks for: a key of `PICTURE_FORMATS`.

    Raises
    ------
    ValueError
        The name has another ending, or none.
    """
    ending = path.suffix.lower().removeprefix(".")
    if ending not in PICTURE_FORMATS:
        *most, last = (f".{name}" for name in PICTURE_FORMATS)
        raise ValueError(f"a picture's name must end in {', '.join(most)} or {last}, not {path}")
    return ending


def write_picture(path: Path, figure: Figure) -> None:
    """Write a figure in the format of the file's ending, whole or not at all.

    Raises
    ------
    OSError
        The file cannot be written.
    ValueError
        It has no ending of a picture.
    """
    from matplotlib import rc_context

    kind = picture_format(path)
    # An SVG's names of its parts would be random.
    with atomic_file(path) as unfinished, rc_context({"svg.hashsalt": "presparse"}):
        figure.savefig(unfinished, format=kind, dpi="figure", metadata=PICTURE_FORMATS[kind])
