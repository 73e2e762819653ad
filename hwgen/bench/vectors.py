"""Golden vectors: samples for a core, and what it must answer, count and hold afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from software_ref.connections.stored_words import stored_words
from software_ref.core_plan import CorePlan
from software_ref.golden import GoldenTrainer, Parameters, minimum_lags
from software_ref.golden.samples import Samples
from software_ref.plan.beats import narrowed

__all__ = ["GoldenVectors", "golden_vectors"]

Integers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class GoldenVectors:
    """One sequence of samples from reset, with the core's initial parameters, and a drain."""

    features: Integers
    """`int64 raw (n, N_0)`, as the core's port has them."""
    labels: Integers
    """`int64 (n,)`."""
    train: Integers
    """Train flags, `int64 (n,)`."""
    rate_exponents: Integers
    """`int64 (n,)`."""
    predictions: Integers
    """Predicted classes, `int64 (n,)`."""
    initial: Parameters
    """What the core starts from."""
    final: Parameters
    """What it holds after the drain."""
    saturations: Integers
    """Counters after the drain, `int64 (junctions, 3)`: feedforward, backprop, update."""

    @property
    def addresses(self) -> tuple[Integers, ...]:
        """Per junction, the addresses that the port tells, `int64 (rows z,)`, which stay."""
        connections = self.final.connections
        if self.final.patterns is None:
            return (np.empty(0, np.int64),) * len(connections)
        return tuple(
            stored_words(pattern) if pattern.shape.depth > 1 else np.empty(0, np.int64)
            for pattern in connections
        )

    def arrays(self) -> Mapping[str, Any]:
        """All of them by name, for an `.npz`; junctions are counted from 1."""
        names = ("features", "labels", "train", "rate_exponents", "predictions", "saturations")
        addresses = {
            f"addresses_{number}": words
            for number, words in enumerate(self.addresses, start=1)
            if len(words)
        }
        return (
            {name: getattr(self, name) for name in names}
            | addresses
            | {
                f"{prefix}{kind}_{number}": values
                for prefix, parameters in (("initial_", self.initial), ("", self.final))
                for kind in ("weights", "biases")
                for number, values in enumerate(getattr(parameters, kind), start=1)
            }
        )


def golden_vectors(
    plan: CorePlan,
    features: NDArray[np.integer],
    labels: NDArray[np.integer],
    rate_exponent: int,
) -> GoldenVectors:
    """What the golden model makes of samples.

    Parameters
    ----------
    plan
        The core; one that only infers does not train on them.
    features
        Raw inputs in [0, 2**f], `integer raw (n, N_0)`.
    labels
        Classes, `integer (n,)`.
    rate_exponent
        k of the learning rate 2**-k.
    """
    training = plan.options.training
    network = plan.network
    lags = plan.schedule.lags if training else minimum_lags(network)
    samples = Samples.check(network, features, labels, training, rate_exponent)
    golden = GoldenTrainer(network, plan.parameters, lags)
    result = golden.run_samples(samples)
    counts = golden.saturations
    return GoldenVectors(
        features=narrowed(network, samples.features).astype(np.int64),
        labels=samples.labels.astype(np.int64),
        train=samples.train.astype(np.int64),
        rate_exponents=samples.rate_exponent.astype(np.int64),
        predictions=result.predictions.astype(np.int64),
        initial=plan.parameters,
        final=golden.parameters,
        saturations=np.array([counts.ff, counts.bp, counts.up], dtype=np.int64).T,
    )
