"""A store's memory that a board can only read: what stands before its order, index and samples.

STORE_HEAD | the payload of CONFIGURE | order of every epoch | index | samples
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from boards.link.payloads import CONFIGURATION, RATE, RATES, STORE_HEAD
from software_ref.file_options import TrainingOptions
from software_ref.plan.sample_code import SampleCode
from software_ref.plan.store_layout import StoreLayout
from software_ref.training import epoch_order

__all__ = [
    "CRC_BYTES",
    "RUN_BYTES",
    "build_number",
    "head_words",
    "orders_in",
    "places_for",
    "read_only_layout",
]

CRC_BYTES = 4
"""Bytes that the CRC is not about: itself."""
RUN_BYTES = CONFIGURATION.size + RATES * RATE.size
"""Bytes that say what the board trains: what CONFIGURE sends."""
_VERSION = 1


def head_words(width: int) -> int:
    """Words, of so many bits, before the order."""
    return -(-8 * (STORE_HEAD.size + RUN_BYTES) // width)


def read_only_layout(
    code: SampleCode, words: int, *, samples: int, places: int | None
) -> StoreLayout:
    """What is where in such a memory.

    Raises
    ------
    ValueError
        The memory is too small.
    """
    head = head_words(code.width)
    return StoreLayout(code=code, words=words, samples=samples, places=places, head=head)


def build_number(identity: bytes, layout: StoreLayout) -> int:
    """The number of a build, which holds a core and looks for everything where a layout has it."""
    sizes = (_VERSION, layout.words, layout.samples, layout.order.entries, layout.code.width)
    return zlib.crc32(identity + b"".join(size.to_bytes(8, "little") for size in sizes))


def places_for(options: TrainingOptions, samples: int) -> int:
    """Places of the order that training so many samples takes: of all epochs, 1 at least."""
    return max(options.epochs * samples, 1) if options.shuffle else 1


def orders_in(options: TrainingOptions, samples: int, places: int) -> NDArray[np.int64]:
    """The orders of as many epochs as there are places for, one after another: int64 (places,)."""
    found = np.zeros(places, np.int64)
    if options.shuffle and samples:
        for epoch in range(places // samples):
            first = epoch * samples
            found[first : first + samples] = epoch_order(options, epoch, samples)
    return found
