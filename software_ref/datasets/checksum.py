"""Tells whether a file of the user's is, byte for byte, the one that its authors published."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

__all__ = ["PUBLISHED", "checksum_note"]

PUBLISHED = {
    "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
    "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
    "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
    "cifar-10-binary.tar.gz": "c32a1d4ab5d03f1284b67883e8d87530",
    "cifar-10-python.tar.gz": "c58f30108f718f92721af3b95e74349a",
    "cifar-100-binary.tar.gz": "03b5dce01913d631647c71ecec9e9cb8",
    "cifar-100-python.tar.gz": "eb9058c3a382ffc7106e4002c42a8d85",
    "reuters21578.tar.gz": "a22faadd7dde0dfdd784e60087209aa6",
}
"""MD5 of published files by name; the MNIST names are shared by other data sets in its form."""


def checksum_note(paths: Iterable[Path]) -> str:
    """Compare files with what was published under their names.

    Parameters
    ----------
    paths : iterable of Path

    Returns
    -------
    str
        ", checksum as published" or ", checksum differs from the published one", by the files
        whose checksum is known; "" where it is known for none. Files that differ are no error:
        Fashion-MNIST, for one, has the names of MNIST.
    """
    known = [path for path in paths if path.name in PUBLISHED]
    if not known:
        return ""
    if all(_md5(path) == PUBLISHED[path.name] for path in known):
        return ", checksum as published"
    return ", checksum differs from the published one"


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(
            file, lambda: hashlib.new("md5", usedforsecurity=False)
        ).hexdigest()
