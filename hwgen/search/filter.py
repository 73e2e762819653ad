"""Judges networks before any training, by scatter and by how hard their inputs leave the data.

Both are guesses, so they are held against what the trials came to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import numpy as np

from hwgen.search.samples import SearchSamples
from software_ref.connections.network_patterns import patterns_of
from software_ref.connections.scatter import scatter_vector
from software_ref.datasets import Dataset, take_train
from software_ref.datasets.difficulty import difficulty
from software_ref.network_file import NetworkFile

__all__ = ["FILTERS", "LOW_SCATTER", "Judge", "Judgement", "filter_report"]

FILTERS = ("off", "report", "on")
"""Judge nothing; judge, and train all; train few of those that are judged poor."""
LOW_SCATTER = 0.3
"""Minimum scatter below which a network is judged poor."""
HARDER = 1.2
"""Factor of V_dist from which inputs are judged to leave too little of the data."""
SAMPLES = 4000
"""Training samples that difficulty is measured on."""
AUDIT = 4
"""With "on", one in so many networks that are judged poor is trained all the same."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What is guessed of a network."""

    scatter: float
    """The least entry of its scatter vector, 0 to 1."""
    harder: float
    """V_dist of the data set as its inputs show it, over that of the data set itself."""

    @property
    def poor(self) -> bool:
        """Whether it is judged poor."""
        return self.scatter < LOW_SCATTER or self.harder > HARDER

    def document(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {"scatter": self.scatter, "harder": self.harder, "poor": self.poor}


class Judge:
    """Judges the networks of a search.

    Parameters
    ----------
    samples : SearchSamples
        Their training samples are looked at, and no others.
    """

    def __init__(self, samples: SearchSamples) -> None:
        self._samples = samples
        self._whole: float | None = None
        self._known: dict[str, float] = {}

    def judge(self, file: NetworkFile) -> Judgement:
        """Judge a network, within a second."""
        entries = scatter_vector(patterns_of(file.network))
        return Judgement(scatter=min(each.value for each in entries), harder=self._harder(file))

    def _harder(self, file: NetworkFile) -> float:
        form = file.network.format
        key = f"{form.fraction} {form.activation_fraction} {file.network.layers[0]} {file.data}"
        if key not in self._known:
            if self._whole is None:
                self._whole = _v_dist(self._samples.dataset())
            seen = self._samples.encoded(file)
            none = seen.train_features[:0] / form.one
            shown = replace(
                self._samples.dataset(),
                x_train=seen.train_features / form.one,
                x_test=none,
                y_test=seen.train_labels[:0],
                x_validation=none,
                y_validation=seen.train_labels[:0],
            )
            self._known[key] = _v_dist(shown) / self._whole if self._whole else 1.0
        return self._known[key]


def _v_dist(dataset: Dataset) -> float:
    """V_dist of the first samples; 0 where two classes have one centroid."""
    count = min(SAMPLES, len(dataset.y_train))
    few = take_train(dataset, count)
    if len(np.unique(few.y_train)) < dataset.classes:  # they come class by class
        few = dataset
    found = difficulty(few).v_dist
    return found if isfinite(found) else 0.0


def filter_report(trials: Sequence[Any]) -> list[str]:
    """How often the filter was right, in sentences.

    A network *is* poor where its accuracy at the first rung is below that of the middle one of the
    trials whose weights are nearest in number.

    Parameters
    ----------
    trials : sequence of TrialRecord
        Those that were judged and trained.
    """
    judged = [each for each in trials if each.judgement is not None and each.rungs]
    if len(judged) < 2 * NEIGHBOURS:
        return [f"the filter judged {len(judged)} networks that were trained: too few to tell"]
    poor = [each.judgement["poor"] for each in judged]
    bad = _below_their_like(judged)
    right = sum(p == b for p, b in zip(poor, bad, strict=True))
    caught = sum(p and b for p, b in zip(poor, bad, strict=True))
    lines = [
        f"the filter judged {len(judged)} networks that were trained, {sum(poor)} of them poor; "
        f"of these {caught} were (below the middle one of their like), and of the others "
        f"{sum(bad) - caught}: right in {right} of {len(judged)}"
    ]
    scatter = [each.judgement["scatter"] for each in judged]
    accuracy = [each.rungs[0]["accuracy"] for each in judged]
    if len(set(scatter)) > 1 and len(set(accuracy)) > 1:
        from scipy.stats import spearmanr

        found = spearmanr(scatter, accuracy)
        lines.append(
            f"rank correlation of minimum scatter and accuracy at the first rung: "
            f"{found.statistic:+.2f} (p = {found.pvalue:.2g})"
        )
    return lines


NEIGHBOURS = 5
"""Trials on either side, by weights, that a trial is compared with."""


def _below_their_like(trials: Sequence[Any]) -> list[bool]:
    """Whether each is less accurate than the middle one of those next to it in weights."""
    order = sorted(range(len(trials)), key=lambda k: trials[k].figures["weights"])
    accuracy = [trials[k].rungs[0]["accuracy"] for k in order]
    bad = [False] * len(trials)
    for place, k in enumerate(order):
        first = min(max(0, place - NEIGHBOURS), max(0, len(order) - 2 * NEIGHBOURS - 1))
        like = accuracy[first : first + 2 * NEIGHBOURS + 1]
        bad[k] = accuracy[place] < float(np.median(like))
    return bad
