"""How much a board's store can have room for, beside the core's memories."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from boards.memory.linear import LinearShape
from software_ref.core_plan import CorePlan
from software_ref.devices import BLOCK_RAM, Device
from software_ref.plan.memory_plan import MemoryPlan
from software_ref.plan.sample_code import SampleCode
from software_ref.plan.storage import storage
from software_ref.plan.store_layout import StoreLayout

__all__ = ["block_rams", "largest_store", "most_samples", "store_for"]

_OTHERS = 12
"""Block RAMs of link, records and initial weights of a small network; and some to spare."""
_SPARE = 0.95
"""Share of a device's block RAMs that placement gets along with."""
_LARGEST = 1 << 22
_COMPRESSION = 4
"""Where nobody knows the data, tables have room for so many times the samples without any 0."""


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


def _most_words(core: CorePlan, device: Device) -> int:
    """The most words of the store's memory that fit.

    Raises
    ------
    ValueError
        There is no room for any sample.
    """
    usable = int(_SPARE * device.block_ram) - _OTHERS
    weights = sum(shape.weights for shape in core.network.junctions)
    free = usable - block_rams(weights, core.network.format.stored_width)
    free -= sum(item.count * block_rams(item.depth, item.width) for item in storage(core.schedule))
    code = SampleCode.of(core.ports)
    words = _largest(lambda words: block_rams(words, code.width) <= free)
    if free < 0 or words < StoreLayout.for_any(code, 1).words:
        raise ValueError(
            f"{device.name} must have block RAM left for a sample store, but the core takes "
            f"{usable - free} of {device.block_ram} blocks of 16 kbit"
        )
    return words


def _room(core: CorePlan, device: Device, memory: LinearShape | None) -> tuple[int, SampleCode]:
    """Words of the store's memory, and how samples are written into it."""
    if memory is None:
        return _most_words(core, device), SampleCode.of(core.ports)
    return memory.words, SampleCode.of(core.ports, memory.width)


def most_samples(core: CorePlan, device: Device, memory: LinearShape | None = None) -> int:
    """The most samples that fit whatever they hold, without any 0 even.

    Parameters
    ----------
    core
        The core.
    device
        The FPGA.
    memory
        Memory beside the FPGA that holds the samples; None: block RAM does.

    Raises
    ------
    ValueError
        There is no room for any.
    """
    words, code = _room(core, device, memory)
    return _largest(lambda samples: StoreLayout.for_any(code, max(samples, 1)).words <= words)


def largest_store(
    core: CorePlan,
    device: Device,
    samples: int | None = None,
    memory: LinearShape | None = None,
) -> StoreLayout:
    """The largest store that fits; for so many samples, no larger than they may need.

    Raises
    ------
    ValueError
        There is no room for any sample, or not for the tables of so many.
    """
    words, code = _room(core, device, memory)
    if samples is None:
        sure = most_samples(core, device, memory)
        # No more than half of it for tables.
        for times in range(_COMPRESSION, 1, -1):
            found = _tables_for(code, words, times * sure)
            if found is not None and 2 * found.room >= words:
                return found
        samples = sure
    elif (enough := StoreLayout.for_any(code, samples)).words <= words:
        return enough
    return StoreLayout(code=code, words=words, samples=samples)


def store_for(
    core: CorePlan,
    device: Device,
    lengths: NDArray[np.int64],
    memory: LinearShape | None = None,
) -> StoreLayout:
    """The store for samples of so many words each: for all of them, or as many as fit.

    Raises
    ------
    ValueError
        There is no room for any sample.
    """
    words, code = _room(core, device, memory)
    ends = np.cumsum(lengths)

    def fits(samples: int) -> bool:
        found = _tables_for(code, words, samples)
        return found is not None and bool(ends[samples - 1] <= found.room)

    fit = _largest(fits, len(lengths))
    if fit < len(lengths):
        return StoreLayout(code=code, words=words, samples=max(fit, 1))
    # All of them: no more words than they take, but for what a sample without any 0 would.
    whole = StoreLayout(code=code, words=words, samples=fit)
    needed = whole.first + max(int(ends[-1]), code.most_words)
    return StoreLayout(code=code, words=min(words, needed), samples=fit)


def _tables_for(code: SampleCode, words: int, samples: int) -> StoreLayout | None:
    """A memory of so many words with tables for so many samples; None where it is too small."""
    try:
        return StoreLayout(code=code, words=words, samples=samples)
    except ValueError:
        return None


def _largest(fits: Callable[[int], bool], most: int = _LARGEST) -> int:
    """The largest number that fits, where every smaller one does; 0 where none does."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low
