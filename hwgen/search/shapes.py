"""Legal sizes by construction: layers, out-degrees and parallelism from wishes that need not be.

Nothing is drawn and then refused. A hidden layer has a size near the wish that shares factors with
the layer before it, so that its junction has many legal degrees; degrees are filled up step by step
until the weights are spent; z is the least that is as fast as asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import gcd, inf, lcm, log, sqrt

from software_ref.connections.parallelism import legal_out_degrees

__all__ = ["fewest_weights", "hidden_sizes", "out_degrees"]

NEAR = 1.3
"""Factor by which a layer may be larger or smaller than asked for."""


def hidden_sizes(
    inputs: int, wished: Sequence[float], outputs: int, least: int, most: int
) -> tuple[int, ...]:
    """Sizes of hidden layers near the wishes, in `least` to `most`, with many legal degrees."""
    sizes: list[int] = []
    left = inputs
    for number, wish in enumerate(wished):
        last = number == len(wished) - 1
        left = _size(left, min(max(round(wish), least), most), outputs if last else 0, least, most)
        sizes.append(left)
    return tuple(sizes)


@lru_cache(maxsize=65536)
def _size(left: int, wish: int, right: int, least: int, most: int) -> int:
    """The best size near a wish; `right` is the outputs behind it, 0 where another layer is."""

    def price(size: int) -> float:
        # A junction of two layers has gcd legal degrees: few are as bad as to be a step off.
        off = abs(log(size / wish)) / log(NEAR) + 1 / sqrt(gcd(left, size))
        return off + 1 / sqrt(gcd(size, right)) if right else off

    first, end = max(least, int(wish / NEAR)), min(most, int(wish * NEAR) + 1)
    return min(range(first, end + 1), key=price)


def fewest_weights(layers: Sequence[int]) -> int:
    """The fewest weights that the layers allow: the least legal degree of every junction."""
    return sum(lcm(left, right) for left, right in pairwise(layers))


def out_degrees(
    layers: Sequence[int], weights: float, later_denser: float, most: int | None
) -> tuple[int, ...] | None:
    """Legal out-degrees with at most so many weights; None where even the fewest are more.

    Parameters
    ----------
    layers
        N_0 .. N_L.
    weights
        The most weights; as many of them as steps of degrees allow are spent.
    later_denser
        Density of the last junction over that of the first; those between lie between, by equal
        factors.
    most
        The largest out-degree, which no junction can be faster than in clocks; None for no limit.
    """
    pairs = list(pairwise(layers))
    legal = [legal_out_degrees(*pair) for pair in pairs]
    if most is not None:
        legal = [degrees[: sum(degree <= most for degree in degrees)] for degrees in legal]
    if not all(legal):
        return None
    steps = max(1, len(pairs) - 1)
    aims = [later_denser ** (number / steps) for number in range(len(pairs))]
    places = [0] * len(pairs)
    left = weights - sum(degrees[0] * pair[0] for degrees, pair in zip(legal, pairs, strict=True))
    if left < 0:
        return None

    def behind(number: int) -> float:
        """How dense a junction is, of what it is to be; infinite where it can be no denser."""
        degrees, (neurons, right) = legal[number], pairs[number]
        if places[number] + 1 >= len(degrees) or degrees.step * neurons > left:
            return inf
        return float(degrees[places[number]] / right / aims[number])

    while True:
        number = min(range(len(pairs)), key=behind)
        if behind(number) == inf:
            return tuple(degrees[place] for degrees, place in zip(legal, places, strict=True))
        places[number] += 1
        left -= legal[number].step * pairs[number][0]
