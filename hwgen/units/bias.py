"""The bias unit: keeps the biases, hands them to feedforward and updates them.

A word holds the biases of the neurons that finish in one row (RowLayout.finish_words). It is read
when feedforward needs it; its successor is written three clocks after that, unless biases are
constants.
"""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for

from hwgen.parts import cost
from hwgen.parts.arithmetic import register
from hwgen.parts.memory import memory
from hwgen.parts.pipeline import Timeline, delayed
from hwgen.parts.rate import RateShift, subtracted
from hwgen.parts.saturation import saturation_cost, saturation_counter
from hwgen.parts.scan import slots_present
from hwgen.units.rounding_noise import lane_number
from software_ref.plan.ports import COUNTER_BITS
from software_ref.plan.timing import SCAN_LEAD, JunctionTiming
from software_ref.update_rounding import GENERATOR_WIDTH

__all__ = ["BiasUnit"]


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
        back two clocks later (not where biases are constants).
    saturations : Out(32)
        How many biases were saturated (training only).

    References
    ----------
    docs/numerics.md, "Update".
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
        }
        if not timing.options.constant:
            members |= {
                "access": In(1),
                "access_word": In(range(max(timing.layout.finish_words, 2))),
                "replace": In(slots),
                "replacement": In(signed(width)),
            }
        if timing.training:
            members |= {
                "rate_exponent": In(range(max(timing.options.max_rate_exponent + 1, 2))),
                "deltas": In(data.ArrayLayout(signed(timing.widths.delta), slots)),
                "saturations": Out(COUNTER_BITS),
            }
            if timing.network.update.random_bits:
                members["noise"] = In(GENERATOR_WIDTH)
        super().__init__(members)

    @staticmethod
    def cost(timing: JunctionTiming) -> cost.Terms:
        """What it takes: see `hwgen.parts.cost`."""
        fmt, slots, plan = timing.network.format, timing.layout.finishing, timing.memories.biases
        stored, word = fmt.stored_width, bits_for(plan.depth - 1)
        constant = timing.options.constant
        terms = {
            "memory": cost.memory(plan.depth, plan.width, rom=constant, latency=plan.read_latency),
            "scan": cost.ONE * (word + 2 + bits_for(timing.shape.rows - 1)),
            "timeline": cost.registers(timing.totals),
        }
        if not constant:
            terms |= {
                "words": cost.registers((word + 1) * timing.bias_written),
                "updated": cost.Logic(lut=stored, ff=stored) * slots,
            }
        if timing.training:
            shift_at = _shift_at(timing)
            step = timing.widths.delta + fmt.extra_bits
            rate = bits_for(timing.options.max_rate_exponent)
            terms |= {
                "delays": cost.registers(timing.widths.delta * _delta_wait(timing)) * slots,
                "shifts": cost.pipelined_multiplexer(
                    timing.options.max_rate_exponent + 1, step + 1, timing.pipelining
                )
                * slots,
                "rate": cost.registers(rate * (shift_at + 1)),
                "differences": cost.adder(stored + 1) * slots,
                "saturations": saturation_cost(slots),
            }
        return terms

    def elaborate(self, platform: object) -> Module:
        m = Module()
        timing, plan = self.timing, self.timing.memories.biases
        payload = {"rate_exponent": self.rate_exponent} if timing.training else {}
        timeline = Timeline(m, self.start, payload)
        # Clocks from the start pulse: row read at 1, words at `arrive`, addresses before that.
        arrive = _arrive(timing)
        address = arrive - plan.read_latency
        word, used = self._scan(m, timeline, address)

        new_word = Signal(plan.width, name="new_word")
        write = None
        if not timing.options.constant:
            late = timing.bias_written
            write = (
                delayed(m, word, late, "word"),
                new_word,
                delayed(m, used, late, "used", reset_less=False),
            )
        (row,) = memory(
            m,
            "biases",
            depth=plan.depth,
            width=plan.width,
            reads=[word],
            write=write,
            init=self._init,
            latency=plan.read_latency,
        )
        m.d.comb += self.biases.as_value().eq(row)
        if not timing.options.constant:
            m.d.comb += new_word.eq(self._successor(m, timeline))
        return m

    def _successor(self, m: Module, timeline: Timeline) -> Value:
        """What takes the place of the word read, two clocks after it."""
        timing, layout = self.timing, self.timing.layout
        width = timing.network.format.stored_width
        values = []
        flags = []
        present: list[Value] = []
        if timing.training:
            start = timeline.start(_arrive(timing) + 1 - SCAN_LEAD)
            _, present = slots_present(m, start, layout, starting=False, name="finish")
        for k in range(layout.finishing):
            if timing.training:
                shift = self._step(m, timeline, k)
                value, overflow = subtracted(m, self.biases[k], shift, width, f"difference{k}")
                flags.append(overflow & present[k])
            else:
                value = register(m, self.biases[k], f"kept{k}")
            value = Mux(self.replace[k], self.replacement, value)
            values.append(register(m, value, f"updated{k}"))
        if timing.training:
            m.d.comb += self.saturations.eq(saturation_counter(m, flags, "bias"))
        return Cat(value.as_unsigned() for value in values)

    def _scan(self, m: Module, timeline: Timeline, address: int) -> tuple[Signal, Signal]:
        """The word of the current row, and whether the row has one."""
        layout = self.timing.layout
        word = Signal(range(max(layout.finish_words, 2)), name="word")
        used = Signal(name="used")
        # Registered once more than the flags, so that an access can take their place.
        start = timeline.start(address - 1 - SCAN_LEAD)
        _, present = slots_present(m, start, layout, starting=False, name="scan")
        fresh = Signal(name="fresh")
        constant = self.timing.options.constant
        access, wanted = (Const(0), Const(0)) if constant else (self.access, self.access_word)
        m.d.sync += used.eq(present[0] | access)
        with m.If(access):
            m.d.sync += word.eq(wanted)
        with m.Elif(timeline.start(address - 1)):
            m.d.sync += [word.eq(0), fresh.eq(~present[0])]
        with m.Elif(present[0]):
            m.d.sync += [word.eq(Mux(fresh, word, word + 1)), fresh.eq(0)]
        return word, used

    def _step(self, m: Module, timeline: Timeline, k: int) -> RateShift:
        """rnd(delta 2**E, k) of the neuron in a slot, beside its bias."""
        timing, random_bits = self.timing, self.timing.network.update.random_bits
        shift_at = _shift_at(timing)
        exponent = timeline.held("rate_exponent", shift_at - 1)
        delta = delayed(m, self.deltas[k], _delta_wait(timing), f"delta{k}")
        return RateShift(
            m,
            Cat(Const(0, timing.network.format.extra_bits), delta).as_signed(),
            exponent,
            drop=0,
            largest=timing.options.max_rate_exponent,
            pipelining=timing.pipelining,
            name=f"step{k}",
            noise=lane_number(self.noise, k, random_bits) if random_bits else None,
        )


def _arrive(timing: JunctionTiming) -> int:
    """Clocks from the start pulse to row 0's word."""
    return timing.totals + 1


def _shift_at(timing: JunctionTiming) -> int:
    """The same to the shift of its deltas, which ends beside the word."""
    return timing.bias_shift + 1


def _delta_wait(timing: JunctionTiming) -> int:
    """Clocks that a delta waits, from its row's operands to its shift."""
    return timing.bias_shift - timing.operands
