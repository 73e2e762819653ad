"""Data sets by name: each name reaches its loader, and wrong names and options are told."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from software_ref.datasets import load_dataset
from software_ref.datasets.morse import MorseOptions, morse_splits
from software_ref.datasets.registry import NAMES, option_names


def save(path: Path, value: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    x, y = np.full((2, 3), value), np.array([0, 1])
    np.savez(path, x_train=x, y_train=y, x_test=x, y_test=y)
    return path


def load(name: Any, **options: Any) -> Any:
    return load_dataset(name, options=options, data_dir=None, base_dir=None)


def test_morse_takes_its_options_as_toml_gives_them() -> None:
    dataset = load("morse", frame=40, dot=[1, 1], noise_sigma=1, train_per_class=2)
    assert dataset.name == "morse"
    assert dataset.x_train.shape == (128, 40)


def test_morse_has_validation_samples_when_asked_for() -> None:
    sizes = {"train_per_class": 2, "validation_per_class": 3, "test_per_class": 1}
    assert load("morse", **sizes).x_validation.shape == (0, 64)
    asked = load_dataset("morse", options=sizes, data_dir=None, base_dir=None, validation=True)
    splits = morse_splits(MorseOptions(**sizes))  # type: ignore[arg-type]
    assert np.array_equal(asked.x_validation, splits.x_validation)
    assert np.array_equal(asked.y_validation, splits.y_validation)
    assert asked.x_validation.shape == (192, 64)


def test_a_data_set_without_validation_samples_is_the_same_when_asked_for_them() -> None:
    asked = load_dataset("iris", options={}, data_dir=None, base_dir=None, validation=True)
    assert asked.x_validation.shape == (0, 4)
    assert len(asked.x_train) == 120


@pytest.mark.parametrize("name", ["digits", "iris"])
def test_bundled_data_sets_take_a_seed(name: str) -> None:
    assert not np.array_equal(load(name).x_test, load(name, seed=9).x_test)


def test_mnist_is_looked_for_in_the_data_folder(tmp_path: Path) -> None:
    images = np.zeros((2, 28, 28), dtype=np.uint8)
    labels = np.array([3, 4], dtype=np.uint8)
    path = tmp_path / "mnist.npz"
    np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels)
    dataset = load_dataset("mnist", options={}, data_dir=tmp_path, base_dir=None)
    assert dataset.features == 784
    message = "mnist needs --data DIR, the folder of mnist.npz or of the four IDX files"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load("mnist")


def test_archive_is_looked_for_in_the_data_folder_first(tmp_path: Path) -> None:
    data, base = tmp_path / "data", tmp_path / "base"
    save(data / "sub" / "a.npz", 0.25)
    save(base / "sub" / "a.npz", 0.75)
    save(base / "b.npz", 0.5)
    both = {"options": {}, "data_dir": data, "base_dir": base}
    assert load_dataset("sub/a.npz", **both).x_train[0, 0] == 0.25  # type: ignore[arg-type]
    assert load_dataset("b.npz", **both).x_train[0, 0] == 0.5  # type: ignore[arg-type]
    found = load_dataset("sub/a.npz", options={}, data_dir=None, base_dir=base)
    assert found.x_train[0, 0] == 0.75


def test_absolute_path_is_used_as_it_is(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npz", 0.5)
    dataset = load_dataset(
        str(path), options={"scale": [0, 2]}, data_dir=tmp_path / "x", base_dir=None
    )
    assert dataset.x_train[0, 0] == 0.25


def test_without_a_base_folder_the_current_one_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "a.npz", 0.5)
    monkeypatch.chdir(tmp_path)
    assert load("a.npz").features == 3


def test_missing_archive_names_each_place(tmp_path: Path) -> None:
    data, base = tmp_path / "data", tmp_path / "base"
    message = f"there is no data set file {data / 'a.npz'} or {base / 'a.npz'}"
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        load_dataset("a.npz", options={}, data_dir=data, base_dir=base)
    message = f"there is no data set file {tmp_path / 'a.npz'}"
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        load_dataset(str(tmp_path / "a.npz"), options={}, data_dir=data, base_dir=base)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("mnits", " (did you mean 'mnist'?)"),
        ("cifar", " (did you mean 'cifar10'?)"),
        ("data.npy", ""),
        ("", ""),
    ],
)
def test_unknown_names_are_refused(name: str, hint: str) -> None:
    message = (
        f"data set name must be one of {', '.join(NAMES)} or the path of a file that ends in .npz, "
        f".csv, .tsv, .txt or .data, not {name!r}{hint}"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load(name)


def test_a_name_that_is_no_string_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^data set name must be a string, not int$"):
        load(3)


def test_every_known_name_lists_its_options() -> None:
    assert {name: option_names(name)[:1] for name in NAMES} == {
        "cifar10": (),
        "cifar100": (),
        "digits": ("seed",),
        "iris": ("seed",),
        "mnist": ("files",),
        "morse": ("frame",),
        "morse_live": ("seed",),
        "phonemes": ("features",),
        "reuters": ("tokens",),
        "timit": ("coefficients",),
    }
    samples = ("scale", "clip", "classes", "labels", "test", "shuffle", "seed")
    assert option_names("any/path.npz") == ("arrays", *samples)
    assert option_names("mnist") == ("files", "transpose", *samples)
    table = ("label", "ignore", "header", "delimiter", "test_file", *samples)
    assert {option_names(f"a.{ending}") for ending in ("csv", "TSV", "txt", "data")} == {table}


@pytest.mark.parametrize(
    ("name", "key", "message"),
    [
        (
            "a.npz",
            "scales",
            "data set a.npz has no option 'scales' (did you mean 'scale'?); "
            "its options are arrays, scale, clip, classes, labels, test, shuffle, seed",
        ),
        ("digits", "noise", "data set digits has no option 'noise'; its options are seed"),
        ("cifar10", "seed", "data set cifar10 has no option 'seed'; its options are none"),
        (
            "morse",
            "noise",
            "data set morse has no option 'noise' (did you mean 'noise_sigma'?); its options are "
            "frame, dot, dash, space, levels, symbol_mean, symbol_sd, noise_sigma, "
            "leading_spaces, dilation, style, train_per_class, validation_per_class, "
            "test_per_class, seed",
        ),
    ],
)
def test_unknown_options_are_refused(name: str, key: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load(name, **{key: 1})


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("morse", {"dot": 3}, "dot must be a pair (shortest, longest), not 3"),
        ("morse", {"frame": "64"}, "frame must be an integer, not str"),
        ("digits", {"seed": "1"}, "seed must be an integer, not str"),
    ],
)
def test_options_of_the_wrong_type_are_refused(
    name: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        load(name, **options)
