"""The samples of a search: training samples, some of them held out for validation, and no others.

Test samples are dropped as soon as a data set is loaded. Whatever a search decides is decided
without them; only when it is at its end does `encoded_for_test` load them.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial, reduce
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from software_ref.datasets import Dataset, take_train
from software_ref.datasets.dataset import hold_out_as_test
from software_ref.datasets.split import stratified_choice
from software_ref.datasets.trainable import check_trainable
from software_ref.file_options import DataOptions
from software_ref.loading import chosen_inputs, encode_dataset, load_whole_dataset
from software_ref.network_document import plain
from software_ref.network_file import NetworkFile
from software_ref.training import TrainingData

__all__ = ["SearchSamples"]

USUAL_SHARE, USUAL_MOST = 6, 10_000
"""One training sample in so many is held out where nobody says how many, and at most so many."""
SPLIT_STREAM = 7
"""Keeps the choice of a rung's samples apart from that of the validation samples."""


@dataclass(frozen=True, kw_only=True)
class SearchSamples:
    """Which samples a search trains on, and validates with."""

    data: DataOptions
    """The data set."""
    data_dir: Path | None = None
    """The folder that the user named for data."""
    hold_out: int | None = None
    """Training samples held out, each class by its share; None for one in six, at most 10,000."""
    seed: int = 1
    """Seed of that choice."""

    def dataset(self) -> Dataset:
        """The training samples that are trained on; those held out are in the test samples' place.

        Raises
        ------
        OSError, TypeError, ValueError
            As `load_training_data`; and there is one class alone, or one without samples.
        """
        return self._both()[1]

    def _both(self) -> tuple[Dataset, Dataset]:
        """All training samples, and the same with those held out in the test samples' place."""
        return _kept(_LOADED, repr(self), self._load)

    def encoded(self, file: NetworkFile, part: float = 1.0) -> TrainingData:
        """The same as raw inputs of a network, or a part of the training samples.

        Parameters
        ----------
        file : NetworkFile
        part : float
            The share of the training samples, each class by its share; above 0.
        """
        network = file.network
        key = f"{self} {network.format} {network.layers[0]} {network.classes} {file.data.inputs}"
        data = _kept(_ENCODED, key, partial(self._encode, file))
        if part == 1:
            return data
        labels = data.train_labels
        count = min(len(labels) - 1, max(1, round(part * len(labels))))
        seed = int(np.random.default_rng([self.seed, SPLIT_STREAM]).integers(1 << 31))
        chosen = stratified_choice(labels, count, seed, where=self.data.name)
        return replace(
            data, train_features=data.train_features[chosen], train_labels=labels[chosen]
        )

    def checksum(self, *, tested: bool) -> int:
        """A CRC of the training samples, and where they are `tested`, of the test samples too."""
        dataset = self._tested() if tested else self._both()[0]
        arrays = [dataset.x_train, dataset.y_train, dataset.x_test, dataset.y_test]
        return reduce(lambda crc, each: zlib.crc32(np.ascontiguousarray(each), crc), arrays, 0)

    def check_tested(self) -> None:
        """Refuse a data set without test samples, by a ValueError."""
        dataset = self._tested()
        if not len(dataset.y_test):
            raise ValueError(f"{dataset.name} has no test samples for --test")

    def encoded_for_test(self, file: NetworkFile) -> TrainingData:
        """All training samples, those held out too, and the test samples: for the end alone."""
        dataset = self._tested()
        return encode_dataset(
            dataset,
            file.network,
            train=self.data.train,
            test=self.data.test,
            inputs=chosen_inputs(file, dataset),
        )

    def _tested(self) -> Dataset:
        return _kept(_TESTED, repr(self), partial(load_whole_dataset, self.data, self.data_dir))

    def _load(self) -> tuple[Dataset, Dataset]:
        dataset = load_whole_dataset(self.data, self.data_dir)
        # From here on there are no test samples.
        dataset = replace(dataset, x_test=dataset.x_test[:0], y_test=dataset.y_test[:0])
        if self.data.train is not None:
            dataset = take_train(dataset, self.data.train)
        labels, count = dataset.y_train, self.hold_out
        present = len(np.unique(labels))
        if present < 2:
            raise ValueError(
                f"{dataset.name}: a search needs samples of two classes or more, but all "
                f"{len(labels)} training samples are of one"
            )
        check_trainable(dataset)
        if count is None:
            count = min(USUAL_MOST, max(1, len(labels) // USUAL_SHARE))
        held = hold_out_as_test(dataset, count, self.seed)
        check_trainable(held)
        return dataset, held

    def _encode(self, file: NetworkFile) -> TrainingData:
        whole, held = self._both()
        # Whatever is held out, all training samples say what the inputs take (docs/numerics.md).
        return encode_dataset(held, file.network, inputs=chosen_inputs(file, whole))

    def document(self) -> dict[str, Any]:
        """What decides which samples they are, as JSON holds it."""
        return {
            "data": plain(self.data),
            "hold_out": len(self.dataset().y_test),
            "seed": self.seed,
        }


_LOADED: dict[str, tuple[Dataset, Dataset]] = {}
_ENCODED: dict[str, TrainingData] = {}
_TESTED: dict[str, Dataset] = {}
"""The last data sets and inputs, by what they were made of: a process makes them once."""

_Made = TypeVar("_Made")


def _kept(last: dict[str, _Made], key: str, make: Callable[[], _Made]) -> _Made:
    """What was made last, where it was made of the same; else it is made, and kept in its place."""
    if key not in last:
        made = make()
        last.clear()
        last[key] = made
    return last[key]
