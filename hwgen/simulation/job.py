"""What a simulation is asked to do: a data set and the operations to carry out on the core."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

__all__ = [
    "AccessParameters",
    "Drain",
    "Job",
    "Operation",
    "Parameters",
    "Play",
    "ReadParameters",
    "Reset",
    "Stalls",
    "Wait",
    "WriteParameters",
]

Integers = npt.NDArray[np.int64]

LENGTH = 20
"""Longest gap in clocks where nobody says how long."""


@dataclass(frozen=True, kw_only=True)
class Stalls:
    """Pseudo-random gaps in the core's four streams; the default is full rate, without any."""

    seed: int = 1
    """Seed of the gaps, 0 to 2^32 - 1; equal seeds and settings give equal gaps."""
    samples: float = 0.0
    """Probability in [0, 1) that a gap is put before a beat."""
    predictions: float = 0.0
    """Probability in [0, 1) that the harness stops taking predictions for a while."""
    requests: float = 0.0
    """Probability in [0, 1) that a gap is put before a parameter request."""
    values: float = 0.0
    """Probability in [0, 1) that the harness stops taking parameter values for a while."""
    length: int = 1
    """Longest gap in clocks, 1 to 65535; the lengths are uniform from 1 up."""

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 1 << 32:
            raise ValueError(f"seed must be 0 to 2^32 - 1, not {self.seed!r}")
        if not 1 <= self.length < 1 << 16:
            raise ValueError(f"length must be 1 to 65535 clocks, not {self.length!r}")
        for name in ("samples", "predictions", "requests", "values"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(
                    f"{name} must be a probability in [0, 1), not {getattr(self, name)!r}"
                )

    @classmethod
    def of_samples(cls, probability: float, seed: int) -> Stalls:
        """Gaps before beats and between predictions, of up to LENGTH clocks."""
        return cls(seed=seed, samples=probability, predictions=probability, length=LENGTH)


@dataclass(frozen=True, kw_only=True, eq=False)
class Parameters:
    """Weights and biases of a whole network, raw, and where the core has them, its addresses."""

    weights: Sequence[Integers]
    """Per junction `int64 raw (W_i,)`, natural edge order."""
    biases: Sequence[Integers]
    """Per junction `int64 raw (N_i,)`."""
    addresses: Sequence[Integers] = ()
    """Per junction `int64 (rows z,)`, row by row, none where they cannot be written; nothing at all
    leaves them as they are."""


@dataclass(frozen=True, kw_only=True)
class Reset:
    """Hold the core in reset."""

    clocks: int = 1
    """Length, at least 1."""


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Let clocks go by without offering anything."""

    clocks: int
    """Length, at least 1."""


@dataclass(frozen=True, kw_only=True)
class Drain:
    """Hold `drain` until the core is not busy and every sample has its prediction."""

    stalls: Stalls = field(default_factory=Stalls)
    """Gaps in taking predictions."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Play:
    """Offer samples of the job's data set; over when the last beat of the last one is accepted."""

    samples: Sequence[int] | Integers
    """Places in the data set, in the order in which they are played: `range(first, last)`, ..."""
    train: bool | Sequence[bool] | npt.NDArray[np.bool_] = True
    """Train flag, one for all or one per sample."""
    rate_exponent: int | Sequence[int] | Integers = 0
    """Rate exponent k, one for all or one per sample."""
    stalls: Stalls = field(default_factory=Stalls)
    """Gaps in offering beats and in taking predictions."""


@dataclass(frozen=True, kw_only=True, eq=False)
class WriteParameters:
    """Write every weight and bias, and every address that is given."""

    parameters: Parameters
    """The values to write."""
    stalls: Stalls = field(default_factory=Stalls)
    """Gaps in offering requests."""


@dataclass(frozen=True, kw_only=True)
class ReadParameters:
    """Read every weight and bias, and every address that can be written."""

    stalls: Stalls = field(default_factory=Stalls)
    """Gaps in offering requests and in taking values."""


@dataclass(frozen=True, kw_only=True, eq=False)
class AccessParameters:
    """Single writes and reads in any order, one entry of each sequence per request."""

    write: Sequence[bool]
    """Write (true) or read."""
    junction: Sequence[int]
    """Junction, counted from 0."""
    bias: Sequence[bool]
    """Bias (true) or weight."""
    row: Sequence[int]
    """Row."""
    lane: Sequence[int]
    """Lane."""
    data: Sequence[int]
    """Raw value to write; ignored for reads."""
    address: Sequence[bool] | bool = False
    """An address, not a weight or bias: one for all or one per request."""
    stalls: Stalls = field(default_factory=Stalls)
    """Gaps in offering requests and in taking values."""


Operation = Reset | Wait | Drain | Play | WriteParameters | ReadParameters | AccessParameters


@dataclass(frozen=True, kw_only=True, eq=False)
class Job:
    """Operations in the order in which they are carried out, and the data set they play from."""

    operations: Sequence[Operation]
    """Carried out one after another; the clock runs on for a few cycles between them."""
    features: npt.NDArray[np.integer] | None = None
    """`integer raw (n, N_0)`, each 0 to 2^feature_width - 1; None where nothing is played."""
    labels: npt.NDArray[np.integer] | None = None
    """`integer (n,)`."""
    reset_clocks: int = 1
    """Clocks of reset before the first operation; 0: the core starts from its initial values."""
    patience: int = 200_000
    """Clocks without any handshake or step after which the core counts as stuck."""

    def __post_init__(self) -> None:
        if (self.features is None) != (self.labels is None):
            raise ValueError("features and labels must be given together, not one alone")
        if self.features is not None and self.labels is not None:
            if self.features.ndim != 2 or self.labels.shape != self.features.shape[:1]:
                raise ValueError(
                    f"features must have the shape (n, N_0) and labels (n,), "
                    f"not {self.features.shape} and {self.labels.shape}"
                )
        elif any(isinstance(operation, Play) for operation in self.operations):
            raise ValueError("features and labels must be given for a job that plays samples")
        if not 0 <= self.reset_clocks < 1 << 32:
            raise ValueError(f"reset_clocks must be 0 to 2^32 - 1, not {self.reset_clocks!r}")
        if not 1 <= self.patience < 1 << 32:
            raise ValueError(f"patience must be 1 to 2^32 - 1 clocks, not {self.patience!r}")
        for operation in self.operations:
            if isinstance(operation, Reset | Wait) and not 1 <= operation.clocks < 1 << 32:
                raise ValueError(f"clocks must be 1 to 2^32 - 1, not {operation.clocks!r}")
