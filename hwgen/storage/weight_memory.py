"""The weight memory of a junction: a row of z weights read every clock, and written back.

start --+                       +--> weights at the lanes ... update --+
        +--> row --> memory ----+                                      |
access -+              ^        +--> the parameter accessed            |
                       '---------- row, a fixed time later <-----------+
"""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Signal, Value, signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for

from hwgen.parts import cost
from hwgen.parts.arithmetic import register
from hwgen.parts.memory import memory, packed
from hwgen.parts.pipeline import copied, delayed, pipelined_mux
from software_ref.plan.copies import LANES_PER_COPY, lane_parts
from software_ref.plan.timing import JunctionTiming

__all__ = ["WeightMemory", "first_rows", "memory_parts"]


class WeightMemory(wiring.Component):
    """Holds the weights in natural order: edge e = t z + j in row t, lane j.

    Parameters
    ----------
    timing
        Latencies and sizes of the junction.
    init
        Initial weights, raw, in natural edge order.

    Members
    -------
    start : In(1)
        Pulse one clock before row 0 is read.
    access : In(1), access_row, access_lane, write, replacement : In
        The parameter port, while idle: a pulse reads a row ACCESS_LEAD clocks later and runs it
        through the update once, with `replacement` in one lane if `write`; all but the pulse must
        stay until the row is written back.
    weights : Out(ArrayLayout(signed(B + E), z))
        `timing.operands` clocks after a row is read.
    replace : Out(z), replacements : Out(ArrayLayout(signed(B + E)))
        Lanes that take the replacement, and its copies (training only, for the update unit).
    updated : In(ArrayLayout(signed(B + E), z))
        The row to write back, `timing.weight_written` clocks after the row was read (training
        only; an inference core writes nothing back but what the parameter port replaces).
    accessed : Out(signed(B + E))
        Weight in lane `access_lane` of the row at the lanes, `timing.lane_levels` clocks later.

    References
    ----------
    docs/architecture.md, "A junction".
    """

    def __init__(self, timing: JunctionTiming, init: list[int]):
        self.timing = timing
        self._init = init
        shape = timing.shape
        width = timing.network.format.stored_width
        weights = data.ArrayLayout(signed(width), shape.parallelism)
        members = {
            "start": In(1),
            "access": In(1),
            "access_row": In(range(max(shape.rows, 2))),
            "access_lane": In(range(max(shape.parallelism, 2))),
            "write": In(1),
            "replacement": In(signed(width)),
            "weights": Out(weights),
            "accessed": Out(signed(width)),
        }
        if timing.training:
            members |= {
                "replace": Out(shape.parallelism),
                "replacements": Out(data.ArrayLayout(signed(width), timing.copies.lanes)),
                "updated": In(weights),
            }
        super().__init__(members)

    @staticmethod
    def cost(timing: JunctionTiming) -> cost.Terms:
        """What it takes: see `hwgen.parts.cost`."""
        shape, stored = timing.shape, timing.network.format.stored_width
        z, row = shape.parallelism, bits_for(shape.rows - 1)
        parts = memory_parts(timing)
        copies = timing.copies.lanes
        widths = [len(part) * stored for part in parts]
        per_part = cost.pipelined_multiplexer(min(z, LANES_PER_COPY), stored, timing.pipelining)
        spare = 0 if timing.training else _spare(timing)
        return {
            "memory": cost.total(
                cost.memory(shape.rows, width, latency=timing.row_read) for width in widths
            ),
            "crossbar": cost.registers(z * stored * timing.dither_levels),
            "counters": cost.ONE * ((row + 2) * len(parts)),
            "addresses": cost.registers((row + 1) * (timing.weight_written + len(parts))),
            "copies": cost.registers(copies * (stored + bits_for(z - 1) + 1) + z),
            "accessed": per_part * copies
            + cost.pipelined_multiplexer(copies, stored, timing.pipelining),
            "kept": cost.registers(z * stored * spare),
            "replaced": cost.Logic()
            if timing.training
            else cost.Logic(lut=z * stored, ff=z * stored),
        }

    def elaborate(self, platform: object) -> Module:
        m = Module()
        timing, shape = self.timing, self.timing.shape
        parts = memory_parts(timing)
        scans = self._row_scans(m)
        row, used = scans[0]
        lanes = range(shape.parallelism)
        wanted = copied(m, self.access_lane, timing.copies.lanes, "wanted_lane")
        writing = copied(m, self.write, timing.copies.lanes, "writing")
        replacements = copied(m, self.replacement, timing.copies.lanes, "new_value")
        replace = [Signal(name=f"replace{j}") for j in lanes]
        for j in lanes:
            copy = j // LANES_PER_COPY
            m.d.sync += replace[j].eq(writing[copy] & (wanted[copy] == j))
        new_row = Signal(timing.memories.weights.width, name="new_row")
        if timing.training:
            m.d.comb += [
                self.replace.eq(Cat(replace)),
                self.replacements.as_value().eq(Cat(replacements)),
                new_row.eq(self.updated.as_value()),
            ]
            write = used
        else:
            spare = _spare(timing)
            kept = [
                Mux(
                    replace[j],
                    replacements[j // LANES_PER_COPY],
                    delayed(m, self.weights[j], spare, f"kept{j}"),
                )
                for j in lanes
            ]
            m.d.comb += new_row.eq(
                Cat(register(m, kept[j].as_unsigned(), f"new_weight{j}") for j in lanes)
            )
            write = used & self.write
        late = timing.weight_written - 1
        write_rows = copied(m, delayed(m, row, late, "row"), len(parts), "written_row")
        written = delayed(m, write, late, "row_written", reset_less=False)
        writes = copied(m, written, len(parts), "row_write", reset_less=False)
        width = timing.network.format.stored_width
        words = []
        for k, part in enumerate(parts):
            bits = slice(part.start * width, part.stop * width)
            words += memory(
                m,
                f"rows{k}",
                depth=shape.rows,
                width=len(part) * width,
                reads=[scans[k][0]],
                write=(write_rows[k], new_row[bits], writes[k]),
                init=first_rows(timing, self._init, part),
                latency=timing.row_read,
            )
        word = delayed(m, Cat(words), timing.dither_levels, "beside_crossbar")
        m.d.comb += self.weights.as_value().eq(word)
        m.d.comb += self.accessed.eq(self._lane_accessed(m, wanted))
        return m

    def _lane_accessed(self, m: Module, wanted: list[Signal]) -> Value:
        """One lane of the row at the lanes: first one of each part, then one of these."""
        pipelining = self.timing.pipelining
        bits = (LANES_PER_COPY - 1).bit_length()
        chosen = []
        for k, part in enumerate(lane_parts(self.timing.shape.parallelism)):
            weights = [self.weights[j].as_unsigned() for j in part]
            value = pipelined_mux(m, weights, wanted[k][:bits], pipelining, f"lane_of{k}")
            spare = self.timing.part_levels - pipelining.mux_levels(len(part))
            chosen.append(delayed(m, value, spare, f"lane_of{k}"))
        return pipelined_mux(m, chosen, wanted[0][bits:], pipelining, "lane").as_signed()

    def _row_scans(self, m: Module) -> list[tuple[Signal, Signal]]:
        """The row being read, by the step or the parameter port; and whether there is one.

        Each memory has a counter of its own.
        """
        rows, count = self.timing.shape.rows, len(memory_parts(self.timing))
        wanted = copied(m, self.access_row, count, "wanted_row")
        accesses = copied(m, self.access, count, "access_here", reset_less=False)
        scans = []
        for k in range(count):
            row = Signal(range(max(rows, 2)), name=f"row_{k}")
            used = Signal(name=f"row_used_{k}")
            single = Signal(name=f"row_single_{k}")
            with m.If(self.start):
                m.d.sync += [row.eq(0), used.eq(1), single.eq(0)]
            with m.Elif(accesses[k]):
                m.d.sync += [row.eq(wanted[k]), used.eq(1), single.eq(1)]
            with m.Elif(single | (row == rows - 1)):
                m.d.sync += used.eq(0)
            with m.Else():
                m.d.sync += row.eq(row + 1)
            scans.append((row, used))
        return scans


def first_rows(timing: JunctionTiming, init: list[int], lanes: range) -> list[int]:
    """The first words of the memory of some lanes, their first one in the lowest bits."""
    z, width = timing.shape.parallelism, timing.network.format.stored_width
    return [
        packed(init[first + lanes.start : first + lanes.stop], width)
        for first in range(0, len(init), z)
    ]


def memory_parts(timing: JunctionTiming) -> list[range]:
    """Lanes of each memory: LUT RAM is addressed in parts, a block RAM is wide anyway."""
    lanes = timing.shape.parallelism
    distributed = timing.memories.weights.kind == "distributed"
    return lane_parts(lanes) if distributed else [range(lanes)]


def _spare(timing: JunctionTiming) -> int:
    """Clocks that an inference core's row waits at the lanes for its write-back."""
    return timing.weight_written - timing.operands - 1
