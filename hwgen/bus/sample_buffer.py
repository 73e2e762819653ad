"""A buffer for whole samples: what is not whole never reaches the core."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import data, fifo, stream, wiring
from amaranth.lib.wiring import In, Out

from hwgen.parts.layouts import layout_of
from hwgen.parts.memory import memory
from software_ref.plan.ports import CorePorts

__all__ = ["SampleBuffer"]

AHEAD = 6
"""Words beside a sample's own: the writer's until the reader follows, and the one that is shown."""


class SampleBuffer(wiring.Component):
    """A ring of beats that are written one by one, and read once their sample is whole.

    Parameters
    ----------
    ports
        The core's ports.

    Members
    -------
    ready : Out(1)
        There is room for a beat; from a register.
    write : In(1), features : In
        Writes a beat.
    commit : In(1), header : In(Struct{label, train, rate_exponent}), tlast : In(1)
        The beat that is written is its sample's last one, and all about the sample.
    drop : In(1)
        Forgets the beats since the last commit; nothing is written in that clock.
    waiting : Out(1)
        A whole sample is there.
    samples : Out(stream)
        The core's samples.
    sample_ends : Out(1), sample_tlast : Out(1)
        Beside it: whether the beat is its sample's last one, and the sample's `tlast`.

    Timing
    ------
    A sample is offered from three clocks after its commit on, a beat a clock.
    """

    def __init__(self, ports: CorePorts):
        self._ports = ports
        sample = layout_of(ports.sample)
        # A sample, and beats of the next one until the core has begun with it.
        self._depth = 1 << (ports.beats + AHEAD - 1).bit_length()
        super().__init__(
            {
                "ready": Out(1),
                "write": In(1),
                "features": In(sample["features"].shape),
                "commit": In(1),
                "header": In(layout_of(ports.header)),
                "tlast": In(1),
                "drop": In(1),
                "waiting": Out(1),
                "samples": Out(stream.Signature(sample)),
                "sample_ends": Out(1),
                "sample_tlast": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        ports, depth = self._ports, self._depth
        tail = data.StructLayout({"header": layout_of(ports.header), "tlast": 1})
        m.submodules.whole = whole = fifo.SyncFIFOBuffered(
            width=tail.size,
            depth=depth // ports.beats + 2,  # more than fit into the ring
        )
        kept, shown_tail = Signal(tail), Signal(tail)
        m.d.comb += [
            kept.header.eq(self.header),
            kept.tlast.eq(self.tlast),
            whole.w_data.eq(kept),
            whole.w_en.eq(self.commit),
        ]

        # Numbers of words, modulo twice the ring: written, committed, read. The word that is shown
        # is the one before the next to be read, and must stay.
        written, committed, read = (
            Signal(range(2 * depth), name=name) for name in ("written", "committed", "read")
        )
        after = Signal(range(2 * depth))
        m.d.comb += [
            after.eq(written + self.write),
        ]
        m.d.sync += [
            written.eq(Mux(self.drop, committed, after)),
            # What is written in this clock is not counted yet.
            self.ready.eq((written - read)[: len(read)] < depth - 2),
        ]
        with m.If(self.commit):
            m.d.sync += committed.eq(after)

        valid, ends = Signal(), Signal()
        beat = Signal(range(max(ports.beats, 2)))
        advance = ~valid | self.samples.ready
        last = beat == ports.beats - 1
        m.d.comb += whole.r_en.eq(advance & whole.r_rdy & last)
        shown = Signal.like(read)
        with m.If(advance):
            m.d.sync += valid.eq(whole.r_rdy)
            with m.If(whole.r_rdy):
                m.d.sync += [
                    *(read.eq(read + 1), shown.eq(read), shown_tail.eq(whole.r_data)),
                    *(beat.eq(Mux(last, 0, beat + 1)), ends.eq(last)),
                ]
        (word,) = memory(
            m,
            "beats",
            depth=depth,
            width=ports.beat_width,
            reads=[Mux(advance, read, shown)],
            write=(written, self.features.as_value(), self.write),
            init=None,
        )
        m.d.comb += [
            self.waiting.eq(whole.r_rdy | valid),
            self.samples.valid.eq(valid),
            self.samples.payload.features.eq(word),
            *(
                self.samples.payload[name].eq(shown_tail.header[name])
                for name in layout_of(ports.header).members
            ),
            self.sample_ends.eq(ends),
            self.sample_tlast.eq(shown_tail.tlast),
        ]
        return m
