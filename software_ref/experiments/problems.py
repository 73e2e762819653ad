"""The data sets that experiments train on, each with its network and training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import gcd
from typing import Any

from software_ref.experiments.data_spec import DataSpec
from software_ref.experiments.scale import Scale
from software_ref.experiments.training_task import TrainingTask
from software_ref.mlp.options import MlpOptions
from software_ref.mlp.rate import RateSchedule

__all__ = ["PROBLEMS", "Problem", "choose", "degrees_for", "density_of", "legal_degrees"]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A data set with the network that the slides train on it, or on one like it."""

    name: str
    """What `--sets` calls it."""
    title: str
    """What tables and pictures call it."""
    data: DataSpec
    """Samples."""
    layers: tuple[int, ...]
    """Neurons N_0 .. N_L."""
    classes: int
    """Classes of the data set, at most N_L."""
    options: MlpOptions
    """Model and training; its seed is replaced."""

    def task(
        self,
        scale: Scale,
        out_degree: Sequence[int],
        seed: int,
        *,
        kind: str = "structured",
        parallelism: tuple[int, ...] | None = None,
        swaps: float = 0.0,
    ) -> TrainingTask:
        """One training of the problem's network with some out-degrees.

        Full degrees leave nothing to choose: whatever `kind` says, they are one task.
        """
        if tuple(out_degree) == self.layers[1:]:
            kind, parallelism = "fully_connected", None
        return TrainingTask(
            data=scale.data(self.data),
            layers=self.layers,
            out_degree=tuple(out_degree),
            kind=kind,
            parallelism=parallelism,
            options=scale.options(self.options, seed),
            swaps=swaps,
        )


_PLATEAU = RateSchedule(kind="plateau", factor=0.3, every=3)


def _until_it_stops(**settings: Any) -> MlpOptions:
    """Settings of a training that goes on until validation stops improving.

    One rule for every network and density: three epochs on end without progress lower the rate,
    seven end the training, nearly always long before the most epochs. Biases start at 0.1, so
    that few ReLUs of very sparse networks are dead from the start.
    """
    return MlpOptions(
        **{"epochs": 200, "patience": 7, "schedule": _PLATEAU, "bias": 0.1, **settings}
    )


PROBLEMS = {
    problem.name: problem
    for problem in (
        Problem(
            name="mnist",
            title="MNIST",
            data=DataSpec(name="mnist", validation=5000),
            layers=(800, 100, 10),
            classes=10,
            options=_until_it_stops(batch=128, rate=2e-3),
        ),
        Problem(
            name="reuters",
            title="Reuters",
            data=DataSpec(name="reuters", options={"classes": 50}, validation=650),
            layers=(2000, 50, 50),
            classes=50,
            # Centred, the rare words weigh so much that 2 points are lost at 20 % density.
            options=_until_it_stops(batch=64, rate=2e-3, l2=1e-5, centre=False),
        ),
        Problem(
            name="phonemes",
            title="TIMIT phonemes",
            data=DataSpec(name="phonemes", options={"features": 39}, validation=340),
            layers=(39, 390, 39),
            classes=5,
            options=_until_it_stops(batch=32, rate=2e-3, l2=1e-4),
        ),
        Problem(
            name="morse",
            title="Morse",
            data=DataSpec(name="morse"),
            layers=(64, 1024, 64),
            classes=64,
            # Fully connected and with hours of samples: a fixed number of epochs.
            options=MlpOptions(
                epochs=16,
                batch=512,
                rate=4e-3,
                schedule=RateSchedule(kind="cosine"),
                l2=1e-5,
                centre=False,
            ),
        ),
        Problem(
            name="cifar100",
            title="CIFAR-100 features",
            data=DataSpec(name="cifar100_features.npz", validation=5000),
            layers=(4000, 500, 100),
            classes=100,
            options=_until_it_stops(batch=256, rate=1e-3, l2=1e-5),
        ),
        Problem(
            name="digits",
            title="8 x 8 digits",
            data=DataSpec(name="digits", validation=200),
            layers=(64, 40, 10),
            classes=10,
            options=_until_it_stops(batch=32, rate=5e-3),
        ),
    )
}
"""Problems by name."""


def choose(scale: Scale, known: Sequence[str], default: Sequence[str]) -> list[Problem]:
    """The problems that a run takes.

    Raises
    ------
    ValueError
        `scale` names one that the experiment does not know.
    """
    for name in scale.sets or ():
        if name not in known:
            raise ValueError(f"--sets must be some of {','.join(known)}, not {name!r}")
    return [PROBLEMS[name] for name in scale.sets or default]


def legal_degrees(left: int, right: int) -> list[int]:
    """Out-degrees that give equal in-degrees, from sparsest to fully connected."""
    unit = right // gcd(left, right)
    return list(range(unit, right + 1, unit))


def density_of(layers: Sequence[int], out_degree: Sequence[int]) -> float:
    """Overall density rho_net of a network."""
    pairs = list(pairwise(layers))
    edges = sum(left * degree for (left, _), degree in zip(pairs, out_degree, strict=True))
    return edges / sum(left * right for left, right in pairs)


def degrees_for(layers: Sequence[int], density: float) -> tuple[int, ...]:
    """Legal out-degrees of a network close to an overall density.

    The slides' guideline is followed: the last junction is as dense as it can be while it takes
    at most half of the edges, since it needs density most, but never sparser than the whole; the
    junctions before it share the other edges at one density.
    """
    pairs = list(pairwise(layers))
    possible = [left * right for left, right in pairs]
    budget = density * sum(possible)
    last = _nearest(*pairs[-1], max(density, min(1.0, budget / 2 / possible[-1])))
    before = (budget - pairs[-1][0] * last) / max(1, sum(possible[:-1]))
    return (*(_nearest(left, right, before) for left, right in pairs[:-1]), last)


def _nearest(left: int, right: int, density: float) -> int:
    return min(legal_degrees(left, right), key=lambda degree: abs(degree - density * right))
