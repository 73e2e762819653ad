"""Holding samples out: every class gives its share, nothing is lost, and bad counts are refused."""

import re
from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from software_ref.datasets.split import stratified_choice


def test_shares_by_hand() -> None:
    # 5 of 10: half of 6, 3 and 1 samples is 3, 1.5 and 0.5; the missing one is class 1's, since
    # class 2 would be left without a sample.
    labels = np.array([0] * 6 + [1] * 3 + [2])
    chosen = stratified_choice(labels, 5, 1, where="tiny")
    assert np.bincount(labels[chosen], minlength=3).tolist() == [3, 2, 0]


def test_a_class_is_emptied_only_where_no_other_can_give() -> None:
    labels = np.array([0, 0, 1, 2])
    assert Counter(labels[stratified_choice(labels, 1, 1, where="")]) == {0: 1}
    assert sorted(labels[stratified_choice(labels, 3, 1, where="")]) == [0, 1, 2]


@pytest.mark.parametrize(("count", "given"), [(8, (0, 8)), (2, (0, 2))])
def test_a_class_of_one_sample_keeps_it_whatever_its_share(
    count: int, given: tuple[int, int]
) -> None:
    # Of 8 of 10, the share of the class of one is 0.8, that of the class of nine 7.2: the larger
    # remainder would empty the class.
    labels = np.array([0] + [1] * 9)
    chosen = stratified_choice(labels, count, 1, where="")
    assert tuple(np.bincount(labels[chosen], minlength=2)) == given


@given(labels=st.lists(st.integers(0, 4), min_size=2, max_size=40), data=st.data())
def test_every_class_gives_its_share_give_or_take_one(
    labels: list[int], data: st.DataObject
) -> None:
    count = data.draw(st.integers(0, len(labels) - 1))
    array = np.array(labels)
    chosen = stratified_choice(array, count, 3, where="tiny")
    assert chosen.sum() == count
    for label, size in Counter(labels).items():
        share = Fraction(count * size, len(labels))
        assert abs(int((array[chosen] == label).sum()) - share) <= 1


def test_the_seed_alone_decides() -> None:
    labels = np.array([0, 1] * 16)
    first, again, other = (stratified_choice(labels, 8, seed, where="") for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("count", "seed", "message"),
    [
        (4, 1, "tiny: the number of samples held out must lie in 0 to 3 (all but one), not 4"),
        (-1, 1, "tiny: the number of samples held out must lie in 0 to 3 (all but one), not -1"),
        (1, -1, "tiny: seed must be at least 0, not -1"),
    ],
)
def test_numbers_out_of_range_are_refused(count: int, seed: int, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        stratified_choice(np.array([0, 1, 2, 0]), count, seed, where="tiny")


@pytest.mark.parametrize(
    ("count", "seed", "message"),
    [
        (1.0, 1, "tiny: the number of samples held out must be an integer, not float"),
        (1, "1", "tiny: seed must be an integer, not str"),
    ],
)
def test_wrong_types_are_refused(count: Any, seed: Any, message: str) -> None:
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        stratified_choice(np.array([0, 1, 2, 0]), count, seed, where="tiny")
