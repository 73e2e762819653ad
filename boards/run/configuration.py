"""What a run is, as signals: which samples, for which epochs, at which rates."""

from __future__ import annotations

from amaranth.lib import data

from boards.link.commands import CONFIGURATION, PLAY

__all__ = ["CONFIGURATION_LAYOUT", "PLAY_LAYOUT", "pass_layout"]

CONFIGURATION_LAYOUT = data.StructLayout(
    {
        "flags": 8,
        "first_epoch": 32,
        "end_epoch": 32,
        "train_first": 32,
        "train_count": 32,
        "test_first": 32,
        "test_count": 32,
    }
)
"""A CONFIGURATION of the link, field by field."""
PLAY_LAYOUT = data.StructLayout({"first": 32, "count": 32, "flags": 8, "rate_exponent": 8})
"""A PLAY of the link, field by field."""

for _layout, _form in ((CONFIGURATION_LAYOUT, CONFIGURATION), (PLAY_LAYOUT, PLAY)):
    if _layout.size != 8 * _form.size:
        raise AssertionError("the layouts here must be those of boards.link.commands")


def pass_layout(sample_bits: int) -> data.StructLayout:
    """A pass over consecutive samples: first one and how many, flags and rate exponent.

    Parameters
    ----------
    sample_bits
        Bits of the number of samples that the store has room for.
    """
    return data.StructLayout(
        {
            "first": sample_bits,
            "count": sample_bits,
            "ordered": 1,
            "train": 1,
            "rate_exponent": 8,
        }
    )
