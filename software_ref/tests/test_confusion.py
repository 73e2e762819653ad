"""Confusion matrices: counts, accuracies by class, their table and their picture."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from software_ref.confusion import Confusion, confusion_figure
from software_ref.figure import write_picture

SEEDED = settings(derandomize=True, deadline=None, max_examples=50)


def test_counts_by_hand() -> None:
    """Class 0: right, right, taken for 2; class 1: taken for 2 twice; class 2: none."""
    confusion = Confusion.count([0, 1, 0, 1, 0], [0, 2, 2, 2, 0], 3, ("a", "b"))
    assert confusion.counts.tolist() == [[2, 0, 1], [0, 0, 2], [0, 0, 0]]
    assert confusion.counts.dtype == np.int64
    assert (confusion.samples, confusion.accuracy) == (5, 0.4)
    assert confusion.class_accuracy == (2 / 3, 0.0, None)
    assert [confusion.most_taken_for(number) for number in range(3)] == [2, 2, None]
    assert confusion.lines() == [
        "class  samples  correct %  most taken for  times",
        "a            3      66.67  2                   1",
        "b            2       0.00  2                   2",
        "2            0",
    ]
    assert confusion.document() == {
        "classes": ["a", "b", "2"],
        "counts": [[2, 0, 1], [0, 0, 2], [0, 0, 0]],
        "samples": 5,
        "accuracy": 0.4,
        "class_accuracy": [2 / 3, 0.0, None],
    }


def test_no_samples_have_no_accuracy() -> None:
    confusion = Confusion.count([], [], 2)
    assert confusion.accuracy is None
    assert confusion.class_accuracy == (None, None)


@SEEDED
@given(st.integers(1, 6).flatmap(lambda classes: st.tuples(
    st.just(classes),
    st.lists(st.tuples(st.integers(0, classes - 1), st.integers(0, classes - 1)), max_size=40),
)))  # fmt: skip
def test_every_sample_is_counted_once(case: tuple[int, list[tuple[int, int]]]) -> None:
    classes, pairs = case
    labels = [label for label, _ in pairs]
    confusion = Confusion.count(labels, [guess for _, guess in pairs], classes)
    assert confusion.samples == len(pairs)
    for label in range(classes):
        for guess in range(classes):
            assert confusion.counts[label, guess] == pairs.count((label, guess))
    if pairs:
        assert confusion.accuracy == sum(label == guess for label, guess in pairs) / len(pairs)


@pytest.mark.parametrize(
    ("labels", "predictions", "message"),
    [
        ([0, 1], [0], "predictions must be as many as the labels, not (1,) and (2,)"),
        ([0, 3], [0, 1], "labels must be 0 to 2, not 3"),
        ([0, 1], [0, -1], "predictions must be 0 to 2, not -1"),
    ],
)
def test_wrong_classes(labels: list[int], predictions: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Confusion.count(labels, predictions, 3)


def test_wrong_matrices() -> None:
    with pytest.raises(ValueError, match=r"^counts must be a square matrix .*, not \(2, 3\)$"):
        Confusion(np.zeros((2, 3), np.int64))
    with pytest.raises(ValueError, match=r"^counts must be at least 0, not -1$"):
        Confusion(np.array([[-1]]))
    with pytest.raises(ValueError, match=r"^names must be at most one for each of the 1 classes"):
        Confusion(np.array([[1]]), ("a", "b"))


@pytest.mark.parametrize("classes", [1, 3, 40])
def test_the_picture(tmp_path: Path, classes: int) -> None:
    rng = np.random.default_rng(1)
    labels, predictions = rng.integers(0, classes, (2, 100))
    confusion = Confusion.count(labels, predictions, classes)
    write_picture(tmp_path / "a.png", confusion_figure("title", confusion))
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
