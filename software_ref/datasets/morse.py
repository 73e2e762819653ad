"""Generates Morse code frames: a classification problem of any size and tunable difficulty.

How one frame is made::

    code  . -   lengths: dot 2, space 1, dash 5     on:    1 1 0 1 1 1 1 1 0 0 ... 0
    on          each value N(symbol_mean, symbol_sd), clipped to [0, levels]; off: 0
    + noise     N(0, noise_sigma) on every value of the frame, clipped to [0, levels]
    / levels    rounded to 3 decimals: the features

References
----------
Slides "Morse Code Datasets" and "Variations and Difficulty Scaling"; S. Dey, K. M. Chugg and
P. A. Beerel, "Morse Code Datasets for Machine Learning", ICCCNT 2018.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from software_ref.datasets.dataset import Dataset, Labels
from software_ref.datasets.morse_codes import MORSE_CODES
from software_ref.datasets.morse_options import MorseOptions

__all__ = ["MorseOptions", "MorseSplits", "Split", "load_morse", "morse_split", "morse_splits"]

Split = Literal["train", "validation", "test"]

_SPLITS: tuple[Split, ...] = ("train", "validation", "test")
_DECIMALS = 3
# What a random stream is for: each (split, class, purpose) has a stream of its own.
_LENGTHS, _INTENSITIES, _NOISE, _ORDER = range(4)


@dataclass(frozen=True, kw_only=True, eq=False)
class MorseSplits:
    """All three splits; x: float32 (n, features) in [0, 1], y: int64 (n,), n = 64 per_class."""

    x_train: npt.NDArray[np.float32]
    y_train: Labels
    x_validation: npt.NDArray[np.float32]
    y_validation: Labels
    x_test: npt.NDArray[np.float32]
    y_test: Labels


def load_morse(options: MorseOptions | None = None, *, validation: bool = False) -> Dataset:
    """Generate a Morse data set of 64 classes.

    Parameters
    ----------
    options : MorseOptions, optional
        By default the baseline.
    validation : bool
        Whether to generate the validation samples too, which takes a seventh of the time.

    Returns
    -------
    Dataset
        float32 features (64 per_class, frame dilation), multiples of 0.001 in [0, 1].
    """
    options = MorseOptions() if options is None else options
    held_out: dict[str, Any] = {}
    if validation:
        x_validation, y_validation = morse_split(options, "validation")
        held_out = {"x_validation": x_validation, "y_validation": y_validation}
    x_train, y_train = morse_split(options, "train")
    x_test, y_test = morse_split(options, "test")
    return Dataset(
        name="morse",
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
        classes=len(MORSE_CODES),
        provenance=_provenance(options),
        **held_out,
    )


def _provenance(options: MorseOptions) -> str:
    """How the samples came about: the seed, and the options that are not the baseline's."""
    baseline, chosen = asdict(MorseOptions()), asdict(options)
    others = [
        f"{name} = {json.dumps(value)}"  # as a network file has it
        for name, value in chosen.items()
        if value != baseline[name] and name != "seed"
    ]
    return ", ".join([f"generated with seed {options.seed}", *others])


def morse_splits(options: MorseOptions) -> MorseSplits:
    """Generate the training, validation and test samples that `options` describe."""
    x_train, y_train = morse_split(options, "train")
    x_validation, y_validation = morse_split(options, "validation")
    x_test, y_test = morse_split(options, "test")
    return MorseSplits(
        x_train=x_train,
        y_train=y_train,
        x_validation=x_validation,
        y_validation=y_validation,
        x_test=x_test,
        y_test=y_test,
    )


def morse_split(options: MorseOptions, split: Split) -> tuple[npt.NDArray[np.float32], Labels]:
    """Generate one split.

    Samples come in rounds of 64, one of each class in a random order, so that the first n samples
    hold every class equally often (give or take one). Sample n depends on the options and the
    split alone: more samples per class only append rounds, and the other splits never change.
    Options that differ in noise alone give the same codewords, under more or less noise. One
    seed feeds every stream (NumPy's SeedSequence), so a seed gives the same frames on the same
    version of NumPy.

    Parameters
    ----------
    options : MorseOptions
    split : "train", "validation" or "test"

    Returns
    -------
    x : float32 (64 per_class, features)
        Multiples of 0.001 in [0, 1].
    y : int64 (64 per_class,)
        Class numbers: places in `MORSE_CODES`.

    Raises
    ------
    ValueError
        `split` is another word.
    """
    if split not in _SPLITS:
        raise ValueError(f"split must be one of {', '.join(_SPLITS)}, not {split!r}")
    per_class: int = getattr(options, f"{split}_per_class")
    classes = len(MORSE_CODES)
    place = np.argsort(
        _stream(options, split, 0, _ORDER).random((per_class, classes)), axis=1, kind="stable"
    )
    rounds = np.arange(per_class) * classes
    x = np.empty((per_class * classes, options.features), dtype=np.float32)
    y = np.empty(per_class * classes, dtype=np.int64)
    for label, (_, code) in enumerate(MORSE_CODES):
        samples = rounds + place[:, label]
        x[samples] = _frames(options, split, label, code, per_class)
        y[samples] = label
    return x, y


def _stream(options: MorseOptions, split: Split, label: int, purpose: int) -> np.random.Generator:
    key = (_SPLITS.index(split), label, purpose)
    return np.random.default_rng(np.random.SeedSequence(options.seed, spawn_key=key))


def _frames(
    options: MorseOptions, split: Split, label: int, code: str, count: int
) -> npt.NDArray[np.float64]:
    """Features of `count` frames of one class: float64 (count, features) in [0, 1]."""
    shape = (count, options.features)
    on = _codewords(options, code, _stream(options, split, label, _LENGTHS), count)
    if options.style == "black_and_white":
        intensity = on * float(options.levels)
    else:
        drawn = _stream(options, split, label, _INTENSITIES).standard_normal(shape)
        drawn *= options.symbol_sd
        drawn += options.symbol_mean
        intensity = np.clip(drawn, 0, options.levels, out=drawn) * on
    if options.noise_sigma > 0:
        noise = _stream(options, split, label, _NOISE).standard_normal(shape)
        noise *= options.noise_sigma
        intensity += noise
        np.clip(intensity, 0, options.levels, out=intensity)
    intensity /= options.levels
    return np.round(intensity, _DECIMALS)


def _codewords(
    options: MorseOptions, code: str, rng: np.random.Generator, count: int
) -> npt.NDArray[np.bool_]:
    """Where each frame is on: bool (count, features)."""
    ranges = options.element_ranges(code)
    # One row of uniform numbers a frame, so that a frame does not depend on how many follow.
    uniform = rng.random((count, len(ranges) + 1))
    lengths = _draw_lengths(ranges, options.features, uniform[:, :-1])
    bounds = np.zeros((count, len(ranges) + 1), dtype=np.int64)
    np.cumsum(lengths, axis=1, out=bounds[:, 1:])
    if options.leading_spaces:
        places = options.features - bounds[:, -1] + 1
        bounds += np.floor(uniform[:, -1] * places).astype(np.int64)[:, np.newaxis]
    # Elements alternate symbol, space, symbol: a running sum of +1 at each symbol's start and -1
    # behind its end. No two bounds coincide, since every length is at least 1.
    steps = np.zeros((count, options.features + 1), dtype=np.int8)
    rows = np.arange(count)[:, np.newaxis]
    steps[rows, bounds[:, 0::2]] = 1
    steps[rows, bounds[:, 1::2]] = -1
    return np.cumsum(steps[:, :-1], axis=1, dtype=np.int8).astype(np.bool_)


def _draw_lengths(
    ranges: list[tuple[int, int]], frame: int, uniform: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """Lengths of a code's elements: int64 (count, elements), each row's sum at most `frame`.

    Uniform over all combinations of lengths that fit the frame, which is what redrawing a whole
    codeword until it fits would give, but in one pass however rare a fit is. Where all fit, as
    for the default options (57 of 64 values at most), each length is uniform in its range.
    """
    # From the last element back: weights[room, option] of one element is the share of the ways
    # to draw the elements behind it that still fit when that option is taken out of the room.
    tables: list[npt.NDArray[np.float64]] = []
    fitting = np.ones(frame + 1)
    for low, high in reversed(ranges):
        left = np.arange(frame + 1)[:, np.newaxis] - np.arange(low, min(high, frame) + 1)
        weights = np.where(left >= 0, fitting[np.maximum(left, 0)], 0)
        tables.append(np.cumsum(weights, axis=1))
        fitting = weights.mean(axis=1)
    room = np.full(len(uniform), frame)
    drawn = np.empty(uniform.shape, dtype=np.int64)
    for element, ((low, _), table) in enumerate(zip(ranges, reversed(tables), strict=True)):
        steps = table[room]
        target = uniform[:, element] * steps[:, -1]
        drawn[:, element] = low + np.sum(steps[:, :-1] <= target[:, np.newaxis], axis=1)
        room -= drawn[:, element]
    return drawn
