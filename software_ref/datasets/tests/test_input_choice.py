"""Inputs by deviation: every feature has its share, in exact integers."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

import numpy as np
import pytest

from software_ref.datasets.input_choice import inputs_by_deviation


def test_by_hand() -> None:
    """Deviations 0 : 1 : 2 : 0, so that six inputs take two of one feature and four of another."""
    samples = np.array([[7, 0, 0, 0], [7, 10, 20, 0]])
    inputs = inputs_by_deviation(samples, 6, 1, where="x")
    in_order = [1, 1, 2, 2, 2, 2]
    order = np.random.default_rng([1, 0, 0, 2]).permutation(6)
    assert inputs.tolist() == [in_order[place] for place in order]
    assert inputs.dtype == np.int64
    assert inputs_by_deviation(samples, 1, 1, where="x").tolist() == [2]
    assert inputs_by_deviation(samples, 6, 2, where="x").tolist() != inputs.tolist()


@pytest.mark.parametrize(("features", "inputs"), [(5, 40), (60, 17), (30, 30)])
def test_shares_are_rounded_down_or_up(features: int, inputs: int) -> None:
    rng = np.random.default_rng(features)
    largest = rng.choice([0, 1, 3, 1 << 16], features)
    samples = (rng.random((50, features)) * (largest + 1)).astype(np.int32)
    variances = [
        50 * sum(x * x for x in column) - sum(column) ** 2 for column in samples.T.tolist()
    ]
    deviations = [isqrt(each << 16) for each in variances]
    found = np.bincount(inputs_by_deviation(samples, inputs, 1, where="x"), minlength=features)
    assert found.sum() == inputs
    for count, deviation in zip(found.tolist(), deviations, strict=True):
        assert abs(count - Fraction(inputs * deviation, sum(deviations))) < 1
        assert deviation or not count


def test_the_largest_samples_are_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """n sum x^2 - (sum x)^2 leaves 64 bits here."""
    samples = np.full((1 << 17, 2), 1 << 16, np.int32)
    samples[::2, 0] = 0
    samples[0, 1] = (1 << 16) - 1
    assert (1 << 17) * (1 << 16) * (1 << 32) > (1 << 63) - 1
    found = inputs_by_deviation(samples, 1 << 12, 1, where="x")
    assert np.bincount(found).tolist() == [4096]
    monkeypatch.setattr("software_ref.datasets.input_choice._BLOCK_VALUES", 1000)
    assert np.array_equal(inputs_by_deviation(samples, 1 << 12, 1, where="x"), found)


def test_constant_features_alone_are_refused() -> None:
    message = (
        r"^x_train: some feature must differ between training samples for \[data.inputs\] to "
        r"choose by, but all 3 are constant$"
    )
    with pytest.raises(ValueError, match=message):
        inputs_by_deviation(np.ones((4, 3), int), 5, 1, where="x_train")
