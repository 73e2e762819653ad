"""Rows of a junction by plain enumeration of edges: the tests' model of RowLayout."""

from __future__ import annotations

from software_ref.connections.junction_shape import JunctionShape

__all__ = ["edges_of", "finishing", "starting"]


def edges_of(shape: JunctionShape, row: int) -> range:
    """Edges of a row, in lane order."""
    return range(row * shape.parallelism, (row + 1) * shape.parallelism)


def finishing(shape: JunctionShape, row: int) -> list[int]:
    """Right neurons whose last edge lies in a row, by slot."""
    degree = shape.in_degree
    return [edge // degree for edge in edges_of(shape, row) if edge % degree == degree - 1]


def starting(shape: JunctionShape, row: int) -> list[int]:
    """Right neurons whose first edge lies in a row, by slot."""
    return [edge // shape.in_degree for edge in edges_of(shape, row) if edge % shape.in_degree == 0]
