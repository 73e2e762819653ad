"""The policy that decides between LUT RAM and block RAM, at its borders."""

from __future__ import annotations

import pytest

from software_ref.plan.memory_plan import MemoryPlan


@pytest.mark.parametrize(
    ("depth", "width", "kind", "latency"),
    [
        (1, 1, "distributed", 1),
        (128, 1000, "distributed", 1),  # shallow, however wide
        (129, 32, "block", 2),
        (129, 31, "distributed", 1),  # 3,999 bits
        (4096, 1, "block", 2),
        (4095, 1, "distributed", 1),
        (256, 16, "block", 2),
        (100_000, 12, "block", 2),
    ],
)
def test_deep_memories_of_some_size_are_block_ram(
    depth: int, width: int, kind: str, latency: int
) -> None:
    plan = MemoryPlan(depth=depth, width=width)
    assert (plan.kind, plan.read_latency) == (kind, latency)
    assert plan.bits == depth * width
