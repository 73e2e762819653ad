"""How long a key is down and up: the elements of a letter, and when it is over."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.parts.memory import memory
from software_ref.datasets.morse_key import LARGEST_UNIT, LETTER_PAUSE, LONGEST, MOST_ELEMENTS

__all__ = ["TIME_BITS", "UNIT_BITS", "KeyTimes"]

TIME_BITS = LONGEST.bit_length()
"""Bits of a time, in ticks."""
UNIT_BITS = LARGEST_UNIT.bit_length()
"""Bits of the unit, in ticks."""


class KeyTimes(wiring.Component):
    """Times the key.

    Parameters
    ----------
    tick_clocks
        Clocks of a tick, which docs/morse_live.md calls a millisecond; 1 or more.

    Members
    -------
    down : In(1)
        Whether the key is down, without bounces.
    unit : In(UNIT_BITS)
        The unit, in ticks.
    tick : Out(1)
        Pulse, once a tick.
    letter : Out(1), elements : Out
        Pulse: a letter is over; its elements, at most MOST_ELEMENTS, an odd number.
    place : In, time : Out(TIME_BITS)
        An element's time, a clock later; until the key has been up and down again.

    References
    ----------
    docs/morse_live.md, "The key".
    """

    def __init__(self, tick_clocks: int):
        self._tick_clocks = tick_clocks
        super().__init__(
            {
                "down": In(1),
                "unit": In(UNIT_BITS),
                "tick": Out(1),
                "letter": Out(1),
                "elements": Out(range(MOST_ELEMENTS + 1)),
                "place": In(range(MOST_ELEMENTS)),
                "time": Out(TIME_BITS),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        clocks = Signal(range(max(self._tick_clocks, 2)))
        m.d.sync += self.tick.eq(clocks == 0)
        m.d.sync += clocks.eq(Mux(clocks == 0, self._tick_clocks - 1, clocks - 1))

        was_down, begun, turned = Signal(), Signal(), Signal()
        ticks = Signal(TIME_BITS)
        count = Signal.like(self.elements)
        write = Signal()
        changed: Value = self.down != was_down
        pause, over = Signal(range(LETTER_PAUSE * LARGEST_UNIT + 1)), Signal()
        m.d.sync += [
            *(was_down.eq(self.down), self.letter.eq(0), turned.eq(changed)),
            *(pause.eq(self.unit * LETTER_PAUSE), over.eq(ticks >= pause)),
        ]
        with m.If(changed):
            # A space counts once the mark after it has begun: the pause after a letter does not.
            # A tick in this clock is one of the time that begins.
            m.d.sync += [ticks.eq(self.tick), begun.eq(1)]
            m.d.comb += write.eq(begun & (count != MOST_ELEMENTS))
            m.d.sync += count.eq(Mux(begun, count + write, 0))
        with m.Else():
            with m.If(self.tick & (ticks != LONGEST)):
                m.d.sync += ticks.eq(ticks + 1)
            # `over` is a clock old: not of the time before the key went up.
            with m.If(begun & ~self.down & over & ~turned):
                m.d.sync += [begun.eq(0), self.letter.eq(1), self.elements.eq(count)]
        (time,) = memory(
            m,
            "key_times",
            depth=MOST_ELEMENTS,
            width=TIME_BITS,
            reads=[self.place],
            write=(count, ticks, write),
            init=None,
        )
        m.d.comb += self.time.eq(time)
        return m
