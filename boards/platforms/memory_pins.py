"""What stands between a memory's controller and its chip: registers in the pads.

`boards/memory/models/*_pins.v` does the same in simulation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from amaranth.build import Platform, Resource, Subsignal
from amaranth.hdl import Const, Instance, Module, Signal, Value
from amaranth.lib import io

from boards.platforms.io_cells import IO_CELLS, IoCells
from software_ref.devices import DeviceFamily

__all__ = ["connect_chip"]


def connect_chip(
    m: Module,
    platform: Platform,
    family: DeviceFamily,
    kind: str,
    pins: Mapping[str, Signal],
    *,
    falling: bool,
) -> None:
    """Add the pads of a memory's chip.

    Parameters
    ----------
    m
        The wrapper.
    platform
        The board's platform.
    family
        Its FPGA's family.
    kind
        The `ExternalMemory.kind` of it.
    pins
        What the controller gives and takes, by the names of its members.
    falling
        Whether a falling edge takes data.
    """
    _CHIPS[kind](_Pads(m, family), platform, pins, falling)


def _sdram(pads: _Pads, platform: Any, pins: Mapping[str, Signal], falling: bool) -> None:
    chip = platform.request("sdram", 0, dir="-")
    for name in ("ras", "cas", "we", "ba", "a"):
        pads.registered(name, getattr(chip, name), pins[name])
    pads.plain("cs", chip.cs, Const(1))
    pads.plain("clk_en", chip.clk_en, Const(1))
    pads.plain("dqm", chip.dqm, Const(0, 2))
    pads.clock("clk", chip.clk)
    pads.both_ways(chip.dq, pins, falling=falling)


def _cellular(pads: _Pads, platform: Any, pins: Mapping[str, Signal], falling: bool) -> None:
    chip = platform.request("cellular_ram", 0, dir="-")
    for name in ("ce", "oe", "we", "cre", "a"):
        pads.registered(name, getattr(chip, name), pins[name])
    for name, level in {"adv": 1, "lb": 1, "ub": 1, "clk": 0}.items():
        pads.plain(name, getattr(chip, name), Const(level))
    pads.both_ways(chip.dq, pins, falling=falling)


def _flash(pads: _Pads, platform: Any, pins: Mapping[str, Signal], falling: bool) -> None:
    # The clock's pin is the configuration's, and no port: STARTUPE2 has it.
    whole = platform.lookup("spi_flash_4x", 0)
    ios = [io for io in whole.ios if not (isinstance(io, Subsignal) and io.name == "clk")]
    platform.add_resources([Resource("quad_flash", 0, *ios)])
    chip = platform.request("quad_flash", 0, dir="-")
    pads.registered("cs", chip.cs, pins["cs"])
    pads.configuration_clock(pins["sck"])
    # The second pin is the chip's alone.
    pads.both_ways(chip.dq, pins, falling=falling, driven=0b1101)


_CHIPS: Mapping[str, Callable[..., None]] = {
    "sdram": _sdram,
    "cellular": _cellular,
    "flash": _flash,
}


class _Pads:
    """Adds pads to a module."""

    def __init__(self, m: Module, family: DeviceFamily):
        self._m = m
        self._cells: IoCells = IO_CELLS[family.name]
        self._buffer, self._into, self._pin = family.output_buffer

    def registered(self, name: str, port: io.SingleEndedPort, value: Value) -> None:
        """Outputs out of registers."""
        for index, pad in enumerate(port.io):
            out = self._register(f"{name}_{index}", value[index] ^ int(port.invert[index]))
            self._output(f"{name}_{index}", pad, out)

    def plain(self, name: str, port: io.SingleEndedPort, value: Value) -> None:
        """Outputs that never change."""
        for index, pad in enumerate(port.io):
            self._output(f"{name}_{index}", pad, value[index] ^ int(port.invert[index]))

    def clock(self, name: str, port: io.SingleEndedPort) -> None:
        """The clock, half a period late."""
        (pad,) = port.io
        out = Signal(name=f"memory_{name}_out")
        self._m.submodules[f"memory_{name}_ddr"] = self._cells.clock_output(out)
        self._output(name, pad, out)

    def configuration_clock(self, value: Value) -> None:
        """An output that the FPGA reads its bitstream with, of the 7 series."""
        # No pad: an ordinary register.
        level = Signal(name="memory_sck_level")
        self._m.d.sync += level.eq(value)
        self._m.submodules.memory_startup = Instance(
            "STARTUPE2",
            a_keep=1,  # it drives nothing in here
            i_CLK=Const(0),
            i_GSR=Const(0),
            i_GTS=Const(0),
            i_KEYCLEARB=Const(1),
            i_PACK=Const(0),
            i_USRCCLKO=level,
            i_USRCCLKTS=Const(0),
            i_USRDONEO=Const(1),
            i_USRDONETS=Const(1),
        )

    def both_ways(
        self,
        port: io.SingleEndedPort,
        pins: Mapping[str, Signal],
        *,
        falling: bool,
        driven: int = -1,
    ) -> None:
        """Data: `dq_o` where `dq_oe` and the pin is one of `driven`, and `dq_i`."""
        m = self._m
        for index, pad in enumerate(port.io):
            name = f"dq_{index}"
            out = self._register(f"{name}_o", pins["dq_o"][index])
            # Each pad has a register of its own that lets it float.
            mine = driven >> index & 1
            off = self._register(f"{name}_t", ~pins["dq_oe"]) if mine else Const(1)
            into, taken = Signal(name=f"memory_{name}_in"), Signal(name=f"memory_{name}_taken")
            m.submodules[f"memory_{name}"] = self._cells.both_ways(
                pad=pad, out=out, off=off, into=into
            )
            m.submodules[f"memory_{name}_i"] = self._cells.register(
                d=into, q=taken, falling=falling, into=True
            )
            if falling:
                m.d.sync += pins["dq_i"][index].eq(taken)
            else:
                m.d.comb += pins["dq_i"][index].eq(taken)

    def _register(self, name: str, d: Value) -> Signal:
        level, q = Signal(name=f"memory_{name}_next"), Signal(name=f"memory_{name}_level")
        self._m.d.comb += level.eq(d)
        self._m.submodules[f"memory_{name}_register"] = self._cells.register(d=level, q=q)
        return q

    def _output(self, name: str, pad: Any, value: Value) -> None:
        level = Signal(name=f"memory_{name}_pad_level")
        self._m.d.comb += level.eq(value)
        self._m.submodules[f"memory_{name}_pad"] = Instance(
            self._buffer, **{f"i_{self._into}": level, f"o_{self._pin}": pad}
        )
