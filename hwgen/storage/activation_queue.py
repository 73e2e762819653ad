"""The left memories of a junction: the activations of every sample in flight.

Left neuron n sits in memory n mod z at word n // z of its sample's bank. Feedforward and update
read the same words in the same clock, from the banks of two samples.
"""

from __future__ import annotations

from amaranth.hdl import Module, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for

from hwgen.parts import cost
from hwgen.parts.memory import BankedAddress, memory
from hwgen.parts.scan import bank_counter
from software_ref.plan.copies import lane_parts
from software_ref.plan.memory_plan import banked_layout
from software_ref.plan.schedule import Schedule

__all__ = ["ActivationQueue"]


class ActivationQueue(wiring.Component):
    """z memories with one write port and one read port each for feedforward and update.

    Parameters
    ----------
    schedule
        Banks and samples' order.
    layer
        The layer whose activations it holds, 0 (the input) to L - 1.

    Members
    -------
    write_start : In(1)
        Pulse one clock before the first write of a step (for layer 0: the start pulse itself).
    enables : In(z), write_words, values : In(ArrayLayout(..., z))
        Write ports.
    read_start : In(1)
        Pulse one clock before the first row read of a step.
    words : In(ArrayLayout(unsigned, z))
        Read addresses.
    feed_activations, learn_activations : Out(ArrayLayout(unsigned, z))
        Words read for the sample in FF and for the one in UP (training only).

    Timing
    ------
    Reads take `row_read` clocks of the junction's timing.
    """

    def __init__(self, schedule: Schedule, layer: int):
        self._schedule = schedule
        self._layer = layer
        self._timing = schedule.timing[layer]
        shape = self._timing.shape
        word = bits_for(shape.depth - 1)
        values = data.ArrayLayout(unsigned(self._timing.widths.left_activation), shape.parallelism)
        words = data.ArrayLayout(unsigned(word), shape.parallelism)
        members = {
            "write_start": In(1),
            "enables": In(shape.parallelism),
            "write_words": In(words),
            "values": In(values),
            "read_start": In(1),
            "words": In(words),
            "feed_activations": Out(values),
        }
        if schedule.training:
            members["learn_activations"] = Out(values)
        super().__init__(members)

    @staticmethod
    def cost(schedule: Schedule, layer: int) -> cost.Terms:
        """What it takes: see `hwgen.parts.cost`."""
        timing = schedule.timing[layer]
        banks = schedule.activation_queue(layer).banks(schedule.period)
        depth, _ = banked_layout(banks, timing.shape.depth)
        reads = 2 if schedule.training else 1
        z = timing.shape.parallelism
        counters = bits_for(banks - 1) * (reads + 1) * timing.copies.lanes
        return {
            "memory": cost.memory(
                depth, timing.widths.left_activation, reads=reads, latency=timing.row_read
            )
            * z,
            "counters": cost.ONE * counters,
            "enables": cost.Logic(lut=z),
        }

    def elaborate(self, platform: object) -> Module:
        m = Module()
        schedule, layer, shape = self._schedule, self._layer, self._timing.shape
        banks = schedule.activation_queue(layer).banks(schedule.period)
        address = BankedAddress(banks, shape.depth)
        # In the first step, S = 1, junction i meets sample 1 - i in FF and 1 - i - m_i in UP, while
        # the one before it writes sample 2 - i; the input's sample 1 comes after the first pulse.
        first = -layer
        lag = schedule.lags[layer]
        for part, memories in enumerate(lane_parts(shape.parallelism)):
            # Each few memories have their own counters.
            write_bank = bank_counter(m, self.write_start, banks, first + 1, f"write{part}")
            feed_bank = bank_counter(m, self.read_start, banks, first, f"feed{part}")
            learn_bank = bank_counter(m, self.read_start, banks, first - lag, f"learn{part}")
            for v in memories:
                reads = [address(feed_bank, self.words[v])]
                if schedule.training:
                    reads.append(address(learn_bank, self.words[v]))
                words = memory(
                    m,
                    f"activations{v}",
                    depth=address.depth,
                    width=self._timing.widths.left_activation,
                    reads=reads,
                    write=(
                        address(write_bank, self.write_words[v]),
                        self.values[v],
                        self.enables[v],
                    ),
                    latency=self._timing.row_read,
                )
                m.d.comb += self.feed_activations[v].eq(words[0])
                if schedule.training:
                    m.d.comb += self.learn_activations[v].eq(words[1])
        return m
