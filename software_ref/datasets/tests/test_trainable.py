"""What statistics need: a sample of each class and a feature that varies."""

import re
from typing import Any

import numpy as np
import pytest

from software_ref.datasets import Dataset
from software_ref.datasets.trainable import check_trainable, empty_classes, varying_features


def tiny(x: Any, y: list[int], classes: int) -> Dataset:
    x = np.asarray(x)
    return Dataset(
        name="tiny",
        x_train=x,
        y_train=np.array(y),
        x_test=x[:0],
        y_test=np.zeros(0, dtype=int),
        classes=classes,
        provenance="",
    )


def test_empty_classes_and_varying_features_by_hand() -> None:
    x = np.array([[0, 1, 5, 7], [0, 2, 5, 7], [0, 1, 5, 8]], dtype=np.uint8)
    assert varying_features(x).tolist() == [False, True, False, True]
    assert empty_classes(tiny(x, [3, 1, 3], 5)) == [0, 2, 4]


def test_a_data_set_that_can_be_measured_passes() -> None:
    check_trainable(tiny([[0.0, 1.0], [0.5, 1.0]], [0, 1], 2))


@pytest.mark.parametrize(
    ("labels", "classes", "listed"),
    [([0, 2], 3, "1"), ([1, 2], 4, "0, 3"), ([0, 9], 10, "1, 2, 3, 4, 5 and 3 more")],
)
def test_classes_without_samples_are_told(labels: list[int], classes: int, listed: str) -> None:
    message = (
        "tiny: every class must have a training sample, "
        f"but of 0 to {classes - 1} these have none: {listed}"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        check_trainable(tiny([[0.0], [1.0]], labels, classes))


def test_constant_features_alone_are_refused() -> None:
    message = "tiny: some feature must vary among the training samples, but all 2 are constant"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        check_trainable(tiny([[0.5, 1.0]] * 2, [0, 1], 2))
