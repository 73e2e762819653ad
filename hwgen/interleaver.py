"""The edge interleaver: seed vectors and incrementers that give each left memory its word.

start --> sweep, cycle --+--> seeds of the next sweep (a small ROM)
                         |          |
                         v          v
memory v:   word := seed | (word + 1) mod D        one incrementer per memory
"""

from __future__ import annotations

import numpy as np
from amaranth.hdl import Module, Mux, Signal, Value, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from hwgen.arithmetic import register
from hwgen.memory import memory, packed
from hwgen.pipeline import Timeline, copied, pipelined_mux
from hwgen.scan import row_counter, sweep_counter
from software_ref.connections.clash_free import ClashFreePattern
from software_ref.memory_plan import MemoryPlan
from software_ref.pipelining import Pipelining
from software_ref.timing import lane_parts

__all__ = ["Interleaver", "LaneCrossbar"]


class Interleaver(wiring.Component):
    """Generates the word that every left memory is read at, row by row.

    Parameters
    ----------
    pattern
        The junction's clash-free pattern.

    Members
    -------
    start : In(1)
        Pulse `latency` clocks before row 0.
    words : Out(ArrayLayout(unsigned(ceil(log2 D)), z))
        Word of memory v for the current row; at least one bit wide.
    sweep : Out(ceil(log2 d_out))
        Sweep of the current row, for a LaneCrossbar; at least one bit wide.

    Timing
    ------
    `latency` is 2 with seeds, and 1 plus the address memory's read latency for `free` patterns. A
    new row every clock.

    References
    ----------
    DESIGN.md section 1; slides, "Clash-free memory access patterns".
    """

    def __init__(self, pattern: ClashFreePattern):
        self.pattern = pattern
        shape = pattern.shape
        self._width = max((shape.depth - 1).bit_length(), 1)
        self.latency = 2
        if pattern.kind == "free":
            self.latency = 1 + self._address_plan.read_latency
        super().__init__(
            {
                "start": In(1),
                "words": Out(data.ArrayLayout(unsigned(self._width), shape.parallelism)),
                "sweep": Out(max((shape.out_degree - 1).bit_length(), 1)),
            }
        )

    @property
    def _address_plan(self) -> MemoryPlan:
        shape = self.pattern.shape
        word = (shape.depth - 1).bit_length()
        return MemoryPlan(depth=shape.rows, width=shape.parallelism * word)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        shape, kind = self.pattern.shape, self.pattern.kind
        started = Timeline(m, self.start).start(self.latency - 1)
        _, sweep = sweep_counter(m, started, shape.depth, shape.out_degree, "sweep")
        m.d.comb += self.sweep.eq(sweep)
        if shape.depth == 1:
            return m  # one word a memory: nothing to address
        if kind == "free":
            self._read_permutations(m)
        elif kind == "shared_seed":
            self._count_from_shared_seeds(m)
        else:
            parts = lane_parts(shape.parallelism)
            starts = copied(m, self.start, len(parts), "start", reset_less=False)
            for part, (start, memories) in enumerate(zip(starts, parts, strict=True)):
                self._count_from_sweep_seeds(m, start, memories, f"{part}")
        return m

    def _count_from_shared_seeds(self, m: Module) -> None:
        """After D increments a word is back at its seed, so equal seeds share one incrementer."""
        depth = self.pattern.shape.depth
        counters: dict[int, Signal] = {}
        started = register(m, self.start, "shared_start", reset_less=False)
        for v, seed in enumerate(self.pattern.seeds[0].tolist()):
            if seed not in counters:
                word = Signal(self._width, name=f"word_from{seed}", init=seed)
                m.d.sync += word.eq(Mux(started, seed, _incremented(word, depth)))
                counters[seed] = word
            m.d.comb += self.words[v].eq(counters[seed])

    def _count_from_sweep_seeds(
        self, m: Module, started: Value, memories: range, name: str
    ) -> None:
        """Words of a few memories, with a sweep counter and a ROM of their own."""
        shape = self.pattern.shape
        seeds = self.pattern.seeds
        cycle, _ = sweep_counter(m, started, shape.depth, shape.out_degree, f"words{name}")
        last = cycle == shape.depth - 1
        first = 1 if shape.out_degree > 1 else 0
        following = Signal(range(max(shape.out_degree, 2)), name=f"next_sweep{name}", init=first)
        with m.If(started):
            m.d.sync += following.eq(first)
        with m.Elif(last):
            m.d.sync += following.eq(
                Mux(following == shape.out_degree - 1, following, following + 1)
            )
        (row,) = memory(
            m,
            f"seeds{name}",
            depth=shape.out_degree,
            width=len(memories) * self._width,
            reads=[following],
            init=[
                packed(row[memories.start : memories.stop].tolist(), self._width) for row in seeds
            ],
        )
        for place, v in enumerate(memories):
            word = Signal(self._width, name=f"word{v}", init=int(seeds[0, v]))
            seed = row.word_select(place, self._width)
            following_word = Mux(last, seed, _incremented(word, shape.depth))
            m.d.sync += word.eq(Mux(started, int(seeds[0, v]), following_word))
            m.d.comb += self.words[v].eq(word)

    def _read_permutations(self, m: Module) -> None:
        shape = self.pattern.shape
        row = row_counter(m, self.start, shape.rows, "address")
        rows = self.pattern.words.transpose(0, 2, 1).reshape(shape.rows, shape.parallelism)
        (words,) = memory(
            m,
            "permutations",
            depth=shape.rows,
            width=shape.parallelism * self._width,
            reads=[row],
            init=[packed(words.tolist(), self._width) for words in rows],
            latency=self._address_plan.read_latency,
        )
        m.d.comb += self.words.as_value().eq(words)


class LaneCrossbar(wiring.Component):
    """Permutes the z memories among the lanes, one permutation per sweep (`dither`).

    Parameters
    ----------
    pattern
        The junction's pattern; without dither the crossbar is wires.
    width
        Bits of an item.
    pipelining
        Inputs of a multiplexer level.
    to_lanes
        True: lane j takes memory v_s(j)'s item. False: memory v_s(j) takes lane j's item.

    Members
    -------
    sweep : In
        Sweep of the row at the inputs.
    inputs, outputs : ArrayLayout(unsigned(width), z)
        Items by memory and by lane (or the other way round).

    Timing
    ------
    `pipelining.mux_levels(d_out)` clocks with dither, else 0.
    """

    def __init__(
        self,
        pattern: ClashFreePattern,
        width: int,
        pipelining: Pipelining,
        *,
        dither: bool,
        to_lanes: bool,
    ):
        self.pattern = pattern
        self._pipelining = pipelining
        self._to_lanes = to_lanes
        shape = pattern.shape
        items = data.ArrayLayout(unsigned(width), shape.parallelism)
        permutes = dither and shape.parallelism > 1
        self.latency = pipelining.mux_levels(shape.out_degree) if permutes else 0
        super().__init__(
            {
                "sweep": In(max((shape.out_degree - 1).bit_length(), 1)),
                "inputs": In(items),
                "outputs": Out(items),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        source = self.pattern.memory if self._to_lanes else np.argsort(self.pattern.memory, axis=1)
        sweep_of: Value = self.sweep
        for item in range(self.pattern.shape.parallelism):
            inputs = [self.inputs[int(place)] for place in source[:, item]]
            if self.latency == 0:
                m.d.comb += self.outputs[item].eq(inputs[0])
            else:
                chosen = pipelined_mux(m, inputs, sweep_of, self._pipelining, f"item{item}")
                m.d.comb += self.outputs[item].eq(chosen)
        return m


def _incremented(word: Signal, depth: int) -> Value:
    """(word + 1) mod D."""
    if depth == 1 << len(word):
        return (word + 1)[: len(word)]
    return Mux(word == depth - 1, 0, word + 1)
