"""The output delta: delta_L = a_L - 2**f y, as the output neurons finish."""

from __future__ import annotations

from amaranth.hdl import Const, Module, Mux, signed, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for

from hwgen.parts import cost
from hwgen.parts.arithmetic import register
from hwgen.parts.pipeline import Timeline
from hwgen.parts.scan import NeuronCount
from software_ref.plan.timing import SCAN_LEAD, JunctionTiming

__all__ = ["OutputDelta"]


class OutputDelta(wiring.Component):
    """Subtracts the one-hot label from the output activations.

    Parameters
    ----------
    timing
        Latencies and sizes of the last junction.

    Members
    -------
    start : In(1), label : In
        Pulse SCAN_LEAD clocks before row 0's values, with the sample's label.
    values : In(ArrayLayout(unsigned, F))
        a_L of the row's finishing neurons.
    deltas : Out(ArrayLayout(signed, F))
        delta_L, one clock after `values`.

    References
    ----------
    docs/numerics.md, "Backpropagation".
    """

    def __init__(self, timing: JunctionTiming):
        self.timing = timing
        slots = timing.layout.finishing
        super().__init__(
            {
                "start": In(1),
                "label": In(range(max(timing.shape.right, 2))),
                "values": In(data.ArrayLayout(unsigned(timing.widths.right_activation), slots)),
                "deltas": Out(data.ArrayLayout(signed(timing.widths.delta), slots)),
            }
        )

    @staticmethod
    def cost(timing: JunctionTiming) -> cost.Terms:
        """What it takes: see `hwgen.parts.cost`."""
        slots = timing.layout.finishing
        return {
            "deltas": cost.Logic(
                lut=timing.widths.delta + bits_for(timing.shape.right - 1) // 2,
                ff=timing.widths.delta,
            )
            * slots,
            "label": cost.registers(bits_for(timing.shape.right - 1) * 3),
            "own": cost.ONE * (bits_for(timing.shape.rows - 1) + 6),
        }

    def elaborate(self, platform: object) -> Module:
        m = Module()
        timeline = Timeline(m, self.start, {"label": self.label})
        count = NeuronCount(m, self.start, self.timing.layout, "output")
        label = timeline.held("label", SCAN_LEAD - 1)
        one = Const(self.timing.network.format.one)
        for k in range(self.timing.layout.finishing):
            hit = count.first + k == label
            delta = self.values[k] - Mux(hit, one, 0)
            m.d.comb += self.deltas[k].eq(register(m, delta, f"delta{k}"))
        return m
