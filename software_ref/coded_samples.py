"""Samples in the code of a board's memory, and back: docs/samples.md in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from software_ref.plan.sample_code import CHECK, GROUP, SampleCode

__all__ = ["CodedSamples", "decoded", "encoded"]

_PORTION = 2048
"""Samples that are coded at a time."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CodedSamples:
    """Samples one after another, each in whole words."""

    words: NDArray[np.uint8]
    """Their words, the lowest byte first: uint8 (words, bytes of a word)."""
    lengths: NDArray[np.int64]
    """Words of each sample: int64 (n,)."""

    @property
    def addresses(self) -> NDArray[np.int64]:
        """First word of each sample, from 0: int64 (n,)."""
        return np.cumsum(self.lengths) - self.lengths


def encoded(
    code: SampleCode,
    features: NDArray[np.integer],
    labels: NDArray[np.integer],
    progress: Callable[[int], object] | None = None,
) -> CodedSamples:
    """Code samples.

    Parameters
    ----------
    code
        The code.
    features
        Integers (n, N) from 0 to 2^f, as they go to the core.
    labels
        Classes: integers (n,).
    progress
        Told how many samples were coded since the last call.

    Raises
    ------
    ValueError
        Shapes do not match, or a value is out of range.
    """
    features, classes = np.asarray(features), np.asarray(labels, np.int64)
    if features.shape != (len(labels), code.features):
        raise ValueError(
            f"features must have shape ({len(labels)}, {code.features}), not {features.shape}"
        )
    for name, values, most in (
        ("features", features, 1 << code.value_bits),
        ("labels", classes, (1 << code.label_bits) - 1),
    ):
        if values.size and not 0 <= values.min() <= values.max() <= most:
            raise ValueError(
                f"{name} must be from 0 to {most}, not {values.min()} to {values.max()}"
            )
    parts = []
    for first in range(0, len(labels), _PORTION):
        portion = slice(first, first + _PORTION)
        parts.append(_encoded(code, features[portion], classes[portion]))
        if progress is not None:
            progress(len(parts[-1].lengths))
    return CodedSamples(
        words=np.concatenate(
            [np.empty((0, code.width // 8), np.uint8), *(part.words for part in parts)]
        ),
        lengths=np.concatenate([np.empty(0, np.int64), *(part.lengths for part in parts)]),
    )


def _encoded(
    code: SampleCode, features: NDArray[np.integer], labels: NDArray[np.int64]
) -> CodedSamples:
    count, width = len(labels), code.value_bits
    masks = np.zeros((count, code.groups, GROUP), np.bool_)
    masks.reshape(count, -1)[:, : code.features] = features != 0
    present = masks.any(axis=2)
    values = masks.sum(axis=(1, 2))
    # Slots that values begin at, with a mask of groups and without.
    starts = [
        -(-8 * (code.masks_at(flat=flat) + groups) // width)
        for flat, groups in ((False, present.sum(axis=1)), (True, code.groups))
    ]
    flat = np.less(starts[1], starts[0])
    present |= flat[:, None]
    start = np.where(flat, starts[1], starts[0])
    # There is always a value, so that there is always a line where they begin.
    lengths = -(-(start + np.maximum(values, 1)) * width // code.width)
    begins = (np.cumsum(lengths) - lengths) * code.width  # bits
    bits = np.zeros(int(lengths.sum()) * code.width, np.uint8)

    line, slot = np.divmod(start, code.line_slots)
    masks_at = np.where(flat, code.masks_at(flat=True), code.masks_at(flat=False))
    shared = (slot != 0) | (line == 8 * masks_at // code.line_bits)
    header = code.header.words(
        check=np.zeros(count, np.int64), label=labels, flat=flat, shared=shared, line=line,
        slot=slot, spare=np.zeros(count, np.int64),
    ).astype(np.int64)  # fmt: skip
    _put(bits, begins, header, code.header.bits)
    grouped = np.flatnonzero(~flat)
    places = begins[grouped, None] + 8 * code.header_bytes + np.arange(code.groups)
    bits[places] = present[grouped]
    sample, group = np.nonzero(present)
    rank = (np.cumsum(present, axis=1) - 1)[sample, group]
    at = begins[sample] + 8 * (masks_at[sample] + rank)
    bits[at[:, None] + np.arange(GROUP)] = masks[sample, group]
    sample, place = np.nonzero(features)
    rank = np.arange(len(sample)) - (np.cumsum(values) - values)[sample]
    _put(bits, begins[sample] + width * (start[sample] + rank), features[sample, place] - 1, width)

    words = np.packbits(bits, bitorder="little")
    first = begins // 8
    if count:
        words[first] = np.bitwise_xor.reduceat(words, first) ^ CHECK
    return CodedSamples(words=words.reshape(-1, code.width // 8), lengths=lengths)


def _put(
    bits: NDArray[np.uint8], places: NDArray[np.int64], numbers: NDArray[np.integer], width: int
) -> None:
    """Write numbers of so many bits, the lowest first, from these places on."""
    for bit in range(width):
        bits[places + bit] = numbers >> bit & 1


def decoded(code: SampleCode, coded: CodedSamples) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Samples from their code.

    Returns
    -------
    Features int64 (n, N) and labels int64 (n,).

    Raises
    ------
    ValueError
        A sample is damaged; the message has its number.
    """
    parts = []
    ends = np.cumsum(coded.lengths)
    for first in range(0, len(ends), _PORTION):
        lengths = coded.lengths[first : first + _PORTION]
        begin = int(ends[first] - coded.lengths[first])
        words = coded.words[begin : begin + int(lengths.sum())]
        parts.append(_decoded(code, CodedSamples(words=words, lengths=lengths), first))
    return (
        np.concatenate([np.empty((0, code.features), np.int64), *(part[0] for part in parts)]),
        np.concatenate([np.empty(0, np.int64), *(part[1] for part in parts)]),
    )


def _decoded(
    code: SampleCode, coded: CodedSamples, number: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    line = coded.words.reshape(-1)
    begins = coded.addresses * code.width // 8
    ends = begins + coded.lengths * code.width // 8
    totals = np.asarray(np.bitwise_xor.reduceat(line, begins))
    _refuse((totals ^ np.uint8(CHECK)).astype(np.bool_), number)
    head = code.header.columns(line[begins[:, None] + np.arange(code.header_bytes)])
    flat = head.flat.astype(np.bool_)
    # What a sample's fields point to may lie beyond the last one: there is room for it.
    bits = np.unpackbits(
        np.append(line, np.zeros(code.most_words * code.width // 8 + 8, np.uint8)),
        bitorder="little",
    )
    places = 8 * (begins[:, None] + code.header_bytes) + np.arange(code.groups)
    present = np.where(flat[:, None], 1, bits[places]).astype(np.bool_)
    sample, group = np.nonzero(present)
    rank = (np.cumsum(present, axis=1) - 1)[sample, group]
    masks_at = np.where(flat, code.masks_at(flat=True), code.masks_at(flat=False))
    masks = np.zeros((len(flat), code.groups, GROUP), np.bool_)
    at = 8 * (begins + masks_at)[sample] + 8 * rank
    masks[sample, group] = bits[at[:, None] + np.arange(GROUP)]
    nonzero = masks.reshape(len(flat), -1)
    values = nonzero.sum(axis=1)
    start = head.line * code.line_slots + head.slot
    _refuse(nonzero[:, code.features :].any(axis=1), number)
    _refuse(np.greater(8 * begins + code.value_bits * (start + values), 8 * ends), number)
    sample, place = np.nonzero(nonzero)
    rank = np.arange(len(sample)) - (np.cumsum(values) - values)[sample]
    at = 8 * begins[sample] + code.value_bits * (start[sample] + rank)
    features = np.zeros((len(flat), code.features), np.int64)
    features[sample, place] = 1
    for bit in range(code.value_bits):
        features[sample, place] += bits[at + bit].astype(np.int64) << bit
    return features, head.label.astype(np.int64)


def _refuse(damaged: ArrayLike, number: int) -> None:
    if np.any(damaged):
        raise ValueError(f"sample {number + int(np.argmax(damaged))} is damaged")
