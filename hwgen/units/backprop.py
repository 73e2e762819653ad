"""The backpropagation unit: sums w delta over every left neuron's edges, in place.

weights --+                                   +--------- forwarded sums <--------+
          x--> (crossbar to memories) --> add <- word read (two clocks ahead)    |
delta ----+                               |---> write the word back ------------>+
"""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal, Value, signed, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for

from hwgen.parts import cost
from hwgen.parts.memory import BankedAddress, memory
from hwgen.parts.multiplier import multiply
from hwgen.parts.pipeline import Timeline, delayed
from hwgen.parts.scan import bank_counter, row_active
from hwgen.storage.interleaver import LaneCrossbar
from software_ref.connections.clash_free import ClashFreePattern
from software_ref.plan.copies import lane_parts
from software_ref.plan.dsp_budget import DspBlocks
from software_ref.plan.memory_plan import banked_layout
from software_ref.plan.schedule import Schedule

__all__ = ["Backprop"]

READ_AHEAD = 2
"""Clocks from a word's address to the addition: read, and choose what to add to."""


class Backprop(wiring.Component):
    """Accumulates e of the left layer in z memories, one read-add-write a clock and memory.

    Parameters
    ----------
    schedule, junction
        The schedule, and the junction's number, 2 or more.
    pattern
        The junction's clash-free pattern.
    dsp
        The DSP blocks among the multipliers: those of the first lanes.

    Members
    -------
    start : In(1)
        Pulse one clock before row 0 is read.
    words, sweep : In
        The interleaver's outputs for the row being read.
    weights : In(ArrayLayout(signed(B), z)), deltas : In(ArrayLayout(signed, G))
        Operands by lane and by copy (see DeltaUnit), `operands` clocks after the row read. Deltas
        of zero, for steps without a training sample, leave sums of zero that nobody reads.
    fetch_start : In(1)
        Pulse one clock before the first fetch of a step.
    fetch_words : In(ArrayLayout(unsigned, z))
        Addresses by memory.
    errors : Out(ArrayLayout(signed, z))
        e at these addresses, from the sample whose deltas are fetched.

    Timing
    ------
    A sum is readable `error_latency` clocks after its last row is read; `errors` comes after the
    fetch plan's read latency.

    References
    ----------
    docs/numerics.md, "Backpropagation".
    """

    def __init__(
        self, schedule: Schedule, junction: int, pattern: ClashFreePattern, *, dsp: DspBlocks
    ):
        self._schedule = schedule
        self._junction = junction
        self._pattern = pattern
        self._dsp = dsp
        self._timing = timing = schedule.timing[junction - 1]
        self._fetch_latency = schedule.timing[junction - 2].memories.fetched.read_latency
        lanes = timing.shape.parallelism
        words = data.ArrayLayout(unsigned(bits_for(timing.shape.depth - 1)), lanes)
        super().__init__(
            {
                "start": In(1),
                "words": In(words),
                "sweep": In(bits_for(timing.shape.out_degree - 1)),
                "weights": In(data.ArrayLayout(signed(timing.network.format.width), lanes)),
                "deltas": In(
                    data.ArrayLayout(signed(timing.widths.delta), timing.copies.all_deltas)
                ),
                "fetch_start": In(1),
                "fetch_words": In(words),
                "errors": Out(data.ArrayLayout(signed(timing.widths.left_error), lanes)),
            }
        )

    @staticmethod
    def cost(schedule: Schedule, junction: int, *, dsp: DspBlocks) -> cost.Terms:
        """What it takes: see `hwgen.parts.cost`."""
        timing = schedule.timing[junction - 1]
        z, word = timing.shape.parallelism, bits_for(timing.shape.depth - 1)
        banks = schedule.error_queue(junction - 1).banks(schedule.period)
        depth, _ = banked_layout(banks, timing.shape.depth)
        error = timing.widths.left_error
        added = timing.products + timing.dither_levels
        fetch = schedule.timing[junction - 2].memories.fetched.read_latency
        product = timing.network.format.width + timing.widths.delta
        return {
            "multipliers": cost.multipliers(
                z,
                timing.network.format.width,
                timing.widths.delta,
                latency=timing.multiply,
                dsp=dsp.singles,
                pipelining=timing.pipelining,
            ),
            "crossbar": LaneCrossbar.cost(timing, product).get("lanes", cost.Logic()),
            "words": cost.registers(word * (added + 1)) * z,
            "same": cost.Logic(lut=3 * ((word + 2) // 3), ff=4) * z,
            "sums": cost.adder(error) * z,
            "bases": cost.Logic(lut=error, ff=error) * z + cost.registers(error * z),
            "gates": cost.Logic(lut=error) * z,
            "memory": cost.memory(depth, error, reads=2) * z
            + cost.registers(error * (fetch - 1) * z),
            "counters": cost.ONE * (3 * bits_for(banks - 1) * len(lane_parts(z))),
            "scans": cost.ONE
            * (
                (bits_for(timing.shape.rows - 1) + bits_for(timing.shape.depth - 1))
                * timing.copies.lanes
            ),
        }

    def elaborate(self, platform: object) -> Module:
        m = Module()
        schedule, timing, shape = self._schedule, self._timing, self._timing.shape
        timeline = Timeline(m, self.start)
        # operands -> products, then lanes -> memories. `added` is the clock of the addition.
        product_width = timing.network.format.width + timing.widths.delta
        m.submodules.crossbar = crossbar = LaneCrossbar(
            self._pattern,
            product_width,
            timing.pipelining,
            dither=timing.network.connections.dither,
            to_lanes=False,
        )
        m.d.comb += crossbar.sweep.eq(delayed(m, self.sweep, timing.products, "sweep"))
        for j in range(shape.parallelism):
            product = multiply(
                m,
                self.weights[j],
                self.deltas[timing.copies.delta(j)],
                latency=timing.multiply,
                dsp=j < self._dsp.singles,
                pipelining=timing.pipelining,
                name=f"product{j}",
            )
            m.d.comb += crossbar.inputs[j].eq(product.as_unsigned())
        added = timing.products + crossbar.latency
        queue = schedule.error_queue(self._junction - 1)
        banks = queue.banks(schedule.period)
        address = BankedAddress(banks, shape.depth)
        # In the first step, S = 1, this junction sums up sample 1 - i - m_i, and the one before it
        # fetches sample 1 - (i - 1) - m_{i-1}.
        lags = schedule.lags
        sum_first = 1 - self._junction - lags[self._junction - 1]
        fetch_first = 2 - self._junction - lags[self._junction - 2]
        read_start, write_start = timeline.start(added - READ_AHEAD), timeline.start(added + 1)
        for part, memories in enumerate(lane_parts(shape.parallelism)):
            # Each few memories have their own controls.
            first_sweep = row_active(m, timeline.start(added), shape.depth, f"sweep{part}")
            active = row_active(m, write_start, shape.rows, f"write{part}")
            read_bank = bank_counter(m, read_start, banks, sum_first, f"read{part}")
            write_bank = bank_counter(m, write_start, banks, sum_first, f"write{part}")
            fetch_bank = bank_counter(m, self.fetch_start, banks, fetch_first, f"fetch{part}")
            for v in memories:
                self._accumulator(
                    m,
                    v,
                    product=crossbar.outputs[v].as_signed(),
                    word=delayed(m, self.words[v], added - READ_AHEAD, f"word{v}"),
                    first_sweep=first_sweep,
                    active=active,
                    address=address,
                    banks=(read_bank, write_bank, fetch_bank),
                )
        return m

    def _accumulator(
        self,
        m: Module,
        v: int,
        *,
        product: Value,
        word: Value,
        first_sweep: Value,
        active: Value,
        address: BankedAddress,
        banks: tuple[Value, Value, Value],
    ) -> None:
        """One memory's read-add-write loop; sums still on their way to the memory are forwarded.

        A sum is added one clock after the choice of what to add to, and written one clock after
        that, so the sums of one, two and three rows before are not in the memory yet.
        """
        words = [word]
        for behind in range(1, 4):
            words.append(delayed(m, words[-1], 1, f"word{v}_row{behind}"))
        same = {behind: Value.cast(word == words[behind]) for behind in range(1, 4)}
        total = Signal(signed(self._timing.widths.left_error), name=f"sum{v}", reset_less=True)
        older = delayed(m, total, 1, f"sum{v}_older")
        read_bank, write_bank, fetch_bank = banks
        read, fetched = memory(
            m,
            f"errors{v}",
            depth=address.depth,
            width=len(total),
            reads=[address(read_bank, word), address(fetch_bank, self.fetch_words[v])],
            write=(address(write_bank, words[3]), total.as_unsigned(), active),
        )
        # Two clocks after the address: the older sums, unless the memory has them.
        two = delayed(m, same[2], 1, f"word{v}_same2")
        three = delayed(m, same[3], 1, f"word{v}_same3")
        base = Signal(len(total), name=f"base{v}", reset_less=True)
        m.d.sync += base.eq(Mux(two, total, Mux(three, older, read)))
        one = delayed(m, same[1], 2, f"word{v}_same1")
        before = Mux(one, total, base.as_signed())
        m.d.sync += total.eq(Mux(first_sweep, 0, before) + product)
        m.d.comb += self.errors[v].eq(
            delayed(m, fetched, self._fetch_latency - 1, f"fetched{v}").as_signed()
        )
