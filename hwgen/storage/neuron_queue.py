"""A queue of right-neuron values: written as neurons finish, read back as they start.

finishing slots --> Router --> F banks x samples --> Window --> starting slots
"""

from __future__ import annotations

from amaranth.hdl import Module, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for

from hwgen.parts import cost
from hwgen.parts.memory import BankedAddress, memory
from hwgen.parts.pipeline import Timeline
from hwgen.parts.scan import bank_counter
from hwgen.storage.router import Router
from hwgen.storage.window import Window
from software_ref.plan.memory_plan import banked_layout
from software_ref.plan.pipelining import Pipelining
from software_ref.plan.row_layout import RowLayout
from software_ref.plan.schedule import Schedule
from software_ref.plan.timing import ROUTER_LEAD

__all__ = ["NeuronQueue"]


class NeuronQueue(wiring.Component):
    """Keeps one value per right neuron of every sample between its FF and its UP.

    Parameters
    ----------
    layout
        Rows of the junction.
    width
        Bits of a value.
    samples
        Banks K of the queue.
    write_first, read_first
        The samples that the first step writes and reads (see `bank_counter`).
    latency
        Clocks from an address to its data.
    pipelining
        Inputs of a multiplexer level.

    Members
    -------
    write_start : In(1)
        Pulse ROUTER_LEAD clocks before row 0's values.
    values : In(ArrayLayout(unsigned(width), F))
        Values of the row's finishing neurons.
    read_start : In(1)
        Pulse two clocks before row 0's addresses.
    starting : Out(ArrayLayout(unsigned(width), F))
        Values of the row's starting neurons.

    Timing
    ------
    A value is written one clock after it arrives; `starting` comes `latency + levels` clocks after
    the addresses, `levels` being the window's.
    """

    def __init__(
        self,
        layout: RowLayout,
        *,
        width: int,
        samples: int,
        write_first: int,
        read_first: int,
        latency: int,
        pipelining: Pipelining,
    ):
        self._layout = layout
        self._width = width
        self._samples = samples
        self._write_first = write_first
        self._read_first = read_first
        self._latency = latency
        self._pipelining = pipelining
        slots = data.ArrayLayout(unsigned(width), layout.finishing)
        super().__init__(
            {
                "write_start": In(1),
                "values": In(slots),
                "read_start": In(1),
                "starting": Out(slots),
            }
        )

    @staticmethod
    def cost(schedule: Schedule, junction: int) -> cost.Terms:
        """What it takes: see `hwgen.parts.cost`."""
        timing = schedule.timing[junction - 1]
        banks = timing.layout.finishing
        width = timing.widths.delta if timing.last else timing.widths.derivative
        samples = schedule.derivative_queue(junction).banks(schedule.period)
        depth, _ = banked_layout(samples, -(-timing.shape.right // banks))
        latency = timing.memories.fetched.read_latency
        router = Router.cost(timing.layout, banks, width)
        terms = {f"router_{name}": logic for name, logic in router.items()}
        terms |= Window.cost(timing.layout, banks, width, timing.pipelining)
        terms["memory"] = cost.memory(depth, width, latency=latency) * banks
        terms["banks"] = cost.ONE * (2 * bits_for(samples - 1) + 4)
        return terms

    def elaborate(self, platform: object) -> Module:
        m = Module()
        layout = self._layout
        banks = layout.finishing
        m.submodules.router = router = Router(layout, banks, self._width)
        m.d.comb += [router.start.eq(self.write_start), router.values.eq(self.values)]
        writes = Timeline(m, self.write_start, name="writes")
        write_bank = bank_counter(
            m, writes.start(ROUTER_LEAD), self._samples, self._write_first, "write"
        )
        window = Window(
            m,
            self.read_start,
            layout,
            banks,
            latency=self._latency,
            pipelining=self._pipelining,
            name="window",
        )
        read_started = Timeline(m, self.read_start, name="reads").start(1)
        read_bank = bank_counter(m, read_started, self._samples, self._read_first, "read")
        address = BankedAddress(self._samples, -(-layout.shape.right // banks))
        values = []
        for bank in range(banks):
            values += memory(
                m,
                f"neurons{bank}",
                depth=address.depth,
                width=self._width,
                reads=[address(read_bank, window.words[bank])],
                write=(
                    address(write_bank, router.words[bank]),
                    router.routed[bank],
                    router.enables[bank],
                ),
                latency=self._latency,
            )
        for slot, value in enumerate(window.pick(values)):
            m.d.comb += self.starting[slot].eq(value)
        return m
