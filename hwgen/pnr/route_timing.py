"""Static timing of a routed design: the longest path to every register, cells and wires apart."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hwgen.pnr.delay_file import DelayFile, Pin
from hwgen.pnr.nextpnr import PlacementError

__all__ = ["RouteTiming", "RoutedPath", "Segment"]

_CLOCK = re.compile(r"W?CL?K[AB0-3]?|CLKI|CLKO")


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One step of a path: through a cell, or along a wire."""

    kind: str
    """`cell` or `wire`."""
    cell: str
    """The cell, or the one that the wire ends in."""
    ports: str
    """`Q`, `A>F` or `DI`: where the path comes in and out."""
    ns: float
    """Delay."""


@dataclass(frozen=True, kw_only=True)
class RoutedPath:
    """The longest path that ends at one input of a register, memory or multiplier."""

    start: str
    """Cell it starts from."""
    end: str
    """Cell it ends in."""
    cell_ns: float
    """Delay in cells, set-up time included."""
    wire_ns: float
    """Delay on wires."""
    levels: int
    """Cells between start and end; a carry chain counts once."""
    segments: tuple[Segment, ...]
    """The way, start to end."""

    @property
    def ns(self) -> float:
        """The whole delay, to a picosecond."""
        return round(self.cell_ns + self.wire_ns, 3)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "ns": self.ns,
            "cell_ns": round(self.cell_ns, 3),
            "wire_ns": round(self.wire_ns, 3),
            "levels": self.levels,
            "start": self.start,
            "end": self.end,
            "segments": [
                {"kind": each.kind, "cell": each.cell, "ports": each.ports, "ns": each.ns}
                for each in self.segments
            ],
        }


class RouteTiming:
    """Longest register-to-register paths of a routed design with one clock.

    nextpnr itself reports a single path. The delays it writes are those it calculates with, so the
    longest of the paths found here is that one.

    Parameters
    ----------
    delays : DelayFile
    label : callable
        The name that paths show for a cell.

    Raises
    ------
    PlacementError
        There is a combinational loop.
    """

    def __init__(self, delays: DelayFile, label: Callable[[str], str] = str) -> None:
        self._delays = delays
        self._label = label
        self._arcs: dict[Pin, list[tuple[Pin, int]]] = defaultdict(list)  # into an output
        self._launch: dict[Pin, int] = {}
        for name, cell in delays.cells.items():
            for (start, end), ps in cell.through.items():
                if start in cell.clocks or (_CLOCK.fullmatch(start) and cell.type != "DCCA"):
                    self._launch[name, end] = ps
                elif cell.type != "DCCA":
                    self._arcs[name, end].append(((name, start), ps))
        self._arrival: dict[Pin, int] = {}
        self._before: dict[Pin, Pin] = {}
        self._propagate()
        self.ends: dict[str, tuple[int, Pin]] = {}
        """For every cell that ends a path, the longest path's picoseconds and its pin."""
        for name, cell in delays.cells.items():
            for port, setup in cell.setup.items():
                arrival = self._arrival_at((name, port))
                if arrival is not None and arrival + setup > self.ends.get(name, (-1,))[0]:
                    self.ends[name] = (arrival + setup, (name, port))
        self.untimed = tuple(sorted(set(self._untimed())))
        """Inputs of clocked cells (`MULT18X18D.A`) that have no delay and no set-up time."""

    def start_of(self, cell: str) -> str:
        """The cell that the longest path into a cell starts from."""
        pin = self._delays.wires[self.ends[cell][1]][0]
        while pin in self._before:
            pin = self._delays.wires[self._before[pin]][0]
        return pin[0]

    def path(self, cell: str) -> RoutedPath:
        """The longest path into a cell."""
        wires, label = self._delays.wires, self._label
        total, pin = self.ends[cell]
        setup = self._delays.cells[cell].setup[pin[1]]
        segments = [Segment(kind="cell", cell=label(cell), ports=pin[1], ns=setup / 1000)]
        cells, along = setup, 0
        while True:
            source, ps = wires[pin]
            segments.append(Segment(kind="wire", cell=label(pin[0]), ports=pin[1], ns=ps / 1000))
            along += ps
            before = self._before.get(source)
            delay = self._launch[source] if before is None else self._delay(before, source)
            ports = source[1] if before is None else f"{before[1]}>{source[1]}"
            segments.append(
                Segment(kind="cell", cell=label(source[0]), ports=ports, ns=delay / 1000)
            )
            cells += delay
            if before is None:
                break
            pin = before
        if cells + along != total:
            raise PlacementError(
                f"the path to {cell} must add up to {total} ps, not {cells + along}"
            )
        segments.reverse()
        levels = sum(
            segment.kind == "cell" and not segment.ports.startswith("FCI>")
            for segment in segments[1:-1]
        )
        return RoutedPath(
            start=label(source[0]),
            end=label(cell),
            cell_ns=cells / 1000,
            wire_ns=along / 1000,
            levels=levels,
            segments=tuple(segments),
        )

    def _delay(self, start: Pin, end: Pin) -> int:
        return self._delays.cells[end[0]].through[start[1], end[1]]

    def _arrival_at(self, pin: Pin) -> int | None:
        """When a signal from a register reaches an input at the latest."""
        wire = self._delays.wires.get(pin)
        if wire is None or wire[0] not in self._arrival:
            return None
        return self._arrival[wire[0]] + wire[1]

    def _propagate(self) -> None:
        """Latest times of all outputs, each after all that it depends on."""
        wires = self._delays.wires
        feeds: dict[Pin, list[Pin]] = defaultdict(list)
        waiting: dict[Pin, int] = {}
        for output, arcs in self._arcs.items():
            sources = [wires[start][0] for start, _ in arcs if start in wires]
            waiting[output] = sum(source in self._arcs for source in sources)
            for source in sources:
                if source in self._arcs:
                    feeds[source].append(output)
        self._arrival.update(self._launch)
        ready = [output for output, count in waiting.items() if not count]
        for output in ready:  # grows while it is walked
            latest, way = -1, None
            for start, ps in self._arcs[output]:
                arrival = self._arrival_at(start)
                if arrival is not None and arrival + ps > latest:
                    latest, way = arrival + ps, start
            if way is not None and latest > self._arrival.get(output, -1):
                self._arrival[output] = latest
                self._before[output] = way
            for target in feeds[output]:
                waiting[target] -= 1
                if not waiting[target]:
                    ready.append(target)
        if len(ready) < len(waiting):
            stuck = next(output for output, count in waiting.items() if count)
            raise PlacementError(f"the design must have no combinational loop, as at {stuck[0]}")

    def _untimed(self) -> Iterator[str]:
        """Inputs that a register reaches and no delay leaves, of cells with a clock."""
        wires, cells = self._delays.wires, self._delays.cells
        clocked = {cell for cell, port in wires if _CLOCK.fullmatch(port) and cell in cells}
        timed = {(name, start) for name in clocked for start, _ in cells[name].through}
        timed |= {(name, port) for name in clocked for port in cells[name].setup}
        for pin in wires.keys() - timed:
            cell, port = pin
            if cell in clocked and self._arrival_at(pin) is not None:
                yield f"{cells[cell].type}.{port.rstrip('0123456789')}"
