"""Archives of the user's: what is taken as it is, what needs a scale, and what is broken."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from software_ref.datasets.npz import load_npz
from software_ref.datasets.split import stratified_choice

PER_TEST = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None
)


def save(path: Path, **changes: Any) -> Path:
    """Write an archive of 3 + 2 samples of 2 features, with some arrays replaced (None: none)."""
    arrays = {
        "x_train": np.array([[0.0, 0.25], [0.5, 1.0], [0.75, 0.125]]),
        "y_train": np.array([0, 2, 1]),
        "x_test": np.array([[0.5, 0.5], [1.0, 0.0]]),
        "y_test": np.array([1, 0]),
    } | changes
    np.savez(path, **{key: array for key, array in arrays.items() if array is not None})
    return path


def assert_refused(path: Path, message: str, **options: Any) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_npz(path, **options)


def test_floats_in_range_are_kept(tmp_path: Path) -> None:
    dataset = load_npz(save(tmp_path / "mine.npz"))
    assert dataset.x_train.tolist() == [[0.0, 0.25], [0.5, 1.0], [0.75, 0.125]]
    assert dataset.x_train.dtype == np.float64
    assert dataset.y_test.tolist() == [1, 0]
    assert (dataset.name, dataset.classes) == ("mine.npz", 3)
    assert dataset.provenance == "read from mine.npz"


@pytest.mark.parametrize(
    ("stored", "loaded"),
    [("f2", "f4"), ("f4", "f4"), (">f4", "f4"), (">f8", "f8"), (np.longdouble, "f8")],
)
def test_any_float_type_is_taken(tmp_path: Path, stored: Any, loaded: str) -> None:
    x = np.array([[0.5, 0.25]] * 3).astype(stored)
    dataset = load_npz(save(tmp_path / "a.npz", x_train=x))
    assert dataset.x_train.dtype == np.dtype(loaded)
    assert dataset.x_train.tolist() == [[0.5, 0.25]] * 3


def test_images_are_flattened_and_bytes_kept(tmp_path: Path) -> None:
    x = np.arange(36, dtype=np.uint8).reshape(3, 3, 4)
    dataset = load_npz(save(tmp_path / "a.npz", x_train=x, x_test=x[:2]))
    assert dataset.x_train.dtype == np.uint8
    assert dataset.x_train.tolist() == x.reshape(3, 12).tolist()


def test_empty_test_set_is_taken(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npz", x_test=np.zeros((0, 1, 2)), y_test=np.zeros(0, dtype=int))
    assert load_npz(path).x_test.shape == (0, 2)


def test_classes_may_be_given(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npz")
    assert load_npz(path, classes=52).classes == 52
    assert_refused(path, f"{path}: y_train[1] must be below classes = 2, not 2", classes=2)


def test_scale_maps_its_ends_to_0_and_1(tmp_path: Path) -> None:
    x = np.array([[-8, 24], [0, 8]], dtype=np.int16)
    path = save(tmp_path / "a.npz", x_train=x[[0, 1, 1]], x_test=x)
    dataset = load_npz(path, scale=[-8, 24])
    assert dataset.x_test.tolist() == [[0.0, 1.0], [0.25, 0.5]]
    assert dataset.x_test.dtype == np.float64
    assert dataset.provenance == "read from a.npz, scaled from [-8.0, 24.0]"


def test_scale_applies_to_bytes_too(tmp_path: Path) -> None:
    x = np.array([[0, 5], [10, 1]], dtype=np.uint8)
    path = save(tmp_path / "a.npz", x_train=x[[0, 1, 1]], x_test=x)
    assert load_npz(path, scale=[0, 10]).x_test.tolist() == [[0.0, 0.5], [1.0, 0.1]]


def test_values_outside_the_scale_are_refused_or_clipped(tmp_path: Path) -> None:
    x = np.array([[0.0, 30.0], [-4.0, 10.0]])
    path = save(tmp_path / "a.npz", x_train=x[[0, 1, 1]], x_test=x)
    assert_refused(
        path,
        f"{path}: x_train[0, 1] must lie in scale = [0, 20], but is 30, and the whole spans "
        "-4 to 30; widen scale or set clip = true",
        scale=[0, 20],
    )
    dataset = load_npz(path, scale=[0, 20], clip=True)
    assert dataset.x_test.tolist() == [[0.0, 1.0], [0.0, 0.5]]
    assert dataset.provenance == "read from a.npz, scaled from [0.0, 20.0] and clipped"


def test_other_ranges_are_refused_with_a_scale_that_fits(tmp_path: Path) -> None:
    counts = np.array([[0, 1200], [7, 65000], [1, 1]], dtype=np.uint16)
    path = save(tmp_path / "a.npz", x_train=counts, x_test=counts[:2])
    assert_refused(
        path,
        f"{path}: x_train must be uint8, or floats in [0, 1], not uint16 from 0 to 65000; "
        'say how to map it in [data.options]: scale = "feature" maps each feature by its own '
        "range, scale = [0, 65000] all alike",
    )
    x = np.array([[-6.26, 26.9], [0.0, 1.0]], dtype=np.float32)
    path = save(tmp_path / "b.npz", x_test=x)
    assert_refused(
        path,
        f"{path}: x_test must be uint8, or floats in [0, 1], not float32 from -6.26 to 26.9; "
        'say how to map it in [data.options]: scale = "feature" maps each feature by its own '
        "range, scale = [-7, 27] all alike",
    )


@PER_TEST
@given(
    x=st.sampled_from(["f4", "f8", "i4", "u2", "?"]).flatmap(
        lambda kind: npst.arrays(
            kind,
            (3, 2),
            elements=st.floats(-1e6, 1e6, width=32) if kind[0] == "f" else None,
        )
    )
)
def test_the_suggested_scale_always_works(tmp_path: Path, x: np.ndarray) -> None:
    path = save(tmp_path / "a.npz", x_train=x, x_test=x[:2])
    try:
        dataset = load_npz(path)
    except ValueError as error:
        found = re.search(r"scale = \[(\S+), (\S+)\] all alike$", str(error))
        assert found
        dataset = load_npz(path, scale=[float(found[1]), float(found[2])])
    assert dataset.x_train.shape == (3, 2)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"scale": 5}, TypeError, 'scale must be a pair [low, high] or "feature", not 5'),
        (
            {"scale": [1, 2, 3]},
            TypeError,
            'scale must be a pair [low, high] or "feature", not [1, 2, 3]',
        ),
        (
            {"scale": "features"},
            TypeError,
            "scale must be a pair [low, high] or \"feature\", not 'features'",
        ),
        ({"scale": [0, "1"]}, TypeError, "scale must hold two numbers, not [0, '1']"),
        (
            {"scale": [1, 1]},
            ValueError,
            "scale must hold two finite numbers, the lower one first, not [1, 1]",
        ),
        (
            {"scale": [0, float("inf")]},
            ValueError,
            "scale must hold two finite numbers, the lower one first, not [0, inf]",
        ),
        ({"clip": 1}, TypeError, "clip must be true or false, not 1"),
        (
            {"clip": True},
            ValueError,
            "clip must come with scale = [low, high], the range to clip to",
        ),
        ({"classes": 3.0}, TypeError, "classes must be an integer, not 3.0"),
        ({"classes": 0}, ValueError, "classes must be at least 1, not 0"),
        ({"shuffle": "no"}, TypeError, "shuffle must be true or false, not 'no'"),
        ({"seed": -1}, ValueError, "seed must be at least 0, not -1"),
        ({"labels": 3}, TypeError, "labels must be a list of numbers or texts, not 3"),
        ({"labels": [0, 1.5]}, TypeError, "labels must hold whole numbers or texts, not 1.5"),
        ({"labels": [0, "0"]}, ValueError, "labels must hold each label once, not 0 again"),
        (
            {"labels": [0, 1, 2], "classes": 4},
            ValueError,
            "classes must be left out, or the 3 of labels, not 4",
        ),
    ],
)
def test_wrong_options_are_refused(
    tmp_path: Path, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        load_npz(save(tmp_path / "a.npz"), **options)


def test_missing_file_is_named(tmp_path: Path) -> None:
    message = f"there is no file {tmp_path / 'a.npz'}"
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        load_npz(tmp_path / "a.npz")


def test_missing_arrays_are_named(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npz", x_test=None, y_test=None, surplus=np.zeros(2))
    needed = f"{path} must hold the arrays x_train, y_train, x_test, y_test; it lacks "
    assert_refused(
        path,
        f"{needed}x_test, y_test and holds x_train, y_train, surplus; [data.options] test = 0.2 "
        "holds a fifth of the training samples out",
    )
    save(path, y_train=None)
    assert_refused(path, f"{needed}y_train and holds x_train, x_test, y_test")


def test_python_objects_are_never_unpickled(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npz", y_train=np.array([0, "b", None], dtype=object))
    assert_refused(
        path,
        f"{path} must be a whole .npz archive without objects: "
        "Object arrays cannot be loaded when allow_pickle=False",
    )


def test_surplus_arrays_are_never_read(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npz", words=np.array([{}], dtype=object))
    assert load_npz(path).classes == 3


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    for content in (b"", b"text", buffer.getvalue()):
        path.write_bytes(content)
        assert_refused(
            path, f"{path} must be an .npz archive (a zip file), but is none or is truncated"
        )


def test_a_member_that_is_no_array_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npz", y_test=None)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("y_test", b"0 1")
    assert_refused(path, f"{path}: y_test must be a NumPy array, not raw bytes")


def test_truncated_archive_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npz")
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        assert_refused(
            path, f"{path} must be an .npz archive (a zip file), but is none or is truncated"
        )


def test_no_broken_byte_escapes_as_another_error(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez_compressed(save(path), **dict(np.load(save(path))))
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x14]) + whole[place + 1 :])
        try:
            load_npz(path)
        except (ValueError, TypeError) as error:
            assert "a.npz" in str(error)
            assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"x_train": np.array([["a", "b"]] * 3)},
            "{path}: x_train must hold real numbers, not <U1",
        ),
        (
            {"x_train": np.zeros(3)},
            "{path}: x_train must have shape (samples, ...), two or more axes, not (3,)",
        ),
        (
            {"x_train": np.array([[0.0, np.nan]] * 3)},
            "{path}: x_train[0, 1] must be finite, not nan",
        ),
        (
            {"y_train": np.array([0, 1])},
            "{path}: x_train and y_train must have equal lengths, not 3 samples and 2 labels",
        ),
        (
            {"x_test": np.zeros((2, 3))},
            "{path}: x_test must have as many features as x_train (2), not 3",
        ),
        (
            {"x_train": np.zeros((0, 2)), "y_train": np.zeros(0, dtype=int)},
            "{path}: x_train must hold at least one sample, not 0",
        ),
    ],
)
def test_unusable_arrays_are_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    path = save(tmp_path / "a.npz", **changes)
    assert_refused(path, message.format(path=path))


def test_validation_samples_are_taken_where_there_are_any(tmp_path: Path) -> None:
    held_out = {"x_validation": np.array([[2.0, 1.0]]), "y_validation": np.array([3])}
    path = save(tmp_path / "a.npz", **held_out)
    dataset = load_npz(path, scale=(0, 4))
    assert dataset.x_validation.tolist() == [[0.5, 0.25]]
    assert dataset.y_validation.tolist() == [3]
    assert dataset.classes == 4
    save(path, x_validation=held_out["x_validation"])
    assert_refused(path, f"{path} must hold y_validation beside x_validation, or neither")
    save(path, y_validation=held_out["y_validation"])
    assert_refused(path, f"{path} must hold x_validation beside y_validation, or neither")


def test_arrays_may_have_other_names(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    x = np.array([[0.0, 0.25], [0.5, 1.0]])
    np.savez(path, features=x, y_train=np.array([0, 1]), x_test=x[:1], right=np.array([1]))
    dataset = load_npz(path, arrays={"x_train": "features", "y_test": "right"})
    assert dataset.x_train.tolist() == x.tolist()
    assert dataset.y_test.tolist() == [1]
    message = (
        f"{path} must hold the arrays features, y_train, x_test, y_test; it lacks y_test and "
        "holds features, y_train, x_test, right; [data.options] test = 0.2 holds a fifth of the "
        "training samples out"
    )
    assert_refused(path, message, arrays={"x_train": "features"})


@pytest.mark.parametrize(
    "names", ["xtr ytr xte yte", "X_train y_train X_test y_test", "arr_0 arr_1 arr_2 arr_3"]
)
def test_arrays_may_have_names_that_people_use(tmp_path: Path, names: str) -> None:
    path = save(tmp_path / "mine.npz")
    plain = load_npz(path)
    stored = dict(np.load(path))
    named = dict(zip(names.split(), stored.values(), strict=True))
    np.savez(tmp_path / "named.npz", **named)
    dataset = load_npz(tmp_path / "named.npz")
    assert np.array_equal(dataset.x_test, plain.x_test)
    assert dataset.y_train.tolist() == plain.y_train.tolist()


def test_labels_may_be_one_hot_or_names(tmp_path: Path) -> None:
    hot = save(tmp_path / "a.npz", y_train=np.eye(3)[[0, 2, 1]], y_test=np.eye(3)[[1, 0]])
    assert load_npz(hot).y_train.tolist() == [0, 2, 1]
    named = save(
        tmp_path / "b.npz", y_train=np.array(["no", "yes", "no"]), y_test=np.array(["yes", "no"])
    )
    dataset = load_npz(named)
    assert (dataset.y_train.tolist(), dataset.class_names) == ([0, 1, 0], ("no", "yes"))
    assert dataset.notes == ("labels no, yes are classes 0 to 1",)


def test_the_number_and_names_of_classes_may_be_in_the_archive(tmp_path: Path) -> None:
    names = np.array(["a", "b", "c", "d", "e"])
    path = save(tmp_path / "a.npz", classes=np.array(5), class_names=names)
    dataset = load_npz(path)
    assert (dataset.classes, dataset.class_names) == (5, tuple("abcde"))
    # Class 1 has no sample, and is kept all the same.
    save(path, classes=np.array(3), y_train=np.array([0, 2, 2]), y_test=np.array([0, 2]))
    dataset = load_npz(path)
    assert (dataset.y_train.tolist(), dataset.classes, dataset.notes) == ([0, 2, 2], 3, ())
    assert load_npz(path, classes=4).classes == 4


def test_training_samples_may_be_shuffled(tmp_path: Path) -> None:
    x = np.arange(12)[:, np.newaxis] / 16
    path = tmp_path / "a.npz"
    save(path, x_train=x, y_train=np.repeat([0, 1, 2], 4), x_test=x[:2])
    mixed, again, other = (load_npz(path, shuffle=True, seed=seed) for seed in (5, 5, 6))
    order = (mixed.x_train[:, 0] * 16).astype(int)
    assert sorted(order) == list(range(12))
    assert list(order) != list(range(12))
    assert mixed.y_train.tolist() == (order // 4).tolist()
    assert mixed.x_test.tolist() == x[:2].tolist()
    assert np.array_equal(again.x_train, mixed.x_train)
    assert not np.array_equal(other.x_train, mixed.x_train)
    assert mixed.provenance == "read from a.npz, shuffled with seed 5"


@pytest.mark.parametrize(("test", "count"), [(0.25, 3), (3, 3), (0.01, 1), (11, 11)])
def test_test_samples_are_held_out_where_there_are_none(
    tmp_path: Path, test: float, count: int
) -> None:
    x = np.arange(12)[:, np.newaxis] / 16
    y = np.array([0, 0, 0, 1] * 3)
    path = save(tmp_path / "a.npz", x_train=x, y_train=y, x_test=None, y_test=None)
    dataset = load_npz(path, test=test, seed=5)
    chosen = stratified_choice(y, count, 5, where="")
    assert dataset.x_test.tolist() == x[chosen].tolist()
    assert dataset.y_test.tolist() == y[chosen].tolist()
    assert dataset.x_train.tolist() == x[~chosen].tolist()
    assert dataset.y_train.tolist() == y[~chosen].tolist()
    assert len(dataset.y_test) == count
    assert dataset.provenance == (
        f"read from a.npz, {count} samples held out for the test with seed 5"
    )


def test_a_test_split_must_suit_the_archive(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npz")
    message = f"test must be left out for {path}, which holds x_test and y_test"
    assert_refused(path, message, test=0.5)
    save(path, x_test=None)
    assert_refused(path, f"{path} must hold x_test beside y_test, or neither", test=0.5)
    save(path, x_test=None, y_test=None)
    message = f"{path}: the number of samples held out must lie in 0 to 2 (all but one), not 3"
    assert_refused(path, message, test=3)
    save(path, x_test=None, y_test=None, y_train=np.array([0, 1]))
    message = f"{path}: x_train and y_train must have equal lengths, not 3 samples and 2 labels"
    assert_refused(path, message, test=1)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"test": "0.2"}, TypeError, "test must be a share or a number of samples, not '0.2'"),
        ({"test": True}, TypeError, "test must be a share or a number of samples, not True"),
        (
            {"test": 1.0},
            ValueError,
            "test must be a share above 0 and below 1, or an integer from 1, not 1.0",
        ),
        (
            {"test": 0},
            ValueError,
            "test must be a share above 0 and below 1, or an integer from 1, not 0",
        ),
        ({"arrays": ["x"]}, TypeError, "arrays must be a table of names, not ['x']"),
        ({"arrays": {"x_train": 3}}, TypeError, "arrays must name x_train by a string, not 3"),
        (
            {"arrays": {"features": "x"}},
            ValueError,
            "arrays must have keys of x_train, y_train, x_test, y_test, x_validation, "
            "y_validation, not 'features'",
        ),
    ],
)
def test_wrong_names_and_test_shares_are_refused(
    tmp_path: Path, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        load_npz(save(tmp_path / "a.npz"), **options)
