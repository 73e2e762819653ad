"""CIFAR-10 and CIFAR-100: every published form gives the same, and broken files are told."""

import io
import pickle
import re
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from software_ref.datasets import load_dataset
from software_ref.datasets.cifar import load_cifar10, load_cifar100

RNG = np.random.default_rng(13)
BATCHES = [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]
X = [RNG.integers(0, 256, (2, 3072), dtype=np.uint8) for _ in BATCHES]
Y = [[number, 9 - number] for number in range(6)]


def binary_10() -> dict[str, bytes]:
    return {
        f"{name}.bin": b"".join(
            bytes([label]) + row.tobytes() for row, label in zip(x, y, strict=True)
        )
        for name, x, y in zip(BATCHES, X, Y, strict=True)
    }


def python_10() -> dict[str, bytes]:
    return {
        name: pickle.dumps({b"data": x, b"labels": y}, protocol=3)
        for name, x, y in zip(BATCHES, X, Y, strict=True)
    }


def binary_100() -> dict[str, bytes]:
    return {
        name: b"".join(
            bytes([19, 90 + label]) + row.tobytes() for row, label in zip(X[i], Y[i], strict=True)
        )
        for i, name in enumerate(("train.bin", "test.bin"))
    }


def python_100() -> dict[str, bytes]:
    return {
        name: pickle.dumps(
            {"data": X[i], "coarse_labels": [19, 19], "fine_labels": [90 + y for y in Y[i]]},
            protocol=4,
        )
        for i, name in enumerate(("train", "test"))
    }


FORMS: list[tuple[str, str, str, Any]] = [
    ("cifar10", "cifar-10-batches-bin", "cifar-10-binary.tar.gz", binary_10),
    ("cifar10", "cifar-10-batches-py", "cifar-10-python.tar.gz", python_10),
    ("cifar100", "cifar-100-binary", "cifar-100-binary.tar.gz", binary_100),
    ("cifar100", "cifar-100-python", "cifar-100-python.tar.gz", python_100),
]


def unpack(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_pixels_as_published(
    tmp_path: Path, form: tuple[str, str, str, Any], packed: bool
) -> None:
    name, folder, archive, files = form
    if packed:
        with tarfile.open(tmp_path / archive, "w:gz") as target:
            for file, content in files().items():
                member = tarfile.TarInfo(f"{folder}/{file}")
                member.size = len(content)
                target.addfile(member, io.BytesIO(content))
    else:
        unpack(tmp_path / folder, files())
    dataset = load_dataset(name, options={}, data_dir=tmp_path, base_dir=None)
    assert dataset.x_train.dtype == np.uint8
    if name == "cifar10":
        assert np.array_equal(dataset.x_train, np.concatenate(X[:5]))
        assert dataset.y_train.tolist() == [0, 9, 1, 8, 2, 7, 3, 6, 4, 5]
        assert np.array_equal(dataset.x_test, X[5])
        assert dataset.y_test.tolist() == [5, 4]
        assert dataset.classes == 10
    else:
        assert np.array_equal(dataset.x_train, X[0])
        assert np.array_equal(dataset.x_test, X[1])
        assert (dataset.y_train.tolist(), dataset.y_test.tolist()) == ([90, 99], [91, 98])
        assert dataset.classes == 100
    note = f"{archive}, checksum differs from the published one" if packed else folder
    assert dataset.provenance == f"read from {note}"


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("data_batch_2.bin", bytes(3074), "must hold records of 3073 bytes, not 3074 bytes"),
        ("test_batch.bin", b"", "must hold records of 3073 bytes, not 0 bytes"),
    ],
)
def test_truncated_records_are_told(
    tmp_path: Path, file: str, content: bytes, message: str
) -> None:
    folder = tmp_path / "cifar-10-batches-bin"
    unpack(folder, binary_10() | {file: content})
    with pytest.raises(ValueError, match=f"^{re.escape(f'{folder}: {file} {message}')}$"):
        load_cifar10(tmp_path)


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        ({"data": X[0][:, 1:], "labels": [1, 2]}, "must hold data of shape (images, 3072)"),
        ({"data": [1], "labels": [1, 2]}, "must hold data of shape (images, 3072)"),
        ({"data": X[0]}, "must hold labels, a list of integers"),
        ({"data": X[0], "labels": [1.5, 2]}, "must hold labels, a list of integers"),
    ],
)
def test_pickles_of_something_else_are_told(tmp_path: Path, batch: Any, message: str) -> None:
    folder = tmp_path / "cifar-10-batches-py"
    unpack(folder, python_10() | {"data_batch_3": pickle.dumps(batch, protocol=3)})
    with pytest.raises(ValueError, match=f"^{re.escape(f'{folder}: data_batch_3 {message}')}$"):
        load_cifar10(tmp_path)


def test_a_label_out_of_range_is_told(tmp_path: Path) -> None:
    broken = binary_10() | {"data_batch_1.bin": bytes([10]) + bytes(3072)}
    unpack(tmp_path / "cifar-10-batches-bin", broken)
    with pytest.raises(
        ValueError, match=r"^cifar10: y_train\[0\] must be below classes = 10, not 10$"
    ):
        load_cifar10(tmp_path)


def test_missing_files_are_told(tmp_path: Path) -> None:
    places = (
        "cifar-100-binary, cifar-100-binary.tar.gz, cifar-100-python or cifar-100-python.tar.gz"
    )
    with pytest.raises(
        FileNotFoundError, match=f"^cifar100: {re.escape(f'{tmp_path}')} must hold "
    ):
        load_cifar100(tmp_path)
    message = f"cifar100 needs --data DIR, the folder of {places}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_cifar100(None)
    folder = tmp_path / "cifar-100-python"
    unpack(folder, {"train": b""})
    with pytest.raises(
        FileNotFoundError, match=f"^cifar100: {re.escape(f'{folder}')} must hold test$"
    ):
        load_cifar100(tmp_path)
