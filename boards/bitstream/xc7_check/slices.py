"""Look-up tables of slices: where their bits are, and the check of those that are logic."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from boards.bitstream.xc7_check.findings import Finding, Findings
from boards.bitstream.xc7_check.routed import RoutedCell, RoutedNetlist
from boards.bitstream.xc7_decode.device_bits import DeviceBits

__all__ = ["MEMORY_TYPES", "check_logic", "lut_bits", "lut_name"]

MEMORY_TYPES = ("RAMD32", "RAMD64E", "RAMS32", "RAMS64E")
"""What LUT RAM is made of."""
_HALF = 32


def lut_name(cell: RoutedCell) -> str:
    """The feature with a LUT's slice and letter: `SLICEM_X0.ALUT`."""
    memory = "CLBLM" in cell.tile and cell.x == 0
    return f"SLICE{'M' if memory else 'L'}_X{cell.x}.{cell.element[0]}LUT"


def lut_bits(device: DeviceBits, cell: RoutedCell) -> NDArray[np.bool_]:
    """The 64 bits of the LUT that a cell lies in, both halves: bool (64,)."""
    return device.vector(cell.tile, f"{lut_name(cell)}.INIT", 2 * _HALF)


def check_logic(device: DeviceBits, netlist: RoutedNetlist) -> Findings:
    """Hold every LUT that is logic against the routed netlist's truth table, pin by pin."""
    differences = []
    together: dict[tuple[str, str], list[RoutedCell]] = defaultdict(list)
    for cell in netlist.of("SLICE_LUTX"):
        if cell.original not in MEMORY_TYPES:
            together[cell.tile, lut_name(cell)].append(cell)
    count = 0
    for (tile, name), cells in together.items():
        held = lut_bits(device, cells[0])
        for cell in cells:
            count += 1
            places = _places(cell, shared=len(cells) > 1)
            right = _table(cell)[places]
            if not np.array_equal(held[places], right):
                differences.append(
                    Finding(
                        what=f"truth table of {cell.name}",
                        where=f"{tile}.{name}",
                        found=_hexadecimal(held[places]),
                        right=_hexadecimal(right),
                    )
                )
    return Findings(
        kind="logic",
        compared={"look-up tables": count},
        differences=differences,
        notes=["look-up tables are compared with the routed netlist, not with the Verilog"],
    )


def _places(cell: RoutedCell, *, shared: bool) -> NDArray[np.int64]:
    """The bits of the LUT that are a cell's: half of them where two cells share it."""
    if not shared:
        return np.arange(2 * _HALF)
    first = _HALF if cell.element.endswith("6LUT") else 0
    return np.arange(first, first + _HALF)


def _table(cell: RoutedCell) -> NDArray[np.bool_]:
    """What a LUT must hold for every level of its six pins, low where a pin is not the cell's."""
    text = cell.parameters.get("INIT", "0").replace("x", "0").replace(" ", "")
    init = np.array([bit == "1" for bit in reversed(text)], dtype=bool)
    pins = np.arange(2 * _HALF)
    index = np.zeros(2 * _HALF, np.int64)
    for pin in range(6):
        for port in cell.pins.get(f"A{pin + 1}", ()):
            index |= (pins >> pin & 1) << _input(cell, port)
    table = np.zeros(max(2 * _HALF, len(init)), bool)
    table[: len(init)] = init
    chosen: NDArray[np.bool_] = table[index]
    return chosen


def _input(cell: RoutedCell, port: str) -> int:
    """Number of an input I0 to I5."""
    if not (port.startswith("I") and port[1:].isdigit()):
        raise ValueError(f"input of {cell.name} must be I0 to I5, not {port}")
    return int(port[1:])


def _hexadecimal(bits: NDArray[np.bool_]) -> str:
    value = sum(int(bit) << place for place, bit in enumerate(bits.tolist()))
    return f"{value:0{len(bits) // 4}x}"
