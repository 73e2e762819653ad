"""IDX files read back what was written, and broken ones are told."""

import gzip
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from software_ref.datasets.idx import read_idx
from software_ref.datasets.tests.idx_files import idx_bytes

TYPES = ("f4", "f8", "i1", "i2", "i4", "u1")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    array=st.sampled_from(TYPES).flatmap(
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
