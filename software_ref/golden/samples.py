"""A sequence of samples as a trainer takes it, and what a trainer gives back for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from software_ref.fixed_point import rounding_shift
from software_ref.network import Network

__all__ = ["Progress", "RunResult", "Samples"]

Progress = Callable[[int], object]
"""Called with the number of samples taken since its last call, like tqdm's `update`."""

LARGEST_EXPONENT = 2000
"""A larger k is taken for this one, whose learning rate is 0 in float64 as well."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RunResult:
    """The results of consecutive samples."""

    first: int
    """Number of the first sample, counted from the trainer's first sample ever, from 0."""
    predictions: NDArray[np.int64]
    """Predicted classes: int64 (n,)."""
    correct: NDArray[np.bool_]
    """Whether the prediction is the label: bool (n,)."""

    @classmethod
    def concatenate(cls, results: Sequence[RunResult]) -> RunResult:
        """Join the results of consecutive calls."""
        return cls(
            first=results[0].first,
            predictions=np.concatenate([result.predictions for result in results]),
            correct=np.concatenate([result.correct for result in results]),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Samples:
    """A checked sequence of n samples; build it with `check`."""

    features: NDArray[np.integer]
    """Raw inputs in [0, 2**f]: any integer dtype, (n, N_0)."""
    labels: NDArray[np.int64]
    """Classes: int64 (n,)."""
    train: NDArray[np.bool_]
    """Whether the sample trains the network: bool (n,)."""
    rate_exponent: NDArray[np.int64]
    """The sample's own k of the learning rate 2**-k: int64 (n,)."""

    @classmethod
    def check(
        cls,
        network: Network,
        features: ArrayLike,
        labels: ArrayLike,
        train: ArrayLike,
        rate_exponent: ArrayLike,
    ) -> Samples:
        """Check a sequence against the network; `train` and `rate_exponent` may be one for all.

        Raises
        ------
        TypeError
            An array is of the wrong kind.
        ValueError
            Shapes do not match, or a value is out of range; the message names the sample.
        """
        features = check_features(network, features)
        count = len(features)
        if isinstance(rate_exponent, int):
            rate_exponent = min(rate_exponent, LARGEST_EXPONENT)
        labels = _column("label", labels, count, "iu", "integers")
        train = _column("train flag", train, count, "b", "booleans")
        exponents = _column("rate_exponent", rate_exponent, count, "iu", "integers")
        _refuse("label", labels, labels >= network.competing, f"below {network.competing}")
        _refuse("label", labels, labels < 0, "at least 0")
        _refuse("rate_exponent", exponents, exponents < 0, "at least 0")
        return cls(
            features=features,
            labels=labels.astype(np.int64),
            train=train.astype(np.bool_),
            rate_exponent=np.minimum(exponents, LARGEST_EXPONENT).astype(np.int64),
        )

    def __len__(self) -> int:
        """Number of samples."""
        return len(self.labels)


def check_features(network: Network, features: ArrayLike) -> NDArray[np.integer]:
    """Return raw inputs as an integer array (n, N_0), or raise as `Samples.check` does.

    They are rounded where activations have fewer fraction bits.
    """
    array = np.asarray(features)
    if array.dtype.kind not in "iu":
        raise TypeError(f"features must be raw integers, not {array.dtype}")
    if array.ndim != 2 or array.shape[1] != network.layers[0]:
        raise ValueError(f"features must have shape (n, {network.layers[0]}), not {array.shape}")
    one = network.format.one
    # Read as unsigned, negative integers lie above all others: one pass finds both.
    if array.size and array.view(array.dtype.str.replace("i", "u")).max() > one:
        sample, place = np.argwhere((array < 0) | (array > one))[0]
        raise ValueError(
            f"feature {place} of sample {sample} must be 0 to {one}, not {array[sample, place]}"
        )
    shift = network.format.activation_shift
    return rounding_shift(array, shift) << shift if shift else array


def _column(noun: str, values: ArrayLike, count: int, kinds: str, what: str) -> NDArray[Any]:
    array = np.asarray(values)
    if array.dtype.kind not in kinds:
        raise TypeError(f"{noun}s must be {what}, not {array.dtype}")
    if array.ndim == 0 and noun != "label":
        array = np.full(count, array)
    if array.shape != (count,):
        raise ValueError(f"{noun}s must have shape ({count},), not {array.shape}")
    return array


def _refuse(noun: str, values: NDArray[np.integer], wrong: NDArray[np.bool_], rule: str) -> None:
    if wrong.any():
        sample = int(np.flatnonzero(wrong)[0])
        raise ValueError(f"{noun} of sample {sample} must be {rule}, not {values[sample]}")
