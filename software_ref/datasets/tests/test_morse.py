"""Morse frames: their shape, lengths, levels and noise, and that they depend on nothing else."""

import re
from dataclasses import replace
from itertools import groupby, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from software_ref.datasets.morse import (
    MorseOptions,
    load_morse,
    morse_split,
    morse_splits,
)
from software_ref.datasets.morse_codes import MORSE_CODES


def options(**changes: Any) -> MorseOptions:
    """Small splits in black and white, whose frames can be read back exactly."""
    small = {"train_per_class": 20, "validation_per_class": 3, "test_per_class": 2}
    return MorseOptions(**(small | {"style": "black_and_white"} | changes))


def runs(frame: np.ndarray) -> tuple[int, list[tuple[bool, int]], int]:
    """Leading spaces, the (on, length) runs of the codeword, and trailing spaces of a frame."""
    found = [(bool(on), len(list(group))) for on, group in groupby(frame > 0)]
    leading = 0 if found[0][0] else found.pop(0)[1]
    trailing = 0 if found[-1][0] else found.pop()[1]
    return leading, found, trailing


def assert_readable(x: np.ndarray, y: np.ndarray, opts: MorseOptions) -> None:
    """Every frame holds its label's code, each element with a length of its range."""
    for frame, label in zip(x, y, strict=True):
        code = MORSE_CODES[label][1]
        leading, found, _ = runs(frame)
        assert leading == 0 or opts.leading_spaces
        assert [on for on, _ in found] == [i % 2 == 0 for i in range(2 * len(code) - 1)]
        for (_, length), (low, high) in zip(found, opts.element_ranges(code), strict=True):
            assert low <= length <= high


def test_baseline_has_the_published_shape() -> None:
    opts = MorseOptions()
    assert (opts.frame, opts.dot, opts.dash, opts.space) == (64, (1, 3), (4, 9), (1, 3))
    assert (opts.levels, opts.symbol_mean, opts.symbol_sd) == (16, 12, 1.34)
    per_class = (opts.train_per_class, opts.validation_per_class, opts.test_per_class)
    assert per_class == (5000, 1000, 1000)
    assert (opts.noise_sigma, opts.leading_spaces, opts.dilation) == (0, False, 1)


def test_dataset_holds_train_and_test_and_splits_hold_all_three() -> None:
    opts = options()
    dataset, splits = load_morse(opts), morse_splits(opts)
    assert dataset.x_train.shape == (20 * 64, 64)
    assert dataset.x_train.dtype == np.float32
    assert (dataset.name, dataset.classes, dataset.features) == ("morse", 64, 64)
    assert dataset.provenance == (
        'generated with seed 1, style = "black_and_white", train_per_class = 20, '
        "validation_per_class = 3, test_per_class = 2"
    )
    assert splits.x_validation.shape == (3 * 64, 64)
    for name in ("x_train", "y_train", "x_test", "y_test"):
        assert np.array_equal(getattr(dataset, name), getattr(splits, name))


def test_validation_and_test_may_be_empty() -> None:
    splits = morse_splits(options(validation_per_class=0, test_per_class=0))
    assert splits.x_validation.shape == splits.x_test.shape == (0, 64)


@settings(max_examples=30, deadline=None)
@given(
    lows=st.tuples(st.integers(1, 3), st.integers(1, 6), st.integers(1, 2)),
    spans=st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(0, 2)),
    slack=st.integers(0, 30),
    dilation=st.integers(1, 4),
    leading=st.booleans(),
)
def test_every_frame_holds_its_code_whole(
    lows: tuple[int, int, int],
    spans: tuple[int, int, int],
    slack: int,
    dilation: int,
    leading: bool,
) -> None:
    dot, dash, space = ((low, low + span) for low, span in zip(lows, spans, strict=True))
    shortest = max(
        sum(dot[0] if symbol == "." else dash[0] for symbol in code) + space[0] * (len(code) - 1)
        for _, code in MORSE_CODES
    )
    opts = options(
        dot=dot,
        dash=dash,
        space=space,
        frame=shortest + slack,
        dilation=dilation,
        leading_spaces=leading,
        train_per_class=2,
    )
    x, y = morse_split(opts, "train")
    assert x.shape == (128, opts.frame * dilation)
    assert_readable(x, y, opts)


def test_default_lengths_always_fit_the_frame() -> None:
    opts = MorseOptions()
    longest = max(sum(high for _, high in opts.element_ranges(code)) for _, code in MORSE_CODES)
    assert longest == 57 <= opts.frame


def test_lengths_are_uniform_over_all_that_fit() -> None:
    # 0 is -----, at least 24 long and at most 57: a frame of 27 cuts nearly all combinations off.
    opts = options(frame=27, train_per_class=4_000)
    x, y = morse_split(opts, "train")
    code = dict(MORSE_CODES)["0"]
    ranges = opts.element_ranges(code)
    fitting = [
        lengths
        for lengths in product(*(range(low, high + 1) for low, high in ranges))
        if sum(lengths) <= opts.frame
    ]
    label = [symbol for symbol, _ in MORSE_CODES].index("0")
    counts = dict.fromkeys(fitting, 0)
    for frame in x[y == label]:
        counts[tuple(length for _, length in runs(frame)[1])] += 1
    expected = 4_000 / len(fitting)
    chi_square = sum((count - expected) ** 2 / expected for count in counts.values())
    freedom = len(fitting) - 1
    assert abs(chi_square - freedom) < 5 * np.sqrt(2 * freedom)


def test_leading_spaces_are_uniform_over_the_places_that_fit() -> None:
    opts = options(leading_spaces=True, dot=(1, 1), frame=40, train_per_class=4_000)
    x, y = morse_split(opts, "train")
    label = [symbol for symbol, _ in MORSE_CODES].index("E")  # one dot: 40 places
    places = np.bincount(np.argmax(x[y == label] > 0, axis=1), minlength=40)
    assert len(places) == 40
    assert np.sum((places - 100) ** 2 / 100) < 39 + 5 * np.sqrt(78)


def test_dilation_draws_from_the_dilated_range() -> None:
    opts = options(dilation=4, train_per_class=500)
    x, y = morse_split(opts, "train")
    label = [symbol for symbol, _ in MORSE_CODES].index("T")
    assert opts.features == 256
    assert set(np.count_nonzero(x[y == label], axis=1).tolist()) == set(range(16, 37))


def test_first_samples_do_not_depend_on_how_many_follow() -> None:
    few = options(train_per_class=3, noise_sigma=2, style="gray", leading_spaces=True)
    many = replace(few, train_per_class=11, validation_per_class=5, test_per_class=7)
    for split, count in (("train", 3), ("validation", 3), ("test", 2)):
        x_few, y_few = morse_split(few, split)  # type: ignore[arg-type]
        x_many, y_many = morse_split(many, split)  # type: ignore[arg-type]
        assert np.array_equal(x_few, x_many[: 64 * count])
        assert np.array_equal(y_few, y_many[: 64 * count])


def test_each_round_of_64_holds_every_class_in_a_new_order() -> None:
    _, y = morse_split(options(), "train")
    rounds = y.reshape(20, 64)
    assert np.array_equal(np.sort(rounds, axis=1), np.tile(np.arange(64), (20, 1)))
    assert len({tuple(order) for order in rounds.tolist()}) == 20


def test_same_seed_same_frames_and_another_seed_others() -> None:
    opts = options(style="gray", noise_sigma=1)
    x, _ = morse_split(opts, "train")
    assert np.array_equal(x, morse_split(opts, "train")[0])
    assert not np.array_equal(x, morse_split(replace(opts, seed=2), "train")[0])


def test_splits_differ() -> None:
    opts = options(style="gray", validation_per_class=20, test_per_class=20)
    frames = [{row.tobytes() for row in morse_split(opts, s)[0]} for s in ("train", "test")]
    assert not frames[0] & frames[1]


def test_classes_of_one_code_have_frames_of_their_own() -> None:
    # Were streams shared, sample n of ( and of H^ would be one and the same frame.
    x, y = morse_split(options(style="gray"), "train")
    labels = [label for label, (_, code) in enumerate(MORSE_CODES) if code == "-.--."]
    bracket, letter = (x[y == label] for label in labels)
    assert not np.any(np.all(bracket == letter, axis=1))


def test_noise_leaves_the_codewords_and_labels_alone() -> None:
    clean = options(style="gray", leading_spaces=True)
    x_clean, y_clean = morse_split(clean, "train")
    x_noisy, y_noisy = morse_split(replace(clean, noise_sigma=0.01), "train")
    assert np.array_equal(y_clean, y_noisy)
    assert np.abs(x_clean - x_noisy).max() < 0.006


def test_features_are_rounded_to_three_decimals() -> None:
    x, _ = morse_split(options(style="gray", noise_sigma=3), "train")
    assert np.array_equal(x, np.round(x.astype(np.float64), 3).astype(np.float32))
    assert 0 <= x.min() <= x.max() <= 1


def test_intensities_have_the_asked_mean_and_deviation() -> None:
    x, _ = morse_split(options(style="gray"), "train")
    on = 16 * x[x > 0].astype(np.float64)
    assert len(on) > 10_000
    assert abs(on.mean() - 12) < 0.05
    assert abs(on.std() - 1.34) < 0.03


def test_intensities_are_clipped_to_the_levels() -> None:
    x, _ = morse_split(options(style="gray", symbol_mean=16, symbol_sd=4), "train")
    on = x[x > 0]
    assert x.max() == 1
    assert 0.45 < np.mean(on == 1) < 0.55


def test_noise_has_the_asked_deviation_on_the_whole_frame() -> None:
    # Half of the noise on an off value is clipped away; the other half is a half-normal.
    sigma = 2.0
    x, y = morse_split(options(style="gray", noise_sigma=sigma), "train")
    label = [symbol for symbol, _ in MORSE_CODES].index("E")
    off = 16 * x[y == label][:, 3:].astype(np.float64)
    assert 0.45 < np.mean(off == 0) < 0.55
    assert abs(np.sqrt(np.mean(off**2)) - sigma / np.sqrt(2)) < 0.15


def test_black_and_white_is_binary_until_noise_is_added() -> None:
    x, _ = morse_split(options(), "train")
    assert set(np.unique(x).tolist()) == {0.0, 1.0}
    noisy, _ = morse_split(options(noise_sigma=4), "train")
    assert len(np.unique(noisy)) > 100
    gray, _ = morse_split(options(style="gray"), "train")
    assert np.array_equal(gray > 0, x > 0)


def test_unknown_split_is_refused() -> None:
    message = "split must be one of train, validation, test, not 'dev'"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        morse_split(options(), "dev")  # type: ignore[arg-type]
