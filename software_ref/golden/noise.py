"""The random numbers that updates are rounded with: one generator per junction.

Marsaglia's xorshift generator of 32 bits, a linear feedback shift register in another form, makes
one step per row of an update. Lane j of the row takes the upper R bits of the state rotated left by
5 j; the slot k of a bias takes those of lane k.

References
----------
G. Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8 (14), 2003.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from software_ref.connections.junction_shape import JunctionShape
from software_ref.update_rounding import GENERATOR_WIDTH, UpdateOptions

__all__ = ["RoundingNoise", "bias_places"]

MASK = (1 << GENERATOR_WIDTH) - 1
LANE_ROTATION = 5
"""Odd, so that 32 lanes in a row all see other rotations."""


def bias_places(shape: JunctionShape) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The row in which each right neuron finishes, and its slot in that row: int64 (N_i,) each."""
    neurons = np.arange(shape.right)
    rows = ((neurons + 1) * shape.in_degree - 1) // shape.parallelism
    return rows, neurons - rows * shape.parallelism // shape.in_degree


class RoundingNoise:
    """The generator of one junction.

    Parameters
    ----------
    shape : JunctionShape
    options : UpdateOptions
        With random_bits of at least 1.
    """

    def __init__(self, shape: JunctionShape, options: UpdateOptions) -> None:
        self._shape, self._options = shape, options
        self._lanes = self._rotations(np.arange(shape.parallelism))
        self._bias_rows, slots = bias_places(shape)
        self._slots = self._rotations(slots)
        self.rewind()

    def rewind(self) -> None:
        """Start again, as every sequence does."""
        self._state = self._options.first_state(self._shape.index)

    def draw(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The next update's numbers below 2**R: of all edges int64 (W,), of biases (N_i,)."""
        states = np.empty(self._shape.rows, np.uint64)
        state = self._state
        for row in range(len(states)):
            states[row] = state
            state ^= state << 13 & MASK
            state ^= state >> 17
            state ^= state << 5 & MASK
        self._state = state
        lanes = self._taken(states[:, None], self._lanes)
        return lanes.reshape(-1), self._taken(states[self._bias_rows], self._slots)

    def _taken(
        self, states: NDArray[np.uint64], rotations: NDArray[np.uint64]
    ) -> NDArray[np.int64]:
        width = np.uint64(GENERATOR_WIDTH)
        rotated = states << rotations | states >> (width - rotations)
        upper = (rotated & np.uint64(MASK)) >> (width - np.uint64(self._options.random_bits))
        return upper.astype(np.int64)

    @staticmethod
    def _rotations(lanes: NDArray[np.int64]) -> NDArray[np.uint64]:
        return (LANE_ROTATION * lanes % GENERATOR_WIDTH).astype(np.uint64)
