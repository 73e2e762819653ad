"""The MMCM's dividers, and the clock that they make.

References
----------
Xilinx XAPP888, "MMCM and PLL Dynamic Reconfiguration": how counters hold a divider.
"""

from __future__ import annotations

from fractions import Fraction

from boards.bitstream.xc7_check.findings import Finding, Findings
from boards.bitstream.xc7_check.routed import RoutedNetlist
from boards.bitstream.xc7_decode.device_bits import DeviceBits

__all__ = ["check_clock", "divider"]

_CELL = "MMCME2_ADV_MMCME2_ADV"
_SITE = "MMCME2_ADV"
_TIME = 6
_FRACTIONAL = {"CLKFBOUT": "CLKOUT6", "CLKOUT0": "CLKOUT5"}
"""The counter whose registers hold the falling edge of a fractional one."""


def check_clock(
    device: DeviceBits, netlist: RoutedNetlist, *, oscillator_hz: int, clock_hz: int
) -> Findings:
    """Hold the clock that the MMCM makes of the oscillator's against the one wanted.

    Raises
    ------
    ValueError
        There is not one MMCM.
    """
    cells = list(netlist.of(_CELL))
    if len(cells) != 1:
        raise ValueError(f"routed netlist must have one MMCM, not {len(cells)}")
    tile = cells[0].tile
    differences = []
    if not device.has(tile, f"{_SITE}.IN_USE"):
        differences.append(Finding(what="MMCM", where=tile, found="unused", right="in use"))
    for output in _FRACTIONAL:
        if not device.has(tile, f"{_SITE}.{output}_CLKOUT1_OUTPUT_ENABLE[0]"):
            differences.append(
                Finding(what=output, where=tile, found="not enabled", right="enabled")
            )
    multiply, divide, output_divide = (
        divider(device, tile, counter) for counter in ("CLKFBOUT", "DIVCLK", "CLKOUT0")
    )
    made = round(oscillator_hz * multiply / divide / output_divide)
    if made != clock_hz:
        differences.append(
            Finding(
                what="clock (oscillator x M / D / O)",
                where=tile,
                found=f"{made} Hz (M {float(multiply):g}, D {float(divide):g}, "
                f"O {float(output_divide):g})",
                right=f"{clock_hz} Hz",
            )
        )
    return Findings(kind="clocks", compared={"clocks": 1, "dividers": 3}, differences=differences)


def divider(device: DeviceBits, tile: str, counter: str) -> Fraction:
    """What a counter of an MMCM divides by: DIVCLK, CLKFBOUT or CLKOUT0."""
    if counter == "DIVCLK":
        times, edge = f"{_SITE}.DIVCLK_DIVCLK_", f"{_SITE}.DIVCLK_DIVCLK_"
    else:
        times, edge = f"{_SITE}.{counter}_CLKOUT1_", f"{_SITE}.{counter}_CLKOUT2_"
    if device.has(tile, f"{edge}NO_COUNT[0]"):
        return Fraction(1)
    high = device.number(tile, f"{times}HIGH_TIME", _TIME) or 1 << _TIME
    low = device.number(tile, f"{times}LOW_TIME", _TIME) or 1 << _TIME
    if counter in _FRACTIONAL and device.has(tile, f"{edge}FRAC_EN[0]"):
        return _with_eighths(device, tile, counter, high)
    return Fraction(high + low)


def _with_eighths(device: DeviceBits, tile: str, counter: str, high: int) -> Fraction:
    """A divider with a fraction: its counters run short, and the falling edge has its own phase."""
    eighths = device.number(tile, f"{_SITE}.{counter}_CLKOUT2_FRAC", 3)
    falling = f"{_SITE}.{_FRACTIONAL[counter]}_CLKOUT2_FRACTIONAL_PHASE_MUX_F"
    odd = device.number(tile, falling, 3) >> 2
    even = high + (8 * odd + eighths <= 8)
    return 2 * even + odd + Fraction(eighths, 8)
