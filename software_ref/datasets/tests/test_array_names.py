"""Which array is which: names that people use, arrays without names, and what is ambiguous."""

from __future__ import annotations

import re

import pytest

from software_ref.datasets.array_names import ARRAYS, find_arrays, find_unnamed_arrays

VALIDATED = ("x_train", "y_train", "x_validation", "y_validation", "x_test", "y_test")


@pytest.mark.parametrize(
    "names",
    [
        "x_train y_train x_validation y_validation x_test y_test",
        "xtr ytr xva yva xte yte",
        "X_train y_train X_val y_val X_test y_test",
        "trainX trainY validX validY testX testY",
        "train_images train_labels val_images val_labels test_images test_labels",
        "train_data train_targets dev_data dev_targets test_data test_targets",
        "features_train label_train features_valid label_valid features_test label_test",
    ],
)
def test_names_that_people_use(names: str) -> None:
    present = names.split()
    found = find_arrays([*present, "words", "classes"], {}, where="a.npz")
    assert found == dict(zip(VALIDATED, present, strict=True))


@pytest.mark.parametrize(
    "names", ["X y", "data target", "images labels", "features targets", "x_train y_train"]
)
def test_names_without_a_split_are_for_training(names: str) -> None:
    present = names.split()
    assert find_arrays(present, {}, where="") == dict(zip(ARRAYS[:2], present, strict=True))


def test_the_exact_name_comes_first_and_what_the_user_gives_before_it() -> None:
    present = ["X_train", "x_train", "y_train", "x", "t"]
    assert find_arrays(present, {}, where="")["x_train"] == "x_train"
    found = find_arrays(present, {"x_train": "x", "y_test": "t"}, where="")
    assert found == {"x_train": "x", "y_train": "y_train", "y_test": "t"}


def test_two_names_for_one_array_are_refused() -> None:
    message = (
        "a.npz holds images and data, which could all be x_train; say which is which with "
        "[data.options] arrays, such as { x_train = 'images' }"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        find_arrays(["images", "data", "labels"], {}, where="a.npz")


@pytest.mark.parametrize(
    ("shapes", "order"),
    [
        ([(60, 4), (60,)], "xy"),
        ([(60,), (60, 4)], "yx"),
        ([(60, 4), (60,), (20, 4), (20,)], "xyXY"),
        ([(60, 4), (20, 4), (60,), (20, 1)], "xXyY"),
        ([(60, 28, 28), (60, 1), (20, 28, 28), (20, 1)], "xyXY"),
    ],
)
def test_arrays_without_names_are_told_by_their_shapes(
    shapes: list[tuple[int, ...]], order: str
) -> None:
    by_name = {f"arr_{i}": shape for i, shape in enumerate(shapes)}
    keys = dict(zip("xyXY", ARRAYS, strict=True))
    found = find_unnamed_arrays(list(by_name), by_name.__getitem__, where="")
    assert found == {keys[letter]: f"arr_{i}" for i, letter in enumerate(order)}


@pytest.mark.parametrize(
    "shapes",
    [
        [(60, 4)],
        [(60, 4), (60, 3)],  # labels may be one-hot: which are they?
        [(60, 4), (20, 4), (20,), (60,)],
        [(9, 4), (9,)] * 3,  # validation or test first?
    ],
)
def test_shapes_that_do_not_tell_are_refused(shapes: list[tuple[int, ...]]) -> None:
    by_name = {f"arr_{i}": shape for i, shape in enumerate(shapes)}
    listed = ", ".join(f"{name} {shape}" for name, shape in by_name.items())
    message = (
        f"a.npz holds {listed}; say which is which with [data.options] arrays, such as "
        "{ x_train = 'arr_0' }"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        find_unnamed_arrays(list(by_name), by_name.__getitem__, where="a.npz")


def test_named_arrays_beside_others_are_not_told_by_shapes() -> None:
    assert find_unnamed_arrays(["arr_0", "words"], lambda name: (1,), where="") == {}
    assert find_unnamed_arrays([], lambda name: (1,), where="") == {}
