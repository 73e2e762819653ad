"""Where weights and biases are at the board's parameter port, in runs that a frame holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from boards.link.framing import MAX_PAYLOAD
from boards.link.payloads import MAX_ANSWER, PARAMETER_RUN, PARAMETER_VALUE
from software_ref.network import Network
from software_ref.plan.row_layout import RowLayout

__all__ = ["ParameterRun", "parameter_runs"]

_MOST = min((MAX_PAYLOAD - PARAMETER_RUN.size), MAX_ANSWER) // PARAMETER_VALUE.size


@dataclass(frozen=True)
class ParameterRun:
    """Consecutive weights or biases of a junction."""

    junction: int
    """Counted from 0."""
    bias: bool
    """Biases, not weights."""
    first: int
    """Edge or neuron of the first."""
    row: int
    lane: int
    lanes: int
    """Where it is, and the lanes of a row."""
    count: int
    """How many."""

    def packed(self) -> bytes:
        """The fields of PARAMETER_RUN."""
        return PARAMETER_RUN.pack(
            junction=self.junction,
            bias=self.bias,
            row=self.row,
            lane=self.lane,
            lanes=self.lanes,
            count=self.count,
        )


def parameter_runs(network: Network) -> Iterator[ParameterRun]:
    """All parameters of a network, junction by junction, weights before biases."""
    for junction, shape in enumerate(network.junctions):
        lanes = shape.parallelism
        for first in range(0, shape.weights, _MOST):
            count = min(_MOST, shape.weights - first)
            yield ParameterRun(junction, False, first, *divmod(first, lanes), lanes, count)
        # Rows in which a differing number of neurons finishes are runs of their own.
        layout = RowLayout(shape)
        first = 0
        while first < shape.right:
            row, lane = layout.finish_place(first)
            count = 1
            while first + count < shape.right and count < _MOST:
                place = layout.finish_place(first + count)
                within = (row, lane + count) if layout.finishing > 1 else (row + count, 0)
                if place != within:
                    break
                count += 1
            lanes_of_row = lane + count if layout.finishing > 1 else 1
            yield ParameterRun(junction, True, first, row, lane, lanes_of_row, count)
            first += count
