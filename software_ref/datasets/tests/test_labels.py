"""Labels as people store them: what is plain is taken, what may be a slip is refused by sample."""

from __future__ import annotations

import re
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from software_ref.datasets.labels import ClassLabels, read_labels


def place(split: str, sample: int) -> str:
    return f"y_{split}[{sample}]"


def read(train: Any, test: Any = (), **options: Any) -> ClassLabels:
    """Read labels; without any for the test, the first one for training is taken."""
    y_train = np.array(train)
    y_test = np.array(test) if len(test) else y_train[:1]
    return read_labels(
        {"train": y_train, "test": y_test}, place=place, advice="; list them", **options
    )


def refused(message: str, train: Any, test: Any = (), **options: Any) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        read(train, test, **options)


NUMBERS = [0, 2, 1, 2]


@pytest.mark.parametrize(
    "stored",
    [
        np.array(NUMBERS, dtype=np.uint8),
        np.array(NUMBERS, dtype=">i4"),
        np.array(NUMBERS, dtype=np.float32),
        np.array(NUMBERS)[:, np.newaxis],
        np.array(NUMBERS, dtype=np.float64)[:, np.newaxis],
        np.eye(3)[NUMBERS],
        np.eye(3, dtype=np.bool_)[NUMBERS],
        np.eye(3, dtype=np.int8)[NUMBERS],
        np.array(["0", "2.0", " 1", "2"]),
        np.array([b"0", b"2", b"1", b"2"]),
    ],
)
def test_class_numbers_in_any_form(stored: Any) -> None:
    labels = read(stored, stored[1:])
    assert labels.y["train"].tolist() == NUMBERS
    assert labels.y["test"].tolist() == NUMBERS[1:]
    assert labels.y["train"].dtype == np.int64
    assert (labels.classes, labels.names, labels.note) == (3, (), None)


def test_truth_values_are_two_classes() -> None:
    assert read([True, False, True]).y["train"].tolist() == [1, 0, 1]


def test_one_hot_columns_are_the_classes_even_without_samples() -> None:
    assert read(np.eye(5)[[0, 1]]).classes == 5
    assert read(np.eye(5)[[0, 1]], classes=7).classes == 7
    named = read(np.eye(3)[[0, 2]], labels=["a", "b", "c"])
    assert named.names == ("a", "b", "c")


def test_empty_classes_count_up_to_the_number_given() -> None:
    labels = read([0, 3, 0], classes=6)
    assert labels.y["train"].tolist() == [0, 3, 0]
    assert (labels.classes, labels.note) == (6, None)


@pytest.mark.parametrize(
    ("stored", "numbers", "names"),
    [
        ([1, 3, 2, 1], [0, 2, 1, 0], "1, 2, 3"),  # from 1, as EMNIST's letters
        ([1.0, -1.0, -1.0, 1.0], [1, 0, 0, 1], "-1, 1"),
        ([0, 5, 5, 0, 2, 2], [0, 2, 2, 0, 1, 1], "0, 2, 5"),
        ([20, 10, 20, 10], [1, 0, 1, 0], "10, 20"),
        (["b", "a", "c", "a"], [1, 0, 2, 0], "a, b, c"),
        (["3", "x1", "3", "x1"], [0, 1, 0, 1], "3, x1"),
        ([10**9 + 1, 10**9, 10**9 + 1, 10**9], [1, 0, 1, 0], "1000000000, 1000000001"),
    ],
)
def test_other_labels_are_classes_in_their_order(stored: Any, numbers: Any, names: str) -> None:
    labels = read(stored, stored[1:])
    assert labels.y["train"].tolist() == numbers
    assert labels.y["test"].tolist() == numbers[1:]
    assert labels.names == tuple(names.split(", "))
    assert labels.classes == len(labels.names)
    assert labels.note == f"labels {names} are classes 0 to {labels.classes - 1}"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(-50, 50), min_size=1, max_size=8, unique=True), st.data())
def test_listed_labels_have_the_places_of_the_list(listed: list[int], data: st.DataObject) -> None:
    train = data.draw(st.lists(st.sampled_from(listed), min_size=1))
    labels = read(train, labels=listed)
    assert labels.y["train"].tolist() == [listed.index(label) for label in train]
    assert labels.classes == len(listed)


def test_listed_texts_may_have_no_samples() -> None:
    labels = read(["no", "yes"], ["maybe"], labels=["yes", "no", "maybe"])
    assert (labels.y["train"].tolist(), labels.y["test"].tolist()) == ([1, 0], [2])


def test_a_long_list_of_labels_is_cut_in_the_note() -> None:
    note = read([f"c{i:02}" for i in range(12)]).note
    assert note == f"labels {', '.join(f'c{i:02}' for i in range(10))}, ... are classes 0 to 11"


ADVICE = "; list them"


@pytest.mark.parametrize(
    ("train", "test", "message"),
    [
        ([0, 1, 2.5], [], "y_train[2] must be a whole number or a text, not 2.5"),
        ([0, np.nan], [], "y_train[1] must be a whole number or a text, not nan"),
        ([0, 1e300], [], "y_train[1] must be a whole number or a text, not 1e+300"),
        (
            np.array([0, 2**63], dtype=np.uint64),
            [],
            "y_train[1] must be a whole number or a text, not 9223372036854775808",
        ),
        ([0, 1, 1, -1], [], "y_train[3] must be at least 0, not -1"),
        ([0, 1], [0, -2], "y_test[1] must be at least 0, not -2"),
        (
            [0, 0, 1, 1, 10**9],
            [],
            "y_train[4] must not be the only sample of label 1000000000, which comes after a gap"
            + ADVICE,
        ),
        (
            [0, 1, 1, 3, 3, 4],
            [],
            f"y_train[5] must not be the only sample of label 4, which comes after a gap{ADVICE}",
        ),
        (
            [0, 0, 3, 3],
            [3, 5, 5],
            f"y_test[1] must be a label of the training samples, not 5{ADVICE}",
        ),
        (
            ["setosa", "virginica"],
            ["virginca"],
            "y_test[0] must be a label of the training samples, not 'virginca' "
            "(did you mean 'virginica'?)",
        ),
        (["a", "b", " ", "a"], [], "y_train[2] must be a label, not ''"),
        (
            ["1", "2", "1", "2", "label"],
            [],
            f"y_train[4] must be a label, not 'label', the only text among numbers{ADVICE}",
        ),
        (
            [[0, 1], [1, 0], [1, 1]],
            [[0, 1]],
            "y_train[2] must be one label, or a 1 among zeros (one-hot), not 1, 1",
        ),
        (
            [[0, 1], [0, 0]],
            [[0, 1]],
            "y_train[1] must be one label, or a 1 among zeros (one-hot), not 0, 0",
        ),
        (
            [[0.0, 0.5], [1, 0]],
            [[0, 1]],
            "y_train[0] must be one label, or a 1 among zeros (one-hot), not 0.0, 0.5",
        ),
        (
            np.zeros((2, 3, 3)),
            [0],
            "y_train[0] must be one label, or a 1 among zeros (one-hot), not an array of shape "
            "(3, 3)",
        ),
    ],
)
def test_what_may_be_a_slip_names_the_sample(train: Any, test: Any, message: str) -> None:
    refused(message, train, test)


@pytest.mark.parametrize(
    ("train", "options", "message"),
    [
        ([0, 1, 2], {"classes": 2}, "y_train[2] must be below classes = 2, not 2"),
        (
            ["a", "b", "c"],
            {"classes": 2},
            "y_train[2] must be below classes = 2, not 2, which c is",
        ),
        ([0, 7], {"labels": [0, 1]}, "y_train[1] must be one of labels = [0, 1], not 7"),
        (
            ["a", "xy"],
            {"labels": ["a", "xyz"]},
            "y_train[1] must be one of labels = [a, xyz], not 'xy' (did you mean 'xyz'?)",
        ),
        (
            [0, 1],
            {"labels": ["a", "b"]},
            "labels must list whole numbers, as the samples have, not ['a', 'b']",
        ),
        (
            [[0, 1], [1, 0]],
            {"labels": ["a", "b", "c"]},
            "labels must have one entry for each of the 2 columns of one-hot labels, not 3",
        ),
    ],
)
def test_labels_must_suit_the_options(train: Any, options: Any, message: str) -> None:
    refused(message, train, **options)


def test_other_kinds_are_refused() -> None:
    message = "y_train[0] must be a number or a text, not complex128"
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        read(np.array([1j]))


def test_one_huge_label_costs_neither_time_nor_memory() -> None:
    y = np.tile(np.arange(10), 10_000)
    y[54_321] = 10**9
    start = time.monotonic()
    refused(
        "y_train[54321] must not be the only sample of label 1000000000, which comes after a gap"
        + ADVICE,
        y,
    )
    assert time.monotonic() - start < 2
