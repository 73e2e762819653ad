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

from hwgen.arithmetic import register
from hwgen.memory import memory, packed
from hwgen.pipeline import copied, delayed, pipelined_mux
from software_ref.timing import LANES_PER_COPY, JunctionTiming, lane_parts

__all__ = ["ACCESS_LEAD", "WeightMemory"]

ACCESS_LEAD = 2
"""Clocks from an access pulse to the read of its row: one for the copies, one for the counter."""


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
        The parameter port, while idle: a pulse reads a row `ACCESS_LEAD` clocks later and runs it
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
    DESIGN.md section 4.
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
                "replacements": Out(data.ArrayLayout(signed(width), timing.lane_copies)),
                "updated": In(weights),
            }
        super().__init__(members)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        timing, shape = self.timing, self.timing.shape
        parts = self._parts
        scans = self._row_scans(m)
        row, used = scans[0]
        lanes = range(shape.parallelism)
        wanted = copied(m, self.access_lane, timing.lane_copies, "wanted_lane")
        writing = copied(m, self.write, timing.lane_copies, "writing")
        replacements = copied(m, self.replacement, timing.lane_copies, "new_value")
        replace = [Signal(name=f"replace{j}") for j in lanes]
        for j in lanes:
            copy = j // LANES_PER_COPY
            m.d.sync += replace[j].eq(writing[copy] & (wanted[copy] == j))
        new_row = Signal(timing.weight_plan.width, name="new_row")
        if timing.training:
            m.d.comb += [
                self.replace.eq(Cat(replace)),
                self.replacements.as_value().eq(Cat(replacements)),
                new_row.eq(self.updated.as_value()),
            ]
            write = used
        else:
            spare = timing.weight_written - timing.operands - 1
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
                init=self._words(part),
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

    @property
    def _parts(self) -> list[range]:
        """Lanes of each memory: LUT RAM is addressed in parts, a block RAM is wide anyway."""
        lanes = self.timing.shape.parallelism
        distributed = self.timing.weight_plan.kind == "distributed"
        return lane_parts(lanes) if distributed else [range(lanes)]

    def _row_scans(self, m: Module) -> list[tuple[Signal, Signal]]:
        """The row being read, by the step or the parameter port; and whether there is one.

        Each memory has a counter of its own.
        """
        rows, count = self.timing.shape.rows, len(self._parts)
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

    def _words(self, lanes: range) -> list[int]:
        """The initial rows of some lanes, the first one in the lowest bits."""
        z, width = self.timing.shape.parallelism, self.timing.network.format.stored_width
        return [
            packed(self._init[first + lanes.start : first + lanes.stop], width)
            for first in range(0, len(self._init), z)
        ]
