"""The routed netlist that nextpnr-himbaechel writes: each cell with its place and parameters."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from boards.bitstream.xc7_decode.database import Database

__all__ = ["RoutedCell", "RoutedNetlist", "integer", "read_routed"]

_CONSTANTS = {"PSEUDO_GND": False, "PSEUDO_VCC": True}
_BEL = re.compile(r"X(\d+)Y(\d+)/(\w+)_X(\d+)Y(\d+)\.(.*)")


@dataclass(frozen=True, kw_only=True)
class RoutedCell:
    """A cell that lies in a site."""

    name: str
    """Its name; dots are between the names of instances."""
    type: str
    """Its type in the words of nextpnr."""
    original: str
    """Its type in the netlist, where nextpnr kept it."""
    tile: str
    """The tile it lies in."""
    site: str
    """Kind of its site: SLICE, RAMB18, DSP48 and so on."""
    x: int
    """Column of the site among those of its kind in the tile."""
    y: int
    """Row of the same."""
    element: str
    """What it is inside of the site: `A6LUT`, `DSP48E1` and so on."""
    parameters: Mapping[str, str]
    """Its parameters: binary digits, the lowest last, or words."""
    pins: Mapping[str, tuple[str, ...]]
    """Of each pin of the site's element, the cell's own ports that it serves."""
    nets: Mapping[str, int]
    """Number of the net at each pin that has one."""


@dataclass(frozen=True)
class RoutedNetlist:
    """Every cell that has a place."""

    cells: tuple[RoutedCell, ...]
    """The cells."""
    names: Mapping[str, int]
    """Number of the net of each name; dots are between the names of instances."""
    constants: Mapping[int, bool]
    """Level of each net that has always the same."""

    def of(self, kind: str) -> Iterator[RoutedCell]:
        """Cells of a type in the words of nextpnr."""
        return iter(self._by_type.get(kind, ()))

    @cached_property
    def _by_type(self) -> dict[str, list[RoutedCell]]:
        found: dict[str, list[RoutedCell]] = {}
        for cell in self.cells:
            found.setdefault(cell.type, []).append(cell)
        return found


def integer(cell: RoutedCell, parameter: str, default: int) -> int:
    """A parameter's number.

    Raises
    ------
    ValueError
        It is no binary number.
    """
    text = cell.parameters.get(parameter)
    if text is None:
        return default
    if not re.fullmatch("[01]+ ?", text):
        raise ValueError(f"{parameter} of {cell.name} must be a binary number, not {text!r}")
    return int(text, 2)


def read_routed(file: Path, database: Database) -> RoutedNetlist:
    """Read a routed netlist.

    Raises
    ------
    ValueError
        There is none, or it is not of the form that nextpnr writes, or for another device.
    """
    try:
        text = json.loads(file.read_text(encoding="utf-8"))
    except OSError:
        raise ValueError(
            f"there must be the routed netlist {str(file)!r} beside the bitstream "
            "(nextpnr-himbaechel's --write)"
        ) from None
    except ValueError:
        raise ValueError(f"routed netlist {str(file)!r} must be JSON") from None
    try:
        (module,) = [m for m in text["modules"].values() if m["cells"]]
        cells = module["cells"]
        names = {
            name: net["bits"][0]
            for name, net in module.get("netnames", {}).items()
            if len(net["bits"]) == 1
        }
        constants = {
            cell["connections"]["Y"][0]: level
            for kind, level in _CONSTANTS.items()
            for cell in cells.values()
            if cell["type"] == kind
        }
        return RoutedNetlist(tuple(_placed(cells, database)), names, constants)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(
            f"routed netlist {str(file)!r} must be one that nextpnr-himbaechel wrote for "
            f"{database.device}"
        ) from error


def _placed(cells: Mapping[str, Mapping[str, Any]], database: Database) -> Iterator[RoutedCell]:
    for name, cell in cells.items():
        attributes = cell["attributes"]
        match = _BEL.fullmatch(attributes.get("NEXTPNR_BEL", ""))
        if match is None:
            continue  # constants, which lie everywhere
        column, row, site, x, y, element = match.groups()
        yield RoutedCell(
            name=name,
            type=cell["type"],
            original=attributes.get("X_ORIG_TYPE", "").strip(),
            tile=database.by_place[int(column), int(row)].name,
            site=site,
            x=int(x),
            y=int(y),
            element=element,
            parameters=cell["parameters"],
            pins={
                key.removeprefix("X_ORIG_PORT_"): tuple(ports.split())
                for key, ports in attributes.items()
                if key.startswith("X_ORIG_PORT_")
            },
            nets={pin: bits[0] for pin, bits in cell.get("connections", {}).items() if bits},
        )
