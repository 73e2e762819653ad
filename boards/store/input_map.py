"""Makes a core's inputs of stored features, of which one may feed several.

entry --> [ a buffer for each feature of a beat ] --> choice of a feature --> queue --> exit
                       ^                                      ^
beat of the core --> [ places ] ------------------------------'
"""

from __future__ import annotations

import numpy as np
from amaranth.hdl import Array, Cat, Module, Mux, Signal, Value
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from boards.store.credit_queue import CreditQueue
from boards.store.input_plan import InputPlan
from hwgen.parts.arithmetic import register
from hwgen.parts.layouts import layout_of
from hwgen.parts.memory import BankedAddress, memory, packed
from hwgen.parts.pipeline import delayed, pipelined_mux
from software_ref.plan.pipelining import Pipelining
from software_ref.plan.ports import CorePorts

__all__ = ["InputMap"]

AHEAD = 8
"""Beats of the core that are made ahead, beside those under way."""


class InputMap(wiring.Component):
    """Takes a sample as its stored features, and gives it as the core's beats of inputs.

    Every beat of inputs takes its features from anywhere in the sample, so each feature of it has a
    copy of the sample to read, of which one is read while the next one comes.

    Parameters
    ----------
    ports
        The core's ports.
    plan
        Which stored feature each input takes.
    pipelining
        Inputs of a multiplexer level.

    Members
    -------
    entry : In(stream.Signature(CorePorts.sample))
        Beats of stored features; the header counts in any of them.
    exit : Out(stream.Signature(CorePorts.sample))
        Beats of inputs, each with the header.

    Timing
    ------
    A beat of inputs a clock, and a sample every `clocks_per_step`, while both sides are ready.
    """

    def __init__(self, ports: CorePorts, plan: InputPlan, pipelining: Pipelining):
        self._ports, self._plan, self._pipelining = ports, plan, pipelining
        self._sample = layout_of(ports.sample)
        super().__init__(
            {
                "entry": In(stream.Signature(self._sample)),
                "exit": Out(stream.Signature(self._sample)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        ports, plan, sample = self._ports, self._plan, self._sample
        banks, table = plan.banks(ports), plan.table(ports)
        taken, started = Signal(), Signal()
        write_beat, write_bank, whole = _scan(m, taken, plan.beats, banks, "write")
        read_beat, read_bank, done = _scan(m, started, ports.beats, banks, "read")

        # Whole samples to read, known when they are written; and banks that are not free to write.
        waiting, kept = Signal(range(banks + 1)), Signal(range(banks + 1))
        came = register(m, whole, "came", reset_less=False)
        released = delayed(m, done, table.read_latency - 1, "released", reset_less=False)
        m.d.sync += [kept.eq(kept + whole - released), waiting.eq(waiting + came - done)]
        m.d.comb += [
            self.entry.ready.eq(kept != banks),
            taken.eq(self.entry.valid & self.entry.ready),
        ]

        names = [name for name in sample.members if name != "features"]
        layout = data.StructLayout({name: sample.members[name] for name in names})
        headers = [Signal(layout, name=f"header{bank}", reset_less=True) for bank in range(banks)]
        for bank, header in enumerate(headers):
            with m.If(taken & (write_bank == bank)):
                m.d.sync += [header[name].eq(self.entry.payload[name]) for name in names]
        chosen = Array(header.as_value() for header in headers)[read_bank]

        inputs, latency = self._read(m, (write_bank, write_beat, taken), (read_bank, read_beat))
        m.submodules.queue = queue = CreditQueue(sample, latency + AHEAD)
        m.d.comb += [
            started.eq((waiting != 0) & queue.room),
            queue.started.eq(started),
            queue.arrived.eq(delayed(m, started, latency, "arrived", reset_less=False)),
            queue.item.features.as_value().eq(Cat(inputs)),
        ]
        header = data.View(layout, delayed(m, chosen, latency, "header"))
        m.d.comb += [queue.item[name].eq(header[name]) for name in names]
        wiring.connect(m, queue.items, wiring.flipped(self.exit))
        return m

    def _read(
        self, m: Module, write: tuple[Value, Value, Value], read: tuple[Value, Value]
    ) -> tuple[list[Value], int]:
        """The inputs of a beat, and the clocks from its number in a bank to them."""
        ports, plan = self._ports, self._plan
        lanes, beat_bits, lane_bits = ports.beat_features, plan.beat_bits, plan.lane_bits
        table, buffer = plan.table(ports), plan.buffer(ports)
        (place,) = memory(
            m,
            "places",
            depth=table.depth,
            width=table.width,
            reads=[read[1]],
            init=_packed_places(plan),
            latency=table.read_latency,
        )
        address = BankedAddress(plan.banks(ports), plan.beats)
        bank = delayed(m, read[0], table.read_latency, "place_bank")
        write_address = register(m, address(write[0], write[1]), "write_address")
        written = register(m, self.entry.payload.features.as_value(), "written")
        writes = register(m, write[2], "writes", reset_less=False)
        inputs = []
        for lane in range(lanes):
            whole = place.word_select(lane, beat_bits + lane_bits)
            (beat,) = memory(
                m,
                f"buffer{lane}",
                depth=buffer.depth,
                width=buffer.width,
                reads=[address(bank, whole[:beat_bits])],
                write=(write_address, written, writes),
                init=None,
                latency=buffer.read_latency,
            )
            features = [beat.word_select(k, ports.feature_width) for k in range(lanes)]
            which = delayed(m, whole[beat_bits:], buffer.read_latency, f"which{lane}")
            inputs.append(pipelined_mux(m, features, which, self._pipelining, f"input{lane}"))
        levels = self._pipelining.mux_levels(lanes)
        return inputs, table.read_latency + buffer.read_latency + levels


def _packed_places(plan: InputPlan) -> list[int]:
    """For each beat of inputs, where each one's feature is: its beat, and above it the lane."""
    beats, lanes = np.divmod(plan.places, plan.beat_features)
    fields = (beats + (lanes << plan.beat_bits)).tolist()
    return [
        packed(fields[first : first + plan.beat_features], plan.beat_bits + plan.lane_bits)
        for first in range(0, len(fields), plan.beat_features)
    ]


def _scan(
    m: Module, step: Value, beats: int, banks: int, name: str
) -> tuple[Signal, Signal, Value]:
    """A beat's number, its sample's bank, and whether the step is a sample's last one."""
    beat = Signal(range(max(beats, 2)), name=f"{name}_beat")
    bank = Signal(range(banks), name=f"{name}_bank")
    last = beat == beats - 1
    with m.If(step):
        m.d.sync += beat.eq(Mux(last, 0, beat + 1))
        with m.If(last):
            m.d.sync += bank.eq(Mux(bank == banks - 1, 0, bank + 1))
    return beat, bank, step & last
