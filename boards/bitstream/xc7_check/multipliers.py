"""DSP48E1 blocks: registers and modes against the netlist's parameters."""

from __future__ import annotations

from collections.abc import Iterator

from boards.bitstream.xc7_check.findings import Finding, Findings
from boards.bitstream.xc7_check.routed import RoutedCell, RoutedNetlist, integer
from boards.bitstream.xc7_decode.device_bits import DeviceBits

__all__ = ["check_multipliers"]

_CELL = "DSP48E1_DSP48E1"
_REGISTERS = (
    *("ADREG", "ALUMODEREG", "CARRYINREG", "CARRYINSELREG", "CREG"),
    *("DREG", "INMODEREG", "MREG", "OPMODEREG", "PREG"),
)
"""Registers that are there or not; their feature says that they are not."""
_BUSES = {"ALUMODE": 4, "INMODE": 5, "OPMODE": 7}
"""Widths of inputs whose every bit may be inverted."""


def check_multipliers(device: DeviceBits, netlist: RoutedNetlist) -> Findings:
    """Hold every DSP block against the routed netlist."""
    differences, settings, cells = [], 0, list(netlist.of(_CELL))
    for cell in cells:
        for name, feature, right in _settings(cell):
            settings += 1
            found = device.has(cell.tile, f"DSP48.DSP_{cell.y}.{feature}")
            if found != right:
                differences.append(
                    Finding(
                        what=f"{name} of DSP block {cell.name}",
                        where=f"{cell.tile}.DSP_{cell.y}",
                        found=f"{feature} {_there(found)}",
                        right=f"{feature} {_there(right)}",
                    )
                )
    return Findings(
        kind="DSP blocks",
        compared={"DSP blocks": len(cells), "settings": settings},
        differences=differences,
    )


def _settings(cell: RoutedCell) -> Iterator[tuple[str, str, bool]]:
    """Name of a setting, its feature, and whether the feature must be there."""
    for operand in "AB":
        registers = integer(cell, f"{operand}REG", 1)
        for count in (0, 2):
            yield f"{operand}REG = {registers}", f"{operand}REG_{count}", registers == count
        source = _word(cell, f"{operand}_INPUT", "DIRECT")
        yield f"{operand}_INPUT = {source}", f"{operand}_INPUT[0]", source == "CASCADE"
    for register in _REGISTERS:
        value = integer(cell, register, 1)
        yield f"{register} = {value}", f"Z{register}[0]", value == 0
    dport = _word(cell, "USE_DPORT", "FALSE")
    yield f"USE_DPORT = {dport}", "USE_DPORT[0]", dport == "TRUE"
    simd = _word(cell, "USE_SIMD", "ONE48")
    yield f"USE_SIMD = {simd}", "USE_SIMD_FOUR12", simd == "FOUR12"
    for bus, width in _BUSES.items():
        whole = integer(cell, f"IS_{bus}_INVERTED", 0)
        for bit in range(width):
            inverted = whole >> bit & 1 | integer(cell, f"IS_{bus}[{bit}]_INVERTED", 0)
            name = f"inversion {inverted} of {bus}[{bit}]"
            yield name, f"ZIS_{bus}_INVERTED[{bit}]", not inverted
    for pin in ("CLK", "CARRYIN"):
        inverted = integer(cell, f"IS_{pin}_INVERTED", 0)
        yield f"inversion {inverted} of {pin}", f"ZIS_{pin}_INVERTED", not inverted


def _word(cell: RoutedCell, parameter: str, default: str) -> str:
    return cell.parameters.get(parameter, default).strip()


def _there(found: bool) -> str:
    return "set" if found else "not set"
