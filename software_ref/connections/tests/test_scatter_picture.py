"""Pictures of scatter: the lowest bar stands out, and no entry of 0 hides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread
from numpy.typing import NDArray

from software_ref.connections.pattern import SparsePattern
from software_ref.connections.planned import planned_pattern
from software_ref.connections.random_sparse import fully_connected
from software_ref.connections.scatter import scatter_vector
from software_ref.connections.scatter_picture import BAR, LOWEST, NOTHING, scatter_figure
from software_ref.connections.structured import structured_pattern
from software_ref.figure import write_picture


def pixels(path: Path, colour: str) -> int:
    """Pixels of just this colour."""
    picture: NDArray[np.float32] = imread(path)
    return int((abs(picture[..., :3] - to_rgb(colour)) < 0.004).all(axis=2).sum())


def test_only_the_lowest_bar_stands_out(tmp_path: Path) -> None:
    first = [[0, 1, 1, 0, 1, 0], [0, 0, 1, 0, 1, 1], [1, 0, 0, 1, 0, 1], [1, 1, 0, 1, 0, 0]]
    second = [[0, 0, 1, 1], [1, 1, 0, 0]]
    path = tmp_path / "slides.png"
    vector = scatter_vector([SparsePattern.from_biadjacency(m) for m in (first, second)])
    write_picture(path, scatter_figure("slides", [vector]))
    lowest, others = pixels(path, LOWEST), pixels(path, BAR)
    # 0.5 against 0.83 + 0.67 + 1 + 0.67 + 0.67, less the numbers in the bars
    assert others / lowest == pytest.approx(3.84 / 0.5, rel=0.1)


def test_entries_of_0_are_seen(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    write_picture(path, scatter_figure("all met", [scatter_vector([fully_connected(8, 4)])]))
    assert pixels(path, NOTHING) == 0
    rng = np.random.default_rng(1)
    write_picture(
        path, scatter_figure("some not met", [scatter_vector([structured_pattern(8, 4, 2, rng)])])
    )
    assert pixels(path, NOTHING) > 1000


def test_one_entry_of_0_among_very_many_is_seen(tmp_path: Path) -> None:
    matrix = np.ones((300, 3000), dtype=int)
    matrix[200, 1234] = 0
    path = tmp_path / "picture.png"
    vector = scatter_vector([SparsePattern.from_biadjacency(matrix)], window=1)
    write_picture(path, scatter_figure("one not met", [vector]))
    assert pixels(path, NOTHING) > 0


def test_seeds_are_drawn_as_means_with_their_spread(tmp_path: Path) -> None:
    vectors = [
        scatter_vector([structured_pattern(8, 4, 2, np.random.default_rng(seed))])
        for seed in range(4)
    ]
    best = scatter_vector([planned_pattern(8, 4, 2, np.random.default_rng(0))])
    one, several = tmp_path / "one.png", tmp_path / "several.png"
    write_picture(one, scatter_figure("one", [best]))
    write_picture(several, scatter_figure("several", [best, *vectors]))
    assert pixels(several, LOWEST) + pixels(several, BAR) < 0.95 * pixels(one, LOWEST)
