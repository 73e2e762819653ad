"""Gives predictions to AXI4-Stream, each with the TLAST of its sample."""

from __future__ import annotations

from amaranth.hdl import Module, Signal
from amaranth.lib import fifo, stream, wiring
from amaranth.lib.wiring import In, Out

from hwgen.bus.axi_stream import PREDICTION_WORD, packet_signature
from hwgen.parts.layouts import layout_of
from software_ref.plan.ports import CorePorts

__all__ = ["PredictionSender"]


class PredictionSender(wiring.Component):
    """Remembers which samples under way ended a packet.

    Parameters
    ----------
    ports
        The core's ports.
    credit
        Samples that may be under way.

    Members
    -------
    entered : In(1), tlast : In(1)
        The core takes a sample's last beat, and whether the packet ended with it.
    predictions : In(stream), packets : Out(stream)
        The core's predictions, and PREDICTION_WORD.

    Timing
    ------
    None: a prediction is offered in the clock in which the core offers it.
    """

    def __init__(self, ports: CorePorts, credit: int):
        self._credit = credit
        super().__init__(
            {
                "entered": In(1),
                "tlast": In(1),
                "predictions": In(stream.Signature(layout_of(ports.prediction))),
                "packets": Out(packet_signature(PREDICTION_WORD.bits)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.ends = ends = fifo.SyncFIFOBuffered(width=1, depth=self._credit)
        word = Signal(layout_of(PREDICTION_WORD))
        result, packets = self.predictions, self.packets
        m.d.comb += [
            ends.w_en.eq(self.entered),
            ends.w_data.eq(self.tlast),
            *(word[name].eq(result.payload[name]) for name in layout_of(PREDICTION_WORD).members),
            packets.payload.data.eq(word),
            packets.payload.last.eq(ends.r_data),
            packets.valid.eq(result.valid & ends.r_rdy),
            result.ready.eq(packets.ready & ends.r_rdy),
            ends.r_en.eq(packets.ready & result.valid),
        ]
        return m
