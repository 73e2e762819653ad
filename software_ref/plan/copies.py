"""Copies of what goes to many lanes: each is shared by a few lanes, or memories beside them."""

from __future__ import annotations

from dataclasses import dataclass

from software_ref.plan.row_layout import RowLayout

__all__ = ["LANES_PER_COPY", "LaneCopies", "lane_parts"]

LANES_PER_COPY = 8
"""Lanes, or memories beside them, that share one copy of a value which goes to all."""


def lane_parts(lanes: int) -> list[range]:
    """The lanes, or memories beside them, that share each copy."""
    return [
        range(first, min(first + LANES_PER_COPY, lanes))
        for first in range(0, lanes, LANES_PER_COPY)
    ]


@dataclass(frozen=True)
class LaneCopies:
    """How many copies a junction has, and which a lane uses."""

    layout: RowLayout
    """Geometry of the junction's rows."""

    @property
    def lanes(self) -> int:
        """Copies of a value that all lanes share."""
        return len(lane_parts(self.layout.shape.parallelism))

    @property
    def deltas(self) -> int:
        """Copies of a group's delta."""
        return len(lane_parts(self.layout.group))

    @property
    def all_deltas(self) -> int:
        """Copies of the deltas of all groups in a row."""
        return self.layout.groups * self.deltas

    def delta(self, lane: int) -> int:
        """The copy of its delta that a lane uses, counted over all groups."""
        group, place = divmod(lane, self.layout.group)
        return group * self.deltas + place // LANES_PER_COPY
