"""Sizes of the sample store, and its streams."""

from __future__ import annotations

from amaranth.lib import data

from boards.memory.linear import LinearShape
from software_ref.plan.ports import CorePorts
from software_ref.plan.store_layout import StoreLayout

__all__ = ["StoreShape"]


class StoreShape:
    """Sizes of the store.

    Parameters
    ----------
    ports
        The core's ports.
    layout
        What its memory holds.
    writable
        Whether it can be written.
    """

    def __init__(self, ports: CorePorts, layout: StoreLayout, *, writable: bool = True):
        self.layout = layout
        """What its memory holds."""
        self.memory = LinearShape(width=layout.code.width, words=layout.words, writable=writable)
        """Sizes of its memory."""
        self.samples = layout.samples
        """Samples it has room for, at most."""
        self.sample_bits = layout.sample_bits
        """Bits of a sample's number."""
        self.request = data.StructLayout(
            {
                "place": layout.place_bits,
                "ordered": 1,
                "train": 1,
                "rate_exponent": ports.rate_exponent_width,
            }
        )
        """A request for a sample: its number or, where ordered, its place in the order."""
