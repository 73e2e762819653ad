"""Proofs of hwgen.units.backprop: its one-clock read-add-write loop sums exactly, in any order.

row read -> words ---------------------------> is it the word looked at?
                                                        |
weights, deltas (`operands` later) -> products -> sum of the step = what a fetch finds
"""

from __future__ import annotations

from functools import partial

from amaranth.hdl import Const, Mux, Signal, Value, signed

from hwgen.testing.shapes import network
from rtl_tests.proofs.bench import Bench
from rtl_tests.proofs.proof import Broken, Proof
from rtl_tests.proofs.units import Elaborated, Mutation, Units
from software_ref.connections.clash_free import generate_pattern
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.dsp_budget import DspBlocks
from software_ref.plan.schedule import Schedule

__all__ = ["PROOFS"]

Numbers = tuple[int, int, int, int]


def _sums(bench: Bench, units: Units, *, junctions: tuple[Numbers, Numbers], dither: bool) -> None:
    """Weights, deltas and words are free, but the first sweep must meet the word once.

    After the first sweep a row may be at any word, as long as none is met more than d_out times, so
    the forwarding is proven for more orders than patterns have.
    """
    m = bench.m
    net = network(*junctions, format=(1, 4), hidden="relu", dither=dither)
    schedule = Schedule(network=net, options=CoreOptions(max_rate_exponent=1))
    timing = schedule.timing[1]
    shape, layout = timing.shape, timing.layout
    pattern = generate_pattern(shape, net.connections)
    module = units.load("hwgen.units.backprop")
    module.bank_counter = units.load("hwgen.parts.scan", probed=True).bank_counter
    unit = module.Backprop(schedule, 2, pattern, dsp=DspBlocks(singles=shape.parallelism))
    m.submodules.backprop = Elaborated(unit)
    lanes = shape.parallelism
    start = bench.pulses(schedule.period, "start")
    words = [bench.free(unit.words[v].shape(), f"word{v}") for v in range(lanes)]
    fetched = [bench.free(unit.words[v].shape(), f"fetch{v}") for v in range(lanes)]
    weights = [bench.free(unit.weights[j].shape(), f"weight{j}") for j in range(lanes)]
    deltas = [bench.free(unit.deltas[g].shape(), f"delta{g}") for g in range(layout.groups)]
    # Rows are read from the clock after the start pulse on.
    since = bench.clocks_since(bench.flag_past(start, 1), shape.rows, "row")
    reading = since < shape.rows
    m.d.comb += [
        unit.start.eq(start),
        *(unit.words[v].eq(word) for v, word in enumerate(words)),
        *(unit.fetch_words[v].eq(word) for v, word in enumerate(fetched)),
        *(unit.weights[j].eq(weight) for j, weight in enumerate(weights)),
        *(unit.deltas[g].eq(delta) for g, delta in enumerate(deltas)),
        unit.fetch_start.eq(bench.free(1, "fetch_start")),
        unit.sweep.eq(Mux(reading, since // shape.depth, 0)),
    ]
    for word in (*words, *fetched):
        bench.assume(word < shape.depth)

    row = bench.past(since, timing.operands, init=shape.rows)
    active = row < shape.rows
    products = [weights[j] * deltas[timing.copies.delta(j)] for j in range(lanes)]
    # The sums are whole after the last row, and may be fetched `error_latency` clocks after it.
    wait = timing.error_latency - timing.operands
    whole = bench.flag_past(row == shape.rows - 1, wait)
    read_bank, write_bank = (units.signals[f"{name}0_bank"] for name in ("read", "write"))
    fetch_bank = units.signals["fetch0_bank"]
    bench.lemma(write_bank == bench.past(read_bank, 3, init=read_bank.init), "banks")
    same_bank = fetch_bank == bench.past(write_bank)
    for v in range(lanes):
        looked_at = bench.constant(words[v].shape(), f"looked_at{v}")
        hit = words[v] == looked_at
        met = Signal(range(shape.rows + 2), name=f"met{v}")
        met_now = Mux(since == 0, 0, met) + hit
        with m.If(reading):
            m.d.sync += met.eq(met_now)
        bench.assume((since != shape.depth - 1) | (met_now == 1))
        bench.assume(~reading | (met_now <= shape.out_degree))
        # The lane whose products memory v takes, by sweep.
        product: Value = Const(0, signed(1))
        for sweep, lane_of in enumerate(pattern.memory.tolist()):
            chosen = (row >= sweep * shape.depth) & (row < (sweep + 1) * shape.depth)
            product = Mux(chosen, products[lane_of.index(v)], product)
        total = Signal(signed(timing.widths.left_error + 4), name=f"total{v}")
        term = Mux(active & bench.past(hit, timing.operands), product, 0)
        m.d.sync += total.eq(Mux(row == 0, 0, total) + term)
        fetching = bench.flag_past(whole & same_bank & (fetched[v] == looked_at), 1)
        expected = bench.past(total, wait)
        latency = schedule.timing[0].memories.fetched.read_latency
        found = bench.flag_past(fetching, latency - 1) if latency > 1 else fetching
        wanted = bench.past(expected, latency - 1)
        bench.check(~found | (unit.errors[v] == wanted), f"sum{v}")


def _proof(name: str, junctions: tuple[Numbers, Numbers], dither: bool, *broken: Broken) -> Proof:
    left, right, out_degree, z = junctions[1]
    rows = left // z * out_degree
    return Proof(
        name=f"accumulator_{name}",
        claim="BP's sum e of every left neuron is the exact sum of w delta over its edges, "
        "readable `error_latency` clocks after the last row",
        shape=f"{left}-{right} out {out_degree} z {z}"
        + (" dither" if dither else "")
        + ", 6-bit weights and deltas, words in any order",
        depth=rows + 14,
        build=partial(_sums, junctions=junctions, dither=dither),
        broken=broken,
    )


_MODULE = "hwgen.units.backprop"
PROOFS = [
    _proof(
        "one_word",
        ((2, 1, 1, 1), (1, 3, 3, 1)),
        False,
        Broken(
            "the sum of the row before not forwarded",
            Mutation(_MODULE, "before = Mux(one, total, base", "before = Mux(one, base, base"),
            24,
        ),
    ),
    _proof(
        "three_words",
        ((3, 3, 1, 1), (3, 2, 2, 1)),
        False,
        Broken(
            "the sum of three rows before not forwarded",
            Mutation(_MODULE, "Mux(three, older, read)", "read"),
            24,
        ),
    ),
    _proof(
        "two_words_dither",
        ((4, 4, 1, 2), (4, 2, 2, 2)),
        True,
        Broken(
            "the first sweep one row short",
            Mutation(
                _MODULE,
                "timeline.start(added), shape.depth,",
                "timeline.start(added), shape.depth - 1,",
            ),
            24,
        ),
    ),
]
