"""Whether figures differ by more than their seeds' spread: the one rule of every verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf, sqrt

from software_ref.experiments.report import Spread, signed_points

__all__ = [
    "FAILS",
    "HOLDS",
    "OPEN",
    "Difference",
    "compare",
    "summary",
    "verdict",
]

CONFIDENCE = 0.95
"""How sure a difference must be."""

HOLDS, FAILS, OPEN = "holds", "does not hold", "stays open"
"""What becomes of a claim; it stays open where the seeds' spread hides the difference."""


@dataclass(frozen=True)
class Difference:
    """How far one mean lies above another, with its confidence interval."""

    value: float
    """Difference of the means."""
    margin: float
    """Half the interval; infinite where there is one seed, which tells of no spread."""

    def side(self, limit: float = 0.0) -> int:
        """1 where the difference is above a limit, -1 below it, 0 where the spread hides which."""
        if abs(self.value - limit) <= self.margin:
            return 0
        return 1 if self.value > limit else -1

    @property
    def points(self) -> str:
        """In percentage points: "+0.3 ± 0.2"; without a margin for one seed."""
        text = signed_points(self.value)
        return text if self.margin == inf else f"{text} ± {100 * self.margin:.1f}"

    @property
    def words(self) -> str:
        """The points, and whether they are a difference: "+0.3 ± 0.4 points, no difference"."""
        return f"{self.points} points" + ("" if self.side() else ", no difference")


def compare(first: Spread, second: Spread | float) -> Difference:
    """The first mean less the second, which may also be a number without spread.

    The interval is that of Welch's t-test with a confidence of 95 %: a difference within it is
    none. Of twenty comparisons of equals, one is expected beyond it by chance.
    """
    from scipy.stats import t

    spreads = [first, second] if isinstance(second, Spread) else [first]
    value = first.mean - (second.mean if isinstance(second, Spread) else second)
    counts = [len(spread.values) for spread in spreads]
    if min(counts) < 2:
        return Difference(value, inf)
    parts = [s.deviation**2 / n for s, n in zip(spreads, counts, strict=True)]
    total = sum(parts)
    # Values that are equal but for the rounding of their mean have no spread.
    if total <= (1e-12 * max(1.0, abs(first.mean))) ** 2:
        return Difference(value if abs(value) > 1e-12 else 0.0, 0.0)
    freedom = total**2 / sum(part**2 / (n - 1) for part, n in zip(parts, counts, strict=True))
    return Difference(value, float(t.ppf((1 + CONFIDENCE) / 2, freedom)) * sqrt(total))


def verdict(sides: Iterable[int]) -> str:
    """What becomes of a claim of several comparisons: 1 is for it, -1 against it, 0 neither."""
    found = list(sides)
    if any(side < 0 for side in found):
        return FAILS
    return HOLDS if found and all(found) else OPEN


def summary(verdicts: Mapping[str, str]) -> str:
    """Verdicts by what they are of, those that are alike together.

    "holds: MNIST, Reuters; does not hold: Morse".
    """
    alike: dict[str, list[str]] = {}
    for what, each in verdicts.items():
        alike.setdefault(each, []).append(what)
    return "; ".join(f"{each}: {', '.join(whats)}" for each, whats in alike.items())
