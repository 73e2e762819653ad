"""Phonemes: both sources, the scale, coarser and finer spectra, and broken files."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from software_ref.datasets import load_dataset
from software_ref.datasets.phonemes import load_phonemes

RNG = np.random.default_rng(9)
ARRAYS: dict[str, Any] = {
    "x_train": RNG.normal(10, 3, (6, 256)).astype(np.float32),
    "y_train": np.array([4, 0, 1, 2, 3, 4], dtype=np.uint8),
    "x_test": RNG.normal(10, 6, (3, 256)).astype(np.float32),
    "y_test": np.array([1, 4, 0], dtype=np.uint8),
}
PHONES = ("aa", "ao", "dcl", "iy", "sh")


def save(folder: Path, **changes: Any) -> Path:
    np.savez(folder / "phoneme_timit_esl.npz", **ARRAYS | changes)
    return folder


def csv_lines() -> list[str]:
    """The published form of ARRAYS, test and training lines mixed."""
    header = [f'"{name}"' for name in ("row.names", *(f"x.{i + 1}" for i in range(256)))]
    lines = [",".join([*header, '"g"', '"speaker"'])]
    for split in ("test", "train"):
        for x, y in zip(ARRAYS[f"x_{split}"], ARRAYS[f"y_{split}"], strict=True):
            values = ",".join(str(value) for value in x)
            lines.append(f"{len(lines)},{values},{PHONES[y]},{split}.dr1.mcpm0.sa1")
    return lines


def test_one_map_for_all_values_by_the_training_range(tmp_path: Path) -> None:
    dataset = load_phonemes(save(tmp_path))
    train, test = (ARRAYS[key].astype(float) for key in ("x_train", "x_test"))
    low, high = train.min(), train.max()
    assert np.allclose(dataset.x_train, (train - low) / (high - low), atol=1e-6)
    assert np.allclose(dataset.x_test, np.clip((test - low) / (high - low), 0, 1), atol=1e-6)
    assert {0.0, 1.0} <= set(dataset.x_test.ravel().tolist())  # some were clipped
    assert (dataset.x_train.min(), dataset.x_train.max()) == (0, 1)
    assert dataset.x_train.dtype == np.float32
    assert dataset.y_test.tolist() == [1, 4, 0]
    assert (dataset.name, dataset.classes) == ("phonemes", 5)
    assert dataset.provenance == (
        f"read from phoneme_timit_esl.npz, 256 values, scaled from [{low:.6g}, {high:.6g}]"
    )


def test_spectra_may_be_coarser_or_finer(tmp_path: Path) -> None:
    save(tmp_path)
    train = ARRAYS["x_train"].astype(float)
    bands = train.reshape(6, 32, 8).mean(axis=2)
    coarse = load_phonemes(tmp_path, features=32)
    assert np.allclose(
        coarse.x_train, (bands - bands.min()) / (bands.max() - bands.min()), atol=1e-6
    )
    finer = load_phonemes(tmp_path, features=511)
    middles = (train[:, 1:] + train[:, :-1]) / 2
    low, high = train.min(), train.max()
    assert np.allclose(finer.x_train[:, 1::2], (middles - low) / (high - low), atol=1e-6)
    assert np.allclose(finer.x_train[:, ::2], (train - low) / (high - low), atol=1e-6)


def test_the_published_file_gives_the_same(tmp_path: Path) -> None:
    (tmp_path / "phoneme.data").write_text("\n".join(csv_lines()) + "\n")
    published = load_phonemes(tmp_path, features=39)
    assert published.provenance.startswith("read from phoneme.data, 39 values")
    from_arrays = load_phonemes(save(tmp_path), features=39)
    for key in ("x_train", "y_train", "x_test", "y_test"):
        assert np.allclose(getattr(published, key), getattr(from_arrays, key), atol=1e-6)


def test_the_published_file_may_come_from_a_windows_editor(tmp_path: Path) -> None:
    text = "\n".join(csv_lines()) + "\n"
    (tmp_path / "PHONEME.DATA").write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    dataset = load_phonemes(tmp_path)
    assert np.allclose(dataset.x_test, load_phonemes(save(tmp_path)).x_test, atol=1e-6)


@pytest.mark.parametrize(
    ("number", "pattern", "replacement"),
    [
        (3, r"^(\d+),[^,]+", r"\1,three"),  # no number
        (2, r"test\.", "dev."),  # neither split
        (5, r",[^,]+$", ""),  # a value less
    ],
)
def test_a_broken_line_is_told(tmp_path: Path, number: int, pattern: str, replacement: str) -> None:
    lines = csv_lines()
    lines[number - 1] = re.sub(pattern, replacement, lines[number - 1])
    path = tmp_path / "phoneme.data"
    path.write_text("\n".join(lines))
    message = (
        f"{path}: line {number} must hold a name, 256 numbers, a phoneme and a speaker that begins "
        "with train or test"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_phonemes(tmp_path)


@pytest.mark.parametrize("lines", [[], ["a,b"], csv_lines()[1:]])
def test_a_file_without_its_first_line_is_refused(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "phoneme.data"
    path.write_text("\n".join(lines))
    message = f"{path} must begin with a line of row.names, x.1 to x.256, g, speaker"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_phonemes(tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"x_test": ARRAYS["x_test"][:, :255]},
            "x_test must hold floats of shape (spectra, 256), not float32 of shape (3, 255)",
        ),
        (
            {"x_train": np.zeros((6, 256), dtype=int)},
            "x_train must hold floats of shape (spectra, 256), not int64 of shape (6, 256)",
        ),
        (
            {"x_test": np.full((3, 256), np.nan, dtype=np.float32)},
            "x_test[0, 0] must be finite, not nan",
        ),
        ({"x_train": np.ones((6, 256))}, "x_train must vary, but all its values are 1"),
    ],
)
def test_unusable_arrays_are_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    path = save(tmp_path, **changes) / "phoneme_timit_esl.npz"
    with pytest.raises(ValueError, match=f"^{re.escape(f'{path}: {message}')}$"):
        load_phonemes(tmp_path)


def test_lengths_that_differ_are_refused(tmp_path: Path) -> None:
    save(tmp_path, y_train=np.zeros(0, dtype=int), y_test=np.zeros(0, dtype=int))
    message = "phonemes: x_train and y_train must have equal lengths, not 6 samples and 0 labels"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_phonemes(tmp_path)


def test_one_huge_label_names_its_sample(tmp_path: Path) -> None:
    y = np.array([4, 0, 1, 2, 10**9, 4])
    path = save(tmp_path, y_train=y) / "phoneme_timit_esl.npz"
    message = (
        f"{path}: y_train[4] must not be the only sample of label 1000000000, which comes "
        "after a gap"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_phonemes(tmp_path)


def test_missing_files_and_wrong_options_are_told(tmp_path: Path) -> None:
    message = f"phonemes: {tmp_path} must hold phoneme_timit_esl.npz or phoneme.data"
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        load_phonemes(tmp_path)
    with pytest.raises(ValueError, match=r"^phonemes needs --data DIR, the folder of "):
        load_phonemes(None)
    save(tmp_path)
    with pytest.raises(ValueError, match=r"^phonemes: features must be 1 to 1048576, not 0$"):
        load_phonemes(tmp_path, features=0)
    with pytest.raises(TypeError, match=r"^phonemes: features must be an integer, not str$"):
        load_phonemes(tmp_path, features="39")  # type: ignore[arg-type]


@pytest.mark.real_data
def test_the_real_spectra(data_dir: Path) -> None:
    dataset = load_dataset("phonemes", options={"features": 39}, data_dir=data_dir, base_dir=None)
    assert (dataset.x_train.shape, dataset.x_test.shape) == ((3340, 39), (1169, 39))
    assert np.bincount(dataset.y_train).tolist() == [519, 759, 562, 852, 648]
