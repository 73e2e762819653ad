"""The code of samples: exact, and as large as docs/samples.md says."""

from __future__ import annotations

import numpy as np
import pytest

from software_ref.coded_samples import CodedSamples, decoded, encoded
from software_ref.plan.sample_code import CHECK, GROUP, SampleCode

CODES = [
    (784, 4, 8, None),
    (784, 4, 4, 16),
    (1024, 32, 8, None),
    (70, 5, 8, 16),
    (12, 4, 5, None),
    (7, 7, 1, None),
    (1, 1, 3, 16),
    (100, 50, 12, 32),
]


def code_of(features: int, beat: int, bits: int, word: int | None) -> SampleCode:
    return SampleCode(
        features=features, beat_features=beat, value_bits=bits, label_bits=4, word_bits=word
    )


def drawn(code: SampleCode, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Samples from blank to full, values at both ends among them."""
    rng = np.random.default_rng(code.features)
    values = rng.integers(1, (1 << code.value_bits) + 1, (count, code.features))
    kept = rng.random((count, code.features)) < np.linspace(0, 1.01, count)[:, None]
    return values * kept, rng.integers(0, 16, count)


@pytest.mark.parametrize("sizes", CODES)
def test_samples_come_back(sizes: tuple[int, int, int, int | None]) -> None:
    code = code_of(*sizes)
    features, labels = drawn(code, 50)
    coded = encoded(code, features, labels)
    found = decoded(code, coded)
    assert np.array_equal(found[0], features)
    assert np.array_equal(found[1], labels)
    assert coded.lengths[-1] == coded.lengths.max() == code.most_words


@pytest.mark.parametrize("sizes", CODES)
def test_the_first_samples_are_as_the_page_says(sizes: tuple[int, int, int, int | None]) -> None:
    """Written down again bit by bit, as slowly as one reads."""
    code = code_of(*sizes)
    features, labels = drawn(code, 12)
    coded = encoded(code, features, labels)
    for number, (sample, label) in enumerate(zip(features.tolist(), labels.tolist(), strict=True)):
        masks = [
            sum((value > 0) << k for k, value in enumerate(sample[first : first + GROUP]))
            for first in range(0, len(sample), GROUP)
        ]
        group_bits = [int(mask > 0) for mask in masks]
        flat = len(masks) - sum(group_bits) < code.group_bytes and (
            -(-8 * (code.header_bytes + len(masks)) // code.value_bits)
            < -(-8 * (code.masks_at(flat=False) + sum(group_bits)) // code.value_bits)
        )
        before = [] if flat else group_bits + [0] * (8 * code.group_bytes - len(group_bits))
        for mask in masks:
            if mask or flat:
                before += [mask >> k & 1 for k in range(GROUP)]
        end = 8 * code.header_bytes + len(before)
        start = -(-end // code.value_bits)
        before += [0] * (start * code.value_bits - end)
        for value in [value for value in sample if value] or [1]:
            before += [value - 1 >> k & 1 for k in range(code.value_bits)]
        line, slot = divmod(start, code.line_slots)
        begins = 8 * code.masks_at(flat=flat) // code.line_bits
        header = code.header.word(
            check=0, label=label, flat=flat, shared=slot != 0 or line == begins,
            line=line, slot=slot, spare=0,
        )  # fmt: skip
        whole = sum(bit << k for k, bit in enumerate(before)) << 8 * code.header_bytes | header
        size = int(coded.lengths[number]) * code.width // 8
        assert code.header.bits + len(before) > 8 * size - code.width  # no word too many
        octets = np.frombuffer(whole.to_bytes(size, "little"), np.uint8).copy()
        octets[0] = np.bitwise_xor.reduce(octets) ^ CHECK
        at = int(coded.addresses[number])
        stored = coded.words[at : at + int(coded.lengths[number])]
        assert stored.reshape(-1).tolist() == octets.tolist()


def test_any_bit_that_changes_is_seen() -> None:
    code = code_of(20, 4, 5, 16)
    coded = encoded(code, *drawn(code, 5))
    for bit in range(8 * coded.words.size):
        words = coded.words.copy()
        words.reshape(-1)[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ValueError, match=r"sample \d is damaged"):
            decoded(code, CodedSamples(words=words, lengths=coded.lengths))


def test_blank_memory_is_no_sample() -> None:
    code = code_of(20, 4, 5, 16)
    for fill in (0x00, 0xFF):
        words = np.full((6, 2), fill, np.uint8)
        with pytest.raises(ValueError, match="sample 0 is damaged"):
            decoded(code, CodedSamples(words=words, lengths=np.array([6])))


def test_what_has_no_zeros_takes_no_more_than_it_would_raw() -> None:
    """But for the header and what is left of the last word."""
    code = code_of(784, 4, 8, 16)
    raw = 784 * 9 + code.header.bits
    assert code.most_words * 16 - raw < 16 + code.value_bits


@pytest.mark.parametrize(
    ("features", "labels", "message"),
    [
        (np.full((1, 20), 33), [0], "features must be from 0 to 32, not 33 to 33"),
        (np.zeros((1, 20), int), [16], "labels must be from 0 to 15, not 16 to 16"),
        (np.zeros((2, 20), int), [1], r"features must have shape \(1, 20\), not \(2, 20\)"),
    ],
)
def test_what_does_not_fit_is_refused(
    features: np.ndarray, labels: list[int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        encoded(code_of(20, 4, 5, 16), features, np.array(labels))


def test_words_are_whole_bytes() -> None:
    with pytest.raises(ValueError, match="word_bits must be a multiple of 8, not 12"):
        code_of(20, 4, 5, 12)
