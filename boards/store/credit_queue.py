"""A queue behind a pipeline that cannot be held up: nothing starts that would not find room."""

from __future__ import annotations

from amaranth.hdl import Module, Signal
from amaranth.lib import data, fifo, stream, wiring
from amaranth.lib.wiring import In, Out

__all__ = ["CreditQueue"]


class CreditQueue(wiring.Component):
    """Gives out credit for as many items as it has room for.

    Parameters
    ----------
    layout
        An item.
    depth
        Items in the pipeline and in the queue together, at most, and one more.

    Members
    -------
    room : Out(1), started : In(1)
        Whether an item may start into the pipeline, and that one does.
    arrived : In(1), item : In(layout)
        An item at the pipeline's end.
    items : Out(stream.Signature(layout))
        Items in their order.
    """

    def __init__(self, layout: data.StructLayout, depth: int):
        self._layout = layout
        self._depth = depth
        super().__init__(
            {
                "room": Out(1),
                "started": In(1),
                "arrived": In(1),
                "item": In(layout),
                "items": Out(stream.Signature(layout)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.queue = queue = fifo.SyncFIFOBuffered(
            width=self._layout.size, depth=self._depth
        )
        # `room` comes from a register, which knows nothing of an item that starts beside it: one
        # place is kept for that.
        credit = Signal(range(self._depth + 1), init=self._depth)
        left = Signal()
        m.d.comb += [
            queue.w_data.eq(self.item),
            queue.w_en.eq(self.arrived),
            self.items.valid.eq(queue.r_rdy),
            self.items.payload.eq(queue.r_data),
            queue.r_en.eq(self.items.ready),
        ]
        m.d.sync += [
            left.eq(self.items.valid & self.items.ready),
            credit.eq(credit - self.started + left),
            self.room.eq(credit > 1),
        ]
        return m
