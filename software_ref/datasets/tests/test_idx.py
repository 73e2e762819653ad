"""IDX files read back what was written, broken ones are told, and MNIST is found in a folder."""

import gzip
import re
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from software_ref.datasets.idx import load_mnist, read_idx

TYPES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}
NAMES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}


def idx_bytes(array: np.ndarray) -> bytes:
    kind = f"{array.dtype.kind}{array.dtype.itemsize}"
    header = bytes([0, 0, TYPES[kind], array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(f">{kind}").tobytes()


def mnist_arrays() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "x_train": rng.integers(0, 256, (3, 28, 28), dtype=np.uint8),
        "y_train": np.array([9, 0, 4], dtype=np.uint8),
        "x_test": rng.integers(0, 256, (2, 28, 28), dtype=np.uint8),
        "y_test": np.array([1, 8], dtype=np.uint8),
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    array=st.sampled_from(sorted(TYPES)).flatmap(
        lambda kind: npst.arrays(
            kind, npst.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=4)
        )
    ),
    zipped=st.booleans(),
)
def test_reads_back_what_was_written(tmp_path: Path, array: np.ndarray, zipped: bool) -> None:
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(idx_bytes(array)) if zipped else idx_bytes(array))
    read = read_idx(path)
    assert read.dtype == array.dtype
    assert read.shape == array.shape
    assert read.tobytes() == array.tobytes()


WHOLE = idx_bytes(np.zeros((2, 3, 5), dtype=np.int16))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"",
            "{path} must be an IDX file, whose first bytes are 00 00, a type "
            "(08, 09, 0b, 0c, 0d, 0e) and the number of dimensions, not an empty file",
        ),
        (
            b"\x89PNG....",
            "{path} must be an IDX file, whose first bytes are 00 00, a type "
            "(08, 09, 0b, 0c, 0d, 0e) and the number of dimensions, not 89 50 4e 47",
        ),
        (
            b"\0\0\x0a\1\0\0\0\0",
            "{path} must be an IDX file, whose first bytes are 00 00, a type "
            "(08, 09, 0b, 0c, 0d, 0e) and the number of dimensions, not 00 00 0a 01",
        ),
        (b"\0\0\x08\0", "{path} must have 1 to 32 dimensions, not 0"),
        (b"\0\0\x08\xff", "{path} must have 1 to 32 dimensions, not 255"),
        (
            WHOLE[:9],
            "{path} must hold a header of 16 bytes for its 3 dimensions, not 9",
        ),
        (
            WHOLE[:-1],
            "{path} must hold 60 bytes of values for its shape 2 x 3 x 5, not 59: it is truncated",
        ),
        (
            WHOLE + b"surplus",
            "{path} must hold 60 bytes of values for its shape 2 x 3 x 5, not 67: it is too long",
        ),
        (
            b"\0\0\x0e\2" + b"\xff" * 8,
            "{path} must hold 147573952520956936200 bytes of values for its shape "
            "4294967295 x 4294967295, not 0: it is truncated",
        ),
    ],
)
@pytest.mark.parametrize("zipped", [False, True])
def test_broken_files_are_told_in_one_line(
    tmp_path: Path, content: bytes, message: str, zipped: bool
) -> None:
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(content) if zipped else content)
    with pytest.raises(ValueError, match=f"^{re.escape(message.format(path=path))}$"):
        read_idx(path)


def test_truncated_gzip_is_told(tmp_path: Path) -> None:
    path = tmp_path / "file.gz"
    path.write_bytes(gzip.compress(WHOLE)[:-10])
    message = (
        f"{path} must be a whole gzip file: "
        "Compressed file ended before the end-of-stream marker was reached"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        read_idx(path)


def test_no_broken_byte_escapes_as_another_error(tmp_path: Path) -> None:
    path = tmp_path / "file.gz"
    whole = gzip.compress(WHOLE)
    for place in range(len(whole)):
        for byte in (0x00, 0xFF, whole[place] ^ 0x10):
            path.write_bytes(whole[:place] + bytes([byte]) + whole[place + 1 :])
            try:
                read_idx(path)
            except ValueError as error:
                assert str(error).startswith(str(path))
                assert "\n" not in str(error)


@pytest.mark.parametrize("folder", [".", "MNIST/raw"])
@pytest.mark.parametrize("spelling", ["-idx", ".idx"])
@pytest.mark.parametrize("zipped", [False, True])
def test_mnist_is_found_as_idx_files(
    tmp_path: Path, folder: str, spelling: str, zipped: bool
) -> None:
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    arrays = mnist_arrays()
    for key, name in NAMES.items():
        content = idx_bytes(arrays[key])
        path = tmp_path / folder / (name.replace("-idx", spelling) + (".gz" if zipped else ""))
        path.write_bytes(gzip.compress(content) if zipped else content)
    dataset = load_mnist(tmp_path)
    assert dataset.x_train.dtype == np.uint8
    assert np.array_equal(dataset.x_train, arrays["x_train"].reshape(3, 784))
    assert np.array_equal(dataset.x_test, arrays["x_test"].reshape(2, 784))
    assert dataset.y_train.tolist() == [9, 0, 4]
    assert dataset.y_test.tolist() == [1, 8]
    assert (dataset.name, dataset.classes) == ("mnist", 10)


def test_mnist_is_found_as_npz_before_idx_files(tmp_path: Path) -> None:
    arrays = mnist_arrays()
    np.savez(tmp_path / "mnist.npz", **arrays)  # type: ignore[arg-type]
    (tmp_path / NAMES["x_train"]).write_bytes(b"never read")
    dataset = load_mnist(tmp_path)
    assert np.array_equal(dataset.x_train, arrays["x_train"].reshape(3, 784))
    assert dataset.provenance == "read from mnist.npz"


def test_mnist_without_a_folder_asks_for_one() -> None:
    message = "mnist needs --data DIR, the folder of mnist.npz or of the four IDX files"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_mnist(None)


def test_missing_folder_is_named(tmp_path: Path) -> None:
    message = f"mnist: there is no folder {tmp_path / 'nowhere'}"
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        load_mnist(tmp_path / "nowhere")


def test_missing_files_are_named(tmp_path: Path) -> None:
    start = (
        f"mnist: {tmp_path} must hold mnist.npz, or the four IDX files (with or without .gz, "
        "also in MNIST/raw), of which these are missing: "
    )
    with pytest.raises(
        FileNotFoundError, match=f"^{re.escape(start + ', '.join(NAMES.values()))}$"
    ):
        load_mnist(tmp_path)
    arrays = mnist_arrays()
    for key in ("x_train", "y_train", "x_test"):
        (tmp_path / NAMES[key]).write_bytes(idx_bytes(arrays[key]))
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(start + NAMES['y_test'])}$"):
        load_mnist(tmp_path)


def test_images_of_another_shape_are_refused(tmp_path: Path) -> None:
    arrays = mnist_arrays()
    arrays["x_test"] = arrays["x_test"][:, :, :27]
    path = tmp_path / "mnist.npz"
    np.savez(path, **arrays)  # type: ignore[arg-type]
    message = f"{path}: x_test must be uint8 images of 28 x 28, not uint8 of shape (2, 28, 27)"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_mnist(tmp_path)
