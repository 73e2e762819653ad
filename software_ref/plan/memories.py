"""What a junction's memories are built from (their depths in banks are the scheduler's)."""

from __future__ import annotations

from dataclasses import dataclass

from software_ref.plan.memory_plan import MemoryPlan
from software_ref.plan.row_layout import RowLayout
from software_ref.plan.widths import Widths

__all__ = ["JunctionMemories"]

NOMINAL_BANKS = 8
"""Banks assumed where a queue's memory is planned: its true number follows from the latencies."""


@dataclass(frozen=True)
class JunctionMemories:
    """Depth, width and kind of the memories whose read latencies the pipelines are built to."""

    widths: Widths
    """Widths of what they hold."""

    @property
    def weights(self) -> MemoryPlan:
        """The weight memory: one row of z weights a word."""
        shape = self.widths.shape
        width = shape.parallelism * self.widths.network.format.stored_width
        return MemoryPlan(depth=shape.rows, width=width)

    @property
    def biases(self) -> MemoryPlan:
        """The bias memory: the biases of one row's finishing neurons a word."""
        layout = RowLayout(self.widths.shape)
        width = layout.finishing * self.widths.network.format.stored_width
        return MemoryPlan(depth=layout.finish_words, width=width)

    @property
    def activations(self) -> MemoryPlan:
        """One of the z memories of left activations."""
        depth = self.widths.shape.depth * NOMINAL_BANKS
        return MemoryPlan(depth=depth, width=self.widths.left_activation)

    @property
    def fetched(self) -> MemoryPlan:
        """One of the memories that deltas are fetched from: errors, or output deltas."""
        widths = self.widths
        if widths.last:
            words = -(-widths.shape.right // RowLayout(widths.shape).finishing)
            return MemoryPlan(depth=words * NOMINAL_BANKS, width=widths.delta)
        following = widths.network.junctions[widths.junction]
        return MemoryPlan(depth=following.depth * NOMINAL_BANKS, width=widths.error)
