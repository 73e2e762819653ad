"""The first half of the generator: class, offset, level and lengths of a frame.

request --> first state --> class, offset, level --> lengths, an element a clock --> on, 64 bits
                                 '--> code (ROM) ---^
"""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from boards.morse.layouts import request_layout, shape_layout
from hwgen.parts.memory import memory
from hwgen.units.rounding_noise import following
from software_ref.datasets.morse_codes import MORSE_CODES
from software_ref.datasets.morse_live_options import (
    CODE_SYMBOLS,
    FRAME,
    LEVEL_BITS,
    MorseLiveOptions,
)
from software_ref.plan.ports import CorePorts
from software_ref.update_rounding import GENERATOR_WIDTH

__all__ = ["FrameShape"]

_ROUNDS = 4
_INCREMENT = 0x9E3779B9
_LENGTH_BITS = 4
"""Bits of an element's length."""
_MOST = (1 << _LENGTH_BITS) - 1


class FrameShape(wiring.Component):
    """Draws frames, or takes the tapped one.

    Parameters
    ----------
    ports
        The core's.
    options
        What the frames look like.

    Members
    -------
    requests : In(stream.Signature(request_layout))
        Frames to make.
    tapped : In(64)
        Where the tapped frame is on.
    shapes : Out(stream.Signature(shape_layout))
        The frames in their order; `state` is the one before the noise's first.

    Timing
    ------
    At most 30 clocks a frame.

    References
    ----------
    docs/morse_live.md, "Frames".
    """

    def __init__(self, ports: CorePorts, options: MorseLiveOptions):
        self._options = options
        self._shape = shape_layout(ports)
        super().__init__(
            {
                "requests": In(stream.Signature(request_layout(ports))),
                "tapped": In(FRAME),
                "shapes": Out(stream.Signature(self._shape)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        options = self._options
        request = self.requests.payload
        shape = Signal(self._shape, reset_less=True)
        state = Signal(GENERATOR_WIDTH, reset_less=True)
        rounds = Signal(range(_ROUNDS))
        m.d.comb += [
            self.shapes.payload.eq(shape),
            self.shapes.payload.state.eq(state),
        ]
        dashes, symbols = self._code(m, state)

        # Lengths: drawn a clock after the state that has them, put into the frame a clock later.
        drawing, is_mark, is_dash = Signal(), Signal(), Signal()
        placing, fill = Signal(), Signal()
        length = Signal(_LENGTH_BITS)
        room = Signal(range(FRAME + 1))  # values that are not placed yet
        left = Signal(range(2 * CODE_SYMBOLS))  # elements whose state is to come
        byte = state[24:32]
        drawn = Mux(
            is_mark,
            Mux(is_dash, _scaled(byte, *options.dash), _scaled(byte, *options.dot)),
            _scaled(byte, *options.space),
        )
        # Values come in at the top; after all 64 the first one is at the bottom.
        placed = (Cat(shape.on, fill.replicate(_MOST)) >> length)[:FRAME]
        rest = Signal(range(FRAME + 1))
        m.d.comb += rest.eq(room - length)
        with m.If(placing):
            m.d.sync += [shape.on.eq(placed), room.eq(rest)]

        m.d.sync += [drawing.eq(0), placing.eq(drawing)]
        with m.If(drawing):
            m.d.sync += [length.eq(drawn), fill.eq(is_mark)]
        with m.FSM():
            with m.State("IDLE"):
                m.d.comb += self.requests.ready.eq(1)
                seed = Mux(request.test, options.test_seed, options.seed)
                m.d.sync += [
                    state.eq(Cat(request.number, seed)),
                    shape.train.eq(request.train),
                    shape.rate_exponent.eq(request.rate_exponent),
                    shape.on.eq(self.tapped),
                    shape.level.eq(sum(options.level) // 2),
                    shape.noisy.eq(0),
                    shape.label.eq(0),
                    rounds.eq(_ROUNDS - 1),
                ]
                with m.If(self.requests.valid):
                    m.next = "STEP"
                    with m.If(request.tapped):
                        m.next = "GIVE"
            with m.State("STEP"):
                m.d.sync += state.eq(following(state))
                m.next = "ADD"
            with m.State("ADD"):
                m.d.sync += [state.eq(state + _INCREMENT), rounds.eq(rounds - 1)]
                m.next = "STEP"
                with m.If(rounds == 0):
                    m.next = "FIRST"
            with m.State("FIRST"):
                with m.If(state == 0):
                    m.d.sync += state.eq(1)
                m.next = "CODE"
            with m.State("CODE"):  # its symbols come out of the ROM
                m.d.sync += [
                    shape.noisy.eq(int(options.noise > 0)),
                    shape.label.eq(state[26:32]),
                    shape.level.eq(_scaled(state[8:16], *options.level)),
                    length.eq(_scaled(state[16:24], 0, options.offset)),
                    *(fill.eq(0), placing.eq(1), room.eq(FRAME)),
                ]
                m.next = "ELEMENTS"
            marks = Signal(CODE_SYMBOLS, reset_less=True)
            first = Signal()
            with m.State("ELEMENTS"):
                m.d.sync += [
                    *(left.eq(symbols.shift_left(1) - 1), marks.eq(dashes), first.eq(1)),
                ]
                m.next = "WALK"
            with m.State("WALK"):
                m.d.sync += [
                    *(state.eq(following(state)), drawing.eq(1), left.eq(left - 1)),
                    *(is_mark.eq(first), is_dash.eq(marks[0]), first.eq(~first)),
                ]
                with m.If(first):
                    m.d.sync += marks.eq(marks >> 1)
                with m.If(left == 1):
                    m.next = "LAST"
            with m.State("LAST"), m.If(~drawing):  # the last length is being placed
                m.d.sync += [fill.eq(0), length.eq(Mux(rest > _MOST, _MOST, rest))]
                m.d.sync += placing.eq(rest != 0)
                with m.If(rest == 0):
                    m.next = "GIVE"
            with m.State("GIVE"):
                m.d.comb += self.shapes.valid.eq(1)
                with m.If(self.shapes.ready):
                    m.next = "IDLE"
        return m

    @staticmethod
    def _code(m: Module, state: Signal) -> tuple[Value, Value]:
        """The class's code, a clock after the state: which of its symbols are dashes; how many."""
        words = [
            sum((symbol == "-") << place for place, symbol in enumerate(code))
            | len(code) << CODE_SYMBOLS
            for _, code in MORSE_CODES
        ]
        size = max(words).bit_length()
        (word,) = memory(m, "codes", depth=len(words), width=size, reads=[state[26:32]], init=words)
        return word[:CODE_SYMBOLS], word[CODE_SYMBOLS:]


def _scaled(byte: Value, low: int, high: int) -> Value:
    """A byte as a number from low to high, from adders."""
    choices = high - low + 1
    product: Value = Const(0, 8 + _LENGTH_BITS)
    for bit in range(choices.bit_length()):
        if choices >> bit & 1:
            product = product + (byte << bit)
    return ((product >> 8) + low)[: max(_LENGTH_BITS, LEVEL_BITS)]
