"""Constraints of pins and clocks, in the words of each tool."""

from __future__ import annotations

from collections.abc import Mapping

from boards.platforms.pinout import Pinout, PlacedPort
from boards.platforms.wrapper import CLOCK

__all__ = ["lpf", "nextpnr_xdc", "vivado_xdc"]


def lpf(pinout: Pinout) -> str:
    """For nextpnr-ecp5, which derives the PLL's clock itself."""
    lines = ["BLOCK ASYNCPATHS;", "BLOCK RESETPATHS;"]
    for port in pinout.ports:
        settings = "".join(f" {key}={value}" for key, value in port.attributes.items())
        lines += [
            f'LOCATE COMP "{port.name}" SITE "{port.pin}";',
            f'IOBUF PORT "{port.name}"{settings};',
        ]
    lines += [
        f'FREQUENCY PORT "{port}" {frequency / 1e6:g} MHZ;'
        for port, frequency in pinout.oscillators.items()
    ]
    return "\n".join([*lines, ""])


def nextpnr_xdc(pinout: Pinout, clock_hz: int) -> str:
    """For nextpnr-himbaechel and nextpnr-xilinx.

    The MMCM's clock is named, because nextpnr-xilinx and older nextpnr-himbaechel derive none.
    """
    derived = f"create_clock -period {_period(clock_hz)} [get_nets {CLOCK}]"
    return "\n".join([*_xdc(pinout), derived, ""])


def vivado_xdc(pinout: Pinout) -> str:
    """For Vivado, which derives the MMCM's clock itself.

    Buttons and the UART's input are synchronised inside, and nothing outside is in step with an
    output, so none of them has a time to meet. A memory's pins have registers in their pads, which
    leave a tool nothing to choose.
    """
    clocks = set(pinout.oscillators)
    lines = [
        *_xdc(pinout),
        *(
            f"set_false_path {way} {_port(port.name)}"
            for port in pinout.ports
            if port.name not in clocks
            for way in _ways(port)
        ),
        "set_property CFGBVS VCCO [current_design]",
        "set_property CONFIG_VOLTAGE 3.3 [current_design]",
        "",
    ]
    return "\n".join(lines)


def _xdc(pinout: Pinout) -> list[str]:
    lines = []
    for port in pinout.ports:
        settings: Mapping[str, str] = {"PACKAGE_PIN": port.pin, **port.attributes}
        lines += [
            f"set_property {key} {value} {_port(port.name)}" for key, value in settings.items()
        ]
    lines += [
        f"create_clock -period {_period(frequency)} {_port(port)}"
        for port, frequency in pinout.oscillators.items()
    ]
    return lines


def _ways(port: PlacedPort) -> tuple[str, ...]:
    if port.both_ways:
        return "-from", "-to"
    return ("-from",) if port.is_input else ("-to",)


def _port(name: str) -> str:
    return f"[get_ports {{{name}}}]"


def _period(frequency: float) -> str:
    return f"{1e9 / frequency:.3f}"
