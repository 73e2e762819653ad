"""A golden training that is profiled, epoch by epoch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from software_ref.golden import GoldenTrainer, SaturationCounts, initial_parameters
from software_ref.golden.samples import Progress
from software_ref.network_file import NetworkFile
from software_ref.ranges.profiler import JunctionProfile, RangeProfiler
from software_ref.training import EpochResult, Training, TrainingData

__all__ = ["EVERY", "SATURATION", "ProfiledEpoch", "ProfiledTraining"]

EVERY = 8
"""Where nobody says so, one sample in so many is looked at."""
SATURATION = 1e-3
"""Share of a quantity that may saturate where nobody says so."""


@dataclass(frozen=True, kw_only=True)
class ProfiledEpoch:
    """What one epoch showed."""

    result: EpochResult
    """Accuracies and speed."""
    saturations: SaturationCounts
    """Values saturated in it, in all samples."""
    junctions: tuple[JunctionProfile, ...]
    """Distributions of every quantity, in the samples looked at."""

    def document(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return {
            **asdict(self.result),
            "saturations": asdict(self.saturations),
            "junctions": [
                {
                    "junction": profile.index,
                    "quantities": {
                        name: found.document() for name, found in profile.distributions.items()
                    },
                }
                for profile in self.junctions
            ],
        }


class ProfiledTraining:
    """Trains the golden model in NumPy and watches its steps.

    Parameters
    ----------
    file : NetworkFile
        Gives network, epochs, rates, order and seed.
    data : TrainingData
    lags : sequence of int
        Update lags in steps.
    every : int
        Look at every `every`-th sample; counters see all.
    """

    def __init__(
        self, file: NetworkFile, data: TrainingData, lags: Sequence[int], every: int = EVERY
    ) -> None:
        self._profiler = RangeProfiler(file.network, every)
        parameters = initial_parameters(file.network, file.training.seed)
        self.golden = GoldenTrainer(file.network, parameters, lags, observer=self._profiler)
        """The trainer."""
        self._training = Training(file, self.golden, data)

    def epochs(self, progress: Progress | None = None) -> Iterator[ProfiledEpoch]:
        """Train the file's epochs, one for each result asked for."""
        before = self.golden.saturations
        for result in self._training.epochs(progress):
            after = self.golden.saturations
            yield ProfiledEpoch(
                result=result,
                saturations=after - before,
                junctions=self._profiler.take(self.golden),
            )
            before = after
