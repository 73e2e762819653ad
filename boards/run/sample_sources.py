"""Where samples come from: the store, or the frames that the board makes itself.

requests --+--> [ store ] -------> samples --+--> samples of the core
           '--> [ frame source ] --> samples -'
"""

from __future__ import annotations

from amaranth.hdl import Module, Mux
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from boards.design import BoardDesign
from boards.morse.layouts import request_layout
from boards.morse.live import FRAMES, TEST_FRAMES
from boards.store.store_shape import StoreShape
from hwgen.parts.layouts import layout_of
from software_ref.datasets.morse_live_options import NUMBER_BITS

__all__ = ["SampleSources", "numbers", "sources_request"]


def numbers(design: BoardDesign) -> int:
    """How many samples, or places of their order, have a number: of the store or the generator."""
    if design.morse is None:
        return max(design.samples, design.store.order.entries)
    return max(design.samples, TEST_FRAMES + FRAMES)


def sources_request(design: BoardDesign) -> data.StructLayout:
    """A request for a sample of either: as the store has it, and which of the two."""
    own = {name: field.shape for name, field in StoreShape(design.core.ports, design.store).request}
    return data.StructLayout(
        own | {"place": (numbers(design) - 1).bit_length(), "generated": 1, "tapped": 1}
    )


class SampleSources(wiring.Component):
    """Gives requests to the one or the other, and their samples to the core.

    Between the requests for one and for the other all samples have been taken, as the runner's
    passes are.

    Parameters
    ----------
    design
        The build, which makes frames.

    Members
    -------
    requests : In(stream.Signature(sources_request))
        Samples to play, in their order.
    stored, frames : Out(stream)
        Requests for the store, for the generator;
    stored_samples, frame_samples : In(stream)
        their samples.
    samples : Out(stream)
        For the core.
    """

    def __init__(self, design: BoardDesign):
        ports = design.core.ports
        self._store = StoreShape(design.core.ports, design.store).request
        sample = stream.Signature(layout_of(ports.sample))
        super().__init__(
            {
                "requests": In(stream.Signature(sources_request(design))),
                "stored": Out(stream.Signature(self._store)),
                "frames": Out(stream.Signature(request_layout(ports))),
                "stored_samples": In(sample),
                "frame_samples": In(sample),
                "samples": Out(sample),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        request, stored, frame = self.requests.payload, self.stored.payload, self.frames.payload
        m.d.comb += [
            *(stored[name].eq(request[name]) for name, _ in self._store),
            frame.number.eq(request.place[:NUMBER_BITS]),
            frame.test.eq(request.place[NUMBER_BITS]),
            frame.tapped.eq(request.tapped),
            frame.train.eq(request.train),
            frame.rate_exponent.eq(request.rate_exponent),
            self.stored.valid.eq(self.requests.valid & ~request.generated),
            self.frames.valid.eq(self.requests.valid & request.generated),
            self.requests.ready.eq(
                Mux(request.generated, self.frames.ready, self.stored.ready),
            ),
            self.samples.valid.eq(self.stored_samples.valid | self.frame_samples.valid),
            self.samples.payload.eq(
                Mux(
                    self.frame_samples.valid,
                    self.frame_samples.payload,
                    self.stored_samples.payload,
                )
            ),
            self.frame_samples.ready.eq(self.samples.ready),
            self.stored_samples.ready.eq(self.samples.ready & ~self.frame_samples.valid),
        ]
        return m
