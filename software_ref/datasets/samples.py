"""Makes a data set of arrays that were read from files: labels, features, test samples, order."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from software_ref.datasets.dataset import SPLITS, Dataset, check_feature_count, check_lengths
from software_ref.datasets.feature_scale import (
    FEATURE,
    FeaturePlace,
    check_numbers,
    fit_scale,
    map_range,
    without_scale,
)
from software_ref.datasets.labels import Place, read_labels
from software_ref.datasets.sample_options import SampleOptions
from software_ref.datasets.split import stratified_choice

__all__ = ["SamplePlaces", "array_places", "make_dataset"]


_LABELS_ADVICE = "; [data.options] labels = [...] lists the classes"


@dataclass(frozen=True, kw_only=True)
class SamplePlaces:
    """What to call samples in messages."""

    source: str
    """The file or folder."""
    feature: FeaturePlace
    """A split's features, or one of them."""
    label: Place
    """A sample's label."""


def array_places(source: str, files: Mapping[str, Path]) -> SamplePlaces:
    """Places in arrays called x_train, y_train and so on, each in a file; `source` is them all."""

    def feature(split: str, index: tuple[int, int] | None) -> str:
        key = f"x_{split}"
        return f"{files[key]}: {key}" + ("" if index is None else f"[{index[0]}, {index[1]}]")

    def label(split: str, sample: int) -> str:
        key = f"y_{split}"
        return f"{files[key]}: {key}[{sample}]"

    return SamplePlaces(source=source, feature=feature, label=label)


def make_dataset(
    name: str,
    x: Mapping[str, NDArray[Any]],
    y: Mapping[str, NDArray[Any]],
    *,
    options: SampleOptions,
    places: SamplePlaces,
    provenance: str,
    class_names: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Dataset:
    """Make a data set of arrays as files hold them.

    Parameters
    ----------
    name : str
        The data set's.
    x, y : mapping
        Features (n, ...), each sample flattened, last index fastest, and labels as `read_labels`
        takes them, by split. "train" is there; "test" is there, or `options` say how to choose it.
    options : SampleOptions
    places : SamplePlaces
    provenance : str
        What was read; what was done is added.
    class_names : tuple of str
        Names of the classes where the labels have none of their own.
    notes : tuple of str
        Lines for the user; those on labels are added.

    Returns
    -------
    Dataset
        Features uint8, float32 or float64 as stored (float16 as float32); float64 when scaled.

    Raises
    ------
    TypeError, ValueError
        The arrays or the options do not suit; the message names the place.
    """
    labels = read_labels(
        y,
        place=places.label,
        classes=options.classes,
        labels=options.labels,
        advice=_LABELS_ADVICE,
    )
    features = {split: _flatten(array, split, places) for split, array in x.items()}
    for split, array in features.items():
        check_lengths(array, labels.y[split], split, where=places.source)
        check_feature_count(array, features["train"].shape[1], split, where=places.source)
    if len(features["train"]) == 0:
        raise ValueError(f"{places.source}: x_train must hold at least one sample, not 0")
    scale = None
    if options.scale is None:
        features = without_scale(features, place=places.feature)
    elif isinstance(options.scale, tuple):
        features = dict(
            map_range(features, *options.scale, clip=options.clip, place=places.feature)
        )
        clipped = " and clipped" if options.clip else ""
        provenance += f", scaled from {list(options.scale)}{clipped}"
    numbers = labels.y
    if options.test is not None:
        _hold_out_test(features, numbers, options, where=places.source)
        provenance += (
            f", {len(numbers['test'])} samples held out for the test with seed {options.seed}"
        )
    if options.scale == FEATURE:
        scale = fit_scale(features["train"])
        features = {split: scale.apply(array) for split, array in features.items()}
        provenance += ", each feature scaled by its range in training"
    if options.shuffle:
        # The trailing 1 keeps the stream apart from the one that chooses test samples.
        rng = np.random.default_rng([options.seed, 1])
        order = rng.permutation(len(numbers["train"]))
        features["train"], numbers["train"] = features["train"][order], numbers["train"][order]
        provenance += f", shuffled with seed {options.seed}"
    arrays: dict[str, Any] = {
        f"{kind}_{split}": by_split[split]
        for split in SPLITS
        for kind, by_split in (("x", features), ("y", numbers))
        if split in by_split
    }
    return Dataset(
        name=name,
        **arrays,
        classes=labels.classes,
        provenance=provenance,
        class_names=labels.names or class_names[: labels.classes],
        scale=scale,
        notes=(*notes, labels.note) if labels.note else notes,
    )


def _flatten(x: NDArray[Any], split: str, places: SamplePlaces) -> NDArray[Any]:
    if x.ndim < 2:
        raise ValueError(
            f"{places.feature(split, None)} must have shape (samples, ...), two or more axes, "
            f"not {x.shape}"
        )
    x = x.reshape(len(x), math.prod(x.shape[1:]))
    check_numbers(x, split, place=places.feature)
    return x


def _hold_out_test(
    features: dict[str, NDArray[Any]],
    labels: dict[str, NDArray[np.int64]],
    options: SampleOptions,
    *,
    where: str,
) -> None:
    """Make test samples of some of the training samples."""
    x, y = features["train"], labels["train"]
    assert options.test is not None
    count = options.test if isinstance(options.test, int) else max(1, round(options.test * len(y)))
    chosen = stratified_choice(y, count, options.seed, where=where)
    features |= {"train": x[~chosen], "test": x[chosen]}
    labels |= {"train": y[~chosen], "test": y[chosen]}
