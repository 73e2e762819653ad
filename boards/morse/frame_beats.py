"""The second half of the generator: a frame's noise, four values a clock, and its beats.

shape --> next state --> four noises --> four values --> a beat's values --> beats
"""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from boards.morse.layouts import shape_layout
from boards.morse.live import VALUES_PER_STATE
from hwgen.parts.layouts import layout_of
from hwgen.units.rounding_noise import following
from software_ref.datasets.morse_live_options import (
    FRAME,
    LARGEST_LEVEL,
    LEVEL_BITS,
    MorseLiveOptions,
)
from software_ref.plan.ports import CorePorts

__all__ = ["FrameBeats"]

_GROUPS = FRAME // VALUES_PER_STATE


class FrameBeats(wiring.Component):
    """Adds noise to frames, and gives them out.

    Parameters
    ----------
    ports
        The core's.
    options
        What the frames look like.

    Members
    -------
    shapes : In(stream.Signature(shape_layout))
        From FrameShape.
    samples : Out(stream.Signature(a beat of the core's samples))
        Beats; all that is given out comes from registers.

    Timing
    ------
    Four values a clock, or one beat a clock where it has fewer; with four or more, a clock a frame
    beside.

    References
    ----------
    docs/morse_live.md, "Frames".
    """

    def __init__(self, ports: CorePorts, options: MorseLiveOptions):
        self._ports, self._noise = ports, options.noise
        self._shape = shape_layout(ports)
        kept = ("level", "noisy", "label", "train", "rate_exponent")
        self._head = data.StructLayout({name: self._shape.members[name] for name in kept})
        super().__init__(
            {
                "shapes": In(stream.Signature(self._shape)),
                "samples": Out(stream.Signature(layout_of(ports.sample))),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        lanes, four = self._ports.beat_features, VALUES_PER_STATE
        # What is gathered: a beat, or several where they are narrower than four values.
        size = max(lanes, four)
        beats, gathers = size // lanes, size // four
        groups = -(-self._ports.features // size) * gathers
        frame = Signal(self._shape, reset_less=True)
        left = Signal(range(groups + 1))  # groups of four values to come
        inside = Signal(range(_GROUPS + 1))  # of them, those of the frame itself
        values = Signal(LEVEL_BITS * size, reset_less=True)
        gathered = Signal(range(gathers), init=gathers - 1)  # groups still to come into `values`
        whole = Signal(range(beats + 1))  # beats in `values`

        # Taken: the state and its four values' places; counted; then four values.
        go = Signal()
        taken, counted = Signal(), Signal()
        taken_on, taken_in = Signal(four, reset_less=True), Signal(reset_less=True)
        counted_on, counted_in = Signal(four, reset_less=True), Signal(reset_less=True)
        # What is said of the frame goes with its values: the next one may have begun.
        heads = [Signal(self._head, name=f"head{k}", reset_less=True) for k in range(3)]
        noises = [Signal(signed(4), name=f"noise{k}", reset_less=True) for k in range(four)]
        state = frame.state
        fits = Signal()
        m.d.comb += fits.eq((whole == 0) | ((whole == 1) & self.samples.ready))
        m.d.comb += go.eq(~counted | fits)
        with m.If(go):
            m.d.sync += [taken.eq(left != 0), counted.eq(taken)]
            with m.If(left != 0):
                m.d.sync += [
                    state.eq(following(state)),
                    *(taken_on.eq(frame.on[:four]), taken_in.eq(inside != 0)),
                    *(frame.on.eq(frame.on >> four), left.eq(left - 1)),
                ]
                with m.If(inside != 0):
                    m.d.sync += inside.eq(inside - 1)
                m.d.sync += [heads[0][name].eq(frame[name]) for name in self._head.members]
            m.d.sync += [counted_on.eq(taken_on), counted_in.eq(taken_in), heads[1].eq(heads[0])]
            for k, noise in enumerate(noises):
                m.d.sync += noise.eq(_ones(state[8 * k : 8 * k + 8]) - four)

        # The last state is needed until its values are counted.
        m.d.comb += self.shapes.ready.eq((left == 0) & (go | ~taken))
        with m.If(self.shapes.valid & self.shapes.ready):
            m.d.sync += [frame.eq(self.shapes.payload), left.eq(groups), inside.eq(_GROUPS)]

        with m.If((whole != 0) & self.samples.ready):
            m.d.sync += [whole.eq(whole - 1), values.eq(values >> LEVEL_BITS * lanes)]
        with m.If(counted & go):
            new = [
                self._value(counted_on[k], heads[1], noise) & counted_in.replicate(LEVEL_BITS)
                for k, noise in enumerate(noises)
            ]
            m.d.sync += [
                heads[2].eq(heads[1]),
                values.eq(Cat(values, *new)[-len(values) :]),
                gathered.eq(gathered - 1),
            ]
            with m.If(gathered == 0):
                m.d.sync += [gathered.eq(gathers - 1), whole.eq(beats)]
        sample = self.samples.payload
        shift = self._ports.feature_width - 1 - LEVEL_BITS
        m.d.comb += [
            self.samples.valid.eq(whole != 0),
            *(
                sample.features[lane].eq(values.word_select(lane, LEVEL_BITS) << shift)
                for lane in range(lanes)
            ),
            *(sample[name].eq(heads[2][name]) for name in ("label", "train", "rate_exponent")),
        ]
        return m

    def _value(self, on: Value, head: data.View, noise: Signal) -> Value:
        """One value of the frame."""
        scaled: Value = Const(0, signed(7))
        for bit in range(self._noise.bit_length()):
            if self._noise >> bit & 1:
                scaled = scaled + (noise << bit)
        value = Mux(on, head.level, 0) + Mux(head.noisy, scaled, 0)
        return Mux(value < 0, 0, Mux(value > LARGEST_LEVEL, LARGEST_LEVEL, value))[:LEVEL_BITS]


def _ones(byte: Value) -> Value:
    """How many of a byte's bits are 1."""
    low = byte[0] + byte[1] + byte[2]
    high = byte[3] + byte[4] + byte[5]
    return (low + high) + (byte[6] + byte[7])
