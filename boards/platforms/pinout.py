"""The wrapper's Verilog, and where its ports are on the package, from the board's platform."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amaranth.back import rtlil
from amaranth.build import Platform

from boards.clocking.clocking import Clocking
from boards.design import BoardDesign
from boards.platforms.board import Board
from boards.platforms.wrapper import BoardWrapper
from hwgen.export.verilog import rtlil_to_verilog

__all__ = ["WRAPPER", "Pinout", "PlacedPort", "pinout"]

WRAPPER = "board"
"""Name of the wrapper's module."""


_WIRE = re.compile(r"^  wire width \d+ (input|inout) \d+ +\\(\w+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class PlacedPort:
    """One bit of a port of the wrapper."""

    name: str
    """As constraints name it: `led_0__io`, `display_7seg_an_0__io[3]`."""
    pin: str
    """Its pin on the package."""
    is_input: bool
    """Whether it goes into the FPGA alone."""
    both_ways: bool = False
    """Whether it goes both ways, and so may float."""
    attributes: Mapping[str, str]
    """Its electrical standard, pull resistor and the like."""


@dataclass(frozen=True, kw_only=True)
class Pinout:
    """The wrapper of one board."""

    verilog: str
    """Its text: module WRAPPER, which holds an instance of the logic."""
    ports: tuple[PlacedPort, ...]
    """Every bit of its ports."""
    oscillators: Mapping[str, float]
    """Frequency in Hz of every port that is a clock."""


def pinout(board: Board, design: BoardDesign, clocking: Clocking) -> Pinout:
    """Elaborate the wrapper for a board's platform."""
    platform: Any = _recording(board.platform)()
    ports = platform.prepare(BoardWrapper(board, design, clocking), WRAPPER)
    return Pinout(
        verilog=rtlil_to_verilog(platform.rtlil, WRAPPER, initial_values=True),
        ports=ports,
        oscillators={
            port.name: frequency for port, frequency in platform.iter_port_clock_constraints()
        },
    )


def _recording(platform: type[Platform]) -> type[Platform]:
    """The platform, but `prepare` returns its ports and keeps the RTLIL, instead of scripts.

    Amaranth's scripts have a Yosys of their own, no block RAM and, for open tools, no constraint
    of any clock.
    """

    class Recording(platform):  # type: ignore[misc, valid-type]
        def toolchain_prepare(self, design: Any, name: str) -> tuple[PlacedPort, ...]:
            self.rtlil, _ = rtlil.convert_fragment(
                design, name=name, emit_src=False, propagate_domains=False
            )
            ways = {name: way for way, name in _WIRE.findall(self.rtlil)}
            return tuple(
                PlacedPort(
                    name=port,
                    pin=pin,
                    is_input=ways.get(port.partition("[")[0]) == "input",
                    both_ways=ways.get(port.partition("[")[0]) == "inout",
                    attributes=dict(attributes),
                )
                for port, pin, attributes in self.iter_port_constraints_bits()
            )

    return Recording
