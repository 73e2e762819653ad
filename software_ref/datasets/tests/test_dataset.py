"""Data set: every rule on its arrays, and taking the first training samples."""

import re
from typing import Any

import numpy as np
import pytest

from software_ref.datasets import Dataset, hold_out, take_test, take_train
from software_ref.datasets.dataset import as_floats, hold_out_as_test


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


@pytest.mark.parametrize("kind", [np.uint8, np.float32, np.float64])
def test_without_validation_samples_there_are_none_of_the_same_kind(kind: type) -> None:
    dataset = Dataset(**arrays(x_train=np.zeros((3, 4), kind), x_test=np.zeros((2, 4), kind)))
    assert dataset.x_validation.shape == (0, 4)
    assert dataset.x_validation.dtype == kind
    assert dataset.y_validation.tolist() == []


def test_validation_samples_are_kept() -> None:
    x = np.array([[0, 0.5, 1, 0.25]])
    dataset = Dataset(**arrays(x_validation=x, y_validation=np.array([2], dtype=np.uint8)))
    assert dataset.x_validation is x
    assert dataset.y_validation.dtype == np.int64
    assert dataset.y_validation.tolist() == [2]


def test_pixels_stand_for_256ths_and_floats_for_themselves() -> None:
    assert as_floats(np.array([[0, 1, 255]], dtype=np.uint8)).tolist() == [[0, 1 / 256, 255 / 256]]
    x = np.array([[0.125, 0.3]])
    assert as_floats(x) is x


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": 3}, "name must be a string, not int"),
        ({"provenance": None}, "provenance must be a string, not NoneType"),
        ({"classes": 3.0}, "tiny: classes must be an integer, not float"),
        ({"classes": True}, "tiny: classes must be an integer, not bool"),
        ({"x_train": [[0.0]]}, "tiny: x_train must be a NumPy array, not list"),
        ({"x_validation": [[0.0]]}, "tiny: x_validation must be a NumPy array, not list"),
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
        ({"classes": 0}, "tiny: classes must be 1 to 1048576, not 0"),
        ({"classes": 10**9}, "tiny: classes must be 1 to 1048576, not 1000000000"),
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
        (
            {"x_validation": np.zeros((2, 5)), "y_validation": np.array([0, 0])},
            "tiny: x_validation must have as many features as x_train (4), not 5",
        ),
        (
            {"x_validation": np.zeros((1, 4), np.uint8), "y_validation": np.array([0])},
            "tiny: x_train and x_validation must both be uint8 or both be floats, "
            "not float32 and uint8",
        ),
        (
            {"x_validation": np.zeros((1, 4))},
            "tiny: x_validation and y_validation must have equal lengths, "
            "not 1 samples and 0 labels",
        ),
        (
            {"y_validation": np.array([0])},
            "tiny: x_validation and y_validation must have equal lengths, "
            "not 0 samples and 1 labels",
        ),
        (
            {"x_validation": np.full((1, 4), 2.0), "y_validation": np.array([0])},
            "tiny: x_validation[0, 0] must lie in [0, 1], not 2.0; the whole array spans 2 to 2",
        ),
        (
            {"x_validation": np.zeros((1, 4)), "y_validation": np.array([3])},
            "tiny: y_validation[0] must be below classes = 3, not 3",
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


def test_take_test_keeps_the_first_samples_and_all_training_samples() -> None:
    dataset = Dataset(**arrays(x_test=np.array([[0.5] * 4, [0.25] * 4]), y_test=np.array([2, 1])))
    taken = take_test(dataset, 1)
    assert taken.x_test.tolist() == [[0.5] * 4]
    assert taken.y_test.tolist() == [2]
    assert taken.x_train is dataset.x_train


@pytest.mark.parametrize("count", [0, -1, 4])
def test_a_count_out_of_range_is_refused(count: int) -> None:
    rule = "the number of {} samples must lie in 1 to {} (all there are), not {}"
    for take, split, there in ((take_train, "training", 3), (take_test, "test", 2)):
        message = "tiny: " + rule.format(split, there, count)
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            take(Dataset(**arrays()), count)


@pytest.mark.parametrize("take", [take_train, take_test])
def test_a_count_that_is_no_integer_is_refused(take: Any) -> None:
    split = "training" if take is take_train else "test"
    message = f"the number of {split} samples must be an integer, not float"
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        take(Dataset(**arrays()), 2.0)


def numbered(labels: list[int], **changes: Any) -> Dataset:
    """A data set whose training samples are numbered in their only feature, in 64ths."""
    x = np.arange(len(labels))[:, np.newaxis] / 64
    test = {"x_test": np.zeros((1, 1)), "y_test": np.zeros(1, dtype=int)}
    return Dataset(**arrays(x_train=x, y_train=np.array(labels), classes=5, **test, **changes))


def test_samples_held_out_become_validation_samples_and_keep_their_order() -> None:
    dataset = numbered([0, 1] * 8)
    result = hold_out(dataset, 6, 2)
    assert (len(result.x_train), len(result.x_validation)) == (10, 6)
    assert np.bincount(result.y_validation).tolist() == [3, 3]
    for x, y in ((result.x_train, result.y_train), (result.x_validation, result.y_validation)):
        numbers = (x[:, 0] * 64).astype(int)
        assert (np.diff(numbers) > 0).all()
        assert y.tolist() == (numbers % 2).tolist()
    together = np.concatenate([result.x_train, result.x_validation])
    assert sorted(together.tolist()) == dataset.x_train.tolist()
    assert result.x_test is dataset.x_test
    assert result.provenance == "made up; 6 training samples held out with seed 2"


def test_samples_held_out_take_the_place_of_the_test_samples() -> None:
    given = {"x_validation": np.array([[1.0]]), "y_validation": np.array([4])}
    dataset = numbered([0, 1] * 8, **given)
    result, by_share = hold_out_as_test(dataset, 6, 2), hold_out(dataset, 6, 2)
    assert result.x_train.tolist() == by_share.x_train.tolist()
    assert result.y_train.tolist() == by_share.y_train.tolist()
    assert result.x_test.tolist() == by_share.x_validation[1:].tolist()
    assert result.y_test.tolist() == by_share.y_validation[1:].tolist()
    assert result.x_validation is dataset.x_validation
    assert result.provenance == (
        "made up; 6 training samples in place of the test samples, held out with seed 2"
    )


def test_validation_samples_that_were_there_come_first() -> None:
    given = {"x_validation": np.array([[1.0]]), "y_validation": np.array([4])}
    result = hold_out(numbered([0, 1, 2, 0], **given), 1, 1)
    assert result.y_validation.tolist() == [4, 0]
    assert result.x_validation[0] == 1
    assert len(hold_out(result, 0, 1).y_validation) == 2
