"""From a letter's times to the unit and to its frame.

times --> shortest mark --> short and long marks --> unit --> lengths --> frame, a value a clock
"""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from boards.morse.divider import Divider
from boards.morse.key_times import TIME_BITS, UNIT_BITS
from software_ref.datasets.morse_key import (
    FIRST_UNIT,
    LARGEST_UNIT,
    LONGEST,
    MOST_ELEMENTS,
    SMALLEST_UNIT,
)
from software_ref.datasets.morse_live_options import FRAME, MorseLiveOptions

__all__ = ["Letter"]


class Letter(wiring.Component):
    """Frames letters.

    Parameters
    ----------
    options
        What training frames look like.

    Members
    -------
    letter : In(1), elements : In, place : Out, time : In(TIME_BITS)
        From KeyTimes.
    unit : Out(UNIT_BITS)
        The unit, after the last letter.
    framed : Out(1), frame : Out(64)
        Pulse: where the letter's frame is on, the first value in bit 0; until the next letter.

    Timing
    ------
    Some 400 clocks from `letter` to `framed`.

    References
    ----------
    docs/morse_live.md, "The key".
    """

    def __init__(self, options: MorseLiveOptions):
        self._options = options
        super().__init__(
            {
                "letter": In(1),
                "elements": In(range(MOST_ELEMENTS + 1)),
                "place": Out(range(MOST_ELEMENTS + 1)),
                "time": In(TIME_BITS),
                "unit": Out(UNIT_BITS, init=FIRST_UNIT),
                "framed": Out(1),
                "frame": Out(FRAME),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        options = self._options
        scale = sum(options.dot)
        marks = -(-MOST_ELEMENTS // 2)
        whole = (LONGEST * scale + LARGEST_UNIT).bit_length()
        m.submodules.divider = divider = Divider(max(whole, (LONGEST * marks).bit_length()))

        shortest = Signal(TIME_BITS, init=LONGEST)
        total = Signal(range(LONGEST * marks + 1))
        weight = Signal(range(3 * marks + 1))  # units of the marks
        some_long = Signal()
        time, place, elements = self.time, self.place, Signal.like(self.elements)
        is_long = time >= (shortest << 1)
        product: Value = Const(0)
        for bit in range(scale.bit_length()):
            if scale >> bit & 1:
                product = product + (time << bit)
        frame = Signal(FRAME, reset_less=True)
        left, length = Signal(range(FRAME + 1)), Signal(range(FRAME))
        is_space = place[0]
        last = place + 1 >= elements
        low = Mux(is_space, options.space[0], options.dot[0])
        high = Mux(is_space, options.space[1], options.dash[1])
        quotient = divider.quotient
        fresh = Signal(len(quotient) + 2, reset_less=True)  # the unit before its bounds
        m.d.sync += [self.framed.eq(0), divider.start.eq(0)]
        with m.FSM():
            with m.State("IDLE"):
                m.d.sync += [
                    *(place.eq(0), elements.eq(self.elements), shortest.eq(LONGEST)),
                    *(total.eq(0), weight.eq(0), some_long.eq(0)),
                ]
                with m.If(self.letter):
                    m.next = "READ_SHORTEST"
            with m.State("READ_SHORTEST"):
                m.next = "SHORTEST"
            with m.State("SHORTEST"):
                with m.If(time < shortest):
                    m.d.sync += shortest.eq(time)
                m.d.sync += [place.eq(place + 2), total.eq(total + time)]
                m.next = "READ_SHORTEST"
                with m.If(last):
                    m.d.sync += place.eq(0)
                    m.next = "READ_MARK"
            with m.State("READ_MARK"):
                m.next = "MARK"
            with m.State("MARK"):
                m.d.sync += [
                    *(place.eq(place + 2), some_long.eq(some_long | is_long)),
                    weight.eq(weight + Mux(is_long, 3, 1)),
                ]
                m.next = "READ_MARK"
                with m.If(last):
                    m.next = "UNIT"
            with m.State("UNIT"):
                m.d.sync += [
                    *(place.eq(0), left.eq(FRAME), divider.start.eq(some_long)),
                    *(divider.dividend.eq(total), divider.divisor.eq(weight)),
                ]
                m.next = "READ"
                with m.If(some_long):
                    m.next = "DIVIDED"
            with m.State("DIVIDED"):
                m.d.sync += fresh.eq((self.unit + quotient + (quotient << 1)) >> 2)
                with m.If(divider.done):
                    m.next = "BOUNDS"
            with m.State("BOUNDS"):
                m.d.sync += self.unit.eq(
                    Mux(
                        fresh < SMALLEST_UNIT,
                        SMALLEST_UNIT,
                        Mux(fresh > LARGEST_UNIT, LARGEST_UNIT, fresh),
                    )
                )
                m.next = "READ"
            with m.State("READ"):
                m.next = "SCALE"
            with m.State("SCALE"):
                m.d.sync += [
                    *(divider.start.eq(1), divider.divisor.eq(self.unit << 1)),
                    divider.dividend.eq(product + self.unit),
                ]
                m.next = "LENGTH"
            with m.State("LENGTH"), m.If(divider.done):
                m.d.sync += length.eq(
                    Mux(quotient < low, low, Mux(quotient > high, high, quotient))
                )
                m.next = "PLACE"
            # Values come in at the top; after all 64 the first one is at the bottom.
            with m.State("PLACE"):
                m.d.sync += length.eq(length - 1)
                with m.If(left != 0):
                    m.d.sync += [frame.eq(Cat(frame[1:], ~is_space)), left.eq(left - 1)]
                with m.If(length == 1):
                    m.d.sync += place.eq(place + 1)
                    m.next = "READ"
                    with m.If(last):
                        m.next = "FILL"
            with m.State("FILL"):
                with m.If(left != 0):
                    m.d.sync += [frame.eq(Cat(frame[1:], 0)), left.eq(left - 1)]
                with m.Else():
                    m.d.sync += [self.frame.eq(frame), self.framed.eq(1)]
                    m.next = "IDLE"
        return m
