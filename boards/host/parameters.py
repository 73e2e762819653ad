"""Where weights, biases and addresses are at the board's port, in runs that a frame holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boards.link.framing import MAX_PAYLOAD
from boards.link.payloads import MAX_ANSWER, PARAMETER_KINDS, PARAMETER_RUN, PARAMETER_VALUE
from software_ref.connections.stored_words import stored_words
from software_ref.golden import Parameters
from software_ref.network import Network
from software_ref.plan.ports import CorePorts
from software_ref.plan.row_layout import RowLayout

__all__ = ["ParameterRun", "parameter_runs", "values_by_kind"]

_MOST = min((MAX_PAYLOAD - PARAMETER_RUN.size), MAX_ANSWER) // PARAMETER_VALUE.size


@dataclass(frozen=True)
class ParameterRun:
    """Consecutive weights, biases or addresses of a junction."""

    junction: int
    """Counted from 0."""
    kind: str
    """One of PARAMETER_KINDS."""
    first: int
    """Edge or neuron of the first; of an address, its number row by row."""
    row: int
    lane: int
    lanes: int
    """Where it is, and the lanes of a row."""
    count: int
    """How many."""

    @property
    def values(self) -> slice:
        """Where they are among the junction's."""
        return slice(self.first, self.first + self.count)

    def packed(self) -> bytes:
        """The fields of PARAMETER_RUN."""
        return PARAMETER_RUN.pack(
            junction=self.junction,
            kind=PARAMETER_KINDS.index(self.kind),
            row=self.row,
            lane=self.lane,
            lanes=self.lanes,
            count=self.count,
        )


def parameter_runs(ports: CorePorts, network: Network) -> Iterator[ParameterRun]:
    """All parameters of a core, junction by junction: weights, biases, addresses if there are."""
    for junction, shape in enumerate(network.junctions):
        lanes = shape.parallelism
        yield from _rows(junction, "weights", lanes, shape.weights)
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
            yield ParameterRun(junction, "biases", first, row, lane, lanes_of_row, count)
            first += count
        yield from _rows(junction, "addresses", lanes, ports.junctions[junction].addresses)


def values_by_kind(parameters: Parameters) -> dict[str, list[NDArray[np.int64]]]:
    """Values of each junction, by the kinds of runs."""
    return {
        "weights": list(parameters.weights),
        "biases": list(parameters.biases),
        "addresses": [stored_words(pattern) for pattern in parameters.connections],
    }


def _rows(junction: int, kind: str, lanes: int, values: int) -> Iterator[ParameterRun]:
    """Runs of so many values in full rows."""
    for first in range(0, values, _MOST):
        count = min(_MOST, values - first)
        yield ParameterRun(junction, kind, first, *divmod(first, lanes), lanes, count)
