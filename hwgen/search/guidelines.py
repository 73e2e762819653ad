"""The slides' guidelines: as the first trials of a search, and as hypotheses held against it.

    later junctions need more density
    large and sparse networks are better than small and dense ones
    sparsity is an alternative to regularisation: sparser networks need less L2

The trainer has no L2, in hardware neither. What it would be for, a training accuracy that the
validation does not reach, is there to be measured: the last guideline is that this gap is narrower
in sparser networks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.search.record import TrialRecord
from hwgen.search.space import SearchSpace

__all__ = ["FEWEST", "Finding", "findings", "first_guesses"]

FEWEST = 12
"""Trials below which nothing is said."""
SURE = 0.05
"""Probability of a chance result up to which a hypothesis is decided."""


def first_guesses(space: SearchSpace) -> list[tuple[str, dict[str, Any]]]:
    """The first trials, each with what it stands for.

    Those of the guidelines, later denser and large and sparse, at three sizes; and at each size the
    opposite, so that the guidelines are tried and not just followed.
    """
    width = next(each for each in space.parameters if each.name == "width")
    weights = next(each for each in space.parameters if each.name == "weights")
    (narrow, wide), (few, many) = width.document(), weights.document()
    usual = {
        "hidden_layers": 1,
        "inputs": space.features,
        "taper": 1.0,
        "clocks": 10**9,
        "connections": "free",
        "inputs_by": "deviation",
        "format": "(1,3,8)",
        "activation_fraction": 0,
        "random_bits": 8,
        "activation": "sigmoid",
        "rate": 3,
        "halvings": 2,
        "epochs": 10**9,
    }
    guesses = []
    for share in (1.0, 0.6, 0.3):
        size = few * (many / few) ** share
        like = {**usual, "weights": size}
        guesses += [
            ("large and sparse, later denser", {**like, "width": wide, "later_denser": 8.0}),
            ("small and dense", {**like, "width": (narrow * wide) ** 0.5 / 2, "later_denser": 1.0}),
        ]
    return [(what, space.nearest(values)) for what, values in guesses]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What the trials say of a guideline."""

    claim: str
    """The guideline."""
    measure: str
    """What was held against what."""
    correlation: float | None
    """Partial rank correlation, -1 to 1; None where it is not defined."""
    chance: float | None
    """Probability of one as strong among trials that have none."""
    trials: int
    """Trials that it is of."""

    @property
    def verdict(self) -> str:
        """ "holds", "does not hold" or "stays open"."""
        if self.correlation is None or self.chance is None or self.chance > SURE:
            return "stays open"
        return "holds" if self.correlation > 0 else "does not hold"

    @property
    def text(self) -> str:
        """A sentence."""
        if self.correlation is None or self.chance is None:
            return f"{self.claim}: stays open ({self.trials} trials are too few or too alike)"
        return (
            f"{self.claim}: {self.verdict} ({self.measure}: {self.correlation:+.2f}, "
            f"p = {self.chance:.2g}, {self.trials} trials)"
        )

    def document(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "claim": self.claim,
            "measure": self.measure,
            "correlation": self.correlation,
            "chance": self.chance,
            "trials": self.trials,
            "verdict": self.verdict,
        }


def findings(trials: Sequence[TrialRecord]) -> list[Finding]:
    """What trials that were trained to their end say of the guidelines.

    Each is a partial rank correlation (Spearman's) at equal numbers of weights: ranks of both
    quantities are taken without what the rank of the weights explains.
    """
    whole = [each for each in trials if each.stopped is None and each.same_as is None]
    weights = [each.figures["weights"] for each in whole]
    accuracy = [each.figures["accuracy"] for each in whole]
    gap = [each.figures["accuracy"] - each.figures["train_accuracy"] for each in whole]
    return [
        _finding(
            "later junctions need more density",
            "accuracy with the last junction's density over the first's, at equal weights",
            [_later_denser(each.document) for each in whole],
            accuracy,
            weights,
        ),
        _finding(
            "large and sparse is better than small and dense",
            "accuracy with hidden neurons, at equal weights",
            [sum(each.document["network"]["layers"][1:-1]) for each in whole],
            accuracy,
            weights,
        ),
        _finding(
            "sparser networks need less regularisation",
            "validation less training-stream accuracy with sparsity, at equal weights",
            [-each.figures["density"] for each in whole],
            gap,
            weights,
        ),
    ]


def _later_denser(document: Mapping[str, Any]) -> float:
    network = document["network"]
    density = [
        degree / right
        for degree, (_, right) in zip(
            network["out_degree"], pairwise(network["layers"]), strict=True
        )
    ]
    return log(density[-1] / density[0])


def _finding(
    claim: str,
    measure: str,
    cause: Sequence[float],
    effect: Sequence[float],
    given: Sequence[float],
) -> Finding:
    found = _partial(cause, effect, given) if len(cause) >= FEWEST else None
    return Finding(
        claim=claim,
        measure=measure,
        correlation=None if found is None else found[0],
        chance=None if found is None else found[1],
        trials=len(cause),
    )


def _partial(
    cause: Sequence[float], effect: Sequence[float], given: Sequence[float]
) -> tuple[float, float] | None:
    """Spearman's partial correlation, and how likely one as strong is by chance."""
    from scipy.stats import rankdata, t

    ranks = [rankdata(values) for values in (cause, effect, given)]
    first, second = (_without(each, ranks[2]) for each in ranks[:2])
    length = float(np.linalg.norm(first) * np.linalg.norm(second))
    if length < 1e-9 * len(cause):
        return None
    r = float(np.clip(first @ second / length, -1, 1))
    freedom = len(cause) - 3
    if abs(r) == 1:
        return r, 0.0
    return r, float(2 * t.sf(abs(r) * (freedom / (1 - r * r)) ** 0.5, freedom))


def _without(values: NDArray[Any], given: NDArray[Any]) -> NDArray[np.float64]:
    """What is left of values without what a line over others explains."""
    values, given = values - values.mean(), given - given.mean()
    power = float(given @ given)
    return values if power == 0 else values - (values @ given / power) * given
