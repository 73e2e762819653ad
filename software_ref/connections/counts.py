"""How many different patterns a junction can have, in closed form.

Patterns are different where their biadjacency matrices are: the order in which a right neuron reads
its left neurons does not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import floor, lgamma, log, perm
from types import MappingProxyType

from software_ref.connections.junction_shape import JunctionShape
from software_ref.connections.kinds import KINDS
from software_ref.connections.planned import planned_window
from software_ref.connections.sizes import check_out_degree

__all__ = ["DITHERS", "PatternCount", "clash_free_count", "pattern_count"]

DITHERS = ("none", "shared", "per_sweep")
"""Memory permutations: none, one for all sweeps (as published counts have it), or one for each
sweep (as `dither = true` draws them)."""

PRINTED_DIGITS = 6
"""Counts up to so many digits are printed in full."""


@dataclass(frozen=True)
class PatternCount:
    """A number of patterns as a product of powers of factorials, since it may have millions of
    digits."""

    factorials: Mapping[int, int]
    """Exponent of n! by n; a power a^b is (a!)^b ((a - 1)!)^-b."""

    @property
    def exact(self) -> int:
        """The number itself; look at `log10` first."""
        above = below = 1
        exponent = 0
        steps = sorted(self.factorials, reverse=True)
        # From one n down to the next, every factor has one exponent, that of all larger n!.
        for n, lower in pairwise([*steps, 0]):
            exponent += self.factorials[n]
            if exponent > 0:
                above *= perm(n, n - lower) ** exponent
            elif exponent < 0:
                below *= perm(n, n - lower) ** -exponent
        return above // below

    @property
    def log10(self) -> float:
        """Its decimal logarithm, from the gamma function."""
        return sum(power * lgamma(n + 1) for n, power in self.factorials.items()) / log(10)

    def __str__(self) -> str:
        """All digits of a small number, "6.0e7" for a large one."""
        if self.log10 < PRINTED_DIGITS + 1 and self.exact < 10**PRINTED_DIGITS:
            return str(self.exact)
        exponent = floor(self.log10)
        mantissa = f"{10 ** (self.log10 - exponent):.1f}"
        return f"1.0e{exponent + 1}" if mantissa == "10.0" else f"{mantissa}e{exponent}"


def clash_free_count(shape: JunctionShape, kind: str, dither: str = "none") -> PatternCount:
    """The number of clash-free patterns of a junction.

    With r = max(1, d_in / z) rows to a right neuron, one sweep has, without dither,

    - (D! / (r!)^(D/r))^z patterns for "free": each memory deals its D words out to D / r neurons;
    - D^z for "seed_per_sweep" and "shared_seed", or 1 where r = D: then a right neuron takes whole
      sweeps (d_in = N_{i-1}), and every seed gives it the same left neurons.

    Sweeps have right neurons of their own, so that d_out sweeps multiply; only with "shared_seed"
    one seed vector decides all. Dither deals the z memories out to the z / d_in neurons of a row,
    in z! / (d_in!)^(z/d_in) ways, where there is more than one; "per_sweep" once a sweep, "shared"
    once for all sweeps.

    Parameters
    ----------
    shape : JunctionShape
    kind : str
        "shared_seed", "seed_per_sweep" or "free".
    dither : str
        One of DITHERS.

    Raises
    ------
    ValueError
        There is no closed form, since right neurons straddle sweeps, or rows straddle right neurons
        otherwise than above; the message says which. Or `kind` or `dither` is unknown.
    """
    for name, value, known in (("kind", kind, KINDS), ("dither", dither, DITHERS)):
        if value not in known:
            names = ", ".join(f'"{each}"' for each in known)
            raise ValueError(f"{name} must be one of {names}, not {value!r}")
    z, sweeps, in_degree = shape.parallelism, shape.out_degree, shape.in_degree
    if shape.left % in_degree:
        raise ValueError(
            f"in_degree of junction {shape.index} must divide its {shape.left} left neurons for a "
            f"closed form, not {in_degree}: right neurons straddle two sweeps"
        )
    if z % in_degree and in_degree % z:
        raise ValueError(
            f"parallelism of junction {shape.index} must divide its in_degree {in_degree} or be a "
            f"multiple of it for a closed form, not {z}: rows straddle right neurons unevenly"
        )
    powers = KINDS[kind].count(shape, max(1, in_degree // z))
    if in_degree < z and dither != "none":
        permutations = 1 if dither == "shared" else sweeps
        powers[z] += permutations
        powers[in_degree] -= z // in_degree * permutations
    return _count(powers)


def pattern_count(
    kind: str, left: int, right: int, out_degree: int, *, where: str = "the junction"
) -> PatternCount:
    """The number of patterns of a junction without an interleaver.

    - "random": binomial(N_{i-1} N_i, W);
    - "planned": (w!)^(d_in d_out) with windows of w = N_i / d_out neurons;
    - "local", "fully_connected": 1.

    Raises
    ------
    ValueError
        The kind has no closed form, or the junction no such pattern.
    """
    powers: Counter[int] = Counter()
    if kind == "random":
        check_out_degree(left, right, out_degree, where=where, equal_in_degrees=False)
        pairs, edges = left * right, left * out_degree
        powers.update({pairs: 1})
        powers.subtract([edges, pairs - edges])
    elif kind == "planned":
        window = planned_window(left, right, out_degree, where=where)
        powers[window] = left // window * out_degree
    elif kind == "structured":
        raise ValueError(
            "pattern kind must not be structured for a closed form: none is known for the number "
            "of matrices of given row and column sums"
        )
    elif kind not in {"local", "fully_connected"}:
        raise ValueError(
            f'pattern kind must be "random", "planned", "local" or "fully_connected" for a closed '
            f"form, not {kind!r}"
        )
    return _count(powers)


def _count(powers: Counter[int]) -> PatternCount:
    """Without 0! and 1!, and without what cancels."""
    return PatternCount(
        MappingProxyType({n: power for n, power in powers.items() if n > 1 and power})
    )
