"""How updates are rounded: to the nearest, or with random bits from a generator per junction."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from software_ref.console.errors import Mistakes
from software_ref.key_metadata import legal

__all__ = ["GENERATOR_WIDTH", "UpdateOptions"]

GENERATOR_WIDTH = 32
"""Bits of a junction's random number generator."""
LARGEST_RANDOM_BITS = 24
"""Bits of the generator that a lane may take; with more, sums would not fit 64-bit integers."""


@dataclass(frozen=True, kw_only=True)
class UpdateOptions:
    """`[update]`: rounding of the changes of weights and biases (docs/numerics.md).

    With random bits a change is rounded up with a probability equal to its fraction, so that
    changes too small for the format still add up in the mean.
    """

    random_bits: int = field(default=0, metadata=legal(f"0 to {LARGEST_RANDOM_BITS}"))
    """Random bits R that the fraction of a change is compared with; 0 rounds to the nearest."""
    seed: int = field(default=1, metadata=legal("at least 0"))
    """Seed of all junctions' generators."""

    def __post_init__(self) -> None:
        mistakes = Mistakes()
        for name in ("random_bits", "seed"):
            value = getattr(self, name)
            with mistakes.noted():
                if not isinstance(value, int) or isinstance(value, bool):
                    raise TypeError(f"update {name} must be an integer, not {value!r}")
        mistakes.raise_any()
        with mistakes.noted():
            if not 0 <= self.random_bits <= LARGEST_RANDOM_BITS:
                raise ValueError(
                    f"update random_bits must be 0 to {LARGEST_RANDOM_BITS}, which a lane can take "
                    f"of the generator's {GENERATOR_WIDTH}, not {self.random_bits}"
                )
        with mistakes.noted():
            if self.seed < 0:
                raise ValueError(f"update seed must be at least 0, not {self.seed}")
        mistakes.raise_any()

    def first_state(self, junction: int) -> int:
        """The state that a junction's generator has at the start of a sequence, never 0."""
        rng = np.random.default_rng([self.seed, junction])
        return int(rng.integers(1, 1 << GENERATOR_WIDTH))
