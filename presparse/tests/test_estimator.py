"""The classifier against scikit-learn's own checks, and against the network that it holds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.utils.estimator_checks import parametrize_with_checks

import presparse


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks([presparse.SparseClassifier(epochs=30)])  # type: ignore[untyped-decorator]
def test_scikit_learns_checks(
    estimator: presparse.SparseClassifier, check: Callable[[presparse.SparseClassifier], None]
) -> None:
    check(estimator)


def test_equal_seeds_learn_the_same_and_others_do_not() -> None:
    x, y = load_iris(return_X_y=True)
    one, same, other = (
        presparse.SparseClassifier((12,), epochs=3, random_state=seed).fit(x, y)
        for seed in (1, 1, 2)
    )
    assert one.parameters_ == same.parameters_
    assert one.network_.file.network.connections != other.network_.file.network.connections


def test_it_learns_irises_by_their_names_in_narrow_numbers() -> None:
    x, numbers = load_iris(return_X_y=True)
    y = np.array(["setosa", "versicolor", "virginica"])[numbers]
    classifier = presparse.SparseClassifier(
        (24,), epochs=60, random_state=1, tables={"format": {"fraction": 7}}
    ).fit(x, y)
    assert classifier.score(x, y) > 0.9
    assert classifier.network_.file.network.format.fraction == 7
    outputs = classifier.decision_function(x)
    assert outputs.shape == (150, 3)
    assert set(np.unique(outputs * 2**7 % 1)) == {0}  # raw integers of the format


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"hidden": (0,)}, "layers[1] must be at least 1, not 0"),
        ({"engine": "fast"}, "engine must be one of"),
        ({"tables": {"format": {"fraction": 1}}}, "format fraction must be at least 2, not 1"),
    ],
)
def test_wrong_settings_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError) as told:
        presparse.SparseClassifier(**settings).fit(*load_iris(return_X_y=True))  # type: ignore[arg-type]
    assert message in str(told.value)
