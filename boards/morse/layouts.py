"""What travels between the halves of the generator."""

from __future__ import annotations

from amaranth.lib import data

from software_ref.datasets.morse_live_options import FRAME, LEVEL_BITS, NUMBER_BITS
from software_ref.plan.ports import CorePorts
from software_ref.update_rounding import GENERATOR_WIDTH

__all__ = ["request_layout", "shape_layout"]


def request_layout(ports: CorePorts) -> data.StructLayout:
    """A request for a frame: its number, or the letter tapped last."""
    return data.StructLayout(
        {
            "number": NUMBER_BITS,
            "test": 1,
            "tapped": 1,
            "train": 1,
            "rate_exponent": ports.rate_exponent_width,
        }
    )


def shape_layout(ports: CorePorts) -> data.StructLayout:
    """A frame without its noise: where it is on, the first value in bit 0, and what is around."""
    return data.StructLayout(
        {
            "on": FRAME,
            "level": LEVEL_BITS,
            "noisy": 1,
            "state": GENERATOR_WIDTH,
            "label": ports.label_width,
            "train": 1,
            "rate_exponent": ports.rate_exponent_width,
        }
    )
