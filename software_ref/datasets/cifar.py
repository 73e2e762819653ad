"""Loads CIFAR-10 and CIFAR-100, small photographs, as published, from a folder of the user's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from software_ref.datasets.array_pickle import read_pickle
from software_ref.datasets.checksum import checksum_note
from software_ref.datasets.data_folder import data_folder, read_members
from software_ref.datasets.dataset import Dataset

__all__ = ["load_cifar10", "load_cifar100"]

_PIXELS = 3 * 32 * 32


@dataclass(frozen=True)
class _Form:
    """One of the published forms of a data set."""

    folder: str
    archive: str
    train: Sequence[str]
    test: str
    label: str | int
    """Key of the labels in a pickle; or how many label bytes a binary record starts with."""


_BATCHES = [f"data_batch_{number}" for number in range(1, 6)]
_CIFAR10 = (
    _Form(
        "cifar-10-batches-bin",
        "cifar-10-binary.tar.gz",
        [f"{batch}.bin" for batch in _BATCHES],
        "test_batch.bin",
        1,
    ),
    _Form("cifar-10-batches-py", "cifar-10-python.tar.gz", _BATCHES, "test_batch", "labels"),
)
_CIFAR100 = (
    _Form("cifar-100-binary", "cifar-100-binary.tar.gz", ["train.bin"], "test.bin", 2),
    _Form("cifar-100-python", "cifar-100-python.tar.gz", ["train"], "test", "fine_labels"),
)


def load_cifar10(data_dir: Path | None) -> Dataset:
    """Load CIFAR-10 from a folder.

    The folder holds the published binary form, ``cifar-10-batches-bin`` or
    ``cifar-10-binary.tar.gz``, or the one for Python, ``cifar-10-batches-py`` or
    ``cifar-10-python.tar.gz``; the first of these that is there is read. Nothing is downloaded, and
    a pickle can run nothing (see `array_pickle`).

    Parameters
    ----------
    data_dir : Path or None
        The folder; None where the user named none.

    Returns
    -------
    Dataset
        uint8 features (n, 3072): the pixels of red, then green, then blue, each row by row from
        the top left; 10 classes.

    Raises
    ------
    ValueError
        `data_dir` is None, or a file is broken.
    FileNotFoundError
        The folder or its files are missing.
    """
    return _load("cifar10", data_dir, _CIFAR10, classes=10)


def load_cifar100(data_dir: Path | None) -> Dataset:
    """Load CIFAR-100, with its 100 fine classes; as `load_cifar10` in all else.

    The files are ``cifar-100-binary``, ``cifar-100-binary.tar.gz``, ``cifar-100-python`` or
    ``cifar-100-python.tar.gz``.
    """
    return _load("cifar100", data_dir, _CIFAR100, classes=100)


def _load(name: str, data_dir: Path | None, forms: Sequence[_Form], classes: int) -> Dataset:
    places = [place for form in forms for place in (form.folder, form.archive)]
    listed = f"{', '.join(places[:-1])} or {places[-1]}"
    folder = data_folder(name, data_dir, holds=listed)
    for form in forms:
        files = [*form.train, form.test]
        loose, packed = folder / form.folder, folder / form.archive
        if loose.is_dir():
            absent = [file for file in files if not (loose / file).is_file()]
            if absent:
                raise FileNotFoundError(f"{name}: {loose} must hold {', '.join(absent)}")
            contents = [(loose / file).read_bytes() for file in files]
            source = loose
        elif packed.is_file():
            contents = read_members(packed, files)
            source = packed
        else:
            continue
        return _dataset(name, form, contents, source, classes)
    raise FileNotFoundError(f"{name}: {folder} must hold {listed}")


def _dataset(
    name: str,
    form: _Form,
    contents: Sequence[bytes],
    source: Path,
    classes: int,
) -> Dataset:
    batches = [
        _batch(content, form.label, where=f"{source}: {file}")
        for file, content in zip([*form.train, form.test], contents, strict=True)
    ]
    x, y = zip(*batches, strict=True)
    return Dataset(
        name=name,
        x_train=np.concatenate(x[:-1]),
        y_train=np.concatenate(y[:-1]),
        x_test=x[-1],
        y_test=y[-1],
        classes=classes,
        provenance=f"read from {source.name}{checksum_note([source])}",
    )


def _batch(
    content: bytes, label: str | int, *, where: str
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[Any]]:
    """Pixels uint8 (n, 3072) and labels (n,) of one file."""
    if isinstance(label, int):
        record = label + _PIXELS
        if len(content) == 0 or len(content) % record:
            raise ValueError(
                f"{where} must hold records of {record} bytes, not {len(content)} bytes"
            )
        records = np.frombuffer(content, np.uint8).reshape(-1, record)
        # CIFAR-100's records start with the coarse label.
        return records[:, label:], records[:, label - 1]
    document = read_pickle(content, where=where)
    pixels, labels = document.get("data"), document.get(label)
    if not isinstance(pixels, np.ndarray) or pixels.ndim != 2 or pixels.shape[1] != _PIXELS:
        raise ValueError(f"{where} must hold data of shape (images, {_PIXELS})")
    if not isinstance(labels, list) or not all(type(each) is int for each in labels):
        raise ValueError(f"{where} must hold {label}, a list of integers")
    return pixels, np.array(labels, dtype=np.int64)
