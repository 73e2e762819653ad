"""The seven-segment display: the epoch on the left, the training accuracy in percent on the right.

12 98.7        epoch 12, and 98.7 % of the last epoch's last samples were right
"""

from __future__ import annotations

from amaranth.hdl import Array, Const, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from boards.panel.decimal import DECIMAL_DIGITS, Decimal, PerMille

__all__ = ["DIGITS", "SEGMENTS", "Display", "segments_of"]

DIGITS = 2 * DECIMAL_DIGITS
"""Digits of the display."""
SEGMENTS = 8
"""Segments a to g, and the point."""
EPOCH_BITS = 20
"""Bits of the epoch that are converted; of their decimal digits the lowest four are shown."""
_SEGMENTS = (
    "abcdef",
    "bc",
    "abdeg",
    "abcdg",
    "bcfg",
    "acdfg",
    "acdefg",
    "abc",
    "abcdefg",
    "abcdfg",
)
_POINT = 1 << (SEGMENTS - 1)
_REFRESH_HZ = 1000
"""How often a second each digit is lit."""


def segments_of(digit: int) -> int:
    """The segments that show a decimal digit, a in bit 0."""
    return sum(1 << "abcdefg".index(segment) for segment in _SEGMENTS[digit])


class Display(wiring.Component):
    """Drives the display.

    Parameters
    ----------
    clock_hz
        Frequency of the `sync` domain.
    bits
        Bits of a number of samples.

    Members
    -------
    epoch : In(32)
        The epoch to show.
    recorded : In(1), right, whole : In(bits)
        A new accuracy; both keep their values for a hundred clocks.
    forget : In(1)
        Show 0 until the next one.
    per_mille : Out(10)
        The accuracy that is shown.
    segments, digits : Out
        See BoardTop.
    """

    def __init__(self, clock_hz: float, bits: int):
        self._clocks = max(round(clock_hz / _REFRESH_HZ / DIGITS), 2)
        self._bits = bits
        super().__init__(
            {
                "epoch": In(32),
                "recorded": In(1),
                "right": In(bits),
                "whole": In(bits),
                "forget": In(1),
                "per_mille": Out(10),
                "segments": Out(SEGMENTS),
                "digits": Out(DIGITS, init=1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.share = share = PerMille(self._bits)
        m.submodules.accuracy = accuracy = Decimal(len(self.per_mille))
        m.submodules.epochs = epochs = Decimal(EPOCH_BITS)
        clocks = Signal(range(self._clocks))
        lit = Signal(range(DIGITS))
        turn = Signal()
        m.d.comb += [
            turn.eq(clocks == 0),
            share.start.eq(self.recorded),
            share.part.eq(self.right),
            share.whole.eq(self.whole),
            epochs.value.eq(self.epoch),
            epochs.start.eq(turn & (lit == DIGITS - 1)),
            accuracy.value.eq(self.per_mille),
            accuracy.start.eq(turn & (lit == DIGITS - 1)),
        ]
        with m.If(self.forget):
            m.d.sync += self.per_mille.eq(0)
        with m.Elif(share.done):
            m.d.sync += self.per_mille.eq(share.quotient)

        m.d.sync += clocks.eq(clocks - 1)
        with m.If(turn):
            m.d.sync += [
                clocks.eq(self._clocks - 1),
                lit.eq(lit + 1),
                self.digits.eq(self.digits.rotate_left(1)),
            ]
        shown = Array([*accuracy.digits, *epochs.digits])[lit]
        blank = self._blanks(m, accuracy, epochs)
        m.d.comb += self.segments.eq(
            Array([Const(segments_of(digit), SEGMENTS) for digit in range(10)])[shown]
            | Const(_POINT, SEGMENTS) & (lit == 1).replicate(SEGMENTS)
        )
        with m.If(blank.bit_select(lit, 1)):
            m.d.comb += self.segments.eq(0)
        return m

    @staticmethod
    def _blanks(m: Module, accuracy: Decimal, epochs: Decimal) -> Signal:
        """Zeros before a number, down to the digit that is always there (0.0 and 0)."""
        blank = Signal(DIGITS)
        for number, (decimal, least) in enumerate(((accuracy, 2), (epochs, 1))):
            for k in range(least, DECIMAL_DIGITS):
                above = [decimal.digits[place] == 0 for place in range(k, DECIMAL_DIGITS)]
                zeros = above[0]
                for zero in above[1:]:
                    zeros = zeros & zero
                m.d.comb += blank[number * DECIMAL_DIGITS + k].eq(zeros)
        return blank
