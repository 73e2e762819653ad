"""Proofs of hwgen.storage.interleaver: lanes never clash, and read what docs/connections.md says.

start -> interleaver -> words -> memory v holds neuron w z + v at word w -> crossbar -> lanes
                                                                              |
                                                    memories <- crossbar <----+
"""

from __future__ import annotations

from functools import partial
from itertools import combinations
from typing import Any

from amaranth.hdl import Cat, Const, Mux, Signal, Value

from rtl_tests.proofs.bench import Bench, all_of
from rtl_tests.proofs.proof import Broken, Proof
from rtl_tests.proofs.units import Mutation, Units
from software_ref.connections.clash_free import ClashFreePattern, generate_pattern
from software_ref.connections.junction_shape import JunctionShape
from software_ref.connections.options import ConnectionOptions
from software_ref.plan.pipelining import PIPELINES

__all__ = ["PROOFS"]

Numbers = tuple[int, int, int, int]
"""Left and right neurons, d_out and z."""


def _left_neurons(pattern: ClashFreePattern) -> list[list[int]]:
    """Left neuron of every row and lane, by docs/connections.md, from seeds and permutations."""
    shape = pattern.shape
    rows = []
    for sweep in range(shape.out_degree):
        for cycle in range(shape.depth):
            row = []
            for lane in range(shape.parallelism):
                v = int(pattern.memory[sweep, lane])
                word = (int(pattern.seeds[sweep, v]) + cycle) % shape.depth
                if pattern.kind == "free":
                    word = int(pattern.words[sweep, v, cycle])
                row.append(word * shape.parallelism + v)
            rows.append(row)
    return rows


def _lanes(bench: Bench, units: Units, cases: list[tuple[str, bool, Numbers]]) -> None:
    """Several patterns side by side, scanned by one stream of start pulses."""
    module = units.load("hwgen.storage.interleaver")
    longest = max(left // z * out for _, _, (left, _, out, z) in cases)
    start = bench.pulses(longest, "start")
    for number, (kind, dither, (left, right, out_degree, z)) in enumerate(cases):
        shape = JunctionShape(index=1, left=left, right=right, out_degree=out_degree, parallelism=z)
        pattern = generate_pattern(shape, ConnectionOptions(kind=kind, dither=dither, seed=number))
        _one_pattern(bench, module, pattern, dither=dither, start=start, name=f"p{number}")


def _one_pattern(
    bench: Bench, module: Any, pattern: ClashFreePattern, *, dither: bool, start: Signal, name: str
) -> None:
    m, shape, z = bench.m, pattern.shape, pattern.shape.parallelism
    interleaver = module.Interleaver(pattern)
    width = (shape.left - 1).bit_length() or 1
    lanes = module.LaneCrossbar(pattern, width, PIPELINES["deep"], dither=dither, to_lanes=True)
    back = module.LaneCrossbar(pattern, width, PIPELINES["deep"], dither=dither, to_lanes=False)
    m.submodules[f"{name}_interleaver"] = interleaver
    m.submodules[f"{name}_lanes"] = lanes
    m.submodules[f"{name}_back"] = back
    latency = lanes.latency
    m.d.comb += [
        interleaver.start.eq(start),
        lanes.sweep.eq(interleaver.sweep),
        *(lanes.inputs[v].eq(interleaver.words[v] * z + v) for v in range(z)),
        back.sweep.eq(bench.past(interleaver.sweep, latency)),
        *(back.inputs[j].eq(lanes.outputs[j]) for j in range(z)),
    ]
    # Rows come at the lanes `begin` clocks after a start pulse.
    begin = interleaver.latency + latency
    since = bench.clocks_since(
        bench.flag_past(start, begin) if begin else start, shape.rows, f"{name}_row"
    )
    active = since < shape.rows
    read = [Signal(width, name=f"{name}_lane{j}") for j in range(z)]
    m.d.comb += [signal.eq(lanes.outputs[j]) for j, signal in enumerate(read)]

    memories = [signal % z for signal in read]
    bench.check(
        ~active | all_of([a != b for a, b in combinations(memories, 2)]), f"{name}_no_clash"
    )
    wanted: Value = Const(0, z * width)
    for t, row in enumerate(_left_neurons(pattern)):
        wanted = Mux(since == t, Cat(Const(neuron, width) for neuron in row), wanted)
    bench.check(~active | (Cat(read) == wanted), f"{name}_neurons")

    # Whichever neuron one looks at, every sweep reads it once.
    neuron = bench.constant(range(shape.left), f"{name}_neuron")
    bench.assume(neuron < shape.left)
    hits = sum((signal == neuron for signal in read), start=Const(0, 1))
    before = Signal(range(shape.depth * z + 1), name=f"{name}_hits_before")
    cycle = since % shape.depth
    now = Mux(cycle == 0, 0, before) + hits
    m.d.sync += before.eq(now)
    bench.check(~active | (cycle != shape.depth - 1) | (now == 1), f"{name}_once_a_sweep")

    # The way back takes every lane's item to the memory that the lane read.
    settled = bench.flag_past(active, latency) if latency else active
    for v in range(z):
        item = bench.past(lanes.inputs[v], 2 * latency)
        bench.check(~settled | (back.outputs[v] == item), f"{name}_back{v}")


def _described(cases: list[tuple[str, bool, Numbers]]) -> str:
    return ", ".join(
        f"{left}-{right} out {out} z {z}" + (" dither" if dither else "")
        for _, dither, (left, right, out, z) in cases
    )


def _proof(kind: str, cases: list[tuple[bool, Numbers]], broken: Broken) -> Proof:
    """A proof for several shapes of one kind; k covers the longest step and its latency."""
    full = [(kind, dither, numbers) for dither, numbers in cases]
    longest = max(left // z * out for _, (left, _, out, z) in cases)
    return Proof(
        name=f"interleaver_{kind}",
        claim=f"{kind}: no two lanes read one memory in a clock; a lane reads the neuron of "
        "docs/connections.md; a sweep reads every neuron once; the way back undoes the way to the "
        "lanes",
        shape=_described(full),
        depth=longest + 9,
        build=partial(_lanes, cases=full),
        broken=(broken,),
    )


_MODULE = "hwgen.storage.interleaver"
PROOFS = [
    _proof(
        "shared_seed",
        [(False, (12, 8, 2, 4)), (True, (9, 6, 2, 3)), (True, (2, 9, 9, 2))],
        Broken(
            "words wrap one early",
            Mutation(_MODULE, "word == depth - 1, 0", "word == depth - 2, 0"),
        ),
    ),
    _proof(
        "seed_per_sweep",
        [(False, (12, 8, 2, 4)), (True, (8, 6, 3, 2)), (False, (5, 2, 2, 1))],
        Broken(
            "seeds of the sweep before",
            Mutation(_MODULE, "following.eq(first)", "following.eq(0)"),
        ),
    ),
    _proof(
        "free",
        [(False, (12, 8, 2, 4)), (True, (9, 6, 2, 3))],
        Broken(
            "pairs of lanes read one memory",
            Mutation(_MODULE, "source[:, item]", "source[:, item - item % 2]"),
        ),
    ),
]
