"""Registers in the pads, and pins that go both ways, out of a family's own primitives.

Instances, since tools put a register into a pad, and keep it there, only where they are told.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from amaranth.hdl import ClockSignal, Const, Instance, Value

__all__ = ["IO_CELLS", "IoCells"]


class IoCells(ABC):
    """A family's cells around its pads."""

    @abstractmethod
    def register(
        self, *, d: Value, q: Value, falling: bool = False, into: bool = False
    ) -> Instance:
        """A register in a pad.

        Parameters
        ----------
        d, q
            What it takes, in every clock, and gives; a bit each.
        falling
            Whether it takes at the clock's falling edge.
        into
            Whether it lies on the way into the FPGA.
        """

    @abstractmethod
    def both_ways(self, *, pad: Value, out: Value, off: Value, into: Value) -> Instance:
        """A buffer that drives a pad with `out` unless `off`, and gives it to `into`."""

    @abstractmethod
    def clock_output(self, q: Value) -> Instance:
        """A register of two data rates that gives the clock, turned over: it rises half a clock
        late."""


class _Xc7(IoCells):
    def register(
        self, *, d: Value, q: Value, falling: bool = False, into: bool = False
    ) -> Instance:
        return Instance(
            "FDRE",
            a_IOB="TRUE",
            p_INIT=Const(0, 1),
            p_IS_C_INVERTED=Const(int(falling), 1),
            i_C=ClockSignal(),
            i_CE=Const(1),
            i_R=Const(0),
            i_D=d,
            o_Q=q,
        )

    def both_ways(self, *, pad: Value, out: Value, off: Value, into: Value) -> Instance:
        return Instance("IOBUF", i_I=out, i_T=off, o_O=into, io_IO=pad)

    def clock_output(self, q: Value) -> Instance:
        return Instance(
            "ODDR",
            p_DDR_CLK_EDGE="SAME_EDGE",
            i_C=ClockSignal(),
            i_CE=Const(1),
            i_R=Const(0),
            i_S=Const(0),
            i_D1=Const(0),
            i_D2=Const(1),
            o_Q=q,
        )


class _Ecp5(IoCells):
    def register(
        self, *, d: Value, q: Value, falling: bool = False, into: bool = False
    ) -> Instance:
        return Instance(
            "TRELLIS_FF",
            a_syn_useioff=1,
            a_ioff_dir="input" if into else "output",
            p_GSR="DISABLED",
            p_CEMUX="1",
            p_CLKMUX="INV" if falling else "CLK",
            p_LSRMUX="LSR",
            p_REGSET="RESET",
            p_SRMODE="ASYNC",
            i_CLK=ClockSignal(),
            i_LSR=Const(0),
            i_DI=d,
            o_Q=q,
        )

    def both_ways(self, *, pad: Value, out: Value, off: Value, into: Value) -> Instance:
        return Instance("BB", i_I=out, i_T=off, o_O=into, io_B=pad)

    def clock_output(self, q: Value) -> Instance:
        return Instance(
            "ODDRX1F",
            i_SCLK=ClockSignal(),
            i_RST=Const(0),
            i_D0=Const(0),
            i_D1=Const(1),
            o_Q=q,
        )


IO_CELLS: dict[str, IoCells] = {"xc7": _Xc7(), "ecp5": _Ecp5()}
"""Every family's, by its name."""
