"""How many samples a board's store can have room for, beside the core's memories."""

from __future__ import annotations

from hwgen.core.design import CoreDesign
from hwgen.pnr import ECP5_DEVICES
from hwgen.synthesis import DEVICES
from software_ref.plan.memory_plan import BLOCK_RAM_DATA_BITS, MemoryPlan
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
    for first in range(0, depth, BLOCK_RAM_DATA_BITS):
        words = max(min(BLOCK_RAM_DATA_BITS, depth - first), 512)
        # From 512 words on, a block RAM's 32 bits become narrower as it gets deeper.
        blocks += -(-width // (BLOCK_RAM_DATA_BITS >> (words - 1).bit_length()))
    return blocks


def most_samples(core: CoreDesign, device: str) -> int:
    """The most samples that fit.

    Parameters
    ----------
    core
        The core.
    device
        The FPGA, as `[target] device` names it.

    Raises
    ------
    ValueError
        There is no room for any.
    """
    if device in ECP5_DEVICES:
        available = ECP5_DEVICES[device].block_ram
    else:
        available = 2 * DEVICES[device].bram36
    weights = sum(shape.weights for shape in core.network.junctions)
    free = int(_SPARE * available) - _OTHERS
    free -= block_rams(weights, core.network.format.stored_width)
    free -= sum(item.count * block_rams(item.depth, item.width) for item in storage(core.schedule))
    beat = core.core.layouts.sample["features"].width
    label = core.core.layouts.sample["label"].width

    def needed(samples: int) -> int:
        number = max((samples - 1).bit_length(), 1)
        return (
            block_rams(samples * core.schedule.beats, beat)
            + block_rams(samples, label)
            + block_rams(samples, number)
        )

    low, high = 0, _LARGEST
    while low < high:  # the largest that needs no more than is free
        middle = (low + high + 1) // 2
        low, high = (middle, high) if needed(middle) <= free else (low, middle - 1)
    if low == 0:
        raise ValueError(
            f"{device} must have block RAM left for a sample store, but the core takes "
            f"{int(_SPARE * available) - _OTHERS - free} of {available} blocks of 16 kbit"
        )
    return low
