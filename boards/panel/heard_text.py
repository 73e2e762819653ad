"""The last characters heard: on the display, and the last one on eight lamps, for a while."""

from __future__ import annotations

from amaranth.hdl import Array, Cat, Const, Module, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from boards.panel.characters import character_code, character_segments
from boards.panel.display import DIGITS, SEGMENTS
from software_ref.datasets.morse_codes import MORSE_CODES

__all__ = ["CODE_BITS", "SHOWN_TICKS", "HeardText"]

SHOWN_TICKS = 5000
"""Milliseconds that the text is shown after its last character."""
CODE_BITS = 8
"""Lamps of a character."""


class HeardText(wiring.Component):
    """Keeps the text.

    Parameters
    ----------
    class_bits
        Bits of a class.

    Members
    -------
    heard : In(1), character : In(class_bits)
        A new character: its class.
    tick : In(1)
        Pulse, once a millisecond.
    digits : In(DIGITS)
        Which digit of the display is lit.
    shown : Out(1)
        The text is to be shown.
    segments : Out(SEGMENTS)
        Those of the digit that is lit: the last character is at the right.
    code : Out(CODE_BITS)
        The last character in eight lamps.
    """

    def __init__(self, class_bits: int):
        self._class_bits = class_bits
        super().__init__(
            {
                "heard": In(1),
                "character": In(class_bits),
                "tick": In(1),
                "digits": In(DIGITS),
                "shown": Out(1),
                "segments": Out(SEGMENTS),
                "code": Out(CODE_BITS),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        text = Signal(data.ArrayLayout(SEGMENTS, DIGITS))
        left = Signal(range(SHOWN_TICKS + 1))
        fresh, character = Signal(), Signal(self._class_bits)
        # Classes that have no symbol are shown as nothing.
        blank = [0] * ((1 << self._class_bits) - len(MORSE_CODES))
        symbols = [symbol for symbol, _ in MORSE_CODES]
        looks = [*map(character_segments, symbols), *blank]
        codes = [*map(character_code, symbols), *blank]
        m.d.sync += [fresh.eq(self.heard), character.eq(self.character)]
        with m.If(fresh):
            look = Array([Const(each, SEGMENTS) for each in looks])[character]
            m.d.sync += [
                text.as_value().eq(Cat(look, text.as_value()[:-SEGMENTS])),
                self.code.eq(Array([Const(each, CODE_BITS) for each in codes])[character]),
                left.eq(SHOWN_TICKS),
            ]
        with m.Elif(self.tick & (left != 0)):
            m.d.sync += left.eq(left - 1)
        with m.Elif(left == 0):  # what comes after a while begins anew
            m.d.sync += text.eq(0)
        m.d.comb += self.shown.eq(left != 0)
        lit = [text[k] & self.digits[k].replicate(SEGMENTS) for k in range(DIGITS)]
        m.d.comb += self.segments.eq(Cat(Cat(each[b] for each in lit).any() for b in range(8)))
        return m
