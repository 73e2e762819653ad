"""Every memory of a core: where it is, how many alike, its words and bits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from software_ref.plan.memory_plan import MemoryPlan, banked_layout
from software_ref.plan.schedule import Schedule

__all__ = ["Storage", "storage"]


@dataclass(frozen=True, kw_only=True)
class Storage:
    """Memories that are alike."""

    junction: int
    """Junction number, from 1."""
    holds: str
    """"weights", "biases", "activations", "derivatives", "output deltas", "errors",
    "addresses" (seed vectors or rows of words), or the name of an activation that is a table."""
    count: int
    """Memories alike."""
    banks: int
    """Samples each holds; 1 where it is no queue."""
    depth: int
    """Words of each, over all banks; bank and word are packed without adders, at some waste."""
    width: int
    """Bits of a word."""

    @property
    def bits(self) -> int:
        """Bits in all."""
        return self.count * self.depth * self.width

    @property
    def kind(self) -> str:
        """What the memory policy builds it from."""
        return MemoryPlan(depth=self.depth, width=self.width).kind


def storage(schedule: Schedule) -> tuple[Storage, ...]:
    """List the memories of a core, junction by junction."""
    return tuple(
        item
        for junction in range(1, len(schedule.timing) + 1)
        for item in _junction(schedule, junction)
    )


def _junction(schedule: Schedule, junction: int) -> Iterator[Storage]:
    timing, period = schedule.timing[junction - 1], schedule.period
    shape, layout, network = timing.shape, timing.layout, schedule.network

    def item(holds: str, count: int, words: int, width: int, banks: int = 1) -> Storage:
        return Storage(
            junction=junction,
            holds=holds,
            count=count,
            banks=banks,
            depth=banked_layout(banks, words)[0] if banks > 1 else words,
            width=width,
        )

    yield item("weights", 1, timing.memories.weights.depth, timing.memories.weights.width)
    yield item("biases", 1, timing.memories.biases.depth, timing.memories.biases.width)
    banks = schedule.activation_queue(junction - 1).banks(period)
    yield item("activations", shape.parallelism, shape.depth, timing.widths.left_activation, banks)
    words = -(-shape.right // layout.finishing)
    if schedule.training:
        banks = schedule.derivative_queue(junction).banks(period)
        holds = "output deltas" if timing.last else "derivatives"
        width = timing.widths.delta if timing.last else timing.widths.derivative
        yield item(holds, layout.finishing, words, width, banks)
    if timing.backpropagates:
        banks = schedule.error_queue(junction - 1).banks(period)
        yield item("errors", shape.parallelism, shape.depth, timing.widths.left_error, banks)
    function = network.activation_of(junction)
    if function.tabulated:
        slope = timing.widths.derivative if schedule.training and not timing.last else 0
        width = timing.widths.right_activation + slope
        yield item(function.name, 1, 1 << network.format.width, width)
    addresses = timing.addresses.memory
    if addresses.bits:
        yield item("addresses", 1, addresses.depth, addresses.width)
