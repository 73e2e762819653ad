"""Division of integers, one bit a clock."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["Divider"]


class Divider(wiring.Component):
    """floor(dividend / divisor), by long division.

    Parameters
    ----------
    bits
        Bits of both.

    Members
    -------
    start : In(1), dividend, divisor : In(bits)
        Divide these; the divisor is not 0 and keeps its value until `done`.
    done : Out(1), quotient : Out(bits)
        Pulse, and the quotient from then on until the next start.

    Timing
    ------
    `bits` + 1 clocks.
    """

    def __init__(self, bits: int):
        self._bits = bits
        super().__init__(
            {
                "start": In(1),
                "dividend": In(bits),
                "divisor": In(bits),
                "done": Out(1),
                "quotient": Out(bits),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        bits = self._bits
        remainder = Signal(bits, reset_less=True)
        left = Signal(range(bits + 1))
        # The quotient comes in from below as the dividend goes out at the top.
        shifted = Cat(self.quotient[-1], remainder)
        fits = shifted >= self.divisor
        m.d.sync += self.done.eq(0)
        with m.If(self.start):
            m.d.sync += [self.quotient.eq(self.dividend), remainder.eq(0), left.eq(bits)]
        with m.Elif(left != 0):
            m.d.sync += [
                remainder.eq(Mux(fits, shifted - self.divisor, shifted)),
                self.quotient.eq(Cat(fits, self.quotient[:-1])),
                *(left.eq(left - 1), self.done.eq(left == 1)),
            ]
        return m
