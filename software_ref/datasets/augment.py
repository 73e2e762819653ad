"""More training samples from those that there are: copies of images, moved by a few pixels."""

from __future__ import annotations

from dataclasses import replace
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from software_ref.datasets.dataset import Dataset, Features

__all__ = ["AUGMENT_METHODS", "shifted_copies"]

AUGMENT_METHODS = ("shift",)
"""What `[data.augment] method` may be."""

_AUGMENT_STREAM = 3
"""Keeps the moves' generator apart from those of other seeds of the network file."""


def shifted_copies(
    dataset: Dataset, *, pixels: int, copies: int, seed: int, width: int | None = None
) -> Dataset:
    """Return the data set with copies of its training images behind them, each moved.

    A copy is moved by up to `pixels` down or up and right or left, but not by 0 in both: all such
    moves are equally likely. Pixels that come in are 0, those that go out are lost. Test and
    validation samples stay as they are.

    Parameters
    ----------
    dataset : Dataset
        Samples are images, row by row, of one value a pixel.
    pixels : int
        The furthest move in each direction, 1 or more and less than the image's sides.
    copies : int
        Copies of each image, 1 or more; n images become n (copies + 1), the images themselves
        first, then their first copies in the same order.
    seed : int
        Of the moves.
    width : int, optional
        Pixels in a row; by default the images are square.

    Raises
    ------
    ValueError
        The samples are no images of that width, or too small for such moves.
    """
    columns = isqrt(dataset.features) if width is None else width
    if width is None and columns * columns != dataset.features:
        raise ValueError(
            f"{dataset.name}: [data.augment] must have the images' width where they are not "
            f"square: they have {dataset.features} pixels"
        )
    if dataset.features % columns:
        raise ValueError(
            f"{dataset.name}: [data.augment] width must divide the {dataset.features} pixels of an "
            f"image, not {columns}"
        )
    rows = dataset.features // columns
    if pixels >= min(rows, columns):
        raise ValueError(
            f"{dataset.name}: [data.augment] pixels must be less than the sides of an image of "
            f"{rows} x {columns}, not {pixels}"
        )
    span = range(-pixels, pixels + 1)
    moves = [(down, right) for down in span for right in span if (down, right) != (0, 0)]
    images = dataset.x_train.reshape(-1, rows, columns)
    parts: list[NDArray[Any]] = [images]
    for copy in range(copies):
        rng = np.random.default_rng([seed, copy, 0, _AUGMENT_STREAM])
        chosen = rng.integers(0, len(moves), len(images))
        moved = np.zeros_like(images)
        for number, (down, right) in enumerate(moves):
            here = chosen == number
            moved[here, _overlap(rows, down), _overlap(columns, right)] = images[
                here, _overlap(rows, -down), _overlap(columns, -right)
            ]
        parts.append(moved)
    features: Features = np.concatenate(parts).reshape(-1, dataset.features)
    return replace(dataset, x_train=features, y_train=np.tile(dataset.y_train, copies + 1))


def _overlap(size: int, move: int) -> slice:
    """Where in a row or column what was moved lies."""
    return slice(max(0, move), size + min(0, move))
