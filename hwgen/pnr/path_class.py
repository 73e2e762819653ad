"""Paths that differ only in lane or bit, as one class: what limits the clock, in few lines."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

__all__ = ["End", "PathClass", "group_paths"]

_NUMBER = re.compile(r"\d+")
_PLACE = re.compile(r"\[\d+\]$")


@dataclass(frozen=True, kw_only=True)
class End:
    """A register, memory or multiplier at one end of a path."""

    unit: str
    """Unit it stands in: `junction_1.update`, `shared` or `harness`."""
    name: str
    """Its name inside the unit, with the bit: `product3_m[7]`."""
    type: str
    """Its cell type."""

    @property
    def kind(self) -> str:
        """Unit, name without lane and bit, and the cell type unless it is a flip-flop."""
        name = _NUMBER.sub("*", _PLACE.sub("", self.name))
        suffix = "" if self.type == "TRELLIS_FF" else f" ({self.type})"
        return f"{self.unit}.{name}{suffix}"


@dataclass(frozen=True, kw_only=True)
class PathClass:
    """Paths from one kind of register to another."""

    start: str
    """Kind of register they start from: `junction_1.update.product*_wide_after*`."""
    end: str
    """Kind of register they end in."""
    ns: float
    """The longest one's delay."""
    cell_ns: float
    """That in its cells."""
    wire_ns: float
    """That on its wires."""
    levels: int
    """Cells between its registers."""
    paths: int
    """Registers that end such a path."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "start": self.start,
            "end": self.end,
            "ns": round(self.ns, 3),
            "cell_ns": round(self.cell_ns, 3),
            "wire_ns": round(self.wire_ns, 3),
            "levels": self.levels,
            "paths": self.paths,
        }


def group_paths(paths: Iterable[tuple[End, End, float]]) -> list[tuple[int, int]]:
    """Group paths (start, end, ns) into classes.

    Returns
    -------
    list of (int, int)
        For each class, slowest first: which path is its longest, and how many there are.
    """
    members: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
    for index, (start, end, ns) in enumerate(paths):
        members[start.kind, end.kind].append((-ns, index))
    found = sorted((min(group), len(group)) for group in members.values())
    return [(index, count) for (_, index), count in found]
