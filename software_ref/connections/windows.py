"""Windows: consecutive neurons of a layer, and biadjacency matrices added up over them.

Windows are given by their bounds: window k of a layer holds neurons bounds[k] to bounds[k + 1] - 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["backward_windowed", "balanced_windows", "forward_windowed", "windows_of_size"]


def balanced_windows(size: int, windows: int) -> NDArray[np.int64]:
    """Cut a layer into windows whose sizes differ by at most one.

    Parameters
    ----------
    size : int
        Neurons of the layer.
    windows : int
        Number of windows, 1 to `size`.

    Returns
    -------
    int64 (windows + 1,)
        Bounds; bound k is floor(k size / windows), so that all windows are equal where `windows`
        divides `size`.

    Raises
    ------
    ValueError
        There are more windows than neurons, or none.
    """
    if not 1 <= windows <= size:
        raise ValueError(f"windows must be 1 to the {size} neurons of the layer, not {windows}")
    return np.arange(windows + 1) * size // windows


def windows_of_size(size: int, window: int) -> NDArray[np.int64]:
    """Cut a layer of `size` neurons into windows of `window`, the last one perhaps smaller.

    Returns
    -------
    int64 (ceil(size / window) + 1,)
        Bounds.

    Raises
    ------
    ValueError
        `window` is below 1.
    """
    if window < 1:
        raise ValueError(f"window must be at least 1 neuron, not {window}")
    return np.append(np.arange(0, size, min(window, size)), size)


def forward_windowed(
    matrix: NDArray[np.int64], left_bounds: NDArray[np.int64]
) -> NDArray[np.int64]:
    """B^f: how many edges (paths) each right neuron has from each window of the left layer.

    Parameters
    ----------
    matrix : int64 (N_j, N_{i-1})
        Biadjacency matrix.
    left_bounds : int64 (windows + 1,)

    Returns
    -------
    int64 (N_j, windows)
    """
    _check(left_bounds, matrix.shape[1])
    return np.add.reduceat(matrix, left_bounds[:-1], axis=1)


def backward_windowed(
    matrix: NDArray[np.int64], right_bounds: NDArray[np.int64]
) -> NDArray[np.int64]:
    """B^b: how many edges (paths) each left neuron has to each window of the right layer.

    Parameters
    ----------
    matrix : int64 (N_j, N_{i-1})
        Biadjacency matrix.
    right_bounds : int64 (windows + 1,)

    Returns
    -------
    int64 (windows, N_{i-1})
    """
    _check(right_bounds, matrix.shape[0])
    return np.add.reduceat(matrix, right_bounds[:-1], axis=0)


def _check(bounds: NDArray[np.int64], size: int) -> None:
    if len(bounds) < 2 or bounds[0] != 0 or bounds[-1] != size or (np.diff(bounds) < 1).any():
        raise ValueError(f"bounds must rise from 0 to the {size} neurons, not {bounds.tolist()}")
