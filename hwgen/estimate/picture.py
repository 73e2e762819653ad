"""The picture of a sweep: what each variant takes, and how many samples a second it gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hwgen.estimate.sweep import Point
from software_ref.figure import empty_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["sweep_figure"]

ACROSS = {
    "z": "samples per second at {clock:g} MHz",
    "formats": "bits of a number",
}
RESOURCES = (("lut", "LUT"), ("ff", "flip-flops"), ("dsp", "DSP blocks"), ("bram36", "BRAM36"))
POINT, HERE, LIMIT = "#3b6ea5", "#c8451b", "#999999"
LABELS_UP_TO = 12
"""Points up to which every one is labelled."""


def sweep_figure(
    title: str,
    what: str,
    points: Sequence[Point],
    *,
    clock_mhz: float,
    limits: dict[str, float],
) -> Figure:
    """One panel for each resource.

    Parameters
    ----------
    title
        Heading.
    what
        "z" or "formats".
    points
        The variants.
    clock_mhz
        Clock that samples per second are computed from.
    limits
        What the device has, by "lut", "ff", "dsp" and "bram36"; drawn where there is one.
    """
    figure = empty_figure(11, 8)
    figure.suptitle(title)
    axes = figure.subplots(2, 2)
    if what == "z":
        across = [clock_mhz * 1e6 / point.estimate.clocks_per_sample for point in points]
    else:
        across = [float(point.network.format.width) for point in points]
    order = sorted(range(len(points)), key=across.__getitem__)
    for panel, (key, name) in zip(axes.flat, RESOURCES, strict=True):
        values = [getattr(point.estimate, key) for point in points]
        panel.plot([across[k] for k in order], [values[k] for k in order], color=POINT, marker="o")
        for place, value, point in zip(across, values, points, strict=True):
            if point.here:
                panel.plot(place, value, "o", color=HERE, markersize=9, label="the network file")
            if key == "lut" and (len(points) <= LABELS_UP_TO or point.here):
                panel.annotate(
                    point.label,
                    (place, value),
                    xytext=(0, 8),
                    textcoords="offset points",
                    fontsize=8,
                    rotation=60,
                    annotation_clip=False,
                )
        if key in limits:
            panel.axhline(limits[key], color=LIMIT, linestyle="--", label="the device has")
        if what == "z":
            panel.set_xscale("log")
        panel.set_ylim(bottom=0)
        panel.margins(y=0.15)
        panel.set_ylabel(name)
        panel.set_xlabel(ACROSS[what].format(clock=clock_mhz))
        if panel.get_legend_handles_labels()[0]:
            panel.legend(fontsize=8)
    return figure
