"""What a run is, as signals: which samples, for which epochs, at which rates."""

from __future__ import annotations

from amaranth.lib import data

from boards.link.payloads import CONFIGURATION, PLAY, RATE
from hwgen.parts.layouts import layout_of

__all__ = ["CONFIGURATION_LAYOUT", "PLAY_LAYOUT", "RATE_LAYOUT", "pass_layout"]

CONFIGURATION_LAYOUT = layout_of(CONFIGURATION)
"""A CONFIGURATION of the link."""
RATE_LAYOUT = layout_of(RATE)
"""An entry of its schedule."""
PLAY_LAYOUT = layout_of(PLAY)
"""A PLAY of the link."""


def pass_layout(sample_bits: int, *, generated: bool = False) -> data.StructLayout:
    """A pass over consecutive samples: first one and how many, flags and rate exponent.

    Parameters
    ----------
    sample_bits
        Bits of the number of samples that the store has room for, or that the board makes.
    generated
        Whether it makes any.
    """
    return data.StructLayout(
        {
            "first": sample_bits,
            "count": sample_bits,
            "ordered": 1,
            "train": 1,
            "rate_exponent": 8,
            **({"generated": 1} if generated else {}),
        }
    )
