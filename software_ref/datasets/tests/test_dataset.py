"""Data set: every rule on its arrays, and taking the first training samples."""

import re
from typing import Any

import numpy as np
import pytest

from software_ref.datasets import Dataset, take_train


def arrays(**changes: Any) -> dict[str, Any]:
    """Keyword arguments of a correct data set of 3 + 2 samples, with some replaced."""
    return {
        "name": "tiny",
        "x_train": np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4),
        "y_train": np.array([0, 2, 1]),
        "x_test": np.zeros((2, 4), dtype=np.float32),
        "y_test": np.array([1, 1]),
        "classes": 3,
        "provenance": "made up",
    } | changes


def with_value(x: np.ndarray, index: tuple[int, ...] | int, value: object) -> np.ndarray:
    x = x.copy()
    x[index] = value
    return x


def test_correct_arrays_are_kept_without_a_copy() -> None:
    given = arrays()
    dataset = Dataset(**given)
    assert dataset.features == 4
    assert dataset.x_train is given["x_train"]
    assert dataset.y_train is given["y_train"]


def test_labels_of_any_integer_type_become_int64() -> None:
    dataset = Dataset(**arrays(y_train=np.array([0, 2, 1], dtype=np.uint8)))
    assert dataset.y_train.dtype == np.int64
    assert dataset.y_train.tolist() == [0, 2, 1]


def test_test_set_may_be_empty() -> None:
    dataset = Dataset(**arrays(x_test=np.zeros((0, 4)), y_test=np.zeros(0, dtype=np.int64)))
    assert len(dataset.x_test) == 0


def test_both_ends_of_the_range_and_of_the_labels_are_legal() -> None:
    Dataset(**arrays(x_train=np.array([[0.0, 1.0, -0.0, 1.0]] * 3)))
    pixels = np.array([[0, 255, 1, 254]], dtype=np.uint8)
    Dataset(**arrays(x_train=pixels.repeat(3, 0), x_test=pixels.repeat(2, 0)))
    Dataset(**arrays(classes=1, y_train=np.zeros(3, dtype=int), y_test=np.zeros(2, dtype=int)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": 3}, "name must be a string, not int"),
        ({"provenance": None}, "provenance must be a string, not NoneType"),
        ({"classes": 3.0}, "tiny: classes must be an integer, not float"),
        ({"classes": True}, "tiny: classes must be an integer, not bool"),
        ({"x_train": [[0.0]]}, "tiny: x_train must be a NumPy array, not list"),
        ({"y_test": [1, 1]}, "tiny: y_test must be a NumPy array, not list"),
        (
            {"x_test": np.zeros((2, 4), dtype=np.uint16)},
            "tiny: x_test must hold uint8, float32 or float64 values, not uint16",
        ),
        (
            {"y_train": np.array([0.0, 2.0, 1.0])},
            "tiny: y_train must hold integer class numbers, not float64",
        ),
        (
            {"y_train": np.array([False, True, True])},
            "tiny: y_train must hold integer class numbers, not bool",
        ),
    ],
)
def test_wrong_kind_is_a_type_error(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        Dataset(**arrays(**changes))


X = arrays()["x_train"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"classes": 0}, "tiny: classes must be at least 1, not 0"),
        (
            {"x_train": np.zeros((3, 28, 28))},
            "tiny: x_train must have shape (samples, features), not (3, 28, 28); "
            "flatten each sample to 784 features",
        ),
        (
            {"x_train": np.zeros(3)},
            "tiny: x_train must have shape (samples, features), not (3,)",
        ),
        ({"x_train": np.zeros((3, 0))}, "tiny: x_train must have at least one feature, not 0"),
        (
            {"x_train": np.zeros((0, 4)), "y_train": np.zeros(0, dtype=np.int64)},
            "tiny: x_train must hold at least one sample, not 0",
        ),
        (
            {"y_train": np.array([0, 1])},
            "tiny: x_train and y_train must have equal lengths, not 3 samples and 2 labels",
        ),
        (
            {"x_test": np.zeros((1, 4))},
            "tiny: x_test and y_test must have equal lengths, not 1 samples and 2 labels",
        ),
        (
            {"x_test": np.zeros((2, 5))},
            "tiny: x_test must have as many features as x_train (4), not 5",
        ),
        (
            {"x_test": np.zeros((2, 4), dtype=np.uint8)},
            "tiny: x_train and x_test must both be uint8 or both be floats, not float32 and uint8",
        ),
        ({"x_train": with_value(X, (2, 1), np.nan)}, "tiny: x_train[2, 1] must be finite, not nan"),
        (
            {"x_train": with_value(X, (1, 3), -np.inf)},
            "tiny: x_train[1, 3] must be finite, not -inf",
        ),
        (
            {"x_train": with_value(X, (1, 0), 1.5)},
            "tiny: x_train[1, 0] must lie in [0, 1], not 1.5; the whole array spans 0 to 1.5",
        ),
        (
            {"x_test": np.full((2, 4), -0.25)},
            "tiny: x_test[0, 0] must lie in [0, 1], not -0.25; "
            "the whole array spans -0.25 to -0.25",
        ),
        (
            {"y_train": np.zeros((3, 1), dtype=np.int64)},
            "tiny: y_train must have shape (samples,), not (3, 1)",
        ),
        ({"y_train": np.array([0, -1, 1])}, "tiny: y_train[1] must be at least 0, not -1"),
        ({"y_test": np.array([1, 3])}, "tiny: y_test[1] must be below classes = 3, not 3"),
        (
            {"y_test": np.array([1, 2**64 - 1], dtype=np.uint64)},
            "tiny: y_test[1] must be below classes = 3, not 18446744073709551615",
        ),
    ],
)
def test_inconsistent_values_are_a_value_error(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Dataset(**arrays(**changes))


def test_take_train_keeps_the_first_samples_and_the_whole_test_set() -> None:
    dataset = Dataset(**arrays())
    taken = take_train(dataset, 2)
    assert taken.x_train.tolist() == dataset.x_train[:2].tolist()
    assert taken.y_train.tolist() == [0, 2]
    assert taken.x_test is dataset.x_test
    assert (taken.classes, taken.name) == (3, "tiny")
    assert len(take_train(dataset, 3).x_train) == 3


@pytest.mark.parametrize("count", [0, -1, 4])
def test_take_train_refuses_a_count_out_of_range(count: int) -> None:
    message = (
        f"tiny: the number of training samples must lie in 1 to 3 (all there are), not {count}"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        take_train(Dataset(**arrays()), count)


def test_take_train_refuses_a_count_that_is_no_integer() -> None:
    message = "the number of training samples must be an integer, not float"
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        take_train(Dataset(**arrays()), 2.0)  # type: ignore[arg-type]
