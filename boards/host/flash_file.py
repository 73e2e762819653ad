"""What is programmed into a memory that a board can only read: a run, and the data set for it."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np

from boards.host.messages import Configuration
from boards.link.payloads import STORE_HEAD
from boards.store.read_only import CRC_BYTES, build_number, orders_in, places_for, read_only_layout
from boards.store.store_image import StoreImage, store_image
from software_ref.console.atomic_file import atomic_file
from software_ref.core_plan import CorePlan
from software_ref.file_options import TrainingOptions
from software_ref.network_file import NetworkFile
from software_ref.plan.sample_code import SampleCode
from software_ref.plan.store_layout import StoreLayout
from software_ref.training import TrainingData

__all__ = ["flash_bytes", "flash_layout", "flash_run", "read_only_image", "write_flash_file"]


def flash_layout(
    file: NetworkFile,
    data: TrainingData,
    code: SampleCode,
    words: int,
    *,
    samples: int | None = None,
) -> StoreLayout:
    """What is where in a memory of so many words that holds a file's data set, and its orders.

    Parameters
    ----------
    file, data
        The network file and its data set.
    code
        How samples are written.
    words
        Words of the memory.
    samples
        Samples that there is to be room for; default: those of the data set.

    Raises
    ------
    ValueError
        A board cannot train this by itself, or the memory is too small.
    """
    if file.network.rewire is not None:
        raise ValueError(
            "[rewire] must be left out for a board that trains from its flash, where no host moves "
            "connections between epochs; take another --memory"
        )
    training, tests = len(data.train_labels), len(data.test_labels)
    return read_only_layout(
        code,
        words,
        samples=samples or training + tests,
        places=places_for(file.training, training),
    )


def flash_run(options: TrainingOptions, data: TrainingData, first: int, end: int) -> Configuration:
    """The run from one epoch to before another, out of such a memory."""
    training = len(data.train_labels)
    return Configuration(
        first_epoch=first,
        end_epoch=end,
        train_first=first * training if options.shuffle else 0,
        train_count=training,
        test_first=training,
        test_count=len(data.test_labels),
        rates=options.rate_exponent,
        ordered=options.shuffle,
    )


def read_only_image(
    core: CorePlan,
    layout: StoreLayout,
    options: TrainingOptions,
    data: TrainingData,
    *,
    remedy: str = "take fewer with --samples",
) -> StoreImage:
    """Orders, index and samples in such a memory; `remedy` is for one without room.

    Raises
    ------
    RoomError
        The store has no room for them.
    """
    return store_image(
        core,
        layout,
        np.concatenate([data.train_features, data.test_features]),
        np.concatenate([data.train_labels, data.test_labels]),
        order=orders_in(options, len(data.train_labels), layout.order.entries),
        remedy=remedy,
    )


def flash_bytes(
    core: CorePlan,
    identity: bytes,
    layout: StoreLayout,
    options: TrainingOptions,
    data: TrainingData,
) -> bytes:
    """The bytes of such a memory, from its first word on: docs/samples.md has what is where.

    Parameters
    ----------
    core, identity
        The core, and the identity of the build that has it.
    layout
        What is where.
    options
        Epochs, rates and orders.
    data
        Training and test samples.

    Raises
    ------
    RoomError
        The store has no room for the samples.
    ValueError
        The schedule has too many rates for a board, or a sample is out of range.
    """
    run = flash_run(options, data, 0, options.epochs).packed()
    image = read_only_image(core, layout, options, data, remedy="lower train or test in [data]")
    octets = layout.code.width // 8
    size = layout.head * octets - CRC_BYTES + image.words.size
    head = STORE_HEAD.pack(
        crc=0, build=build_number(identity, layout), words=size // octets, seal=image.seal
    )
    checked = (head + run).ljust(layout.head * octets, b"\0")[CRC_BYTES:] + image.words.tobytes()
    return zlib.crc32(checked).to_bytes(CRC_BYTES, "little") + checked


def write_flash_file(path: Path, content: bytes) -> None:
    """Write such bytes to a file, whole or not at all.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    with atomic_file(path) as unfinished:
        unfinished.write_bytes(content)
