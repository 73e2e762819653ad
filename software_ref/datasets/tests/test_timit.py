"""TIMIT: which frames of a made-up tree are taken, their labels, scale and order."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from software_ref.datasets.cepstrum import cepstra
from software_ref.datasets.tests.recordings import riff, sphere, tone, write_sentence
from software_ref.datasets.timit import load_timit
from software_ref.datasets.timit_phones import CLASSES

# 4,000 samples have 23 frames, with centres at 200, 360 and so on to 3,720.
PHONES = [(0, 1000, "h#"), (1000, 2120, "ao"), (2120, 3000, "q"), (3000, 4000, "zh")]
LABELS = [CLASSES.index(name) for name in ["sil"] * 5 + ["aa"] * 7 + ["sh"] * 5]
FRAMES = [*range(5), *range(5, 12), *range(18, 23)]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Two training sentences and one test sentence, and an SA sentence of each."""
    for number, (split, name) in enumerate(
        (("TRAIN", "SI1"), ("TRAIN", "SX2"), ("TEST", "SI3"), ("TRAIN", "SA1"), ("TEST", "SA1"))
    ):
        speaker = tmp_path / split / "DR1" / f"FAA{number % 2}"
        samples = tone(300 * (number + 1), 4000, seed=number)
        phones = PHONES if not name.startswith("SA") else [(0, 4000, "b")]
        write_sentence(speaker / name, phones, sphere(samples))
    return tmp_path


def coefficients_of(number: int, count: int = 39) -> Any:
    samples = tone(300 * (number + 1), 4000, seed=number)
    return cepstra(samples, np.array(FRAMES), count)


def scaled(x: Any, train: Any) -> Any:
    return np.clip((x - train.mean(axis=0)) / (6 * train.std(axis=0)) + 0.5, 0, 1)


def test_frames_their_labels_and_their_scale(tree: Path) -> None:
    dataset = load_timit(tree, seed=4)
    rng = np.random.default_rng(4)
    train = np.concatenate([coefficients_of(0), coefficients_of(1)])
    for split, x, labels in (
        ("train", train, LABELS * 2),
        ("test", coefficients_of(2), LABELS),
    ):
        order = rng.permutation(len(x))
        assert np.allclose(getattr(dataset, f"x_{split}")[order], scaled(x, train), atol=1e-5)
        assert getattr(dataset, f"y_{split}")[order].tolist() == labels
    assert (dataset.features, dataset.classes) == (39, 39)
    assert dataset.x_train.dtype == np.float32
    assert dataset.provenance == (
        "read from a TIMIT tree, 39 MFCCs of all frames in an order of seed 1, mean +- 3 sd"
    ).replace("seed 1", "seed 4")


@pytest.mark.parametrize("count", [13, 117])
def test_the_number_of_coefficients(tree: Path, count: int) -> None:
    dataset = load_timit(tree, coefficients=count)
    assert dataset.features == count
    train = np.concatenate([coefficients_of(0, count), coefficients_of(1, count)])
    assert np.allclose(np.sort(dataset.x_train, axis=0), np.sort(scaled(train, train), axis=0))


def test_a_limit_spreads_the_frames_evenly(tree: Path) -> None:
    dataset = load_timit(tree, frames=5)
    assert (len(dataset.x_train), len(dataset.x_test)) == (5, 5)
    # Of 34 frames 0, 6, 13, 20 and 27; of 17 frames 0, 3, 6, 10 and 13.
    both = LABELS * 2
    assert sorted(dataset.y_train) == sorted(both[i] for i in (0, 6, 13, 20, 27))
    assert sorted(dataset.y_test) == sorted(LABELS[i] for i in (0, 3, 6, 10, 13))
    assert len(load_timit(tree, frames=10**6).x_train) == 34


def test_the_tree_may_be_lower_and_in_lower_case_and_hold_riff_files(
    tree: Path, tmp_path: Path
) -> None:
    expected = load_timit(tree)
    target = tmp_path / "TIMIT"
    for path in sorted(tree.glob("T*/*/*/*.PHN")):
        parts = [part.lower() for part in path.relative_to(tree).parts]
        copy = target.joinpath(*parts)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text() + "\n")
        samples = np.frombuffer(path.with_suffix(".WAV").read_bytes()[1024:], "<i2")
        copy.with_suffix(".wav").write_bytes(riff(samples, extensible=True))
    for name in ("TRAIN", "TEST"):
        (tree / name).rename(tree / f"{name}_moved")
    found = load_timit(tmp_path)
    assert np.array_equal(found.x_train, expected.x_train)
    assert np.array_equal(found.y_test, expected.y_test)


def test_a_recording_a_little_shorter_than_its_phones_ends_in_silence(tree: Path) -> None:
    path = tree / "TEST" / "DR1" / "FAA0" / "SI3.WAV"
    samples = tone(900, 4000, seed=2)
    samples[3900:] = 0
    path.write_bytes(sphere(samples))
    expected = load_timit(tree)
    path.write_bytes(sphere(samples[:3900]))
    assert np.array_equal(load_timit(tree).x_test, expected.x_test)


def test_a_coefficient_that_never_changes_is_zero(tmp_path: Path) -> None:
    for split in ("TRAIN", "TEST"):
        silent = sphere(np.zeros(1000, dtype=np.int16))
        write_sentence(tmp_path / split / "DR1" / "FAA0" / "SI1", [(0, 1000, "aa")], silent)
    dataset = load_timit(tmp_path, coefficients=2)
    assert not dataset.x_train.any()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"coefficients": 0}, ValueError, "coefficients must be at least 1, not 0"),
        ({"coefficients": 129}, ValueError, "coefficients must be at most 128, not 129"),
        ({"coefficients": 13.0}, TypeError, "coefficients must be an integer, not float"),
        ({"frames": 0}, ValueError, "frames must be at least 1, not 0"),
        ({"frames": "9"}, TypeError, "frames must be an integer, not str"),
        ({"seed": -1}, ValueError, "seed must be at least 0, not -1"),
    ],
)
def test_wrong_options_are_refused(
    tree: Path, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=f"^timit: {re.escape(message)}$"):
        load_timit(tree, **options)


@pytest.mark.parametrize(
    ("line", "error"),
    [("0 400", "0 400"), ("0 400 xx", "0 400 xx"), ("0 4.5 aa", "0 4.5 aa")],
)
def test_broken_phones_are_told(tree: Path, line: str, error: str) -> None:
    path = tree / "TEST" / "DR1" / "FAA0" / "SI3.PHN"
    path.write_text(f"0 400 aa\n{line}\n")
    message = f"{path}: line 2 must be two numbers and a phone, not {error!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_timit(tree)


@pytest.mark.parametrize("end", [10**12, int("9" * 4000)])
def test_a_phone_beyond_all_recordings_names_its_line(tree: Path, end: int) -> None:
    path = tree / "TEST" / "DR1" / "FAA0" / "SI3.PHN"
    path.write_text(f"0 400 aa\n400 {end} sh\n")
    message = (
        f"{path}: line 2 must end within its recording, SI3.WAV, but ends at sample {str(end)[:15]}"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_timit(tree)


def test_recordings_that_do_not_fit_are_told(tree: Path) -> None:
    path = tree / "TEST" / "DR1" / "FAA0" / "SI3.WAV"
    path.write_bytes(sphere(tone(300, 3000)))
    message = f"{path} must reach to the end of its phones, but has 3000 samples"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_timit(tree)
    path.write_bytes(riff(tone(300, 4000), rate=8000))
    message = f"{path} must have 16000 samples a second, not 8000"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_timit(tree)
    path.unlink()
    message = f"timit: there is no recording {path}"
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        load_timit(tree)


def test_missing_folders_and_labels_are_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^timit needs --data DIR, the folder of TIMIT's TRAIN "):
        load_timit(None)
    message = f"timit: {tmp_path} must hold TRAIN and TEST; it lacks TRAIN"
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        load_timit(tmp_path)
    sentence = tmp_path / "TRAIN" / "DR1" / "FAA0" / "SI1"
    write_sentence(sentence, [(0, 900, "q")], sphere(tone(300, 900)))
    message = f"timit: {tmp_path} must hold train sentences with labelled phones"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_timit(tmp_path)
