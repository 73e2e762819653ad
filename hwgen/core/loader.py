"""The loader: writes a sample's feature beats into junction 1's left memories."""

from __future__ import annotations

from amaranth.hdl import Module, Signal, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for

from hwgen.parts import cost
from hwgen.parts.arithmetic import register
from hwgen.parts.pipeline import copied
from software_ref.plan.copies import LANES_PER_COPY
from software_ref.plan.schedule import Schedule

__all__ = ["Loader"]


class Loader(wiring.Component):
    """Left neuron n goes to memory n mod z at word n // z, a beat of consecutive features a clock.

    Parameters
    ----------
    schedule
        The core's schedule; it fixes the features of a beat.

    Members
    -------
    taken : In(1), beat : In
        Whether a beat is taken in this clock, and its number in the sample.
    features : In(ArrayLayout(unsigned, beat_features))
        The beat.
    enables, words, values : Out
        Write ports of the left memories, one clock later.
    """

    def __init__(self, schedule: Schedule):
        timing = schedule.timing[0]
        self._shape = timing.shape
        self._features = schedule.beat_features
        self._beats = schedule.beats
        self._copies = timing.copies.lanes
        z = timing.shape.parallelism
        feature = unsigned(timing.widths.left_activation)
        word = unsigned(bits_for(timing.shape.depth - 1))
        super().__init__(
            {
                "taken": In(1),
                "beat": In(range(max(self._beats, 2))),
                "features": In(data.ArrayLayout(feature, self._features)),
                "enables": Out(z),
                "words": Out(data.ArrayLayout(word, z)),
                "values": Out(data.ArrayLayout(feature, z)),
            }
        )

    @staticmethod
    def cost(schedule: Schedule) -> cost.Terms:
        """What it takes: see `hwgen.parts.cost`."""
        first = schedule.timing[0]
        return {
            "beat": cost.registers(schedule.beat_features * first.widths.left_activation),
            "groups": cost.ONE * (first.shape.parallelism // schedule.beat_features),
            "words": cost.registers(first.copies.lanes * bits_for(first.shape.depth - 1)),
            "own": cost.ONE * 8,
        }

    def elaborate(self, platform: object) -> Module:
        m = Module()
        groups = self._shape.parallelism // self._features
        group = Signal(range(max(groups, 2)))
        word = Signal(range(max(self._shape.depth, 2)))
        with m.If(self.taken):
            with m.If(self.beat == self._beats - 1):
                m.d.sync += [group.eq(0), word.eq(0)]
            with m.Elif(group == groups - 1):
                m.d.sync += [group.eq(0), word.eq(word + 1)]
            with m.Else():
                m.d.sync += group.eq(group + 1)
        beat = [register(m, self.features[k], f"feature{k}") for k in range(self._features)]
        words = copied(m, word, self._copies, "written_word")
        for g in range(groups):
            enable = Signal(name=f"group{g}_enable")
            m.d.sync += enable.eq(self.taken & (group == g))
            for k in range(self._features):
                v = g * self._features + k
                m.d.comb += [
                    self.enables[v].eq(enable),
                    self.words[v].eq(words[v // LANES_PER_COPY]),
                    self.values[v].eq(beat[k]),
                ]
        return m
