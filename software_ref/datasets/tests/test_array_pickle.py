"""Pickled arrays: those of Python 2 and 3 are read, and nothing else is ever called."""

import os
import pickle
import pickletools
import re
from typing import Any

import numpy as np
import pytest

from software_ref.datasets.array_pickle import read_pickle

PIXELS = np.arange(24, dtype=np.uint8).reshape(4, 6)
BATCH = {"data": PIXELS, "labels": [3, 1, 0, 2], "batch_label": "one of two"}


def python_2(document: Any) -> bytes:
    """The document as Python 2 and an old NumPy pickled it: its strings have their own opcodes."""
    content = bytearray(pickle.dumps(document, protocol=3))
    strings = {"SHORT_BINBYTES": pickle.SHORT_BINSTRING, "BINBYTES": pickle.BINSTRING}
    for opcode, _, place in pickletools.genops(bytes(content)):
        if opcode.name in strings and place is not None:
            content[place : place + 1] = strings[opcode.name]
    content[:2] = pickle.PROTO + b"\x02"
    return bytes(content).replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")


@pytest.mark.parametrize("protocol", [3, 4])
def test_pickles_of_python_3_are_read(protocol: int) -> None:
    document = read_pickle(pickle.dumps(BATCH, protocol=protocol), where="a")
    assert np.array_equal(document["data"], PIXELS)
    assert document["data"].dtype == np.uint8
    assert document["labels"] == [3, 1, 0, 2]
    assert document["batch_label"] == "one of two"


def test_pickles_of_python_2_are_read() -> None:
    large = np.arange(1200, dtype=np.uint8).reshape(3, 400)
    old = {b"data": large, b"labels": [1, 0, 1], b"batch_label": b"one"}
    content = python_2(old)
    used = {opcode.name for opcode, _, _ in pickletools.genops(content)}
    assert {"SHORT_BINSTRING", "BINSTRING"} <= used
    assert "SHORT_BINBYTES" not in used
    document = read_pickle(content, where="a")
    assert np.array_equal(document["data"], large)
    assert document["batch_label"] == b"one"


def test_arrays_by_columns_are_read() -> None:
    content = pickle.dumps({"data": np.asfortranarray(PIXELS)}, protocol=3)
    assert np.array_equal(read_pickle(content, where="a")["data"], PIXELS)


class Attack:
    """Runs a function when it is unpickled."""

    def __init__(self, function: Any, *arguments: object) -> None:
        self.function, self.arguments = function, arguments

    def __reduce__(self) -> tuple[Any, tuple[object, ...]]:
        return self.function, self.arguments


@pytest.mark.parametrize(
    ("function", "name"),
    [(os.mkdir, "posix.mkdir"), (eval, "builtins.eval"), (np.fromfile, "numpy.fromfile")],
)
@pytest.mark.parametrize("protocol", range(5))
def test_a_pickle_that_would_run_something_is_refused(
    function: Any, name: str, protocol: int, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    content = pickle.dumps({"data": Attack(function, "made")}, protocol=protocol)
    with pytest.raises(ValueError, match=r"^a must be a pickled dictionary ") as caught:
        read_pickle(content, where="a")
    assert name.rpartition(".")[2] in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ([1, 2], "it holds a list"),
        ({"data": PIXELS.astype(np.int16)}, "an array holds no 8-bit integers"),
        ({"data": np.array([None])}, "an array holds no 8-bit integers"),
        ({"data": 1.5 + 2j}, "it asks for builtins.complex"),
    ],
)
def test_other_documents_are_refused(document: Any, reason: str) -> None:
    message = f"a must be a pickled dictionary of arrays and plain values: {reason}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        read_pickle(pickle.dumps(document, protocol=4), where="a")


def test_values_must_fill_the_shape() -> None:
    content = pickle.dumps({"data": PIXELS}, protocol=3).replace(b"K\x04K\x06", b"K\x05K\x06")
    message = "a must be a pickled dictionary of arrays and plain values: an array's values do "
    with pytest.raises(ValueError, match=f"^{re.escape(message)}not fill its shape"):
        read_pickle(content, where="a")


def test_no_broken_byte_escapes_as_another_error() -> None:
    whole = python_2({b"data": PIXELS, b"labels": [1, 2]})
    for place in range(len(whole)):
        for content in (
            whole[:place],
            whole[:place] + bytes([whole[place] ^ 0x15]) + whole[place + 1 :],
        ):
            try:
                read_pickle(content, where="a")
            except ValueError as error:
                assert str(error).startswith("a must be a pickled dictionary ")
                assert "\n" not in str(error)
