"""The bias unit: keeps the biases, hands them to feedforward and updates them.

A word holds the biases of the neurons that finish in one row (RowLayout.finish_words). It is read
when feedforward needs it; its successor is written three clocks after that.
"""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from hwgen.arithmetic import register
from hwgen.memory import memory
from hwgen.pipeline import Timeline, delayed
from hwgen.rate import RateShift, subtracted
from hwgen.rounding_noise import lane_number
from hwgen.saturation import COUNTER_WIDTH, saturation_counter
from hwgen.scan import slots_present
from software_ref.timing import SCAN_LEAD, JunctionTiming
from software_ref.update_rounding import GENERATOR_WIDTH

__all__ = ["BiasUnit"]

WRITE_AFTER_READ = 2
"""Clocks from a word's arrival to the clock that writes its successor: subtract, saturate."""


class BiasUnit(wiring.Component):
    """Bias memory of one junction, with b <- sat(b - rnd(delta 2**E, k)).

    Parameters
    ----------
    timing
        Latencies and sizes of the junction.
    init
        Initial words as unsigned integers.

    Members
    -------
    start : In(1), rate_exponent : In
        Pulse one clock before row 0 is read, with the k of the sample to learn from.
    deltas : In(ArrayLayout(signed, F))
        Beside the row's operands: delta of the neurons that finish in it (training only).
    noise : In(32)
        The row's state of the generator, `timing.bias_noise` clocks after the row read (only with
        random bits).
    biases : Out(ArrayLayout(signed(B + E), F))
        `timing.totals` clocks after the row read.
    access, access_word, replace, replacement : In
        The parameter port: pulse to read `access_word`, slots to replace and their value. A word
        accessed appears at `biases` after the memory's read latency and one clock, and is written
        back two clocks later.
    saturations : Out(32)
        How many biases were saturated (training only).

    References
    ----------
    DESIGN.md section 2, "UP".
    """

    def __init__(self, timing: JunctionTiming, init: list[int]):
        self.timing = timing
        self._init = init
        slots = timing.layout.finishing
        width = timing.network.format.stored_width
        biases = data.ArrayLayout(signed(width), slots)
        members = {
            "start": In(1),
            "biases": Out(biases),
            "access": In(1),
            "access_word": In(range(max(timing.layout.finish_words, 2))),
            "replace": In(slots),
            "replacement": In(signed(width)),
        }
        if timing.training:
            members |= {
                "rate_exponent": In(range(max(timing.max_rate_exponent + 1, 2))),
                "deltas": In(data.ArrayLayout(signed(timing.delta_width), slots)),
                "saturations": Out(COUNTER_WIDTH),
            }
            if timing.network.update.random_bits:
                members["noise"] = In(GENERATOR_WIDTH)
        super().__init__(members)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        timing, layout = self.timing, self.timing.layout
        width = timing.network.format.stored_width
        plan = timing.bias_plan
        payload = {"rate_exponent": self.rate_exponent} if timing.training else {}
        timeline = Timeline(m, self.start, payload)
        # Clocks from the start pulse: row read at 1, words at `arrive`, addresses before that.
        arrive = timing.totals + 1
        address = arrive - plan.read_latency
        word, used = self._scan(m, timeline, address)

        new_word = Signal(plan.width, name="new_word")
        write_after = plan.read_latency + WRITE_AFTER_READ
        (row,) = memory(
            m,
            "biases",
            depth=plan.depth,
            width=plan.width,
            reads=[word],
            write=(
                delayed(m, word, write_after, "word"),
                new_word,
                delayed(m, used, write_after, "used", reset_less=False),
            ),
            init=self._init,
            latency=plan.read_latency,
        )
        m.d.comb += self.biases.as_value().eq(row)
        values = []
        flags = []
        present: list[Value] = []
        if timing.training:
            start = timeline.start(arrive + 1 - SCAN_LEAD)
            _, present = slots_present(m, start, layout, starting=False, name="finish")
        for k in range(layout.finishing):
            if timing.training:
                shift = self._step(m, timeline, k, arrive)
                value, overflow = subtracted(m, self.biases[k], shift, width, f"difference{k}")
                flags.append(overflow & present[k])
            else:
                value = register(m, self.biases[k], f"kept{k}")
            value = Mux(self.replace[k], self.replacement, value)
            values.append(register(m, value, f"updated{k}"))
        m.d.comb += new_word.eq(Cat(value.as_unsigned() for value in values))
        if timing.training:
            m.d.comb += self.saturations.eq(saturation_counter(m, flags, "bias"))
        return m

    def _scan(self, m: Module, timeline: Timeline, address: int) -> tuple[Signal, Signal]:
        """The word of the current row, and whether the row has one."""
        layout = self.timing.layout
        word = Signal(range(max(layout.finish_words, 2)), name="word")
        used = Signal(name="used")
        # Registered once more than the flags, so that an access can take their place.
        start = timeline.start(address - 1 - SCAN_LEAD)
        _, present = slots_present(m, start, layout, starting=False, name="scan")
        fresh = Signal(name="fresh")
        m.d.sync += used.eq(present[0] | self.access)
        with m.If(self.access):
            m.d.sync += word.eq(self.access_word)
        with m.Elif(timeline.start(address - 1)):
            m.d.sync += [word.eq(0), fresh.eq(~present[0])]
        with m.Elif(present[0]):
            m.d.sync += [word.eq(Mux(fresh, word, word + 1)), fresh.eq(0)]
        return word, used

    def _step(self, m: Module, timeline: Timeline, k: int, arrive: int) -> RateShift:
        """rnd(delta 2**E, k) of the neuron in a slot, beside its bias."""
        timing, random_bits = self.timing, self.timing.network.update.random_bits
        shift_at = arrive - timing.shift_levels - timing.noise_levels
        exponent = timeline.held("rate_exponent", shift_at - 1)
        delta = delayed(m, self.deltas[k], shift_at - timing.operands - 1, f"delta{k}")
        return RateShift(
            m,
            Cat(Const(0, timing.network.format.extra_bits), delta).as_signed(),
            exponent,
            drop=0,
            largest=timing.max_rate_exponent,
            pipelining=timing.pipelining,
            name=f"step{k}",
            noise=lane_number(self.noise, k, random_bits) if random_bits else None,
        )
