"""Static timing of a mapped netlist: the longest paths of cell delay, in all and for each unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from hwgen.synthesis.cell_timing import CellTiming, Pin, Variant, variant
from hwgen.synthesis.netlist import Cell, Netlist, Unit
from hwgen.synthesis.yosys import SynthesisError

__all__ = ["PathCell", "StaticTiming", "TimingPath"]


@dataclass(frozen=True, kw_only=True)
class PathCell:
    """One cell on a path."""

    type: str
    """Primitive and pins, `CARRY4 S[0]>CO[3]`."""

    name: str
    """Name of the cell or of what it drives."""

    arrival_ns: float
    """Time after the clock edge at which the signal leaves the cell."""


@dataclass(frozen=True, kw_only=True)
class TimingPath:
    """The longest path that ends at some register."""

    ns: float
    """Cell delay from clock edge to clock edge, setup time included, wires not."""

    start: str
    """Register, memory or DSP block where the path starts."""

    end: str
    """Register, memory or DSP block where it ends, with the pin."""

    unit: Unit
    """Unit of the end."""

    cells: tuple[PathCell, ...]
    """All cells from start to end, both included."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "ns": self.ns,
            "start": self.start,
            "end": self.end,
            "cells": [asdict(cell) for cell in self.cells],
        }


@dataclass(frozen=True)
class _Arc:
    """A delay through a cell, towards one net."""

    source: int
    target: int
    delay: int
    cell: int
    pins: tuple[Pin, Pin]


class StaticTiming:
    """Longest paths of a netlist, from the delays that Yosys' `sta` uses.

    `sta` itself reports the one longest path of all, input ports included, and takes a minute on a
    large core; here paths are told apart by where they start and end.

    Parameters
    ----------
    netlist
        Mapped netlist.
    timing
        Delays of each cell variant in it.

    Raises
    ------
    SynthesisError
        The netlist has a combinational loop.
    """

    def __init__(self, netlist: Netlist, timing: Mapping[Variant, CellTiming]):
        self._netlist = netlist
        self._timing = [timing[variant(cell)] for cell in netlist.cells]
        self._fed_by: dict[int, list[_Arc]] = defaultdict(list)
        self._launch: dict[int, tuple[int, int, Pin]] = {}  # net: (ps, cell, pin)
        self._endpoints: list[tuple[int, int, int, Pin]] = []  # (net, setup ps, cell, pin)
        untimed: set[str] = set()
        for index, (cell, delays) in enumerate(zip(netlist.cells, self._timing, strict=True)):
            self._add_cell(index, cell, delays, untimed)
        self.untimed = tuple(sorted(untimed))
        """Pins of clocked cells (`RAMB36E1.ENARDEN`) without a setup time in the library, counted
        as 0 ps, and cells without any delay."""
        self._order = self._topological_order()
        self._before: dict[int, _Arc] = {}
        registered = self._propagate({net: ps for net, (ps, _, _) in self._launch.items()}, True)
        driven = self._propagate(dict.fromkeys(netlist.input_nets, 0), False)
        self.worst: dict[Unit, TimingPath] = {}
        """Longest register-to-register path that ends in each unit (the unit alone, not those
        below it)."""
        self._find_worst(registered)
        self.input_ns = self._longest(driven, to_outputs=False)
        """Longest path from an input port to a register."""
        self.output_ns = self._longest(registered, to_outputs=True)
        """Longest path from a register to an output port."""
        self.through_ns = self._longest(driven, to_outputs=True)
        """Longest path from an input port to an output port."""

    def worst_in(self, unit: Unit) -> TimingPath | None:
        """The longest register-to-register path that ends in a unit or below it."""
        paths = [path for where, path in self.worst.items() if where[: len(unit)] == unit]
        return max(paths, key=lambda path: path.ns, default=None)

    def _add_cell(self, index: int, cell: Cell, delays: CellTiming, untimed: set[str]) -> None:
        def net(pins: dict[str, list[int | str]], pin: Pin) -> int | None:
            nets = pins.get(pin[0], [])
            found = nets[pin[1]] if pin[1] < len(nets) else None
            return found if isinstance(found, int) else None

        for (start, end), delay in delays.through.items():
            source, target = net(cell.inputs, start), net(cell.outputs, end)
            if source is not None and target is not None:
                self._fed_by[target].append(_Arc(source, target, delay, index, (start, end)))
        for pin, delay in delays.arrival.items():
            target = net(cell.outputs, pin)
            if target is not None:
                self._launch[target] = (delay, index, pin)
        timed = {start for start, _ in delays.through} | delays.setup.keys()
        if not (delays.through or delays.arrival or delays.setup):
            untimed.add(cell.type)
        for port, nets in cell.inputs.items():
            for place, source in enumerate(nets):
                pin = (port, place)
                if not isinstance(source, int) or port in delays.clocks:
                    continue
                if delays.clocks and pin not in timed:
                    untimed.add(f"{cell.type}.{port}")
                if pin in delays.setup or (delays.clocks and pin not in timed):
                    self._endpoints.append((source, delays.setup.get(pin, 0), index, pin))

    def _topological_order(self) -> list[int]:
        """Nets driven through cells, each after all that it depends on."""
        feeds: dict[int, list[int]] = defaultdict(list)
        waiting: dict[int, int] = {}
        for target, arcs in self._fed_by.items():
            inner = [arc.source for arc in arcs if arc.source in self._fed_by]
            waiting[target] = len(inner)
            for source in inner:
                feeds[source].append(target)
        ready = [net for net, count in waiting.items() if not count]
        for net in ready:  # grows while it is walked
            for target in feeds[net]:
                waiting[target] -= 1
                if not waiting[target]:
                    ready.append(target)
        if len(ready) < len(waiting):
            stuck = next(net for net, count in waiting.items() if count)
            names = self._netlist.net_names(stuck) or [f"net {stuck}"]
            raise SynthesisError(f"the netlist must have no combinational loop, as at {names[0]}")
        return ready

    def _propagate(self, times: dict[int, int], trace: bool) -> dict[int, int]:
        """Latest times of all nets from those of some; remember the way if `trace`."""
        for net in self._order:
            best, way = times.get(net, -1), None
            for arc in self._fed_by[net]:
                if arc.source in times and times[arc.source] + arc.delay > best:
                    best, way = times[arc.source] + arc.delay, arc
            if way is not None:
                times[net] = best
                if trace:
                    self._before[net] = way
        return times

    def _longest(self, times: dict[int, int], *, to_outputs: bool) -> float | None:
        if to_outputs:
            found = [times[net] for net in self._netlist.output_nets if net in times]
        else:
            found = [times[net] + setup for net, setup, _, _ in self._endpoints if net in times]
        return max(found) / 1000 if found else None

    def _find_worst(self, times: dict[int, int]) -> None:
        worst: dict[Unit, tuple[int, int, int, Pin]] = {}
        for net, setup, cell, pin in self._endpoints:
            if net in times:
                unit, total = self._netlist.units[cell], times[net] + setup
                if unit not in worst or total > worst[unit][0]:
                    worst[unit] = (total, net, cell, pin)
        self.worst = {unit: self._path(times, unit, end) for unit, end in worst.items()}

    def _path(
        self, times: dict[int, int], unit: Unit, found: tuple[int, int, int, Pin]
    ) -> TimingPath:
        """Walk back from the end of a path (ps, net, cell, pin) to its start."""
        netlist = self._netlist
        total, net, end, end_pin = found
        end_cell = netlist.cells[end]
        end_type = f"{end_cell.type} {_pin(end_cell, end_pin)}"
        steps = [PathCell(type=end_type, name=netlist.label(end_cell), arrival_ns=total / 1000)]
        while True:
            arc = self._before.get(net)
            if arc is None:
                _, index, pin = self._launch[net]
                kind = f">{_pin(netlist.cells[index], pin)}"
            else:
                index = arc.cell
                kind = ">".join(_pin(netlist.cells[index], pin) for pin in arc.pins)
            cell = netlist.cells[index]
            names = netlist.net_names(net)
            steps.append(
                PathCell(
                    type=f"{cell.type} {kind}",
                    name=max(names, key=len) if names else netlist.label(cell),
                    arrival_ns=times[net] / 1000,
                )
            )
            if arc is None:
                break
            net = arc.source
        steps.reverse()
        return TimingPath(
            ns=total / 1000,
            start=f"{steps[0].name} ({steps[0].type})",
            end=f"{steps[-1].name} ({end_type})",
            unit=unit,
            cells=tuple(steps),
        )


def _pin(cell: Cell, pin: Pin) -> str:
    width = len((cell.inputs | cell.outputs)[pin[0]])
    return f"{pin[0]}[{pin[1]}]" if width > 1 else pin[0]
