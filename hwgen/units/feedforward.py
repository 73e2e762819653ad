"""The feedforward unit: products, sums over each right neuron's edges, bias and activation.

weights --+
          x--> group trees --> slot trees --> carry over rows --> + bias --> sat --> table
left a ---+       (g lanes)     (masked by phase)   (one clock)                 or clip
"""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, signed, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for

from hwgen.parts import cost
from hwgen.parts.arithmetic import adder_tree, register, saturated, signed_width
from hwgen.parts.multiplier import multiply
from hwgen.parts.pipeline import Timeline, delayed
from hwgen.parts.saturation import saturation_cost, saturation_counter
from hwgen.parts.scan import Phase, slots_present
from hwgen.units.activation import activation_unit
from software_ref.plan.dsp_budget import DspBlocks
from software_ref.plan.ports import COUNTER_BITS
from software_ref.plan.timing import JunctionTiming

__all__ = ["Feedforward"]


class Feedforward(wiring.Component):
    """Computes s, a and h' of the right neurons, in the rows in which their last edges lie.

    Parameters
    ----------
    timing
        Latencies and sizes of the junction.
    dsp
        The DSP blocks among the multipliers: those of the first lanes.

    Members
    -------
    start, feed : In(1)
        Pulse one clock before the operands of row 0; whether the step has a sample to feed.
    weights : In(ArrayLayout(signed(B), z)), activations : In(ArrayLayout(unsigned, z))
        Operands by lane.
    biases : In(ArrayLayout(signed(B), F))
        Biases of the row's finishing neurons, `timing.totals` after the row read.
    values, derivatives : Out(ArrayLayout(unsigned, F))
        a and h' (see ActivationUnit) of the row's finishing neurons.
    saturations : Out(32)
        How many s were saturated.

    Timing
    ------
    Outputs come `timing.activated - timing.operands` clocks after a row's operands; a row a clock.

    References
    ----------
    docs/numerics.md, "Feedforward".
    """

    def __init__(self, timing: JunctionTiming, *, dsp: DspBlocks):
        self.timing = timing
        self._dsp = dsp
        lanes = timing.shape.parallelism
        slots = timing.layout.finishing
        width = timing.network.format.width
        self._derivatives = timing.training and not timing.last
        members = {
            "start": In(1),
            "feed": In(1),
            "weights": In(data.ArrayLayout(signed(width), lanes)),
            "activations": In(data.ArrayLayout(unsigned(timing.widths.left_activation), lanes)),
            "biases": In(data.ArrayLayout(signed(width), slots)),
            "values": Out(data.ArrayLayout(unsigned(timing.widths.right_activation), slots)),
            "saturations": Out(COUNTER_BITS),
        }
        if self._derivatives:
            members["derivatives"] = Out(
                data.ArrayLayout(unsigned(timing.widths.derivative), slots)
            )
        super().__init__(members)

    @staticmethod
    def cost(timing: JunctionTiming, *, dsp: DspBlocks) -> cost.Terms:
        """What it takes: see `hwgen.parts.cost`."""
        fmt, layout, pipelining = timing.network.format, timing.layout, timing.pipelining
        z, slots = timing.shape.parallelism, layout.finishing
        product = timing.widths.fed
        group = product + bits_for(layout.group - 1)
        full = product + bits_for(timing.shape.in_degree - 1)
        terms = {
            "multipliers": cost.multipliers(
                z,
                fmt.width,
                timing.widths.left_activation,
                latency=timing.multiply,
                dsp=dsp.singles,
                pipelining=pipelining,
                largest=timing.widths.largest_left_activation,
            ),
            "groups": cost.adder_tree(layout.group, product, pipelining.adders) * layout.groups,
            "slots": cost.Logic(),
            "carry": cost.Logic(),
            "biased": cost.adder(full + 1) * slots,
            "linear": cost.Logic(lut=fmt.width, ff=fmt.width) * slots,
            "saturations": saturation_cost(slots),
            "timeline": cost.registers(timing.linear - timing.operands),
            "scan": cost.ONE * bits_for(timing.shape.rows - 1),
        }
        if layout.moving:
            inputs = cost.adder_tree(layout.slot_inputs, group, pipelining.adders)
            gates = cost.Logic(lut=group) * sum(
                len(layout.group_slots(k)) for k in range(layout.groups)
            )
            late = timing.slot_sums - timing.group_sums
            terms["slots"] = (
                inputs + cost.registers(group * max(late - 1, 0))
            ) * layout.slots + gates
        if layout.accumulates:
            terms["carry"] = cost.adder(full) * 2 + cost.registers(full * (layout.slots - 1))
        terms["activation"] = activation_unit(timing).cost()
        return terms

    def elaborate(self, platform: object) -> Module:
        m = Module()
        timing, layout = self.timing, self.timing.layout
        timeline = Timeline(m, self.start, {"feed": self.feed})

        def clock(latency: int) -> int:
            """Clocks from the start pulse, for a latency counted from the row read."""
            return latency - timing.operands + 1

        # products -> group_sums
        products = [
            multiply(
                m,
                self.weights[j],
                self.activations[j],
                latency=timing.multiply,
                dsp=j < self._dsp.singles,
                pipelining=timing.pipelining,
                name=f"product{j}",
                largest=timing.widths.largest_left_activation,
            )[: timing.widths.fed].as_signed()
            for j in range(timing.shape.parallelism)
        ]
        sums = [
            adder_tree(
                m,
                products[k * layout.group : (k + 1) * layout.group],
                f"group{k}",
                timing.pipelining.adders,
            )
            for k in range(layout.groups)
        ]
        # group_sums -> slot_sums
        if layout.moving:
            phase = Phase(m, timeline.start(clock(timing.group_sums) - 2), layout, "slots")
            sums = self._slot_sums(m, sums, phase)
        # slot_sums -> totals
        if layout.accumulates:
            phase = Phase(m, timeline.start(clock(timing.slot_sums) - 2), layout, "carry")
            sums = self._carried(m, sums, phase)
        # totals -> linear: the half of the last place kept rides below the bias
        fmt = timing.network.format
        places = fmt.fraction - fmt.activation_shift  # low bits always 0 are left out of the sums
        half = Const(1 << (places - 1), places)
        linear, flags = [], []
        for k in range(layout.finishing):
            bias = Cat(half, self.biases[k]).as_signed()
            biased = register(m, sums[k] + bias, f"biased{k}")
            clipped, overflow = saturated(biased[places:].as_signed(), fmt.width)
            linear.append(register(m, clipped, f"linear{k}"))
            flags.append(overflow)
        _, present = slots_present(
            m, timeline.start(clock(timing.linear - 1) - 2), layout, starting=False, name="finish"
        )
        feed = timeline.held("feed", clock(timing.linear - 1) - 1)
        events = [flag & here & feed for flag, here in zip(flags, present, strict=True)]
        m.d.comb += self.saturations.eq(saturation_counter(m, events, "linear"))
        # linear -> activated
        derivatives = self.derivatives if self._derivatives else None
        activation_unit(timing).build(m, linear, self.values, derivatives)
        return m

    def _slot_sums(self, m: Module, sums: list[Value], phase: Phase) -> list[Value]:
        """Each slot's sum over the groups that lie in it in this phase."""
        layout = self.timing.layout
        levels = self.timing.slot_sums - self.timing.group_sums
        slots = []
        for slot in range(layout.slots):
            terms = []
            for group, value in enumerate(sums):
                if slot not in layout.group_slots(group):
                    continue
                here: Value = Const(1, 1)
                if len(layout.group_slots(group)) == 2:
                    upper = phase.at_least(layout.upper_from(group))
                    here = upper if slot == layout.group_slots(group)[1] else ~upper
                terms.append(Mux(here, value, 0))
            total = adder_tree(m, terms, f"slot{slot}", self.timing.pipelining.adders)
            spent = self.timing.pipelining.tree_levels(len(terms))
            slots.append(delayed(m, total, levels - spent, f"slot{slot}_sum"))
        return slots

    def _carried(self, m: Module, sums: list[Value], phase: Phase) -> list[Value]:
        """Add what the first slot's neuron gathered in earlier rows; keep what the last one has.

        A neuron finishes in the row unless the row is too short to reach its end; the slot after
        the finished ones is the one to carry on with. Where none follows, the next row starts a
        new neuron and never looks at the carry.
        """
        layout = self.timing.layout
        fmt = self.timing.network.format
        edges = self.timing.shape.in_degree * self.timing.widths.largest_left_activation
        carry = Signal(
            signed(signed_width(fmt.min_raw * edges, fmt.max_raw * edges)),
            name="carry",
            reset_less=True,
        )
        whole, rest = divmod(layout.groups, layout.span)
        one_more = phase.at_least(layout.span - rest)
        continued = phase.at_least(1)
        unfinished = sums[whole]
        if whole + 1 < len(sums):
            unfinished = Mux(one_more, sums[whole + 1], sums[whole])
        kept = continued & ~one_more if whole == 0 else Const(0, 1)
        m.d.sync += carry.eq(Mux(kept, carry, 0) + unfinished)
        first = register(m, Mux(continued, carry, 0) + sums[0], "total0")
        return [
            first,
            *(register(m, value, f"total{k}") for k, value in enumerate(sums[1:], start=1)),
        ]
