"""Training curves: figures over epochs, side by side in one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from software_ref.figure import empty_figure, write_picture
from software_ref.training import EpochResult

__all__ = ["draw_curves", "draw_series"]

MARKERS = ("o", "x", "+", "s", "^")
"""Open and crossing markers, so that curves that agree can be seen to lie on one another."""


def draw_curves(path: Path, title: str, curves: Mapping[str, Sequence[EpochResult]]) -> None:
    """Draw training and test accuracy over epochs into a file, written whole or not at all.

    Parameters
    ----------
    path : Path
        The picture.
    title : str
        Heading of the picture.
    curves : mapping
        Results by the trainer's name, in the order of the legend.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    draw_series(
        path,
        title,
        {
            f"{what}: accuracy, %": {
                name: [
                    (result.epoch + 1, 100 * getattr(result, attribute))
                    for result in results
                    if getattr(result, attribute) is not None
                ]
                for name, results in curves.items()
            }
            for what, attribute in (
                ("training stream, last 1,000", "train_accuracy"),
                ("test set", "test_accuracy"),
            )
        },
    )


def draw_series(
    path: Path, title: str, panels: Mapping[str, Mapping[str, Sequence[tuple[int, float]]]]
) -> None:
    """Draw panels of curves over epochs into a file, written whole or not at all.

    Parameters
    ----------
    path : Path
        The picture.
    title : str
        Heading of the picture.
    panels : mapping
        Points (epoch from 1, value) by the curve's name, by the panel's title.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    figure = empty_figure(9, 4)
    from matplotlib.ticker import MaxNLocator

    figure.suptitle(title)
    row = figure.subplots(1, len(panels), sharex=True, squeeze=False)[0]
    for panel, (heading, curves) in zip(row, panels.items(), strict=True):
        for marker, (name, points) in zip(MARKERS, curves.items(), strict=False):
            if points:
                epochs, values = zip(*points, strict=True)
                panel.plot(
                    epochs, values, marker=marker, markersize=9, fillstyle="none", label=name
                )
        panel.set_title(heading)
        panel.set_xlabel("epoch")
        panel.xaxis.set_major_locator(MaxNLocator(integer=True))
        panel.grid(alpha=0.3)
        if panel.lines:
            panel.legend()
    write_picture(path, figure)
