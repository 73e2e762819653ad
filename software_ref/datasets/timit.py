"""Loads TIMIT, sentences with labelled phones, as frames of MFCCs, from a folder of the user's.

TIMIT has to be bought (LDC93S1). Its tree::

    TRAIN/DR1/FCJF0/SI1027.WAV     a sentence
    TRAIN/DR1/FCJF0/SI1027.PHN     lines "first-sample last-sample phone"
    TEST/...
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from software_ref.console.errors import Mistakes
from software_ref.console.text_file import read_text
from software_ref.datasets.audio import read_audio
from software_ref.datasets.cepstrum import FILTERS, FRAME, RATE, STEP, cepstra, frame_count
from software_ref.datasets.data_folder import data_folder
from software_ref.datasets.dataset import Dataset
from software_ref.datasets.timit_phones import CLASSES, PHONE_CLASS

__all__ = ["check_timit_options", "load_timit"]

_FOLDERS = (Path("."), Path("TIMIT"), Path("timit"), Path("data"))
_ENDINGS = (".WAV", ".wav", ".WAV.wav", ".wav.wav")
_MOST_DIGITS = 15
_DEVIATIONS = 3
"""Training standard deviations that a feature spans on either side of the mean."""


def load_timit(
    data_dir: Path | None, *, coefficients: int = 39, frames: int | None = None, seed: int = 1
) -> Dataset:
    """Load frames of TIMIT: what is said in 25 ms, told every 10 ms.

    The folder holds ``TRAIN`` and ``TEST``, or a folder ``TIMIT`` or ``data`` with these in it;
    names may be in lower case. Sentences are SPHERE or RIFF files. The "SA" sentences, which all
    speakers read, are left out, and so are frames in the phone q or in no phone.

    Parameters
    ----------
    data_dir : Path or None
        The folder; None where the user named none.
    coefficients : int
        MFCCs of a frame, 1 to 128 (see `cepstrum`); 13 are less redundant, 117 more.
    frames : int, optional
        Take at most so many frames of either split, evenly spread over its sentences; by default
        all, over a million.
    seed : int
        Seed of the order of the frames, which is random: neighbours would be alike.

    Returns
    -------
    Dataset
        float32 features. Each coefficient is mapped by its training mean and standard deviation:
        mean - 3 sd to 0, mean + 3 sd to 1, and clipped. Labels are the phone at the frame's
        centre, folded to the 39 classes of `timit_phones`.

    Raises
    ------
    TypeError
        An option is not an integer.
    ValueError
        `data_dir` is None, an option is out of range, or a file is broken.
    FileNotFoundError
        The folder or its files are missing.
    """
    check_timit_options(coefficients=coefficients, frames=frames, seed=seed)
    folder = data_folder("timit", data_dir, holds="TIMIT's TRAIN and TEST")
    rng = np.random.default_rng(seed)
    x_train, y_train = _split(folder, "train", coefficients, frames, rng)
    x_test, y_test = _split(folder, "test", coefficients, frames, rng)
    mean, deviation = x_train.mean(axis=0), x_train.std(axis=0)
    low, span = mean - _DEVIATIONS * deviation, 2 * _DEVIATIONS * deviation
    span[span == 0] = 1

    def scaled(x: NDArray[np.float64]) -> NDArray[np.float32]:
        moved: NDArray[np.float32] = np.clip((x - low) / span, 0, 1).astype(np.float32)
        return moved

    return Dataset(
        name="timit",
        x_train=scaled(x_train),
        y_train=y_train,
        x_test=scaled(x_test),
        y_test=y_test,
        classes=len(CLASSES),
        provenance=f"read from a TIMIT tree, {coefficients} MFCCs of "
        f"{'all' if frames is None else f'at most {frames}'} frames in an order of seed {seed}, "
        f"mean +- {_DEVIATIONS} sd",
    )


def check_timit_options(
    *, coefficients: int = 39, frames: int | None = None, seed: int = 1
) -> None:
    """Raise TypeError or ValueError where an option of `load_timit` is wrong."""
    mistakes = Mistakes()
    with mistakes.noted():
        _check_integer("coefficients", coefficients, 1)
        if coefficients > FILTERS:
            raise ValueError(f"timit: coefficients must be at most {FILTERS}, not {coefficients}")
    with mistakes.noted():
        _check_integer("seed", seed, 0)
    with mistakes.noted():
        if frames is not None:
            _check_integer("frames", frames, 1)
    mistakes.raise_any()


@dataclass(frozen=True)
class _Sentence:
    """A recording with the frames of it that have a label."""

    path: Path
    frames: NDArray[np.int64]
    labels: NDArray[np.int64]


def _split(
    folder: Path, split: str, coefficients: int, limit: int | None, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """MFCCs float64 (n, coefficients) and labels int64 (n,) of one split."""
    sentences = [_read_labels(path) for path in _find_labels(folder, split)]
    total = sum(len(sentence.labels) for sentence in sentences)
    if total == 0:
        raise ValueError(f"timit: {folder} must hold {split} sentences with labelled phones")
    taken = np.zeros(total, dtype=np.bool_)
    count = total if limit is None else min(limit, total)
    taken[np.arange(count) * total // count] = True
    place = rng.permutation(count)
    x, y = np.empty((count, coefficients)), np.empty(count, dtype=np.int64)
    first = done = 0
    for sentence in sentences:
        here = taken[first : first + len(sentence.labels)]
        first += len(sentence.labels)
        rows = place[done : done + int(here.sum())]
        done += len(rows)
        if len(rows) == 0:
            continue
        samples, rate = read_audio(sentence.path)
        if rate != RATE:
            raise ValueError(f"{sentence.path} must have {RATE} samples a second, not {rate}")
        missing = int(sentence.frames[here].max()) * STEP + FRAME - len(samples)
        if missing > FRAME:
            raise ValueError(
                f"{sentence.path} must reach to the end of its phones, "
                f"but has {len(samples)} samples"
            )
        # The last phone may end a little behind the recording.
        samples = np.pad(samples, (0, max(0, missing)))
        x[rows] = cepstra(samples, sentence.frames[here], coefficients)
        y[rows] = sentence.labels[here]
    return x, y


def _find_labels(folder: Path, split: str) -> list[Path]:
    """The split's files of phones, in the order of their names."""
    for parent in _FOLDERS:
        for name in (split.upper(), split):
            root = folder / parent / name
            if root.is_dir():
                found = (path for path in root.glob("*/*/*") if path.suffix.lower() == ".phn")
                kept = [path for path in found if not path.name.upper().startswith("SA")]
                return sorted(kept, key=lambda path: path.as_posix().lower())
    raise FileNotFoundError(f"timit: {folder} must hold TRAIN and TEST; it lacks {split.upper()}")


def _read_labels(path: Path) -> _Sentence:
    """Which frames of a sentence have a label, from its file of phones alone."""
    starts, ends, labels = [], [], []
    audio = _find_audio(path)
    # A sample takes a byte or more: a longer sentence has a slip in its numbers, which the arrays
    # of its frames would be as long as.
    longest = audio.stat().st_size + FRAME
    for number, line in enumerate(read_text(path, "latin-1").split("\n"), start=1):
        words = line.split()
        if not words:
            continue
        legal = len(words) == 3 and words[0].isdecimal() and words[1].isdecimal()
        if not legal or words[2] not in PHONE_CLASS:
            raise ValueError(f"{path}: line {number} must be two numbers and a phone, not {line!r}")
        if max(len(word) for word in words[:2]) > _MOST_DIGITS or int(words[1]) > longest:
            raise ValueError(
                f"{path}: line {number} must end within its recording, {audio.name}, "
                f"but ends at sample {words[1][:_MOST_DIGITS]}"
            )
        label = PHONE_CLASS[words[2]]
        if label is not None:
            starts.append(int(words[0]))
            ends.append(int(words[1]))
            labels.append(label)
    if not labels:
        return _Sentence(audio, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    return _Sentence(audio, *_labelled_frames(starts, ends, labels))


def _labelled_frames(
    starts: Sequence[int], ends: Sequence[int], labels: Sequence[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers and labels of the frames whose centre lies in a phone [start, end)."""
    frames = np.arange(frame_count(max(ends)))
    centres = frames * STEP + FRAME // 2
    label = np.full(len(frames), -1, dtype=np.int64)
    for start, end, phone in zip(starts, ends, labels, strict=True):
        label[(start <= centres) & (centres < end)] = phone
    return frames[label >= 0], label[label >= 0]


def _find_audio(path: Path) -> Path:
    for ending in _ENDINGS:
        audio = path.with_name(path.stem + ending)
        if audio.is_file():
            return audio
    raise FileNotFoundError(f"timit: there is no recording {path.with_name(path.stem + '.WAV')}")


def _check_integer(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"timit: {name} must be an integer, not {type(value).__name__}")
    if value < least:
        raise ValueError(f"timit: {name} must be at least {least}, not {value}")
