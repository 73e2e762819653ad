"""The random numbers that updates are rounded with: a linear feedback shift register a junction.

Its next state is x ^ x << 13, then x ^ x >> 17, then x ^ x << 5 (Marsaglia's xorshift of 32 bits):
each bit is the parity of a few bits of the state before, two LUTs deep.
"""

from __future__ import annotations

from amaranth.hdl import Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.parts import cost
from hwgen.parts.scan import row_active
from software_ref.plan.timing import JunctionTiming
from software_ref.update_rounding import GENERATOR_WIDTH

__all__ = ["RoundingNoise", "following", "lane_number"]


class RoundingNoise(wiring.Component):
    """One state a row of every step that learns, from the seed on after each drain.

    Parameters
    ----------
    timing
        The junction's; its network has random bits.

    Members
    -------
    start, learn : In(1)
        Pulse one clock before row 0's state is needed; whether the step has a sample to learn from.
    rewind : In(1)
        Return to the seed.
    state : Out(32)
        The row's state.

    References
    ----------
    docs/numerics.md, "Options of the format".
    """

    def __init__(self, timing: JunctionTiming):
        self._timing = timing
        super().__init__(
            {"start": In(1), "learn": In(1), "rewind": In(1), "state": Out(GENERATOR_WIDTH)}
        )

    @staticmethod
    def cost() -> cost.Terms:
        """What it takes: see `hwgen.parts.cost`."""
        return {"own": cost.Logic(lut=GENERATOR_WIDTH, ff=GENERATOR_WIDTH)}

    def elaborate(self, platform: object) -> Module:
        m = Module()
        timing = self._timing
        seed = timing.network.update.first_state(timing.junction)
        state = Signal(GENERATOR_WIDTH, init=seed)
        learning = row_active(m, self.start & self.learn, timing.shape.rows, "learn")
        with m.If(self.rewind):
            m.d.sync += state.eq(seed)
        with m.Elif(learning):
            m.d.sync += state.eq(following(state))
        m.d.comb += self.state.eq(state)
        return m


def following(state: Value) -> Value:
    """The state after one, both of 32 bits."""
    for places in (13, -17, 5):
        shifted = state << places if places > 0 else state >> -places
        state = (state ^ shifted)[:GENERATOR_WIDTH]
    return state


def lane_number(state: Value, lane: int, bits: int) -> Value:
    """A lane's random bits: the upper ones of the state rotated left by 5 places a lane."""
    return state.rotate_left(5 * lane % GENERATOR_WIDTH)[GENERATOR_WIDTH - bits :]
