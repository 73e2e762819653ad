"""What the numbers do while a network trains: ranges, saturation and rounding of every quantity.

The profile looks at the exact values, before rounding and saturation, that the arithmetic of
docs/numerics.md makes on its way. They are computed anew here, plainly and in 64 bits, from what
the golden junctions hold; nothing of the training changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from software_ref.console.output import percent
from software_ref.fixed_point import rounding_shift
from software_ref.golden.junction import GoldenJunction
from software_ref.golden.trainer import GoldenTrainer
from software_ref.network import Network

__all__ = [
    "QUANTITIES",
    "RANGE_TITLES",
    "Distribution",
    "JunctionProfile",
    "RangeProfiler",
    "range_rows",
]

QUANTITIES = ("w", "b", "s", "a", "h'", "e", "delta", "update")
"""Stored weights and biases; pre-activations s_i, activations a_i, derivatives h'_i; sums e_i of
w delta and deltas delta_i of the junction's right neurons; weight changes a_{i-1} delta_i eta."""

LOWEST, HIGHEST = -48, 24
"""Powers of two that a histogram tells apart; magnitudes beyond count at its ends."""


class Distribution:
    """Extremes and a histogram by power of two of the exact values of one quantity."""

    def __init__(self) -> None:
        self.count = 0
        """Values seen."""
        self.zeros = 0
        """Values that are exactly 0."""
        self.minimum = float("inf")
        """The smallest value; inf without any."""
        self.maximum = float("-inf")
        """The largest value; -inf without any."""
        self.saturated = 0
        """Values that the format's ends changed."""
        self.vanished = 0
        """Values other than 0 that were rounded to 0."""
        self.powers: NDArray[np.int64] = np.zeros(HIGHEST - LOWEST + 1, np.int64)
        """Entry p: values v with 2**(LOWEST + p) <= |v| < 2**(LOWEST + p + 1)."""

    def add(
        self, raw: NDArray[np.int64], fraction: int, *, saturated: int = 0, vanished: int = 0
    ) -> None:
        """Add values raw / 2**fraction: int64, any shape."""
        if not raw.size:
            return
        values = np.ldexp(raw.astype(np.float64), -fraction)
        self.count += raw.size
        self.minimum = min(self.minimum, float(values.min()))
        self.maximum = max(self.maximum, float(values.max()))
        self.saturated += saturated
        self.vanished += vanished
        _, exponents = np.frexp(values[values != 0])
        self.zeros += raw.size - exponents.size
        places = np.clip(exponents - 1, LOWEST, HIGHEST) - LOWEST
        self.powers += np.bincount(places, minlength=len(self.powers))

    def share_from(self, power: int) -> float:
        """Share of the values with |v| >= 2**power, for powers within the histogram."""
        return float(self.powers[max(0, power - LOWEST) :].sum()) / max(1, self.count)

    def share_below(self, power: int) -> float:
        """Share of the values other than 0 with |v| < 2**power."""
        nonzero = self.count - self.zeros
        return float(self.powers[: max(0, power - LOWEST)].sum()) / max(1, nonzero)

    def document(self) -> dict[str, object]:
        """All figures as plain values; the histogram without its empty ends."""
        seen = np.flatnonzero(self.powers)
        first, last = (int(seen[0]), int(seen[-1])) if len(seen) else (0, -1)
        return {
            "count": self.count,
            "zeros": self.zeros,
            "minimum": self.minimum if self.count else None,
            "maximum": self.maximum if self.count else None,
            "saturated": self.saturated,
            "saturated_share": self.saturated / max(1, self.count),
            "rounded_to_zero": self.vanished,
            "rounded_to_zero_share": self.vanished / max(1, self.count),
            "first_power": LOWEST + first,
            "powers": self.powers[first : last + 1].tolist(),
        }


@dataclass(frozen=True, eq=False)
class JunctionProfile:
    """The distributions of one junction, by the names in `QUANTITIES`."""

    index: int
    """Junction number i, from 1."""
    distributions: dict[str, Distribution]
    """Every quantity, those without values included."""


RANGE_TITLES = ("junction", "quantity", "minimum", "maximum", "saturated %", "rounded to 0 %")
"""Titles of the columns of `range_rows`."""


def range_rows(profiles: Sequence[JunctionProfile]) -> list[tuple[object, ...]]:
    """A row for each quantity of each junction that has values, for people to look at."""
    return [
        (
            profile.index,
            name,
            f"{found.minimum:.4g}",
            f"{found.maximum:.4g}",
            percent(found.saturated / found.count),
            percent(found.vanished / found.count),
        )
        for profile in profiles
        for name, found in ((name, profile.distributions[name]) for name in QUANTITIES)
        if found.count
    ]


class RangeProfiler:
    """Watches the steps of a golden trainer.

    Give it to `GoldenTrainer` as its observer. It looks at every `every`-th sample.

    Parameters
    ----------
    network : Network
    every : int
        1 looks at all samples.

    Raises
    ------
    ValueError
        `every` is below 1.
    """

    def __init__(self, network: Network, every: int = 1) -> None:
        if every < 1:
            raise ValueError(f"every must be at least 1, not {every}")
        self.network = network
        self.every = every
        self.junctions = self._fresh()

    def take(self, trainer: GoldenTrainer) -> tuple[JunctionProfile, ...]:
        """The profile since the last call, with the parameters as the trainer now holds them.

        Weights and biases are those at this moment; how often their updates saturated is in the
        trainer's own counters.
        """
        fraction = self.network.format.fraction + self.network.format.extra_bits
        parameters = trainer.parameters
        for i, profile in enumerate(self.junctions):
            profile.distributions["w"].add(parameters.weights[i], fraction)
            profile.distributions["b"].add(parameters.biases[i], fraction)
        taken, self.junctions = self.junctions, self._fresh()
        return taken

    def feedforward(
        self, junctions: Sequence[GoldenJunction], i: int, sample: int, slot: int
    ) -> None:
        """Look at junction i + 1 after the FF of a sample, before any update of the step."""
        if sample % self.every:
            return
        junction, fmt = junctions[i], self.network.format
        found = self.junctions[i].distributions
        weights, gathered = junction.weights.astype(np.int64), junction.gathered[slot]
        sums = (weights * gathered).sum(axis=1) + (junction.biases.astype(np.int64) << fmt.fraction)
        rounded = rounding_shift(sums, fmt.fraction)
        self._add(found["s"], sums, 2 * fmt.fraction, rounded)
        activations = junction.activation[slot].astype(np.int64)
        last = i == len(junctions) - 1
        # A sigmoid is never 0: the table rounded it there. A ReLU's 0 is exact.
        rounded_there = not self.network.activation_of(i + 1).exact_zero
        lost = int((activations == 0).sum()) if rounded_there else 0
        found["a"].add(activations, fmt.fraction, vanished=lost)
        if not last:  # the output delta needs no derivative
            derivatives = junction.derivative[slot]
            lost = int((derivatives == 0).sum()) if rounded_there else 0
            found["h'"].add(derivatives, fmt.fraction, vanished=lost)

    def update(
        self, junctions: Sequence[GoldenJunction], i: int, sample: int, slot: int, exponent: int
    ) -> None:
        """Look at junction i + 1 before the BP and UP of a sample at the rate 2**-exponent."""
        if sample % self.every:
            return
        junction, fmt = junctions[i], self.network.format
        delta = junction.delta[slot].astype(np.int64)
        if i == len(junctions) - 1:
            self.junctions[i].distributions["delta"].add(delta, fmt.fraction)
        if i:
            left = junctions[i - 1]
            products = (junction.weights.astype(np.int64) * delta[:, None]).reshape(-1)
            errors = products[junction.leaving].sum(axis=1)
            found = self.junctions[i - 1].distributions
            found["e"].add(errors, 2 * fmt.fraction)
            deltas = errors * left.derivative[slot]
            self._add(
                found["delta"], deltas, 3 * fmt.fraction, rounding_shift(deltas, 2 * fmt.fraction)
            )
        products = junction.gathered[slot].astype(np.int64) * delta[:, None]
        shift = fmt.fraction - fmt.extra_bits + exponent
        changes = self._changes(junction, products, shift)
        lost = int(((changes == 0) & (products != 0)).sum())
        # As a value, a change is product / 2**(2 f + k); saturation is that of the new weight.
        stored = junction.stored_weights.astype(np.int64) - changes
        outside = int(((stored < fmt.stored_min_raw) | (stored > fmt.stored_max_raw)).sum())
        self.junctions[i].distributions["update"].add(
            products, 2 * fmt.fraction + exponent, vanished=lost, saturated=outside
        )

    def _changes(
        self, junction: GoldenJunction, products: NDArray[np.int64], shift: int
    ) -> NDArray[np.int64]:
        """What the update is going to take from the stored weights."""
        bits = self.network.update.random_bits
        if junction.noise is None:
            return rounding_shift(products, shift)
        numbers, _ = copy(junction.noise).draw()  # the update's own are still to come
        centred = 2 * numbers.reshape(products.shape) + 1
        # Both sides times 2**(R+1), so that half a random number is an integer too; Python's
        # integers, as int64 does not hold all products that large.
        scaled = (products.astype(object) << bits + 1) + (centred.astype(object) << shift)
        return (scaled >> shift + bits + 1).astype(np.int64)

    def _add(
        self,
        found: Distribution,
        exact: NDArray[np.int64],
        fraction: int,
        rounded: NDArray[np.int64],
    ) -> None:
        lost = int(((rounded == 0) & (exact != 0)).sum())
        found.add(exact, fraction, saturated=self._outside(rounded), vanished=lost)

    def _outside(self, raw: NDArray[np.int64]) -> int:
        fmt = self.network.format
        return int(((raw < fmt.min_raw) | (raw > fmt.max_raw)).sum())

    def _fresh(self) -> tuple[JunctionProfile, ...]:
        return tuple(
            JunctionProfile(shape.index, {name: Distribution() for name in QUANTITIES})
            for shape in self.network.junctions
        )
