"""Constant weights of a junction: a row of z weights read every clock, and never written.

start ---> row ---> read-only memory ---> weights at the lanes
"""

from __future__ import annotations

from math import ceil

from amaranth.hdl import Cat, Module, Signal, signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for

from hwgen.parts import cost
from hwgen.parts.memory import memory
from hwgen.parts.pipeline import delayed
from hwgen.storage.weight_memory import first_rows, memory_parts
from software_ref.plan.dsp_budget import DspBlocks
from software_ref.plan.timing import JunctionTiming

__all__ = ["WeightRom"]

LUTS_PER_BIT = 1.6
"""LUTs of a bit of up to 64 words that become logic, as measured on trained networks: Yosys shares
logic between bits, and takes more for it than the one that each would need.
"""


class WeightRom(wiring.Component):
    """Holds the weights in natural order: edge e = t z + j in row t, lane j.

    Parameters
    ----------
    timing
        Latencies and sizes of the junction.
    init
        The weights, raw, in natural edge order.

    Members
    -------
    start : In(1)
        Pulse one clock before row 0 is read.
    weights : Out(ArrayLayout(signed(B + E), z))
        `timing.operands` clocks after a row is read.
    """

    def __init__(self, timing: JunctionTiming, init: list[int]):
        self.timing = timing
        self._init = init
        width = timing.network.format.stored_width
        weights = data.ArrayLayout(signed(width), timing.shape.parallelism)
        super().__init__({"start": In(1), "weights": Out(weights)})

    @staticmethod
    def cost(timing: JunctionTiming, *, dsp: DspBlocks) -> cost.Terms:
        """What it takes: see `hwgen.parts.cost`.

        `dsp` has the DSP blocks among the multipliers, which have room for the last register.
        Bits that nothing reads, those beyond the format's own, take nothing.
        """
        rows, parts = timing.shape.rows, memory_parts(timing)
        bits = timing.shape.parallelism * timing.network.format.width
        block = timing.memories.weights.kind == "block"  # which has the first register
        if block:
            constants = cost.memory(rows, timing.memories.weights.width, rom=True, latency=1)
        else:
            constants = cost.Logic(lut=LUTS_PER_BIT * bits * ceil(rows / 64) * (rows > 1))
        return {
            "constants": constants,
            "registers": cost.registers(
                bits * (timing.operands - block) - dsp.products * timing.network.format.width
            ),
            "counters": cost.ONE * (bits_for(rows - 1) * len(parts)),
        }

    def elaborate(self, platform: object) -> Module:
        m = Module()
        timing = self.timing
        rows, width = timing.shape.rows, timing.network.format.stored_width
        words = []
        for k, part in enumerate(memory_parts(timing)):
            # Each memory has a counter of its own, which waits at the last row.
            row = Signal(range(max(rows, 2)), name=f"row_{k}")
            with m.If(self.start):
                m.d.sync += row.eq(0)
            with m.Elif(row != rows - 1):
                m.d.sync += row.eq(row + 1)
            words += memory(
                m,
                f"rows{k}",
                depth=rows,
                width=len(part) * width,
                reads=[row],
                init=first_rows(timing, self._init, part),
                latency=timing.row_read,
            )
        word = delayed(m, Cat(words), timing.dither_levels, "beside_crossbar")
        m.d.comb += self.weights.as_value().eq(word)
        return m
