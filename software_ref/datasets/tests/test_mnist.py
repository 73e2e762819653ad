"""MNIST and its like: found under the names they are published under, of any size and type."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from software_ref.datasets.mnist import load_mnist
from software_ref.datasets.tests.idx_files import write_idx

NAMES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}


def arrays(rows: int = 28, columns: int = 28, labels: Any = (0, 2, 1, 2)) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "x_train": rng.integers(0, 256, (len(labels), rows, columns), dtype=np.uint8),
        "y_train": np.array(labels, dtype=np.uint8),
        "x_test": rng.integers(0, 256, (2, rows, columns), dtype=np.uint8),
        "y_test": np.array(labels[:2], dtype=np.uint8),
    }


def write(
    folder: Path, stored: dict[str, np.ndarray], names: dict[str, str] = NAMES, end: str = ""
) -> Path:
    for key, name in names.items():
        write_idx(folder / f"{name}{end}", stored[key])
    return folder


def refused(error: type[Exception], message: str, folder: Path, **options: Any) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        load_mnist(folder, **options)


@pytest.mark.parametrize("folder", [".", "MNIST/raw"])
@pytest.mark.parametrize("spelling", ["-idx", ".idx"])
@pytest.mark.parametrize("end", ["", ".gz"])
def test_mnist_is_found_as_idx_files(tmp_path: Path, folder: str, spelling: str, end: str) -> None:
    stored = arrays()
    names = {key: name.replace("-idx", spelling) for key, name in NAMES.items()}
    write(tmp_path / folder, stored, names, end)
    dataset = load_mnist(tmp_path)
    assert dataset.x_train.dtype == np.uint8
    assert np.array_equal(dataset.x_train, stored["x_train"].reshape(4, 784))
    assert np.array_equal(dataset.x_test, stored["x_test"].reshape(2, 784))
    assert (dataset.y_train.tolist(), dataset.y_test.tolist()) == ([0, 2, 1, 2], [0, 2])
    assert (dataset.name, dataset.classes, dataset.notes) == ("mnist", 3, ())


def test_mnist_is_found_as_npz_before_idx_files(tmp_path: Path) -> None:
    stored = arrays()
    np.savez(tmp_path / "mnist.npz", **stored)  # type: ignore[arg-type]
    (tmp_path / NAMES["x_train"]).write_bytes(b"never read")
    dataset = load_mnist(tmp_path)
    assert np.array_equal(dataset.x_train, stored["x_train"].reshape(4, 784))
    assert dataset.provenance == "read from mnist.npz"


@pytest.mark.parametrize(
    "names",
    [
        "{0}train-images-idx3-ubyte {0}train-labels-idx1-ubyte {0}test-images-idx3-ubyte "
        "{0}test-labels-idx1-ubyte",
        "{0}train-images.idx3-ubyte.gz {0}train-labels.idx1-ubyte.gz {0}t10k-images.idx3-ubyte "
        "{0}t10k-labels.idx1-ubyte",
        "{0}Train-Images-idx3-ubyte {0}train_labels-idx1-ubyte {0}TEST-IMAGES-IDX3-UBYTE "
        "{0}test-labels-idx1-ubyte",
    ],
)
def test_names_may_begin_with_that_of_a_set(tmp_path: Path, names: str) -> None:
    stored = arrays()
    spelt = dict(zip(NAMES, names.format("my-set-").split(), strict=True))
    write(tmp_path, stored, spelt)
    dataset = load_mnist(tmp_path)
    assert np.array_equal(dataset.x_test, stored["x_test"].reshape(2, 784))
    assert dataset.y_train.tolist() == [0, 2, 1, 2]


def test_letters_of_emnist_count_from_1_and_are_set_upright(tmp_path: Path) -> None:
    labels = [*range(1, 27), 5]
    stored = arrays(labels=labels)
    names = {key: f"emnist-letters-{name.replace('t10k', 'test')}" for key, name in NAMES.items()}
    write(tmp_path, stored, names)
    dataset = load_mnist(tmp_path)
    assert np.array_equal(dataset.x_train.reshape(-1, 28, 28), stored["x_train"].swapaxes(1, 2))
    assert dataset.y_train.tolist() == [label - 1 for label in labels]
    assert dataset.classes == 26
    assert dataset.notes == ("labels 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ... are classes 0 to 25",)
    assert dataset.provenance.endswith(", rows and columns of the images exchanged")
    plain = load_mnist(tmp_path, transpose=False)
    assert np.array_equal(plain.x_train.reshape(-1, 28, 28), stored["x_train"])


def test_labels_of_qmnist_are_the_first_of_eight_numbers(tmp_path: Path) -> None:
    stored = arrays()
    for key in ("y_train", "y_test"):
        numbers = np.arange(8 * len(stored[key]), dtype=np.int32).reshape(-1, 8)
        stored[key] = np.where(np.arange(8) == 0, stored[key][:, np.newaxis], numbers).astype("i4")
    names = {
        "x_train": "qmnist-train-images-idx3-ubyte.gz",
        "y_train": "qmnist-train-labels-idx2-int.gz",
        "x_test": "qmnist-test-images-idx3-ubyte.gz",
        "y_test": "qmnist-test-labels-idx2-int.gz",
    }
    write(tmp_path, stored, names)
    assert load_mnist(tmp_path).y_train.tolist() == [0, 2, 1, 2]


def test_kmnist_has_an_array_a_file(tmp_path: Path) -> None:
    stored = arrays()
    names = ("train-imgs", "train-labels", "test-imgs", "test-labels")
    for key, name in zip(NAMES, names, strict=True):
        np.savez_compressed(tmp_path / f"kmnist-{name}.npz", stored[key])
    dataset = load_mnist(tmp_path)
    assert np.array_equal(dataset.x_test, stored["x_test"].reshape(2, 784))
    assert dataset.y_train.tolist() == [0, 2, 1, 2]
    broken = tmp_path / "kmnist-test-labels.npz"
    np.savez(broken, a=stored["y_test"], b=stored["y_test"])
    refused(ValueError, f"{broken} must hold one array, not a, b", tmp_path)


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (32, 16), (8, 8)])
def test_images_of_any_size(tmp_path: Path, rows: int, columns: int) -> None:
    stored = arrays(rows, columns)
    dataset = load_mnist(write(tmp_path, stored))
    assert np.array_equal(dataset.x_train, stored["x_train"].reshape(4, -1))


def test_features_of_other_types_need_a_scale(tmp_path: Path) -> None:
    stored = arrays(2, 2)
    stored |= {key: stored[key].astype(np.int16) * 4 for key in ("x_train", "x_test")}
    write(tmp_path, stored)
    dataset = load_mnist(tmp_path, scale=[0, 1020])
    assert np.allclose(dataset.x_train * 1020, stored["x_train"].reshape(4, 4))
    low, high = stored["x_train"].min(), stored["x_train"].max()
    message = (
        f"{tmp_path / NAMES['x_train']}: x_train must be uint8, or floats in [0, 1], not int16 "
        f'from {low} to {high}; say how to map it in [data.options]: scale = "feature" maps each '
        "feature by its own range, scale = [40, 1000] all alike"
    )
    refused(ValueError, message, tmp_path)
    reals = {key: array / 255 for key, array in arrays(3, 1).items()}
    flat = {"x_train": reals["x_train"][:, :, 0], "x_test": reals["x_test"][:, :, 0]}
    write(tmp_path, stored | flat)
    assert np.array_equal(load_mnist(tmp_path).x_train, flat["x_train"])
    message = (
        f"{tmp_path / NAMES['x_train']} must hold images (n, rows, columns) to exchange rows and "
        "columns, not an array of shape (4, 3)"
    )
    refused(ValueError, message, tmp_path, transpose=True)


def test_one_of_several_sets_is_chosen_by_its_name(tmp_path: Path) -> None:
    for number, name in enumerate(("emnist-digits", "emnist-letters")):
        stored = arrays(2, 2, labels=[number] * 2)
        write(tmp_path / "gzip", stored, {key: f"{name}-{end}" for key, end in NAMES.items()})
    folder = tmp_path / "gzip"
    message = (
        f"mnist: {folder} holds the sets emnist-digits, emnist-letters; say which one with "
        '[data.options] files = "emnist-digits"'
    )
    refused(ValueError, message, folder)
    assert load_mnist(folder, files="emnist-digits").provenance.startswith("read from emnist-dig")
    assert load_mnist(tmp_path, files="gzip/EMNIST-letters-").class_names == ("1",)
    message = (
        f"mnist: files must name a set in {folder}, not 'emnist'; it has emnist-digits, "
        "emnist-letters"
    )
    refused(ValueError, message, folder, files="emnist")
    # MNIST's own names come first, and an unpacked file before its archive.
    write(folder, arrays(2, 2))
    (folder / f"{NAMES['x_train']}.gz").write_bytes(b"never read")
    assert load_mnist(folder).classes == 3


def test_mnist_without_a_folder_asks_for_one() -> None:
    message = "mnist needs --data DIR, the folder of mnist.npz or of the four IDX files"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_mnist(None)


def test_missing_folder_is_named(tmp_path: Path) -> None:
    message = f"mnist: there is no folder {tmp_path / 'nowhere'}"
    refused(FileNotFoundError, message, tmp_path / "nowhere")


def test_missing_files_are_named(tmp_path: Path) -> None:
    start = (
        f"mnist: {tmp_path} must hold mnist.npz, or the four IDX files (with or without .gz, "
        "also in MNIST/raw), of which these are missing: "
    )
    refused(FileNotFoundError, start + ", ".join(NAMES.values()), tmp_path)
    stored = arrays()
    write(tmp_path, stored, {key: NAMES[key] for key in ("x_train", "x_test", "y_test")})
    refused(FileNotFoundError, f"{start}{tmp_path / NAMES['y_train']}", tmp_path)


def test_without_test_files_some_training_images_are_held_out(tmp_path: Path) -> None:
    stored = arrays(2, 2, labels=[0, 1] * 5)
    write(tmp_path, stored, {key: NAMES[key] for key in ("x_train", "y_train")})
    missing = ", ".join(str(tmp_path / NAMES[key]) for key in ("x_test", "y_test"))
    message = (
        f"mnist: {tmp_path} must hold mnist.npz, or the four IDX files (with or without .gz, "
        f"also in MNIST/raw), of which these are missing: {missing}; [data.options] test = 0.2 "
        "holds a fifth of the training samples out"
    )
    refused(FileNotFoundError, message, tmp_path)
    dataset = load_mnist(tmp_path, test=0.2)
    assert (len(dataset.y_train), len(dataset.y_test)) == (8, 2)
    write(tmp_path, stored)
    message = f"mnist: test must be left out for {tmp_path}, which has test images"
    refused(ValueError, message, tmp_path, test=0.2)


def test_a_label_that_may_be_a_slip_names_file_and_sample(tmp_path: Path) -> None:
    stored = arrays(2, 2, labels=[0, 1] * 10)
    stored["y_train"] = stored["y_train"].astype(np.int32)
    stored["y_train"][7] = 10**9
    write(tmp_path, stored)
    message = (
        f"{tmp_path / NAMES['y_train']}: y_train[7] must not be the only sample of label "
        "1000000000, which comes after a gap; [data.options] labels = [...] lists the classes"
    )
    refused(ValueError, message, tmp_path)


def test_lengths_that_differ_are_told(tmp_path: Path) -> None:
    stored = arrays(2, 2)
    stored["y_test"] = stored["y_test"][:1]
    message = "mnist: x_test and y_test must have equal lengths, not 2 samples and 1 labels"
    refused(ValueError, message, write(tmp_path, stored))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"files": 3}, "files must be a string, not 3"),
        ({"transpose": "no"}, "transpose must be true or false, not 'no'"),
    ],
)
def test_options_of_the_wrong_type_are_refused(
    tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    refused(TypeError, message, tmp_path, **options)


@pytest.mark.real_data
def test_the_real_digits(data_dir: Path) -> None:
    dataset = load_mnist(data_dir)
    assert (dataset.x_train.shape, dataset.x_test.shape) == ((60_000, 784), (10_000, 784))
    assert (dataset.classes, dataset.notes) == (10, ())
