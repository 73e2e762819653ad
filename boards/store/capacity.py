"""How many samples a board's store can have room for, beside the core's memories."""

from __future__ import annotations

from boards.store.input_plan import input_plan, stored_beats
from software_ref.core_plan import CorePlan
from software_ref.devices import BLOCK_RAM, Device
from software_ref.plan.memory_plan import MemoryPlan
from software_ref.plan.payload import bits_for
from software_ref.plan.storage import storage

__all__ = ["block_rams", "most_samples"]

_OTHERS = 12
"""Block RAMs of link, records and initial weights of a small network; and some to spare."""
_SPARE = 0.95
"""Share of a device's block RAMs that placement gets along with."""
_LARGEST = 1 << 20


def block_rams(depth: int, width: int) -> int:
    """Block RAMs of 16 kbit of a memory that `hwgen.parts.memory` or `deep_memory` makes."""
    if MemoryPlan(depth=depth, width=width).kind != "block":
        return 0
    blocks = 0
    for first in range(0, depth, BLOCK_RAM.data_bits):
        words = max(min(BLOCK_RAM.data_bits, depth - first), BLOCK_RAM.words)
        # Its words are the narrower the more of them there are.
        blocks += -(-width // (BLOCK_RAM.data_bits >> (words - 1).bit_length()))
    return blocks


def most_samples(core: CorePlan, device: Device) -> int:
    """The most samples that fit.

    Parameters
    ----------
    core
        The core.
    device
        The FPGA.

    Raises
    ------
    ValueError
        There is no room for any.
    """
    usable = int(_SPARE * device.block_ram) - _OTHERS
    weights = sum(shape.weights for shape in core.network.junctions)
    free = usable - block_rams(weights, core.network.format.stored_width)
    if core.ports.rewritable:  # the addresses that training begins with
        addresses = max(timing.addresses.word_bits for timing in core.schedule.timing)
        free -= block_rams(core.ports.addresses, addresses)
    plan = input_plan(core)
    if plan is not None:
        free -= sum(block_rams(each.depth, each.width) for each in plan.memories(core.ports))
    free -= sum(item.count * block_rams(item.depth, item.width) for item in storage(core.schedule))
    beat = core.ports.beat_width
    label = core.ports.label_width

    def needed(samples: int) -> int:
        number = bits_for(samples - 1)
        return (
            block_rams(samples * stored_beats(core), beat)
            + block_rams(samples, label)
            + block_rams(samples, number)
        )

    low, high = 0, _LARGEST
    while low < high:  # the largest that needs no more than is free
        middle = (low + high + 1) // 2
        low, high = (middle, high) if needed(middle) <= free else (low, middle - 1)
    if low == 0:
        raise ValueError(
            f"{device.name} must have block RAM left for a sample store, but the core takes "
            f"{usable - free} of {device.block_ram} blocks of 16 kbit"
        )
    return low
