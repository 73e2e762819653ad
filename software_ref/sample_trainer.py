"""What all trainers share that take samples one by one: golden, float, simulated and on a board."""

from __future__ import annotations

from abc import ABC, abstractmethod

from numpy.typing import ArrayLike

from software_ref.golden.samples import Progress, RunResult, Samples
from software_ref.network import Network

__all__ = ["SampleTrainer"]


class SampleTrainer(ABC):
    """Checks samples once, and runs them as one object."""

    @property
    @abstractmethod
    def network(self) -> Network:
        """The network that is trained."""

    def run(
        self,
        features: ArrayLike,
        labels: ArrayLike,
        train: ArrayLike = True,
        rate_exponent: ArrayLike = 0,
        *,
        progress: Progress | None = None,
        drain: bool = True,
    ) -> RunResult:
        """Run samples through the steps, and with `drain` through those that finish them.

        Parameters
        ----------
        features
            Raw inputs in [0, 2**f]: integers (n, N_0).
        labels
            Classes below the network's `classes`: integers (n,).
        train
            Whether the sample trains: bool (n,), or one for all.
        rate_exponent
            The sample's own k >= 0: integers (n,), or one for all.
        progress
            Called every so many samples with the number of samples since its last call.
        drain
            Whether to drain afterwards.

        Returns
        -------
        RunResult
            Of the samples whose last FF ran during this call.

        Raises
        ------
        TypeError, ValueError
            As `Samples.check` does.
        """
        samples = Samples.check(self.network, features, labels, train, rate_exponent)
        return self.run_samples(samples, progress=progress, drain=drain)

    @abstractmethod
    def run_samples(
        self, samples: Samples, *, progress: Progress | None = None, drain: bool = True
    ) -> RunResult:
        """The same for samples that are checked."""
