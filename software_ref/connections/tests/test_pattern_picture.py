"""Pictures of patterns: every edge shows, at any size, and a file is whole or left alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread
from numpy.typing import NDArray

from software_ref.connections.pattern import SparsePattern
from software_ref.connections.pattern_picture import patterns_figure
from software_ref.connections.planned import local_pattern
from software_ref.connections.random_sparse import fully_connected
from software_ref.figure import write_picture


def drawn(path: Path, *patterns: SparsePattern) -> NDArray[np.float32]:
    """The picture's colours: (height, width, 4), 0 to 1."""
    write_picture(path, patterns_figure("patterns", patterns))
    picture: NDArray[np.float32] = imread(path)
    return picture


def blocks(picture: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Black pixels with black ones above, below, left and right: cells, and no text or lines."""
    black = np.asarray((picture[..., :3] < 0.1).all(axis=2))
    size = 5
    inside = black[size:-size, size:-size].copy()
    for axis in (0, 1):
        for shift in range(-size, size + 1):
            inside &= np.roll(black, shift, axis=axis)[size:-size, size:-size]
    return inside


def test_small_patterns_have_a_square_for_every_edge(tmp_path: Path) -> None:
    one, two, all_edges = (
        SparsePattern.from_biadjacency(matrix)
        for matrix in (
            [[1] + 7 * [0]] + 3 * [8 * [0]],
            [[1] + 7 * [0]] + 2 * [8 * [0]] + [7 * [0] + [1]],
            4 * [8 * [1]],
        )
    )
    counts = [
        int(blocks(drawn(tmp_path / "small.png", pattern)).sum())
        for pattern in (one, two, all_edges)
    ]
    assert counts[0] > 300
    assert counts[1] == pytest.approx(2 * counts[0], rel=0.1)
    assert counts[2] == pytest.approx(32 * counts[0], rel=0.1)


def test_windows_are_drawn_as_lines(tmp_path: Path) -> None:
    # 4 left and 2 right windows: 3 upright lines and a level one.
    picture = drawn(tmp_path / "windows.png", local_pattern(8, 4, 2))
    orange = (picture[..., 0] > 0.8) & (picture[..., 2] < 0.3) & (picture[..., 1] < 0.7)
    columns, rows = orange.mean(axis=0), orange.mean(axis=1)
    assert (np.diff(np.flatnonzero(columns > 0.2), prepend=-9) > 1).sum() == 3
    assert (np.diff(np.flatnonzero(rows > 0.2), prepend=-9) > 1).sum() == 1


@pytest.mark.parametrize(("left", "right"), [(1024, 64), (64, 1024), (5000, 1500)])
def test_one_edge_shows_in_a_large_pattern(left: int, right: int, tmp_path: Path) -> None:
    def pattern(neuron: int) -> SparsePattern:
        return SparsePattern(
            left=left,
            right=right,
            left_neurons=np.array([neuron]),
            right_neurons=np.array([right // 2]),
        )

    first, second = (
        drawn(tmp_path / "large.png", pattern(neuron)) for neuron in (left // 3, left // 2)
    )
    assert max(first.shape[0], first.shape[1]) < 2400
    changed = (first != second).any(axis=2)
    darkest = np.minimum(first, second)[changed][:, :3].max(axis=1).min()
    assert darkest < 0.1


def test_patterns_of_a_network_stand_below_each_other(tmp_path: Path) -> None:
    single = drawn(tmp_path / "a.png", fully_connected(8, 4))
    double = drawn(tmp_path / "b.png", fully_connected(8, 4), fully_connected(8, 4))
    assert double.shape[0] > 1.5 * single.shape[0]
    assert blocks(double).sum() > 1.5 * blocks(single).sum()
