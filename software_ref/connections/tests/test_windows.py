"""Windows and windowed matrices, against sums over lists of neurons."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from software_ref.connections.windows import (
    backward_windowed,
    balanced_windows,
    forward_windowed,
    windows_of_size,
)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(data=st.data(), size=st.integers(1, 60))
def test_balanced_windows_differ_by_at_most_one(data: st.DataObject, size: int) -> None:
    windows = data.draw(st.integers(1, size))
    bounds = balanced_windows(size, windows).tolist()
    assert (bounds[0], bounds[-1], len(bounds)) == (0, size, windows + 1)
    sizes = [after - before for before, after in pairwise(bounds)]
    assert sorted(set(sizes)) in ([size // windows], [size // windows, size // windows + 1])


def test_windows_of_examples() -> None:
    assert balanced_windows(6, 3).tolist() == [0, 2, 4, 6]
    assert balanced_windows(10, 4).tolist() == [0, 2, 5, 7, 10]
    assert windows_of_size(10, 4).tolist() == [0, 4, 8, 10]
    assert windows_of_size(8, 4).tolist() == [0, 4, 8]
    assert windows_of_size(3, 5).tolist() == [0, 3]
    assert windows_of_size(3, 10**30).tolist() == [0, 3]
    assert windows_of_size(3, 1).tolist() == [0, 1, 2, 3]


@settings(max_examples=200, derandomize=True, deadline=None)
@given(data=st.data(), right=st.integers(1, 12), left=st.integers(1, 12))
def test_windowed_matrices_are_sums_over_windows(
    data: st.DataObject, right: int, left: int
) -> None:
    cells = data.draw(st.lists(st.integers(0, 3), min_size=left * right, max_size=left * right))
    matrix: NDArray[np.int64] = np.array(cells).reshape(right, left)
    window = data.draw(st.integers(1, 13))
    forward = forward_windowed(matrix, windows_of_size(left, window))
    assert forward.tolist() == [
        [sum(matrix[r, n] for n in range(p, min(p + window, left))) for p in range(0, left, window)]
        for r in range(right)
    ]
    backward = backward_windowed(matrix, windows_of_size(right, window))
    assert backward.tolist() == [
        [sum(matrix[r, n] for r in range(q, min(q + window, right))) for n in range(left)]
        for q in range(0, right, window)
    ]


@pytest.mark.parametrize("windows", [-1, 0, 7])
def test_wrong_numbers_of_windows_are_refused(windows: int) -> None:
    message = f"windows must be 1 to the 6 neurons of the layer, not {windows}"
    with pytest.raises(ValueError, match=f"^{message}$"):
        balanced_windows(6, windows)


@pytest.mark.parametrize("window", [-1, 0])
def test_empty_windows_are_refused(window: int) -> None:
    with pytest.raises(ValueError, match=f"^window must be at least 1 neuron, not {window}$"):
        windows_of_size(6, window)


@pytest.mark.parametrize("bounds", [[0], [0, 2], [1, 3], [0, 2, 2, 3], [0, 4]])
def test_bounds_must_fit_the_layer(bounds: list[int]) -> None:
    message = f"^{re.escape(f'bounds must rise from 0 to the 3 neurons, not {bounds}')}$"
    with pytest.raises(ValueError, match=message):
        forward_windowed(np.zeros((2, 3), np.int64), np.array(bounds))
    with pytest.raises(ValueError, match=message):
        backward_windowed(np.zeros((3, 2), np.int64), np.array(bounds))
