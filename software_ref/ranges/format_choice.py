"""The smallest format that a profile allows, and which quantity asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from software_ref.fixed_point import MAX_WIDTH, MIN_WIDTH
from software_ref.network import Network
from software_ref.ranges.profiler import JunctionProfile

__all__ = ["FormatChoice", "choose_format"]

STORED = ("w", "b", "s", "delta")
"""Quantities that a format must hold; a and h' are at most 1, which every format holds."""
MOST_INTEGER, MOST_FRACTION = 16, 24


@dataclass(frozen=True, kw_only=True)
class FormatChoice:
    """A recommendation and its reasons."""

    integer: int
    """Integer bits i."""
    fraction: int
    """Fraction bits f."""
    integer_reason: str
    """Which quantity needs the integer bits."""
    fraction_reason: str
    """Which updates need the fraction bits."""

    @property
    def width(self) -> int:
        """Bits B = 1 + i + f."""
        return 1 + self.integer + self.fraction

    @property
    def legal(self) -> bool:
        """Whether `FixedFormat` takes it."""
        return MIN_WIDTH <= self.width <= MAX_WIDTH

    def __str__(self) -> str:
        return f"(1,{self.integer},{self.fraction})"


def choose_format(
    profiles: Sequence[JunctionProfile],
    network: Network,
    *,
    saturation: float,
    vanishing: float | None = None,
) -> FormatChoice:
    """Find the fewest integer and fraction bits for what a profile saw.

    The integer bits are the fewest with which, of every stored quantity of every junction, at most
    the share `saturation` of the values is 2**i or larger in magnitude. Pre-activations of a
    sigmoid only count up to where it is flat: beyond, its table holds 0 or 1 anyway. The fraction
    bits are the fewest with which at most the share `vanishing` of the weight changes other than
    0 is rounded to 0, that is smaller than half a unit in the last place; without it, the
    profile's own are kept. The values are those of a training in the network's format: one that
    saturates much trains otherwise in a wider format, so the choice should be profiled again.

    Parameters
    ----------
    profiles : sequence of JunctionProfile
    network : Network
        The network they were made with.
    saturation, vanishing : float
        Shares, 0 to 1.

    Raises
    ------
    ValueError
        A share is outside [0, 1].
    """
    for name, share in (("saturation", saturation), ("vanishing", vanishing)):
        if share is not None and not 0 <= share <= 1:
            raise ValueError(f"{name} must lie in [0, 1], not {share!r}")
    fmt = network.format
    integer, integer_reason = 1, "an input of 1.0, which needs 1 bit"
    for profile in profiles:
        flat = network.activation_of(profile.index).flat_from(fmt.fraction)
        for name in STORED:
            found = profile.distributions[name]
            needed = next(
                (bits for bits in range(MOST_INTEGER) if found.share_from(bits) <= saturation),
                MOST_INTEGER,
            )
            if name == "s" and flat is not None and needed > flat:
                needed = flat
            if needed > integer:
                beyond = found.share_from(needed - 1)
                integer = needed
                integer_reason = (
                    f"{name} of junction {profile.index}: {100 * beyond:.3g} % of its values are "
                    f"{1 << needed - 1} or larger, up to {max(-found.minimum, found.maximum):.3g}"
                )
    if vanishing is None:
        return FormatChoice(
            integer=integer,
            fraction=fmt.fraction,
            integer_reason=integer_reason,
            fraction_reason=f"the fraction bits of {fmt} are kept",
        )
    fraction, fraction_reason = 2, "the sigmoid's derivative of 1/4, which needs 2 bits"
    for profile in profiles:
        found = profile.distributions["update"]
        needed = next(
            (f for f in range(2, MOST_FRACTION) if found.share_below(-f - 1) <= vanishing),
            MOST_FRACTION,
        )
        if needed > fraction:
            lost = found.share_below(-needed)
            fraction = needed
            fraction_reason = (
                f"updates of junction {profile.index}: with one bit less {100 * lost:.3g} % of "
                "them would be rounded to 0"
            )
    return FormatChoice(
        integer=integer,
        fraction=fraction,
        integer_reason=integer_reason,
        fraction_reason=fraction_reason,
    )
