"""Which samples a task works on, as plain values; loading keeps the last data set in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from software_ref.datasets import Dataset, hold_out, load_dataset, take_test, take_train

__all__ = ["DataSpec", "load_data"]


@dataclass(frozen=True, kw_only=True)
class DataSpec:
    """A data set, what is done to it, and how it is split."""

    name: str
    """As in a network file's `[data]`."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """The loader's options."""
    reduce: tuple[str, int] | None = None
    """Redundancy tool and number of features, such as ("pca", 200)."""
    train: int | None = None
    """Take the first so many training samples; None takes all."""
    test: int | None = None
    """Take the first so many test samples; None takes all."""
    validation: int = 0
    """Training samples held out where the data set has no validation samples of its own."""

    @property
    def key(self) -> str:
        """Equal for equal data."""
        return json.dumps(asdict(self), sort_keys=True)


def load_data(spec: DataSpec, data_dir: Path | None) -> Dataset:
    """Load, cut, hold out and reduce, in this order; the last result is kept in memory.

    Raises
    ------
    OSError, TypeError, ValueError
        As `load_dataset`, and where there are too few samples or features.
    """
    return _load(spec.key, data_dir)


@lru_cache(maxsize=1)
def _load(key: str, data_dir: Path | None) -> Dataset:
    spec = DataSpec(**json.loads(key))
    dataset = load_dataset(
        spec.name, options=spec.options, data_dir=data_dir, base_dir=None, validation=True
    )
    if spec.train is not None:
        dataset = take_train(dataset, spec.train)
    if spec.test is not None:
        dataset = take_test(dataset, spec.test)
    if spec.validation and not len(dataset.y_validation):
        dataset = hold_out(dataset, spec.validation, seed=1)
    if spec.reduce is not None:
        # Imported when used: scikit-learn takes a second to import.
        from software_ref.datasets.redundancy import reduce_features

        method, features = spec.reduce
        dataset = reduce_features(dataset, method, features)
    return dataset
