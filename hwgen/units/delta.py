"""The delta unit: turns errors into deltas just in time and deals them out to the lanes.

    errors by memory --> window --+
                                  x --> round --> sat --> hold --> lanes, by group
    h' queue (slots) -------------+              (over rows)   (by phase)

The output layer's deltas are ready: they skip the product and go straight to `hold`.
"""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal, Value, signed, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for

from hwgen.parts import cost
from hwgen.parts.arithmetic import register, rounded_shift, saturated
from hwgen.parts.multiplier import multiply
from hwgen.parts.pipeline import Timeline, copied, delayed
from hwgen.parts.saturation import saturation_cost, saturation_counter
from hwgen.parts.scan import Phase, row_active, slots_present
from hwgen.storage.window import Window
from software_ref.plan.ports import COUNTER_BITS
from software_ref.plan.timing import SCAN_LEAD, JunctionTiming

__all__ = ["DeltaUnit"]


class DeltaUnit(wiring.Component):
    """Delivers delta of the right neurons to the lanes of the rows they have edges in.

    Parameters
    ----------
    timing
        Latencies and sizes of the junction.

    Members
    -------
    start, learn : In(1)
        Pulse two clocks before row 0's addresses; whether the step has a sample to learn from.
    starting : In(ArrayLayout(unsigned, F))
        The queue's values of the row's starting neurons: h', or delta for the output layer.
    error_words : Out, errors : In(ArrayLayout(signed, Z))
        Addresses of the Z error memories and what they hold (hidden layers only).
    lanes : Out(ArrayLayout(signed, copies))
        Delta of each group of lanes in its copies (`timing.copies.delta`), 0 where there is nothing
        to learn.
    finishing : Out(ArrayLayout(signed, F))
        Beside `lanes`, delta of the neurons that finish in the row, in slot order.
    saturations : Out(32)
        How many deltas were saturated (0 for the output layer).

    Timing
    ------
    `lanes` comes `timing.fetch` clocks after a row's addresses; a row a clock.

    References
    ----------
    docs/numerics.md, "Backpropagation".
    """

    def __init__(self, timing: JunctionTiming):
        self.timing = timing
        layout = timing.layout
        self._queued = timing.widths.delta if timing.last else timing.widths.derivative
        members = {
            "start": In(1),
            "learn": In(1),
            "starting": In(data.ArrayLayout(unsigned(self._queued), layout.finishing)),
            "lanes": Out(data.ArrayLayout(signed(timing.widths.delta), timing.copies.all_deltas)),
            "finishing": Out(data.ArrayLayout(signed(timing.widths.delta), layout.finishing)),
            "saturations": Out(COUNTER_BITS),
        }
        if not timing.last:
            following = timing.network.junctions[timing.junction]
            self._banks = following.parallelism
            words = unsigned(bits_for(following.depth - 1))
            members["error_words"] = Out(data.ArrayLayout(words, self._banks))
            members["errors"] = In(data.ArrayLayout(signed(timing.widths.error), self._banks))
        super().__init__(members)

    @staticmethod
    def cost(timing: JunctionTiming) -> cost.Terms:
        """What it takes: see `hwgen.parts.cost`."""
        layout, pipelining, width = timing.layout, timing.pipelining, timing.widths.delta
        slots = layout.finishing
        terms = {
            "lanes": cost.Logic(lut=width * layout.groups, ff=width * timing.copies.all_deltas),
            "finishing": cost.Logic(lut=width * slots, ff=width * slots),
            "touched": (
                cost.Logic(lut=width, ff=width) * (layout.slots + 1)
                if layout.accumulates
                else cost.Logic()
            ),
            "scan": cost.ONE * (3 * bits_for(timing.shape.rows - 1)),
            "timeline": cost.registers(timing.fetch),
        }
        if timing.last:
            return terms
        banks = timing.network.junctions[timing.junction].parallelism
        error = timing.widths.error
        derivative = timing.widths.derivative
        terms |= Window.cost(layout, banks, error, pipelining)
        if timing.network.activation_of(timing.junction).gates:
            slopes = cost.Logic(lut=error, ff=error)
            scaled = error
        else:
            slopes = cost.multiplier(
                error,
                derivative,
                latency=timing.derivative_multiply,
                dsp=False,
                pipelining=pipelining,
            )
            scaled = error + derivative
        terms |= {
            "waits": cost.registers(derivative * _derivative_wait(timing)) * slots,
            "slopes": slopes * slots,
            "rounded": cost.adder(scaled) * slots,
            "deltas": cost.Logic(lut=width, ff=width) * slots,
            "saturations": saturation_cost(slots),
        }
        return terms

    def elaborate(self, platform: object) -> Module:
        m = Module()
        timing, layout = self.timing, self.timing.layout
        timeline = Timeline(m, self.start, {"learn": self.learn})
        # Clocks from the start pulse: addresses at SCAN_LEAD, `lanes` at SCAN_LEAD + fetch.
        at_lanes = SCAN_LEAD + timing.fetch
        at_hold = at_lanes - 1
        at_deltas = at_hold - (1 if layout.accumulates else 0)
        if timing.last:
            deltas = [self.starting[k].as_signed() for k in range(layout.finishing)]
        else:
            deltas = self._hidden_deltas(m, timeline, at_deltas)
        touched: list[Value] = deltas
        if layout.accumulates:
            phase = Phase(m, timeline.start(at_deltas - 2), layout, "hold")
            touched = self._held(m, deltas, phase)
        learn = timeline.held("learn", at_hold - 1)
        rows = row_active(m, timeline.start(at_hold - 1), layout.shape.rows, "lanes")
        enable = learn & rows
        phase = Phase(m, timeline.start(at_hold - 2), layout, "lanes")
        for group in range(layout.groups):
            slots = layout.group_slots(group)
            delta = touched[slots[0]]
            if len(slots) == 2 and slots[1] < len(touched):
                upper = phase.at_least(layout.upper_from(group))
                delta = Mux(upper, touched[slots[1]], touched[slots[0]])
            lanes = copied(m, Mux(enable, delta, 0), timing.copies.deltas, f"lanes{group}")
            for k, lane in enumerate(lanes, start=group * timing.copies.deltas):
                m.d.comb += self.lanes[k].eq(lane)
        for slot in range(layout.finishing):
            delta = register(m, Mux(enable, touched[slot], 0), f"finishing{slot}")
            m.d.comb += self.finishing[slot].eq(delta)
        return m

    def _hidden_deltas(self, m: Module, timeline: Timeline, at_deltas: int) -> list[Value]:
        """sat(rnd(e h', 2f)) of the starting neurons."""
        timing, layout = self.timing, self.timing.layout
        fmt = timing.network.format
        window = Window(
            m,
            self.start,
            layout,
            self._banks,
            latency=timing.memories.fetched.read_latency,
            pipelining=timing.pipelining,
            name="errors",
        )
        for bank, word in enumerate(window.words):
            m.d.comb += self.error_words[bank].eq(word)
        errors = window.pick([self.errors[bank].as_unsigned() for bank in range(self._banks)])
        deltas, flags = [], []
        for k, error in enumerate(errors):
            # The queue's window is never deeper than the errors': it waits for them.
            derivative = delayed(m, self.starting[k], _derivative_wait(timing), f"derivative{k}")
            if timing.network.activation_of(timing.junction).gates:
                # h' is 2**f or 0, and rnd(e 2**f, 2f) = rnd(e, f)
                product: Value = register(m, Mux(derivative[0], error.as_signed(), 0), f"gated{k}")
                places = fmt.fraction
            else:
                product = multiply(
                    m,
                    error.as_signed(),
                    derivative,
                    latency=timing.derivative_multiply,
                    dsp=False,
                    pipelining=timing.pipelining,
                    name=f"slope{k}",
                )
                places = 2 * fmt.fraction
            rounded = register(m, rounded_shift(product, places), f"rounded{k}")
            delta, overflow = saturated(rounded, fmt.width)
            deltas.append(register(m, delta, f"delta{k}"))
            flags.append(overflow)
        start = timeline.start(at_deltas - 1 - 2)
        _, present = slots_present(m, start, layout, starting=True, name="starting")
        learn = timeline.held("learn", at_deltas - 2)
        events = [flag & here & learn for flag, here in zip(flags, present, strict=True)]
        m.d.comb += self.saturations.eq(saturation_counter(m, events, "delta"))
        return deltas

    def _held(self, m: Module, deltas: list[Value], phase: Phase) -> list[Value]:
        """The deltas of all slots the row touches: one may go on from the row before."""
        layout = self.timing.layout
        continued = phase.at_least(1)
        hold = Signal(signed(self.timing.widths.delta), name="hold", reset_less=True)
        touched = []
        for slot in range(layout.slots):
            new = deltas[slot] if slot < len(deltas) else None
            old = hold if slot == 0 else deltas[slot - 1]
            touched.append(old if new is None else Mux(continued, old, new))
        # The last slot that the row touches is (r + G - 1) // q.
        whole, rest = divmod(layout.groups - 1, layout.span)
        last = touched[whole]
        if rest and whole + 1 < len(touched):
            last = Mux(phase.at_least(layout.span - rest), touched[whole + 1], touched[whole])
        m.d.sync += hold.eq(last)
        return [register(m, value, f"touched{slot}") for slot, value in enumerate(touched)]


def _derivative_wait(timing: JunctionTiming) -> int:
    """Clocks by which h' is at its slots before the errors are."""
    return timing.fetch_window - timing.queue_window
