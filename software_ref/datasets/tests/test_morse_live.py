"""Morse frames by seed and number: against docs/morse_live.md in plain integers, and by design."""

import re

import numpy as np
import pytest

from software_ref.datasets import load_dataset
from software_ref.datasets.morse_codes import MORSE_CODES
from software_ref.datasets.morse_key import FIRST_UNIT, tapped_frame, unit_after
from software_ref.datasets.morse_live import as_features, morse_live_frames
from software_ref.datasets.morse_live_options import FRAME, NUMBER_BITS, MorseLiveOptions

WIDE = MorseLiveOptions(
    dot=(1, 3), dash=(4, 7), space=(1, 3), offset=15, level=(1, 15), noise=3, seed=4095
)


def following(x: int) -> int:
    x ^= x << 13 & 0xFFFFFFFF
    x ^= x >> 17
    return x ^ x << 5 & 0xFFFFFFFF


def plain_frame(options: MorseLiveOptions, seed: int, number: int) -> tuple[list[int], int]:
    """One frame, one draw after the other."""

    def drawn(place: int, low: int, high: int) -> int:
        return low + (x >> 8 * place & 255) * (high - low + 1) // 256

    x = (seed << NUMBER_BITS) + number
    for _ in range(4):
        x = (following(x) + 0x9E3779B9) % 2**32
    x = x or 1
    label, level = x >> 26, drawn(1, *options.level)
    on = [0] * drawn(2, 0, options.offset)
    for place, (low, high) in enumerate(options.element_ranges(MORSE_CODES[label][1])):
        x = following(x)
        on += [1 - place % 2] * drawn(3, low, high)
    on += [0] * (FRAME - len(on))
    frame = []
    for first in range(0, FRAME, 4):
        x = following(x)
        for r in range(4):
            ones = (x >> 8 * r & 255).bit_count()
            value = level * on[first + r] + options.noise * (ones - 4)
            frame.append(min(max(value, 0), 15))
    return frame, label


@pytest.mark.parametrize("options", [MorseLiveOptions(), WIDE], ids=["defaults", "wide"])
def test_frames_are_the_specified_ones(options: MorseLiveOptions) -> None:
    numbers = [0, 1, 2, 77, 51_199, 2**NUMBER_BITS - 1]
    for seed in (options.seed, options.test_seed, 0):
        frames, labels = morse_live_frames(options, seed, numbers)
        for frame, label, number in zip(frames, labels, numbers, strict=True):
            assert (frame.tolist(), label) == plain_frame(options, seed, number)


def test_classes_are_equally_frequent_and_noise_is_what_it_should_be() -> None:
    frames, labels = morse_live_frames(MorseLiveOptions(dash=(4, 4)), 1, np.arange(1 << 16))
    counts = np.bincount(labels, minlength=64)
    assert np.all(np.abs(counts - 1024) < 5 * np.sqrt(1024))  # five standard deviations
    # Behind all codes there is noise alone, of which the lower half is clipped.
    binomial = np.array([70, 56, 28, 8, 1]) / 256
    share = np.bincount(frames[:, 40:].ravel(), minlength=5) / frames[:, 40:].size
    assert np.allclose(share, [163 / 256, *binomial[1:]], atol=2e-3)
    # Values of neighbouring frames have nothing to do with one another.
    noise = frames[:, 40:].astype(float)
    assert abs(np.corrcoef(noise[:-1].ravel(), noise[1:].ravel())[0, 1]) < 5e-3
    assert abs(np.corrcoef(labels[:-1], labels[1:])[0, 1]) < 0.02


def test_the_data_set_has_both_seeds_frames() -> None:
    given = {"train_frames": 100, "test_frames": 50, "seed": 5, "dash": [4, 6]}
    dataset = load_dataset("morse_live", options=given, data_dir=None, base_dir=None)
    options = MorseLiveOptions(train_frames=100, test_frames=50, seed=5, dash=(4, 6))
    for split, seed, count in (("train", 5, 100), ("test", 2, 50)):
        levels, labels = morse_live_frames(options, seed, np.arange(count))
        assert np.array_equal(getattr(dataset, f"x_{split}"), as_features(levels))
        assert np.array_equal(getattr(dataset, f"y_{split}"), labels)
    assert dataset.provenance == (
        "generated with seeds 5 and 2, train_frames = 100, test_frames = 50, dash = (4, 6)"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"seed": 2},
            "test_seed must be another one than seed, not 2: the test frames would be the "
            "training frames",
        ),
        ({"seed": 4096}, "seed must lie in 0 to 4095, not 4096"),
        ({"noise": 4}, "noise must lie in 0 to 3, not 4"),
        ({"level": [3, 16]}, "level must have 1 <= smallest <= largest <= 15, not (3, 16)"),
        (
            {"dash": [4, 12]},
            "offset, dot, dash and space must fit the longest code, 0 (-----), into 64 values, "
            "not take 1 + 64",
        ),
    ],
)
def test_wrong_options_are_told(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_dataset("morse_live", options=options, data_dir=None, base_dir=None)


def taps(code: str, unit: int, dash: int = 3) -> list[int]:
    """Times of a code, tapped evenly."""
    return [ms for c in code for ms in (unit * (1 if c == "." else dash), unit)][:-1]


def test_a_letter_is_framed_alike_at_any_speed() -> None:
    options = MorseLiveOptions(dot=(1, 3), dash=(4, 8), space=(1, 3), offset=0)
    wanted = [12] * 2 + [0] * 2 + [12] * 6
    for own in (20, 60, 120, 300, 900):
        unit = FIRST_UNIT
        for _ in range(6):
            unit = unit_after(unit, taps(".-", own))
        frame = tapped_frame(options, unit, taps(".-", own))
        assert frame.tolist() == wanted + [0] * (FRAME - len(wanted))


def test_the_unit_follows_letters_with_both_kinds_of_marks_alone() -> None:
    assert unit_after(100, taps("...", 60)) == 100
    assert unit_after(100, taps("---", 60)) == 100
    assert unit_after(100, taps(".-", 60)) == (100 + 3 * 60) // 4
    assert unit_after(100, [60, 10, 120]) == (100 + 3 * 45) // 4  # twice as long is long
    assert unit_after(100, [60, 10, 119]) == 100
    assert unit_after(16, [1, 1, 9]) == 16
    assert unit_after(1000, [4095, 1, 60_000, 1, 2047]) == 1000


def test_lengths_are_clipped_to_those_of_training_frames() -> None:
    options = MorseLiveOptions(space=(1, 2))
    frame = tapped_frame(options, 100, [1, 1, 9999, 9999, 200])
    wanted = [12] + [0] + [12] * 5 + [0] * 2 + [12] * 3
    assert frame.tolist() == wanted + [0] * (FRAME - len(wanted))
    # Eleven elements count; what does not fit the frame is left out.
    long = MorseLiveOptions(dash=(4, 11), offset=0, noise=0)
    assert tapped_frame(long, 16, [999] * 21).tolist() == ([12] * 11 + [0]) * 5 + [12] * 4
