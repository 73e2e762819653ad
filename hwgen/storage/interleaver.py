"""The edge interleaver: seed vectors and incrementers that give each left memory its word.

start --> sweep, cycle --+--> seeds of the next sweep (a small ROM)
                         |          |
                         v          v
memory v:   word := seed | (word + 1) mod D        one incrementer per memory

free:       start, access --> row --> columns of stored words --> words
                                         ^          '--> one of them --> the word accessed
                                         '---- column with one word replaced <--'
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from amaranth.hdl import Array, Cat, Module, Mux, Signal, Value, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for
from numpy.typing import NDArray

from hwgen.parts import cost
from hwgen.parts.arithmetic import register
from hwgen.parts.memory import memory, packed
from hwgen.parts.pipeline import Timeline, copied, pipelined_mux
from hwgen.parts.scan import row_counter, sweep_counter
from software_ref.connections.clash_free import ClashFreePattern
from software_ref.connections.kinds import KINDS
from software_ref.plan.addresses import AddressPlan, crossbar_levels
from software_ref.plan.copies import lane_parts
from software_ref.plan.pipelining import PIPELINES, Pipelining
from software_ref.plan.timing import JunctionTiming

__all__ = ["ADDRESS_GENERATORS", "Interleaver", "LaneCrossbar"]


class Interleaver(wiring.Component):
    """Generates the word that every left memory is read at, row by row.

    Parameters
    ----------
    pattern
        The junction's clash-free pattern.
    pipelining
        Inputs of a multiplexer level, where words can be written.
    writable
        Whether the words, stored by rows, can be read and written (see AddressPlan).

    Members
    -------
    start : In(1)
        Pulse `latency` clocks before row 0.
    access : In(1), access_row, access_memory, write, replacement : In
        The parameter port, while idle: a pulse reads the word of a memory in a row, and replaces it
        if `write`; all but the pulse must stay for AddressPlan.written clocks. Only with
        `writable`, as is what follows.
    accessed : Out(ceil(log2 D))
        The word as it was before, AddressPlan.accessed clocks after the pulse.
    words : Out(ArrayLayout(unsigned(ceil(log2 D)), z))
        Word of memory v for the current row; at least one bit wide.
    sweep : Out(ceil(log2 d_out))
        Sweep of the current row, for a LaneCrossbar; at least one bit wide.

    Timing
    ------
    `latency` is the AddressPlan's. A new row every clock.

    References
    ----------
    docs/connections.md, "Kinds of patterns"; slides, "Clash-free memory access patterns".
    """

    def __init__(
        self,
        pattern: ClashFreePattern,
        pipelining: Pipelining = PIPELINES["deep"],
        *,
        writable: bool = False,
    ):
        self.pattern = pattern
        self._pipelining = pipelining
        shape = pattern.shape
        self._width = bits_for(shape.depth - 1)
        self._plan = AddressPlan(kind=pattern.kind, shape=shape, rewritable=writable)
        self.latency = self._plan.latency
        members = {
            "start": In(1),
            "words": Out(data.ArrayLayout(unsigned(self._width), shape.parallelism)),
            "sweep": Out(bits_for(shape.out_degree - 1)),
        }
        if self._plan.writable:
            members |= {
                "access": In(1),
                "access_row": In(range(max(shape.rows, 2))),
                "access_memory": In(range(max(shape.parallelism, 2))),
                "write": In(1),
                "replacement": In(self._width),
                "accessed": Out(self._width),
            }
        super().__init__(members)

    @staticmethod
    def cost(timing: JunctionTiming) -> cost.Terms:
        """What it takes: see `hwgen.parts.cost`."""
        shape, kind = timing.shape, KINDS[timing.network.connections.kind]
        word, z = bits_for(shape.depth - 1), shape.parallelism
        parts = len(lane_parts(z))
        sweep = cost.ONE * (bits_for(shape.depth - 1) + bits_for(shape.out_degree - 1))
        if shape.depth == 1:
            return {"sweep": sweep}
        plan = timing.addresses.memory
        if timing.addresses.writable:
            return {"sweep": sweep, **_writable_cost(timing)}
        if kind.reads_rows:
            rom = cost.memory(plan.depth, plan.width, rom=True, latency=plan.read_latency)
            return {"sweep": sweep, "rom": rom, "row": cost.ONE * bits_for(shape.rows - 1)}
        if not plan.depth:
            return {"sweep": sweep, "words": cost.Logic(lut=word, ff=word) * min(z, shape.depth)}
        seeds = (
            cost.memory(shape.out_degree, word * z, rom=True)
            if shape.out_degree > 1
            else cost.Logic()
        )
        return {
            "sweep": sweep,
            "counters": sweep * parts,
            "seeds": seeds,
            "words": cost.Logic(lut=1.5 * word, ff=word) * z,
        }

    def elaborate(self, platform: object) -> Module:
        shape, kind = self.pattern.shape, self.pattern.kind
        if kind not in ADDRESS_GENERATORS:
            names = ", ".join(f'"{name}"' for name in ADDRESS_GENERATORS)
            raise ValueError(f"pattern kind must have addresses ({names}), not {kind!r}")
        m = Module()
        started = Timeline(m, self.start).start(self.latency - 1)
        _, sweep = sweep_counter(m, started, shape.depth, shape.out_degree, "sweep")
        m.d.comb += self.sweep.eq(sweep)
        if shape.depth == 1:
            return m  # one word a memory: nothing to address
        ADDRESS_GENERATORS[kind](self, m)
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

    def _count_from_seeds(self, m: Module) -> None:
        """Seeds of each sweep, by parts."""
        parts = lane_parts(self.pattern.shape.parallelism)
        starts = copied(m, self.start, len(parts), "start", reset_less=False)
        for part, (start, memories) in enumerate(zip(starts, parts, strict=True)):
            self._count_from_sweep_seeds(m, start, memories, f"{part}")

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
        if self._plan.writable:
            self._rewrite_permutations(m, row, rows)
            return
        (words,) = memory(
            m,
            "permutations",
            depth=shape.rows,
            width=shape.parallelism * self._width,
            reads=[row],
            init=[packed(words.tolist(), self._width) for words in rows],
            latency=self._plan.memory.read_latency,
        )
        m.d.comb += self.words.as_value().eq(words)

    def _rewrite_permutations(self, m: Module, row: Signal, rows: NDArray[np.int64]) -> None:
        """Columns that are read side by side, and written one at a time with one word replaced.

        So a word needs neither a write enable of its own, which block RAMs do not have for so few
        bits, nor a multiplexer for each word of a row.
        """
        plan, columns, pipelining = self._plan, self._plan.columns, self._pipelining
        pulse = Timeline(m, self.access, name="access_timeline")
        with m.If(self.access):
            m.d.sync += row.eq(self.access_row)
        # Which column and which of its words, known long before they are looked at.
        column, place = Signal(range(max(len(columns), 2))), Signal(range(max(len(columns[0]), 2)))
        each = len(columns[0])
        memories = range(self.pattern.shape.parallelism)
        m.d.sync += [
            column.eq(Array(v // each for v in memories)[self.access_memory]),
            place.eq(Array(v % each for v in memories)[self.access_memory]),
        ]
        replaced = Signal(each * self._width, reset_less=True)
        stored = []
        for number, part in enumerate(columns):
            write = Signal(name=f"column{number}_write")
            m.d.sync += write.eq(
                pulse.start(plan.column_read(pipelining)) & self.write & (column == number)
            )
            init = [packed(words[part.start : part.stop].tolist(), self._width) for words in rows]
            stored += memory(
                m,
                f"permutations{number}",
                depth=len(rows),
                width=len(part) * self._width,
                reads=[row],
                write=(self.access_row, replaced[: len(part) * self._width], write),
                init=init,
                latency=plan.memory.read_latency,
                kind=plan.memory.kind,
            )
        m.d.comb += self.words.as_value().eq(Cat(stored))
        chosen = pipelined_mux(m, stored, column, pipelining, "column")
        words = [
            chosen[first : first + self._width] for first in range(0, len(replaced), self._width)
        ]
        m.d.sync += replaced.eq(
            Cat(Mux(place == k, self.replacement, word) for k, word in enumerate(words))
        )
        m.d.comb += self.accessed.eq(pipelined_mux(m, words, place, pipelining, "place"))


def _writable_cost(timing: JunctionTiming) -> cost.Terms:
    """The address memory of a core whose patterns change."""
    plan, shape, pipelining = timing.addresses, timing.shape, timing.pipelining
    word, columns = plan.word_bits, plan.columns
    width = len(columns[0]) * word
    return {
        "memory": cost.total(
            cost.memory(
                plan.memory.depth,
                len(part) * word,
                latency=plan.memory.read_latency,
                kind=plan.memory.kind,
            )
            for part in columns
        ),
        "address_row": cost.Logic(lut=2.5, ff=1) * bits_for(shape.rows - 1),
        "accessed": cost.pipelined_multiplexer(len(columns), width, pipelining)
        + cost.pipelined_multiplexer(len(columns[0]), word, pipelining),
        "replaced": cost.Logic(lut=width, ff=width),
        "writes": cost.ONE * len(columns) + cost.registers(plan.column_read(pipelining)),
    }


ADDRESS_GENERATORS: dict[str, Callable[[Interleaver, Module], None]] = {
    "shared_seed": Interleaver._count_from_shared_seeds,
    "seed_per_sweep": Interleaver._count_from_seeds,
    "free": Interleaver._read_permutations,
}
"""What drives `words`, by kind of pattern."""


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
    `latency` clocks, see `crossbar_levels`.
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
        self.latency = crossbar_levels(shape, pipelining, dither=dither)
        super().__init__(
            {
                "sweep": In(bits_for(shape.out_degree - 1)),
                "inputs": In(items),
                "outputs": Out(items),
            }
        )

    @staticmethod
    def cost(timing: JunctionTiming, width: int) -> cost.Terms:
        """What it takes for items of `width` bits."""
        if not timing.dither_levels:
            return {}
        mux = cost.pipelined_multiplexer(timing.shape.out_degree, width, timing.pipelining)
        select = cost.registers(timing.row_read * bits_for(timing.shape.out_degree - 1))
        return {"lanes": mux * timing.shape.parallelism, "select": select}

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
