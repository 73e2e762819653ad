"""A mapped, flattened netlist as Yosys' write_json wrote it, and the unit each cell belongs to."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hwgen.tool_output import read_json

__all__ = ["Cell", "Netlist", "Unit", "common_unit"]

Unit = tuple[str, ...]
"""Instance names from below the top module down; () is the top module itself."""

_REGISTERS = ("FD", "TRELLIS_FF")
_MEMORIES = ("RAM", "TRELLIS_DPR", "DP16KD")
"""How the types of these cells start, in the 7 series and in ECP5."""


@dataclass(frozen=True)
class Cell:
    """One cell of the netlist."""

    name: str
    """Name after flattening, `junction_1.weights.mem.0.0`; Yosys' own names start with `$`."""

    type: str
    """Device primitive, `LUT6`."""

    parameters: dict[str, str] = field(repr=False)
    inputs: dict[str, list[int | str]] = field(repr=False)
    """Pin to nets, lowest bit first: a number, or the constant "0", "1" or "x"."""

    outputs: dict[str, list[int | str]] = field(repr=False)

    def driven(self) -> list[int]:
        """Nets that the cell drives."""
        return [net for nets in self.outputs.values() for net in nets if isinstance(net, int)]

    def read(self) -> list[int]:
        """Nets that the cell reads."""
        return [net for nets in self.inputs.values() for net in nets if isinstance(net, int)]


class Netlist:
    """Cells, nets and names of one flattened module.

    The unit of a cell is where its source stands. Yosys keeps that for memories, DSP blocks and
    registers (their names, or `flatten -scopename`), not for LUTs, carries, shift registers and
    the registers behind a memory. The last take the unit of their memory; others that of the named
    net they drive; failing that, of everything they feed; failing that, of everything that feeds
    them. Where several units meet, their common parent
    gets the cell.

    Parameters
    ----------
    path
        JSON file of `write_json`.
    top
        Module to read.
    """

    def __init__(self, path: Path, top: str):
        module = read_json(path)["modules"][top]
        self.cells: list[Cell] = []
        self.input_nets: list[int] = []
        self.output_nets: list[int] = []
        self._scopes: set[Unit] = {()}
        self._names: dict[int, list[str]] = defaultdict(list)
        self._read_ports(module["ports"])
        self._read_names(module["netnames"])
        hints = self._read_cells(module["cells"])
        self.units: list[Unit] = _Attribution(self, hints).units
        """The unit of each cell, in the order of `cells`."""

    def _read_ports(self, ports: dict[str, Any]) -> None:
        for port in ports.values():
            nets = [net for net in port["bits"] if isinstance(net, int)]
            (self.input_nets if port["direction"] == "input" else self.output_nets).extend(nets)

    def _read_names(self, names: dict[str, Any]) -> None:
        for name, entry in names.items():
            if entry["hide_name"]:
                continue
            bits = entry["bits"]
            for place, net in enumerate(bits):
                if isinstance(net, int):
                    self._names[net].append(f"{name}[{place}]" if len(bits) > 1 else name)

    def _read_cells(self, cells: dict[str, Any]) -> list[Unit | None]:
        """Fill `cells`; return the unit that each cell's own name or attribute tells."""
        sources: list[str | None] = []
        for name, entry in cells.items():
            if entry["type"] == "$scopeinfo":
                self._scopes.add(tuple(name.split(".")))
                continue
            pins: dict[str, dict[str, list[int | str]]] = {"input": {}, "output": {}}
            for pin, nets in entry["connections"].items():
                pins[entry["port_directions"][pin]][pin] = nets
            self.cells.append(
                Cell(name, entry["type"], entry["parameters"], pins["input"], pins["output"])
            )
            scope = entry["attributes"].get("scopename")
            if scope is not None:
                sources.append(scope.replace(" ", "."))
            elif name.startswith("$flatten\\"):
                sources.append(name.removeprefix("$flatten").replace("\\", ""))
            else:
                sources.append(None if name.startswith("$") else name)
        return [None if source is None else self.scope(source) for source in sources]

    def scope(self, name: str) -> Unit:
        """The deepest unit that a hierarchical name lies in."""
        parts = tuple(name.split("."))
        while parts not in self._scopes:
            parts = parts[:-1]
        return parts

    def net_names(self, net: int) -> list[str]:
        """Source names of a net, with the bit's place; empty for a net that Yosys made."""
        return self._names.get(net, [])

    def label(self, cell: Cell) -> str:
        """A name for people: the cell's own, else that of a net it drives."""
        if not cell.name.startswith("$"):
            return cell.name
        names = [name for net in cell.driven() for name in self.net_names(net)]
        # The longest name is the deepest, nearest to the cell.
        return max(names, key=lambda name: name.count("."), default=cell.name)


def common_unit(units: list[Unit]) -> Unit:
    """The deepest unit that holds all of them; () if there are none."""
    if not units:
        return ()
    low, high = min(units), max(units)
    length = 0
    while length < min(len(low), len(high)) and low[length] == high[length]:
        length += 1
    return low[:length]


class _Attribution:
    """Finds the units of cells that lost their names."""

    def __init__(self, netlist: Netlist, hints: list[Unit | None]):
        self._netlist = netlist
        self._drivers: dict[int, int] = {}
        self._loads: dict[int, list[int]] = defaultdict(list)
        for index, cell in enumerate(netlist.cells):
            for net in cell.driven():
                self._drivers[net] = index
            for net in cell.read():
                self._loads[net].append(index)
        found = list(hints)
        open_cells = [index for index, unit in enumerate(found) if unit is None]
        rules = (self._from_memory, self._from_name, self._from_loads, self._from_drivers)
        for rule in rules:
            open_cells = self._settle(found, open_cells, rule)
        self.units: list[Unit] = [() if unit is None else unit for unit in found]

    def _settle(self, found: list[Unit | None], open_cells: list[int], rule: Any) -> list[int]:
        """Apply a rule until it finds nothing new; return the cells that stay open."""
        while True:
            news = {index: unit for index in open_cells if (unit := rule(index, found)) is not None}
            for index, unit in news.items():
                found[index] = unit
            open_cells = [index for index in open_cells if index not in news]
            if not news:
                return open_cells

    def _from_memory(self, index: int, found: list[Unit | None]) -> Unit | None:
        """The unit of the memory whose output a register holds."""
        cell = self._netlist.cells[index]
        data = cell.inputs.get("D") or cell.inputs.get("DI", [])
        if not (cell.type.startswith(_REGISTERS) and data and data[0] in self._drivers):
            return None
        driver = self._drivers[data[0]]
        return found[driver] if self._netlist.cells[driver].type.startswith(_MEMORIES) else None

    def _from_name(self, index: int, found: list[Unit | None]) -> Unit | None:
        """The deepest unit that names a driven net.

        A net that crosses from one unit to another has names in both; then the unit that feeds
        the cell is where it stands.
        """
        netlist = self._netlist
        scopes = {
            netlist.scope(name)
            for net in netlist.cells[index].driven()
            for name in netlist.net_names(net)
        }
        scopes -= {scope[:length] for scope in scopes for length in range(len(scope))}
        if len(scopes) > 1:
            scopes = (scopes & set(self._feeding(index, found))) or scopes
        return common_unit(sorted(scopes)) if scopes else None

    def _from_loads(self, index: int, found: list[Unit | None]) -> Unit | None:
        driven = self._netlist.cells[index].driven()
        return _agreed([found[load] for net in driven for load in self._loads[net]])

    def _from_drivers(self, index: int, found: list[Unit | None]) -> Unit | None:
        return _agreed(self._feeding(index, found))

    def _feeding(self, index: int, found: list[Unit | None]) -> list[Unit | None]:
        read = self._netlist.cells[index].read()
        return [found[self._drivers[net]] for net in read if net in self._drivers]


def _agreed(units: list[Unit | None]) -> Unit | None:
    """The unit that holds all of them; None if one is not known or only the top holds them."""
    known = {unit for unit in units if unit is not None}
    if not known or None in units:
        return None
    return common_unit(sorted(known)) or (() if known == {()} else None)
