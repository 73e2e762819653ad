"""A picture of a profile: the share of every power of two, quantity by quantity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from software_ref.figure import empty_figure
from software_ref.fixed_point import FixedFormat
from software_ref.ranges.profiler import LOWEST, QUANTITIES, JunctionProfile

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ranges_figure"]

SMALLEST_SHARE = 1e-6


def ranges_figure(title: str, fmt: FixedFormat, profiles: Sequence[JunctionProfile]) -> Figure:
    """A row of shares for every quantity of every junction.

    The format's smallest and largest magnitudes are marked: what lies right of them saturates,
    what lies left is rounded to 0.
    """
    rows = [
        (f"{name}, junction {profile.index}", profile.distributions[name])
        for profile in profiles
        for name in QUANTITIES
        if profile.distributions[name].count
    ]
    powers = np.array([found.powers / found.count for _, found in rows])
    seen = np.flatnonzero(powers.any(axis=0))
    first, last = (int(seen[0]), int(seen[-1])) if len(seen) else (0, 0)
    figure = empty_figure(9, 1.5 + 0.28 * len(rows), dpi=110)
    from matplotlib.colors import LogNorm

    axes = figure.subplots()
    edges = LOWEST + np.arange(first, last + 2)
    picture = axes.pcolormesh(
        edges,
        np.arange(len(rows) + 1),
        np.ma.masked_equal(powers[:, first : last + 1], 0),
        norm=LogNorm(SMALLEST_SHARE, 1),
        cmap="viridis",
    )
    axes.axvline(fmt.integer, color="tab:red", label=f"largest of {fmt}: 2^{fmt.integer}")
    half = -fmt.fraction - 1
    axes.axvline(half, color="tab:orange", label=f"rounded to 0 below 2^{half}")
    axes.set_yticks(np.arange(len(rows)) + 0.5, [label for label, _ in rows])
    axes.invert_yaxis()
    axes.set_xlabel("magnitude, power of two")
    axes.set_title(title)
    figure.legend(loc="outside lower center", ncols=2, fontsize=8)
    figure.colorbar(picture, ax=axes, label="share of the values")
    return figure
