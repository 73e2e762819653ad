"""The sample store: features, labels and an order in block RAM, and the way to the core.

requests --> [ order ] --> sample --+--> [ labels ] --> queue --> beats --> [ features ] --> queue
             or the place itself    '--> x beats -------^                                     |
                                                                        samples of the core <-'
"""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal, Value
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from boards.design import BoardDesign
from boards.memory.deep_memory import LATENCY, deep_memory
from boards.store.credit_queue import CreditQueue
from boards.store.two_places import TwoPlaces
from hwgen.parts.arithmetic import adder_tree, register
from hwgen.parts.layouts import layout_of
from hwgen.parts.pipeline import delayed
from software_ref.plan.payload import bits_for
from software_ref.plan.pipelining import tree_levels

__all__ = ["SampleStore", "StoreShape"]

LOOKUPS = 16
"""Samples that are looked up ahead."""
BEATS = 16
"""Beats that are read ahead."""


class StoreShape:
    """Sizes of the store's memories.

    Parameters
    ----------
    design
        The build.
    """

    def __init__(self, design: BoardDesign):
        ports = design.core.ports
        self.samples = design.samples
        """Samples it has room for."""
        self.beats = ports.beats
        """Beats of a sample."""
        self.beat_bits = ports.beat_width
        """Bits of a beat."""
        self.label_bits = ports.label_width
        """Bits of a label."""
        self.sample_bits = bits_for(self.samples - 1)
        """Bits of a sample's number."""
        self.beat_address_bits = bits_for(self.samples * self.beats - 1)
        """Bits of a beat's place."""
        self.request = data.StructLayout(
            {
                "place": self.sample_bits,
                "ordered": 1,
                "train": 1,
                "rate_exponent": ports.rate_exponent_width,
            }
        )
        """A request for a sample: its number or, where ordered, its place in the order."""


class SampleStore(wiring.Component):
    """Holds samples and plays them as fast as the core takes them.

    Parameters
    ----------
    design
        The build.

    Members
    -------
    write_features, write_label, write_order : In(1)
        Write a beat, a label or an entry of the order,
    write_address, write_data : In
        at this place. Not while samples are played.
    requests : In(stream.Signature(StoreShape.request))
        Samples to play, in their order.
    samples : Out(stream)
        For the core.
    taken : Out(1)
        The core took a sample's last beat.
    """

    def __init__(self, design: BoardDesign):
        self.shape = shape = StoreShape(design)
        self._sample = layout_of(design.core.ports.sample)
        super().__init__(
            {
                "write_features": In(1),
                "write_label": In(1),
                "write_order": In(1),
                "write_address": In(max(shape.beat_address_bits, shape.sample_bits)),
                "write_data": In(max(shape.beat_bits, shape.label_bits, shape.sample_bits)),
                "requests": In(stream.Signature(shape.request)),
                "samples": Out(stream.Signature(self._sample)),
                "taken": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        looked_up = self._look_up(m)
        self._read_beats(m, looked_up)
        _, last = self._beat(m, self.samples.valid & self.samples.ready, "beat")
        m.d.comb += self.taken.eq(self.samples.valid & self.samples.ready & last)
        return m

    def _beat(self, m: Module, step: Value, name: str) -> tuple[Signal, Signal]:
        """A beat's number in its sample, and whether it is the last one."""
        beats = self.shape.beats
        beat = Signal(range(max(beats, 2)), name=name)
        last = Signal(init=int(beats == 1), name=f"last_{name}")
        with m.If(step):
            m.d.sync += [
                beat.eq(Mux(last, 0, beat + 1)),
                last.eq((beat == beats - 2) if beats > 1 else 1),
            ]
        return beat, last

    def _write(self, width: int, enable: Signal) -> tuple[Value, Value, Value]:
        """The write port of one of the memories."""
        return self.write_address, self.write_data[:width], enable

    def _look_up(self, m: Module) -> stream.Interface:
        """From a request to the sample's first beat, label and header."""
        shape, header = self.shape, self._sample.members
        layout = data.StructLayout(
            {
                "base": shape.beat_address_bits,
                **{name: header[name] for name in ("label", "train", "rate_exponent")},
            }
        )
        m.submodules.lookups = queue = CreditQueue(layout, LOOKUPS)
        request = self.requests
        started = Signal()
        m.d.comb += [
            request.ready.eq(queue.room),
            started.eq(request.valid & request.ready),
            queue.started.eq(started),
        ]
        place = request.payload.place
        ordered = deep_memory(
            m,
            "order",
            depth=shape.samples,
            width=shape.sample_bits,
            read=place,
            write=self._write(shape.sample_bits, self.write_order),
        )
        sample = register(
            m,
            Mux(
                delayed(m, request.payload.ordered, LATENCY, "ordered"),
                ordered,
                delayed(m, place, LATENCY, "place"),
            ),
            "sample",
        )
        label = deep_memory(
            m,
            "labels",
            depth=shape.samples,
            width=shape.label_bits,
            read=sample,
            write=self._write(shape.label_bits, self.write_label),
        )
        # sample x beats from adders: the multipliers are the core's.
        terms = [sample << bit for bit in range(shape.beats.bit_length()) if shape.beats >> bit & 1]
        base = adder_tree(m, terms, "base")
        latency = max(LATENCY, tree_levels(len(terms)))
        whole = LATENCY + 1 + latency
        arrived = started
        for clock in range(1, whole + 1):
            arrived, earlier = Signal(name=f"started_after{clock}"), arrived
            m.d.sync += arrived.eq(earlier)
        m.d.comb += [
            queue.arrived.eq(arrived),
            queue.item.base.eq(delayed(m, base, latency - tree_levels(len(terms)), "base_waits")),
            queue.item.label.eq(delayed(m, label, latency - LATENCY, "label_waits")),
            *(
                queue.item[name].eq(delayed(m, request.payload[name], whole, name))
                for name in ("train", "rate_exponent")
            ),
        ]
        return queue.items

    def _read_beats(self, m: Module, looked_up: stream.Interface) -> None:
        shape = self.shape
        m.submodules.beats = queue = CreditQueue(self._sample, BEATS)
        started = Signal()
        offset, last = self._beat(m, started, "offset")
        m.d.comb += [
            started.eq(looked_up.valid & queue.room),
            queue.started.eq(started),
            looked_up.ready.eq(queue.room & last),
        ]
        address = (looked_up.payload.base + offset)[: shape.beat_address_bits]
        features = deep_memory(
            m,
            "features",
            depth=shape.samples * shape.beats,
            width=shape.beat_bits,
            read=address,
            write=self._write(shape.beat_bits, self.write_features),
        )
        arrived = started
        for clock in range(1, LATENCY + 1):
            arrived, earlier = Signal(name=f"beat_after{clock}"), arrived
            m.d.sync += arrived.eq(earlier)
        m.d.comb += [
            queue.arrived.eq(arrived),
            queue.item.features.as_value().eq(features),
            *(
                queue.item[name].eq(delayed(m, looked_up.payload[name], LATENCY, f"beat_{name}"))
                for name in ("label", "train", "rate_exponent")
            ),
        ]
        # Whether the core takes a beat is known late in a clock.
        m.submodules.exit = places = TwoPlaces(self._sample)
        wiring.connect(m, queue.items, places.entry)
        wiring.connect(m, places.exit, wiring.flipped(self.samples))
