"""One rung of a trial: a golden training from where the rung before it ended, as a task.

It depends on its fields alone, and may run in any process, on any machine that sees the data.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from itertools import islice

from hwgen.search.samples import SearchSamples
from software_ref.checkpoint import Checkpoint
from software_ref.loading import lags_of
from software_ref.network_file import NetworkFile
from software_ref.training import golden_training

__all__ = ["EpochFigures", "Rung", "RungResult", "RungTask"]


@dataclass(frozen=True, kw_only=True)
class Rung:
    """How far a trial trains before it is decided whether it goes on.

    Raises
    ------
    ValueError
        A share is not above 0 and up to 1.
    """

    part: float
    """Share of the training samples; a rung of a part begins anew and is followed by none."""
    epochs: float
    """Share of the network's epochs that are trained by its end."""

    def __post_init__(self) -> None:
        for name in ("part", "epochs"):
            if not 0 < getattr(self, name) <= 1:
                raise ValueError(
                    f"a rung's {name} must be above 0 and at most 1, not {getattr(self, name):g}"
                )

    def last_epoch(self, epochs: int) -> int:
        """Epochs by its end, of so many."""
        return max(1, round(self.epochs * epochs))


@dataclass(frozen=True, kw_only=True)
class EpochFigures:
    """What an epoch gave."""

    epoch: int
    """Its number, from 1."""
    train_accuracy: float
    """Share of right predictions of its last 1,000 training samples, as the board counts them."""
    accuracy: float
    """Share of right predictions of the validation samples afterwards."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RungResult:
    """What a rung gave."""

    epochs: tuple[EpochFigures, ...]
    """Its epochs."""
    state: Checkpoint | None
    """To go on from; None where the next rung begins anew."""
    stopped_early: bool
    """Whether the training has ended, as nothing got better."""
    samples: int
    """Training samples of an epoch."""
    seconds: float
    """Time it took."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RungTask:
    """A rung to be trained."""

    file: NetworkFile
    """Network and training."""
    samples: SearchSamples
    """What to train on."""
    rung: Rung
    """How far."""
    start: Checkpoint | None = None
    """Where the rung before it ended."""
    stop_early: int | None = None
    """Epochs without progress after which training ends (docs/numerics.md, "Early stopping")."""
    stream: tuple[float, ...] = ()
    """Training accuracies of the epochs before."""

    def run(self) -> RungResult:
        """Train."""
        began = time.perf_counter()
        data = self.samples.encoded(self.file, self.rung.part)
        file, last = self.file, self.rung.last_epoch(self.file.training.epochs)
        if self.rung.part < 1:  # the whole schedule in fewer epochs
            file = shortened(file, last)
        training = golden_training(
            file,
            data,
            lags_of(file),
            self.start,
            stop_early=self.stop_early if self.rung.part == 1 else None,
            stream=self.stream,
        )
        # Rates, and how much is rewired, are those of the whole training.
        epochs = islice(training.epochs(), last - training.epochs_done)
        figures = [
            EpochFigures(
                epoch=each.epoch + 1,
                train_accuracy=each.train_accuracy,
                accuracy=each.test_accuracy or 0.0,
            )
            for each in epochs
        ]
        state = None
        if self.rung.part == 1:
            state = Checkpoint(
                parameters=training.parameters,
                lags=lags_of(file),
                epoch=training.epochs_done,
                samples=training.samples_seen,
                inputs=data.inputs,
            )
        return RungResult(
            epochs=tuple(figures),
            state=state,
            stopped_early=training.stopped_early,
            samples=len(data.train_labels),
            seconds=time.perf_counter() - began,
        )


def shortened(file: NetworkFile, epochs: int) -> NetworkFile:
    """The network file with fewer epochs, through which the same rates fall."""
    whole = file.training.epochs
    rates: dict[int, int] = {}
    for first, exponent in file.training.rate_exponent:
        rates.setdefault(first * epochs // whole, exponent)
    training = replace(file.training, epochs=epochs, rate_exponent=tuple(rates.items()))
    return replace(file, training=training)
