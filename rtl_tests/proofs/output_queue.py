"""Proof of hwgen.core.network's credit: the queue of predictions never overflows.

beats -> sequencer -> samples under way -> done, whenever -> output queue -> predictions
            ^                                                                     |
            +------------------------------ popped -------------------------------+
"""

from __future__ import annotations

from types import SimpleNamespace

from amaranth.hdl import Signal

from hwgen.testing.shapes import network
from rtl_tests.proofs.bench import Bench
from rtl_tests.proofs.proof import Broken, Proof
from rtl_tests.proofs.units import Elaborated, Mutation, Units
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.schedule import Schedule

__all__ = ["PROOFS"]

SCHEDULE = Schedule(
    network=network((4, 3, 3, 4), format=(1, 4), hidden="relu"),
    options=CoreOptions(max_rate_exponent=1),
)


def _credit(bench: Bench, units: Units) -> None:
    """The junctions are replaced by the worst they could do: a result in any clock, in order."""
    m = bench.m
    network_module = units.load("hwgen.core.network")
    sequencer_module = units.load("hwgen.core.sequencer", probed=True)
    core = network_module.NetworkCore(SCHEDULE, [])
    core._MustUse__used = True  # only a part of it is elaborated
    sequencer = sequencer_module.Sequencer(SCHEDULE, beats=SCHEDULE.beats, credit=SCHEDULE.credit)
    last = SimpleNamespace(
        done=bench.free(1, "done"),
        prediction=bench.free(sequencer.label.shape(), "prediction"),
        correct=bench.free(1, "correct"),
    )
    m.submodules.sequencer = Elaborated(sequencer)
    m.d.comb += [
        sequencer.headers.valid.eq(bench.free(1, "valid")),
        sequencer.headers.payload.as_value().eq(
            bench.free(sequencer.headers.payload.shape().as_shape(), "header")
        ),
        sequencer.drain.eq(bench.free(1, "drain")),
        sequencer.hold.eq(bench.free(1, "hold")),
        core.predictions.ready.eq(bench.free(1, "ready")),
    ]
    core._predictions(m, sequencer, last)
    queue = m.submodules.output_queue
    # Samples between their last beat and their result.
    taken = sequencer.headers.valid & sequencer.headers.ready
    complete = taken & (sequencer.beat == SCHEDULE.beats - 1)
    under_way = Signal(range(SCHEDULE.credit + 3), name="under_way")
    m.d.sync += under_way.eq(under_way + complete - last.done)
    bench.assume(~last.done | (under_way != 0))
    bench.check(~last.done | queue.w_rdy, "room")
    bench.check(queue.level + under_way <= SCHEDULE.credit, "credit")
    last_beat = SCHEDULE.beats - 1
    bench.lemma(units.signals["first_beat"] == (sequencer.beat == 0), "first_beat")
    bench.lemma(units.signals["last_beat"] == (sequencer.beat == last_beat), "last_beat")
    bench.lemma(sequencer.beat <= last_beat, "beat")
    room = SCHEDULE.credit - 1 - queue.level - under_way
    bench.lemma(units.signals["room"] == room, "sequencer_room")
    # The queue's last word is a register of its own that is filled first.
    bench.lemma(queue.r_rdy | (queue.level <= 1), "filled_first")
    bench.lemma(~queue.r_rdy | (queue.level != 0), "level")


_DEPTH = "depth=self.schedule.credit"
_CREDIT = Mutation("hwgen.core.network", _DEPTH, f"{_DEPTH} - 1")
PROOFS = [
    Proof(
        name="output_queue",
        claim="a prediction always finds room in the output queue, whatever the samples' latency "
        "and however long nobody takes one",
        shape="4-3, credit 5; any latencies, any stalls",
        depth=4,
        build=_credit,
        broken=(Broken("a queue one word short of the credit", _CREDIT, 60),),
    ),
]
