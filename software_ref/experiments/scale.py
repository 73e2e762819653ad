"""How large an experiment is run: in full or quickly, with which seeds, on which data sets."""

from __future__ import annotations

from dataclasses import dataclass, replace

from software_ref.datasets.morse_options import MorseOptions
from software_ref.experiments.data_spec import DataSpec
from software_ref.mlp.options import MlpOptions

__all__ = ["Scale"]

QUICK_EPOCHS = 2
QUICK_TRAIN = 1000
QUICK_TEST = 300
QUICK_SHARE = 100
"""One Morse sample of a class in so many is generated for training."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """The size that an experiment is run at.

    A quick run goes through every step of the full one on few samples and epochs; its figures
    only show that it works.
    """

    quick: bool = False
    """Whether few samples and epochs do."""
    seeds: tuple[int, ...] = (1, 2, 3)
    """Seeds of weights, connections and order; one training each."""
    sets: tuple[str, ...] | None = None
    """Data sets to take of those that the experiment knows; None takes its own choice."""

    def __post_init__(self) -> None:
        for name in self.sets or ():
            # Its runs would count twice, as if there were more seeds.
            if self.sets and self.sets.count(name) > 1:
                raise ValueError(f"--sets must name each data set once, not {name} again")

    @property
    def stem(self) -> str:
        """What the names of a report's files have after the experiment's: "_quick" keeps them
        apart from those of a full run."""
        return "_quick" if self.quick else ""

    @property
    def banner(self) -> str | None:
        """What a quick run's report begins with; None for a full one."""
        if not self.quick:
            return None
        return (
            f"QUICK RUN: at most {QUICK_TRAIN:,} training and {QUICK_TEST} test samples (of Morse "
            f"one training sample in {QUICK_SHARE}), {QUICK_EPOCHS} epochs and some of the points. "
            "It shows that the experiment runs; its accuracies say nothing of the claim."
        )

    def per_class(self, samples: int) -> int:
        """Morse training samples of a class where a full run takes `samples`."""
        return samples // QUICK_SHARE if self.quick else samples

    def data(self, spec: DataSpec) -> DataSpec:
        """The samples to train on."""
        if not self.quick:
            return spec
        if spec.name == "morse":
            train = spec.options.get("train_per_class", MorseOptions().train_per_class)
            few = {
                "train_per_class": self.per_class(train),
                "validation_per_class": 5,
                "test_per_class": 5,
            }
            return replace(spec, options={**spec.options, **few})
        return replace(
            spec, train=QUICK_TRAIN, test=min(spec.test or QUICK_TEST, QUICK_TEST), validation=100
        )

    def options(self, options: MlpOptions, seed: int) -> MlpOptions:
        """Settings of the training with one of the seeds."""
        epochs = QUICK_EPOCHS if self.quick else options.epochs
        return replace(options, epochs=epochs, seed=seed)

    def few(self, points: tuple[float, ...], last: int = -1) -> tuple[float, ...]:
        """The points of a curve: all of them, or the first one and the one at `last`."""
        return (points[0], points[last]) if self.quick else points
