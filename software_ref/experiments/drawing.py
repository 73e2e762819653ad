"""Curves with their spread over seeds, drawn alike in every experiment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from software_ref.experiments.report import Spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Curves", "draw_panels", "draw_spreads", "panels_size", "percent_axis"]

Curves: TypeAlias = dict[str, list[tuple[float, Spread]]]
"""Points (x, accuracy) of each curve by its label."""

MARKERS = "osD^vPX*"


def draw_spreads(axes: Axes, curves: Mapping[str, Sequence[tuple[float, Spread]]]) -> None:
    """Draw accuracies in percent with bars of one standard deviation, one curve per label."""
    for i, (label, points) in enumerate(curves.items()):
        if not points:
            continue
        xs, spreads = zip(*sorted(points, key=lambda point: point[0]), strict=True)
        axes.errorbar(
            xs,
            [100 * spread.mean for spread in spreads],
            yerr=[100 * spread.deviation for spread in spreads],
            marker=MARKERS[i % len(MARKERS)],
            markersize=5,
            capsize=3,
            label=label,
        )
    axes.set_ylabel("test accuracy, %")
    axes.grid(alpha=0.3)
    if any(curves.values()):
        axes.legend(fontsize=8)


def panels_size(panels: int) -> tuple[float, float]:
    """Width and height in inches of a figure with some panels side by side."""
    return 4.5 * max(2, panels), 4.5


def draw_panels(
    figure: Figure, panels: Mapping[str, Curves], finish: Callable[[Axes], None]
) -> None:
    """Draw one panel of curves per title, side by side; `finish` does its x axis."""
    row = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, (title, curves) in zip(row, panels.items(), strict=True):
        axes.set_title(title)
        draw_spreads(axes, curves)
        finish(axes)


def percent_axis(axes: Axes, label: str) -> None:
    """A logarithmic x axis of shares in percent."""
    from matplotlib.ticker import FormatStrFormatter, LogLocator, NullFormatter

    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FormatStrFormatter("%g"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel(label)
