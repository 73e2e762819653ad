"""The update unit: w <- sat(w - rnd(a delta, f - E + k)) for every lane of a row.

left a --+
         x--> shift by f + k --> subtract --> saturate --> row written back
delta ---+                         |
weights ------ delayed ------------+
"""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Mux, Value, signed, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for

from hwgen.parts import cost
from hwgen.parts.arithmetic import register
from hwgen.parts.multiplier import multiply
from hwgen.parts.pipeline import Timeline, delayed, held_copies
from hwgen.parts.product_pair import multiply_pair
from hwgen.parts.rate import RateShift, subtracted
from hwgen.parts.saturation import saturation_cost, saturation_counter
from hwgen.parts.scan import row_active
from hwgen.units.rounding_noise import lane_number
from software_ref.plan.copies import LANES_PER_COPY
from software_ref.plan.dsp_budget import DspBlocks
from software_ref.plan.ports import COUNTER_BITS
from software_ref.plan.timing import JunctionTiming
from software_ref.update_rounding import GENERATOR_WIDTH

__all__ = ["Update"]


class Update(wiring.Component):
    """Computes a row's new weights, as stored; with deltas of zero a row passes unchanged.

    Parameters
    ----------
    timing
        Latencies and sizes of the junction.
    dsp
        The DSP blocks among the multipliers: the first pairs of lanes have one each (see
        JunctionTiming.update_pair), and so have the first lanes beside these.

    Members
    -------
    start : In(1), rate_exponent : In
        Pulse one clock before the operands of row 0, with the sample's k.
    weights, activations, deltas : In
        Operands by lane (deltas by copy, see DeltaUnit).
    noise : In(32)
        The row's state of the generator, `timing.update_noise` clocks after the row read (only with
        random bits).
    replace : In(z), replacements : In(ArrayLayout(signed(B + E)))
        Lanes whose new weight is to be the replacement (the parameter port's write), and its
        copies.
    updated : Out(ArrayLayout(signed(B + E), z))
        The row to write back.
    saturations : Out(32)
        How many weights were saturated.

    Timing
    ------
    `updated` comes `timing.weight_written - timing.operands` clocks after the operands.

    References
    ----------
    docs/numerics.md, "Update".
    """

    def __init__(self, timing: JunctionTiming, *, dsp: DspBlocks):
        self.timing = timing
        self._dsp = dsp
        lanes = timing.shape.parallelism
        width = timing.network.format.stored_width
        weights = data.ArrayLayout(signed(width), lanes)
        noise = {"noise": In(GENERATOR_WIDTH)} if timing.network.update.random_bits else {}
        super().__init__(
            {
                **noise,
                "start": In(1),
                "rate_exponent": In(range(max(timing.options.max_rate_exponent + 1, 2))),
                "weights": In(weights),
                "activations": In(data.ArrayLayout(unsigned(timing.widths.left_activation), lanes)),
                "deltas": In(
                    data.ArrayLayout(signed(timing.widths.delta), timing.copies.all_deltas)
                ),
                "replace": In(lanes),
                "replacements": In(data.ArrayLayout(signed(width), timing.copies.lanes)),
                "updated": Out(weights),
                "saturations": Out(COUNTER_BITS),
            }
        )

    @staticmethod
    def cost(timing: JunctionTiming, *, dsp: DspBlocks) -> cost.Terms:
        """What it takes: see `hwgen.parts.cost`."""
        fmt, z = timing.network.format, timing.shape.parallelism
        stored, random_bits = fmt.stored_width, timing.network.update.random_bits
        drop = _dropped_bits(timing)
        product = timing.widths.change + max(-drop, 0)
        step = max(product - max(drop, 0), 1)
        kept = 1 + random_bits
        multipliers = cost.multipliers(
            z - 2 * dsp.pairs,
            timing.widths.delta,
            timing.widths.left_activation,
            latency=timing.multiply,
            dsp=dsp.singles,
            pipelining=timing.pipelining,
            largest=timing.widths.largest_left_activation,
        )
        if timing.update_pair is not None:
            pair = cost.product_pair(timing.update_pair, latency=timing.multiply)
            multipliers += pair * dsp.pairs
        return {
            "multipliers": multipliers,
            "shifts": cost.pipelined_multiplexer(
                timing.options.max_rate_exponent + 1, step + kept, timing.pipelining
            )
            * z,
            "noise": (cost.adder(kept) + cost.registers(step)) * z if random_bits else cost.Logic(),
            "delays": cost.registers(stored * (timing.subtracted_at - timing.operands)) * z,
            "differences": cost.adder(max(stored, step) + 1) * z,
            "saturated": cost.Logic(lut=stored, ff=stored) * z,
            "saturations": saturation_cost(z),
            "exponents": cost.registers(
                timing.copies.lanes * bits_for(timing.options.max_rate_exponent)
            ),
        }

    def elaborate(self, platform: object) -> Module:
        m = Module()
        timing = self.timing
        fmt, random_bits = timing.network.format, timing.network.update.random_bits
        drop = _dropped_bits(timing)
        timeline = Timeline(m, self.start, {"rate_exponent": self.rate_exponent})
        # Operands come at clock 1, products `multiply` clocks later.
        exponents = held_copies(
            m,
            timeline.start(timing.multiply),
            timeline.payload("rate_exponent", timing.multiply),
            timing.copies.lanes,
            "rate_exponent_held",
        )
        subtract = timing.subtracted_at - timing.operands
        rows = row_active(m, timeline.start(subtract + 1), timing.shape.rows, "saturate")
        flags: list[Value] = []
        for j, product in enumerate(self._products(m)):
            shift = RateShift(
                m,
                Cat(Const(0, max(-drop, 0)), product).as_signed(),
                exponents[j // LANES_PER_COPY],
                drop=max(drop, 0),
                largest=timing.options.max_rate_exponent,
                pipelining=timing.pipelining,
                name=f"step{j}",
                noise=lane_number(self.noise, j, random_bits) if random_bits else None,
            )
            weight = delayed(m, self.weights[j], subtract, f"weight{j}")
            value, overflow = subtracted(m, weight, shift, fmt.stored_width, f"difference{j}")
            flags.append(overflow & rows)
            value = Mux(self.replace[j], self.replacements[j // LANES_PER_COPY], value)
            m.d.comb += self.updated[j].eq(register(m, value, f"updated{j}"))
        m.d.comb += self.saturations.eq(saturation_counter(m, flags, "weight"))
        return m

    def _products(self, m: Module) -> list[Value]:
        """a delta of every lane."""
        timing = self.timing
        pair, pairs, singles = timing.update_pair, self._dsp.pairs, self._dsp.singles
        products: list[Value] = []
        for group in range(timing.layout.groups):
            end = (group + 1) * timing.layout.group
            while len(products) < end:
                j = len(products)
                delta = self.deltas[timing.copies.delta(j)]
                if pair is not None and pairs and j + 1 < end:
                    pairs -= 1
                    products += multiply_pair(
                        m,
                        delta,
                        self.activations[j],
                        self.activations[j + 1],
                        pair,
                        latency=timing.multiply,
                        name=f"products{j}",
                    )
                else:
                    products.append(
                        multiply(
                            m,
                            delta,
                            self.activations[j],
                            latency=timing.multiply,
                            dsp=singles > 0,
                            pipelining=timing.pipelining,
                            name=f"product{j}",
                            largest=timing.widths.largest_left_activation,
                        )[: timing.widths.change].as_signed()
                    )
                    singles -= 1
        return products


def _dropped_bits(timing: JunctionTiming) -> int:
    """Places by which products are shifted at k = 0; negative: products get so many bits more.

    The activations' low bits always 0 are left out of the products.
    """
    fmt = timing.network.format
    return fmt.fraction - fmt.extra_bits - fmt.activation_shift
