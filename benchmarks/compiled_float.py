"""A float32 SGD loop in C over a network's edges, to compare the compiled golden model with.

What somebody would write who wants speed and no particular bits (`compiled_float.c`): one sample at
a time through all junctions, sums in any order, no lag. The system's C compiler compiles it for the
very processor that runs it.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from software_ref.console.errors import ToolError
from software_ref.golden import edges_of
from software_ref.network import Network

__all__ = ["CompiledFloatTrainer"]

SOURCE = Path(__file__).with_suffix(".c")
FLAGS = (
    *("-std=c99", "-O3", "-march=native", "-shared", "-fPIC"),
    # What -ffast-math is, but for its change of the whole process's arithmetic.
    *("-fno-math-errno", "-fno-trapping-math", "-fno-signed-zeros", "-ffinite-math-only"),
    *("-fassociative-math", "-freciprocal-math"),
)


@cache
def _library() -> ctypes.CDLL:
    """The compiled loop.

    Raises
    ------
    ToolError
        There is no C compiler, or it fails.
    """
    compiler = shutil.which("cc")
    if compiler is None:
        raise ToolError("cc must be installed, the system's C compiler")
    with tempfile.TemporaryDirectory() as folder:
        library = os.path.join(folder, "compiled_float.so")
        run = subprocess.run(
            [compiler, *FLAGS, "-o", library, str(SOURCE)],
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode:
            raise ToolError(f"cc failed: {run.stderr.strip()}")
        loaded = ctypes.CDLL(library)
    loaded.train.restype = ctypes.c_int64
    return loaded


class CompiledFloatTrainer:
    """Trains a network of sigmoids in float32 by plain SGD.

    Parameters
    ----------
    network : Network
    weights : sequence of ndarray
        Initial values of each junction, one per edge in natural order.
    """

    def __init__(self, network: Network, weights: Sequence[NDArray[np.float64]]) -> None:
        self.network = network
        edges = edges_of(network)
        self._layers = np.array(network.layers, np.int64)
        first = edges[0]
        right = np.arange(first.shape.weights) // first.shape.in_degree
        # Edges of the first junction by left neuron; of one neuron in natural order.
        self._order = np.argsort(first.left, kind="stable")
        self._edges = weights[0].astype(np.float32)[self._order]
        self._right = right.astype(np.uint32)[self._order]
        self._places = [
            np.arange(each.shape.weights) // each.shape.in_degree * each.shape.left + each.left
            for each in edges[1:]
        ]
        matrices, masks = [], []
        for each, places, values in zip(edges[1:], self._places, weights[1:], strict=True):
            size = each.shape.left * each.shape.right
            matrices.append(np.bincount(places, values, size))
            masks.append(np.bincount(places, minlength=size))
        self._matrices = np.concatenate([*matrices, []]).astype(np.float32)
        self._masks = np.concatenate([*masks, []]).astype(np.float32)
        neurons = sum(network.layers[1:])
        self._biases, self._values, self._deltas = np.zeros((3, neurons), np.float32)
        self._active = np.zeros(network.layers[0], np.uint32)
        self._train = _library().train

    @property
    def weights(self) -> list[NDArray[np.float32]]:
        """Weights now, float32 (W_i,) each in natural order; two edges of a pair share one."""
        first = np.empty_like(self._edges)
        first[self._order] = self._edges
        found, start = [first], 0
        for shape, places in zip(self.network.junctions[1:], self._places, strict=True):
            found.append(self._matrices[start + places])
            start += shape.left * shape.right
        return found

    def values(self, raw: NDArray[np.integer]) -> NDArray[np.float32]:
        """Raw features (n, N_0) as `run` takes them."""
        return (raw / self.network.format.one).astype(np.float32, order="C")

    def run(self, values: NDArray[np.float32], labels: NDArray[np.integer], exponent: int) -> float:
        """Train on features (n, N_0) and labels (n,) at the rate 2**-exponent.

        Returns the share of the samples predicted rightly before they were learnt.
        """
        classes = labels.astype(np.int64)
        correct: int = self._train(
            ctypes.c_int64(len(classes)),
            _pointer(values),
            _pointer(classes),
            ctypes.c_float(2.0**-exponent),
            ctypes.c_int64(len(self._layers) - 1),
            _pointer(self._layers),
            ctypes.c_int64(self.network.competing),
            ctypes.c_int64(self.network.out_degree[0]),
            *map(_pointer, (self._edges, self._right, self._matrices, self._masks)),
            *map(_pointer, (self._biases, self._values, self._deltas, self._active)),
        )
        return correct / len(classes)


def _pointer(array: NDArray[np.generic]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
