"""The generator beside the store: frames by their numbers, as beats of the core's samples.

requests --> [ FrameShape ] --> shape --> [ FrameBeats ] --> two places --> samples of the core
tapped frame ------^
"""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from boards.morse.frame_beats import FrameBeats
from boards.morse.frame_shape import FrameShape
from boards.morse.layouts import request_layout
from boards.store.two_places import TwoPlaces
from hwgen.parts.layouts import layout_of
from software_ref.datasets.morse_live_options import FRAME, MorseLiveOptions
from software_ref.plan.ports import CorePorts

__all__ = ["FrameSource"]


class FrameSource(wiring.Component):
    """Makes frames as fast as the core takes them.

    Parameters
    ----------
    ports
        The core's.
    options
        What the frames look like.

    Members
    -------
    requests : In(stream.Signature(request_layout))
        Frames to make, in their order.
    tapped : In(64)
        Where the frame of the last letter is on.
    samples : Out(stream)
        For the core.
    taken : Out(1)
        The core took a frame's last beat.
    """

    def __init__(self, ports: CorePorts, options: MorseLiveOptions):
        self._ports, self._options = ports, options
        self._sample = layout_of(ports.sample)
        super().__init__(
            {
                "requests": In(stream.Signature(request_layout(ports))),
                "tapped": In(FRAME),
                "samples": Out(stream.Signature(self._sample)),
                "taken": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.shape = shape = FrameShape(self._ports, self._options)
        m.submodules.beats = beats = FrameBeats(self._ports, self._options)
        m.submodules.exit = places = TwoPlaces(self._sample)
        wiring.connect(m, wiring.flipped(self.requests), shape.requests)
        wiring.connect(m, shape.shapes, beats.shapes)
        wiring.connect(m, beats.samples, places.entry)
        wiring.connect(m, places.exit, wiring.flipped(self.samples))
        m.d.comb += shape.tapped.eq(self.tapped)
        left = Signal(range(self._ports.beats), init=self._ports.beats - 1)
        step = self.samples.valid & self.samples.ready
        with m.If(step):
            m.d.sync += left.eq(Mux(left == 0, self._ports.beats - 1, left - 1))
        m.d.comb += self.taken.eq(step & (left == 0))
        return m
