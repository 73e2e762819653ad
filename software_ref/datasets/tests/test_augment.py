"""Copies of images, moved by a few pixels, and what a network file makes of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from software_ref.datasets import Dataset
from software_ref.datasets.augment import shifted_copies
from software_ref.loading import load_training_data
from software_ref.network_file import network_file_of

SHAPE = (5, 4)


def images(count: int) -> Dataset:
    rng = np.random.default_rng(3)
    pixels = rng.integers(1, 256, (count, SHAPE[0] * SHAPE[1])).astype(np.uint8)
    labels = np.arange(count) % 3
    return Dataset(
        name="images",
        x_train=pixels,
        y_train=labels,
        x_test=pixels[:2],
        y_test=labels[:2],
        classes=3,
        provenance="drawn",
    )


def moved(image: NDArray[np.uint8], down: int, right: int) -> NDArray[np.uint8]:
    """The slow way: pixel by pixel."""
    result = np.zeros_like(image)
    for row in range(image.shape[0]):
        for column in range(image.shape[1]):
            to = row + down, column + right
            if 0 <= to[0] < image.shape[0] and 0 <= to[1] < image.shape[1]:
                result[to] = image[row, column]
    return result


def test_every_copy_is_a_move_and_every_move_comes() -> None:
    before = images(300)
    after = shifted_copies(before, pixels=2, copies=2, seed=5, width=SHAPE[1])
    assert np.array_equal(after.x_train[:300], before.x_train)
    assert np.array_equal(after.y_train, np.tile(before.y_train, 3))
    assert after.x_test is before.x_test
    seen: set[tuple[int, int]] = set()
    for number, copy in enumerate(after.x_train[300:]):
        image = before.x_train[number % 300].reshape(SHAPE)
        found = {
            (down, right)
            for down in range(-2, 3)
            for right in range(-2, 3)
            if np.array_equal(moved(image, down, right), copy.reshape(SHAPE))
        }
        assert len(found) == 1
        seen |= found
    assert seen == {(d, r) for d in range(-2, 3) for r in range(-2, 3)} - {(0, 0)}
    again = shifted_copies(before, pixels=2, copies=2, seed=6, width=SHAPE[1])
    assert not np.array_equal(after.x_train[300:600], again.x_train[300:600])


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "must have the images' width where they are not square: they have 20 pixels"),
        ({"width": 3}, "width must divide the 20 pixels of an image, not 3"),
        ({"width": 4, "pixels": 4}, "less than the sides of an image of 5 x 4, not 4"),
    ],
)
def test_what_is_no_image_is_refused(keys: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        shifted_copies(images(3), **{"pixels": 1, "copies": 1, "seed": 1, **keys})


def test_a_network_file_has_copies_of_what_it_trains_on_alone() -> None:
    document: dict[str, Any] = {
        "network": {"layers": [64, 16, 10], "out_degree": [2, 10], "parallelism": [16, 8]},
        "data": {"name": "digits", "train": 40, "augment": {"method": "shift", "copies": 2}},
    }
    file = network_file_of(document)
    data = load_training_data(file)
    assert data.train_features.shape == (120, 64)
    assert np.array_equal(
        load_training_data(file, samples=60).train_features, data.train_features[:60]
    )
    held = load_training_data(file, hold_out=10)
    assert held.train_features.shape == (90, 64)
    originals = {each.tobytes() for each in data.train_features[:40]}
    kept = {each.tobytes() for each in held.train_features[:30]}
    assert kept | {each.tobytes() for each in held.test_features} == originals
    document["data"]["reduce"] = {"method": "pca", "features": 8}
    with pytest.raises(ValueError, match=r"data\.augment must be left out beside data\.reduce"):
        network_file_of(document)
