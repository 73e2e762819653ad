"""Two places in a stream: neither side sees through to the other's `ready` or `valid`."""

from __future__ import annotations

from amaranth.hdl import Module, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

__all__ = ["TwoPlaces"]


class TwoPlaces(wiring.Component):
    """Passes on an item a clock, a clock later.

    Parameters
    ----------
    layout
        An item.

    Members
    -------
    entry : In(stream.Signature(layout)), exit : Out(stream.Signature(layout))
        Items in their order; all that is given out comes from registers.
    """

    def __init__(self, layout: data.StructLayout):
        self._layout = layout
        super().__init__(
            {
                "entry": In(stream.Signature(layout)),
                "exit": Out(stream.Signature(layout)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        first = Signal(self._layout, reset_less=True)
        second = Signal(self._layout, reset_less=True)
        spilled = Signal()  # something is in the second place
        m.d.comb += [self.exit.payload.eq(first), self.entry.ready.eq(~spilled)]
        with m.If(~spilled):
            m.d.sync += second.eq(self.entry.payload)
        with m.If(self.exit.ready | ~self.exit.valid):
            m.d.sync += [self.exit.valid.eq(spilled | self.entry.valid), spilled.eq(0)]
            m.d.sync += first.eq(self.entry.payload)
            with m.If(spilled):
                m.d.sync += first.eq(second)
        with m.Elif(self.entry.valid):
            m.d.sync += spilled.eq(1)
        return m
