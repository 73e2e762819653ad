"""Decimal digits and shares, one bit a clock: nobody reads a display faster."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Signal, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

__all__ = ["DECIMAL_DIGITS", "Decimal", "PerMille"]

DECIMAL_DIGITS = 4
"""Digits that are shown of a number."""


class Decimal(wiring.Component):
    """The lowest DECIMAL_DIGITS decimal digits of a number, by doubling and adding three.

    Parameters
    ----------
    bits
        Bits of the number.

    Members
    -------
    start : In(1), value : In(bits)
        Convert this.
    digits : Out(ArrayLayout(4, DECIMAL_DIGITS))
        Digits of the last number converted, the lowest first.

    Timing
    ------
    `bits` + 1 clocks; a start before that begins anew.
    """

    def __init__(self, bits: int):
        self._bits = bits
        super().__init__(
            {
                "start": In(1),
                "value": In(bits),
                "digits": Out(data.ArrayLayout(unsigned(4), DECIMAL_DIGITS)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        rest = Signal(self._bits)
        digits = Signal(4 * DECIMAL_DIGITS)
        left = Signal(range(self._bits + 1))
        places = [digits.word_select(k, 4) for k in range(DECIMAL_DIGITS)]
        adjusted = Cat(Mux(place >= 5, place + 3, place)[:4] for place in places)
        doubled = Cat(rest[-1], adjusted)[: len(digits)]
        with m.If(self.start):
            m.d.sync += [rest.eq(self.value), digits.eq(0), left.eq(self._bits)]
        with m.Elif(left != 0):
            m.d.sync += [rest.eq(rest << 1), digits.eq(doubled), left.eq(left - 1)]
            with m.If(left == 1):
                m.d.sync += self.digits.eq(doubled)
        return m


class PerMille(wiring.Component):
    """floor(1000 part / whole), by long division.

    Parameters
    ----------
    bits
        Bits of both.

    Members
    -------
    start : In(1), part, whole : In(bits)
        Divide these; `part` is at most `whole`, and `whole` keeps its value until `done`.
    done : Out(1), quotient : Out(10)
        Pulse, and the quotient from then on; 0 where `whole` is 0.

    Timing
    ------
    `bits` + 11 clocks.
    """

    def __init__(self, bits: int):
        self._bits = bits
        super().__init__(
            {
                "start": In(1),
                "part": In(bits),
                "whole": In(bits),
                "done": Out(1),
                "quotient": Out(10),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        size = self._bits + 10
        dividend, quotient = Signal(size), Signal(size)
        remainder = Signal(self._bits + 1)
        left = Signal(range(size + 1))
        part = self.part
        shifted = Cat(dividend[-1], remainder)[: len(remainder)]
        fits = shifted >= self.whole
        result = Cat(fits, quotient)[:size]
        m.d.sync += self.done.eq(0)
        with m.If(self.start):
            m.d.sync += [
                dividend.eq((part << 10) - (part << 4) - (part << 3)),
                remainder.eq(0),
                quotient.eq(0),
                left.eq(size),
            ]
        with m.Elif(left != 0):
            m.d.sync += [
                dividend.eq(dividend << 1),
                remainder.eq(Mux(fits, shifted - self.whole, shifted)),
                quotient.eq(result),
                left.eq(left - 1),
            ]
            with m.If(left == 1):
                m.d.sync += [self.done.eq(1), self.quotient.eq(Mux(self.whole == 0, 0, result))]
        return m
