"""Morse frames that a board makes itself, from a seed and a number: the golden generator.

References
----------
docs/morse_live.md, "Frames".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from software_ref.datasets.dataset import Dataset, Labels
from software_ref.datasets.morse_codes import MORSE_CODES
from software_ref.datasets.morse_live_options import (
    CODE_SYMBOLS,
    FRAME,
    LARGEST_LEVEL,
    LEVEL_BITS,
    NUMBER_BITS,
    MorseLiveOptions,
)

__all__ = ["as_features", "load_morse_live", "morse_live_frames"]

_ROUNDS = 4
_INCREMENT = np.uint32(0x9E3779B9)
_VALUES_PER_STATE = 4
_ELEMENTS = 2 * CODE_SYMBOLS - 1
_ONES = np.array([byte.bit_count() for byte in range(256)])

_States = NDArray[np.uint32]


def load_morse_live(options: MorseLiveOptions | None = None) -> Dataset:
    """Generate the training and test frames.

    Returns
    -------
    Dataset
        uint8 features (n, 64), level v as 16 v, which stands for v / 16; 64 classes.
    """
    options = MorseLiveOptions() if options is None else options
    x_train, y_train = morse_live_frames(options, options.seed, np.arange(options.train_frames))
    x_test, y_test = morse_live_frames(options, options.test_seed, np.arange(options.test_frames))
    own, usual = asdict(options), asdict(MorseLiveOptions())
    others = [f"{k} = {v}" for k, v in own.items() if v != usual[k] and "seed" not in k]
    seeds = f"generated with seeds {options.seed} and {options.test_seed}"
    return Dataset(
        name="morse_live",
        x_train=as_features(x_train),
        y_train=y_train,
        x_test=as_features(x_test),
        y_test=y_test,
        classes=len(MORSE_CODES),
        class_names=tuple(symbol for symbol, _ in MORSE_CODES),
        provenance=", ".join([seeds, *others]),
    )


def as_features(levels: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Levels v as features p = 16 v, which stand for p / 256."""
    return (levels << (8 - LEVEL_BITS)).astype(np.uint8)


def morse_live_frames(
    options: MorseLiveOptions, seed: int, numbers: ArrayLike
) -> tuple[NDArray[np.int64], Labels]:
    """Frames by their numbers; a frame depends on options, seed and number alone.

    Parameters
    ----------
    options : MorseLiveOptions
    seed : int
        Seed of the frames, 0 to 4095.
    numbers : integers (n,)
        Numbers of the frames, 0 to 2**20 - 1.

    Returns
    -------
    levels : int64 (n, 64)
        Values 0 to 15.
    labels : int64 (n,)
        Classes: places in `MORSE_CODES`.
    """
    state = _start(seed, np.asarray(numbers))
    labels = (state >> np.uint32(26)).astype(np.int64)
    offset = _scaled(_byte(state, 2), 0, options.offset)
    level = _scaled(_byte(state, 1), *options.level)
    # Lengths of every class's elements, symbol, space, symbol, ...; (0, 0) after the last.
    ranges = np.zeros((len(MORSE_CODES), _ELEMENTS, 2), np.int64)
    for label, (_, code) in enumerate(MORSE_CODES):
        own = options.element_ranges(code)
        ranges[label, : len(own)] = own
    place = offset[:, np.newaxis]
    on = np.zeros((len(labels), FRAME), np.bool_)
    values = np.arange(FRAME)
    for element in range(_ELEMENTS):
        low, high = ranges[labels, element].T
        there = high > 0
        state = np.where(there, _step(state), state)
        length = np.where(there, _scaled(_byte(state, 3), low, high), 0)[:, np.newaxis]
        if element % 2 == 0:
            on |= (values >= place) & (values < place + length)
        place = place + length
    noise = np.concatenate(list(_noise(state)), axis=1)
    levels = np.clip(on * level[:, np.newaxis] + options.noise * noise, 0, LARGEST_LEVEL)
    return levels, labels


def _noise(state: _States) -> Iterator[NDArray[np.int64]]:
    """Noise of four values a state, -4 to 4: int64 (n, 4) each."""
    for _ in range(FRAME // _VALUES_PER_STATE):
        state = _step(state)
        yield np.stack([_ONES[_byte(state, k)] - 4 for k in range(_VALUES_PER_STATE)], axis=1)


def _start(seed: int, numbers: NDArray[np.integer]) -> _States:
    """The first state of every frame."""
    state = ((seed << NUMBER_BITS) + numbers.astype(np.int64)).astype(np.uint32)
    for _ in range(_ROUNDS):
        state = _step(state) + _INCREMENT
    return np.where(state == 0, np.uint32(1), state)


def _step(state: _States) -> _States:
    """The next state of Marsaglia's xorshift of 32 bits."""
    state = state ^ state << np.uint32(13)
    state = state ^ state >> np.uint32(17)
    return state ^ state << np.uint32(5)


def _byte(state: _States, place: int) -> NDArray[np.int64]:
    return (state >> np.uint32(8 * place) & np.uint32(255)).astype(np.int64)


def _scaled(byte: NDArray[np.int64], low: ArrayLike, high: ArrayLike) -> NDArray[np.int64]:
    """A byte as a number from low to high."""
    least = np.asarray(low, np.int64)
    choices = np.asarray(high, np.int64) - least + 1
    return least + (byte * choices >> 8)
