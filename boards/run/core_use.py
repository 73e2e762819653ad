"""Counts the clocks of passes in which the core worked, and in which it waited for samples."""

from __future__ import annotations

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from boards.link.payloads import STATE

__all__ = ["CoreUse"]


class CoreUse(wiring.Component):
    """Two counters, from the board's reset on.

    Members
    -------
    playing : In(1)
        Samples are asked for, or not all taken.
    ready, valid : In(1)
        Of the core's samples.
    worked, waited : Out
        Clocks while `playing` in which a beat was taken or the core could take none; and in which
        it could, and none was there.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "playing": In(1),
                "ready": In(1),
                "valid": In(1),
                "worked": Out(STATE["worked"].bits),
                "waited": Out(STATE["waited"].bits),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        works, waits = Signal(), Signal()
        starved = self.ready & ~self.valid
        m.d.sync += [
            works.eq(self.playing & ~starved),
            waits.eq(self.playing & starved),
            self.worked.eq(self.worked + works),
            self.waited.eq(self.waited + waits),
        ]
        return m
