"""Takes samples from AXI4-Stream: finds headers and features, and drops what is no sample."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.bus.axi_stream import (
    SAMPLE_HEADER,
    feature_bytes,
    header_beats,
    packet_signature,
    sample_bytes,
)
from hwgen.parts.layouts import layout_of, view_of
from software_ref.plan.ports import CorePorts

__all__ = ["SampleReceiver"]


class SampleReceiver(wiring.Component):
    """Writes samples into a SampleBuffer.

    A sample with TLAST before its last beat is dropped, and the next beat begins a sample. One
    whose last beat has none is dropped with all beats up to TLAST.

    Parameters
    ----------
    ports
        The core's ports.

    Members
    -------
    packets : In(stream.Signature(Struct{data, user, last}))
        See axi_stream.
    header_beat, batches, use_registers, train, rate_exponent : In
        The fields of CONTROL and TRAINING.
    discard : In(1)
        Forgets a sample that is not whole.
    ready : In, write, features, commit, header, tlast, drop : Out
        See SampleBuffer.
    receiving : Out(1)
        A sample has begun, and is not whole.
    short, long : Out(1)
        A sample is dropped, for either reason.

    Timing
    ------
    A beat is written in the clock in which it comes.
    """

    def __init__(self, ports: CorePorts):
        self._ports = ports
        header = layout_of(ports.header)
        packets = packet_signature(8 * sample_bytes(ports), SAMPLE_HEADER.bits)
        super().__init__(
            {
                "packets": In(packets),
                "header_beat": In(1),
                "batches": In(1),
                "use_registers": In(1),
                "train": In(1),
                "rate_exponent": In(header["rate_exponent"].shape),
                "discard": In(1),
                "ready": In(1),
                "write": Out(1),
                "features": Out(layout_of(ports.sample)["features"].shape),
                "commit": Out(1),
                "header": Out(header),
                "tlast": Out(1),
                "drop": Out(1),
                "receiving": Out(1),
                "short": Out(1),
                "long": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        ports, packets = self._ports, self.packets
        beat = packets.payload
        first, in_header, skipping = Signal(init=1), Signal(), Signal()
        number = Signal(range(max(ports.beats, 2)))
        parts = header_beats(ports)
        part = Signal(range(max(parts, 2)))

        # A header that comes in beats is moved down from above, the first of them lowest at last.
        width = len(beat.data)
        held = Signal(max(parts * width, SAMPLE_HEADER.bits))
        moved = Cat(held, beat.data)[-len(held) :] if parts > 1 else beat.data
        taken = packets.valid & packets.ready
        is_header = Mux(first, self.header_beat, in_header)
        end = number == ports.beats - 1
        restart = [first.eq(1), in_header.eq(0), number.eq(0), part.eq(0)]
        m.d.comb += packets.ready.eq((self.ready | skipping) & ~self.discard)
        with m.If(self.discard):
            m.d.comb += self.drop.eq(1)
            m.d.sync += [*restart, skipping.eq(0)]
        with m.Elif(taken):
            with m.If(skipping):
                m.d.sync += skipping.eq(~beat.last)
            with m.Elif(is_header):
                m.d.sync += [held.eq(moved), first.eq(0), part.eq(part + 1)]
                m.d.sync += in_header.eq(part != parts - 1)
                with m.If(beat.last):
                    m.d.comb += [self.short.eq(1), self.drop.eq(1)]
                    m.d.sync += restart
            with m.Else():
                m.d.sync += [first.eq(0), number.eq(number + 1)]
                with m.If(first):
                    m.d.sync += held.eq(beat.user)
                with m.If(end):
                    m.d.sync += restart
                    with m.If(beat.last | self.batches):
                        m.d.comb += [self.write.eq(1), self.commit.eq(1)]
                    with m.Else():
                        m.d.comb += [self.long.eq(1), self.drop.eq(1)]
                        m.d.sync += skipping.eq(1)
                with m.Elif(beat.last):
                    m.d.comb += [self.short.eq(1), self.drop.eq(1)]
                    m.d.sync += restart
                with m.Else():
                    m.d.comb += self.write.eq(1)

        given = view_of(SAMPLE_HEADER, Mux(first, beat.user, held[: SAMPLE_HEADER.bits]))
        container = 8 * feature_bytes(ports)
        m.d.comb += [
            *(
                self.features[k].eq(beat.data[k * container : k * container + ports.feature_width])
                for k in range(ports.beat_features)
            ),
            self.header.label.eq(given.label),
            self.header.train.eq(Mux(self.use_registers, self.train, given.train)),
            self.header.rate_exponent.eq(
                Mux(self.use_registers, self.rate_exponent, given.rate_exponent)
            ),
            self.tlast.eq(beat.last),
            self.receiving.eq(~first | skipping),
        ]
        return m
