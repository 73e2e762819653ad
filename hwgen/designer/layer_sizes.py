"""Layer sizes for features and classes, some of them padded for the sake of more legal degrees.

d_out must be a multiple of N_i / gcd(N_{i-1}, N_i), and z divide N_{i-1}: inputs and outputs that
are rounded up share more factors with the layers between them. Inputs beyond the features stay 0,
and outputs beyond the classes do not compete.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["HIDDEN", "LayerSizes", "input_sizes", "sizes_for"]

HIDDEN = ((16,), (24,), (32,), (48,), (64,), (80,), (96,), (112,), (128,), (160,), (200,), (256,))
"""Hidden layers that are tried where none are named."""
MOST_PADDING = 0.35
"""Share of the features that padding may add: 784 pixels become 1,024 inputs."""


@dataclass(frozen=True, kw_only=True)
class LayerSizes:
    """Neurons of every layer, and what the first and the last stand for."""

    layers: tuple[int, ...]
    """N_0 .. N_L."""
    features: int | None = None
    """Features of a sample, at most N_0; None where no data set is known."""
    classes: int | None = None
    """Classes, at most N_L; None for all N_L."""

    def __post_init__(self) -> None:
        for what, count, layer in (
            ("features", self.features, self.layers[0]),
            ("classes", self.classes, self.layers[-1]),
        ):
            if count is not None and count > layer:
                place = "first" if what == "features" else "last"
                raise ValueError(
                    f"the {place} of the layers {'-'.join(map(str, self.layers))} must hold the "
                    f"{count} {what} of the data set, not {layer}"
                )

    @property
    def padded(self) -> bool:
        """Whether inputs have no feature, or outputs no class."""
        return self.layers[0] != (self.features or self.layers[0]) or self.layers[-1] != (
            self.classes or self.layers[-1]
        )


def sizes_for(
    features: int, classes: int, hidden: Sequence[tuple[int, ...]] = HIDDEN
) -> tuple[LayerSizes, ...]:
    """All layer sizes worth a try: each choice of hidden layers, between inputs and outputs.

    Parameters
    ----------
    features, classes
        Of a data set.
    hidden
        Neurons of the hidden layers, first to last; () for none.
    """
    return tuple(
        LayerSizes(layers=(first, *between, last), features=features, classes=classes)
        for between in hidden
        for first in input_sizes(features)
        for last in _outputs(classes)
    )


def input_sizes(features: int) -> list[int]:
    """Inputs worth a try: the features themselves, and those padded for more common factors."""
    most = max(features * (1 + MOST_PADDING), features + 4)
    return _rounded(features, (4, 32, _power_of_two(features)), most)


def _outputs(classes: int) -> list[int]:
    power = _power_of_two(classes)
    return _rounded(classes, (4, 8, power, 2 * power), 2 * power)


def _rounded(count: int, units: Iterable[int], most: float) -> list[int]:
    """The number itself and the least multiples of the units, up to a limit, rising."""
    multiples = {-(-count // unit) * unit for unit in units}
    return sorted({count} | {multiple for multiple in multiples if multiple <= most})


def _power_of_two(count: int) -> int:
    return 1 << (count - 1).bit_length()
