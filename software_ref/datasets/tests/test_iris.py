"""The iris flowers of scikit-learn: a split of all samples, exact values, a seeded order."""

import re
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris as load_source

from software_ref.datasets.iris import load_iris


def test_split_holds_every_sample_once_with_exact_values() -> None:
    dataset = load_iris()
    assert dataset.x_train.shape == (120, 4)
    assert dataset.x_test.shape == (30, 4)
    assert (dataset.name, dataset.classes) == ("iris", 3)
    source = load_source()
    x = np.concatenate([dataset.x_train, dataset.x_test]) * 8
    y = np.concatenate([dataset.y_train, dataset.y_test])
    ours = sorted((label, *row) for label, row in zip(y.tolist(), x.tolist(), strict=True))
    theirs = zip(source.target.tolist(), source.data.tolist(), strict=True)
    assert ours == sorted((label, *row) for label, row in theirs)


def test_seed_sets_the_split() -> None:
    assert np.array_equal(load_iris(seed=5).x_test, load_iris(seed=5).x_test)
    assert not np.array_equal(load_iris(seed=5).x_test, load_iris(seed=6).x_test)


def test_every_class_is_in_both_splits() -> None:
    dataset = load_iris()
    assert np.bincount(dataset.y_train, minlength=3).min() > 30
    assert np.bincount(dataset.y_test, minlength=3).min() > 3


@pytest.mark.parametrize(
    ("seed", "error", "message"),
    [
        (True, TypeError, "seed must be an integer, not bool"),
        (-1, ValueError, "seed must be at least 0, not -1"),
    ],
)
def test_wrong_seed_is_refused(seed: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        load_iris(seed=seed)
