"""Training curves: figures over epochs, side by side in one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from software_ref.figure import empty_figure
from software_ref.training import EpochResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["curves_figure", "series_figure"]

MARKERS = ("o", "x", "+", "s", "^")
"""Open and crossing markers, so that curves that agree can be seen to lie on one another."""


def curves_figure(title: str, curves: Mapping[str, Sequence[EpochResult]]) -> Figure:
    """Training and test accuracy over epochs.

    Parameters
    ----------
    title : str
        Heading of the picture.
    curves : mapping
        Results by the trainer's name, in the order of the legend.
    """
    return series_figure(
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


def series_figure(
    title: str, panels: Mapping[str, Mapping[str, Sequence[tuple[int, float]]]]
) -> Figure:
    """Panels of curves over epochs.

    Parameters
    ----------
    title : str
        Heading of the picture.
    panels : mapping
        Points (epoch from 1, value) by the curve's name, by the panel's title.
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
    return figure
