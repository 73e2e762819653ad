"""Reads pickled dictionaries of NumPy arrays without letting the pickle run anything.

A pickle names functions to call. Here the three that an array needs are stood for by plain classes
that only keep what they are given, and every other name is refused.
"""

from __future__ import annotations

import io
import math
import pickle
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["read_pickle"]

_BROKEN = (
    *(pickle.UnpicklingError, EOFError, ValueError, IndexError, AttributeError, KeyError),
    *(TypeError, MemoryError, OverflowError, RecursionError),
)
"""What a broken pickle raises, wherever it is broken."""


def read_pickle(content: bytes, *, where: str) -> dict[str, Any]:
    """Read a pickled dictionary.

    Parameters
    ----------
    content : bytes
        A pickle of protocol 0 to 4, of Python 2 or 3, of a dictionary whose values are numbers,
        texts, lists and such, and arrays of 8-bit integers.
    where : str
        What to call it in a message: its file.

    Returns
    -------
    dict
        Values by their keys as text; arrays uint8. Texts inside are bytes where Python 2 wrote
        them.

    Raises
    ------
    ValueError
        It is broken, no dictionary, or asks for anything else than such arrays.
    """
    try:
        document = _ArrayUnpickler(io.BytesIO(content), encoding="bytes").load()
        if not isinstance(document, dict):
            raise pickle.UnpicklingError(f"it holds a {type(document).__name__}")
        return {
            _text(key): value.array() if isinstance(value, _StoredArray) else value
            for key, value in document.items()
        }
    except _BROKEN as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        raise ValueError(
            f"{where} must be a pickled dictionary of arrays and plain values: {reason}"
        ) from error


class _StoredType:
    """Stands for numpy.dtype: keeps the name of the type."""

    def __init__(self, name: object, *_: object) -> None:
        self.name = _text(name)

    def __setstate__(self, state: object) -> None:
        """Byte order and such say nothing about 8-bit integers."""


class _StoredArray:
    """Stands for the function that makes an array: keeps shape, type and bytes."""

    def __init__(self, *_: object) -> None:
        self.state: Any = None

    def __setstate__(self, state: object) -> None:
        self.state = state

    def array(self) -> npt.NDArray[np.uint8]:
        """The array, checked."""
        if not isinstance(self.state, tuple) or len(self.state) != 5:
            raise pickle.UnpicklingError("an array lacks its values")
        _, shape, stored, by_columns, values = self.state
        if not isinstance(stored, _StoredType) or stored.name != "u1":
            raise pickle.UnpicklingError("an array holds no 8-bit integers")
        if not isinstance(values, bytes) or len(values) != math.prod(shape):
            raise pickle.UnpicklingError(f"an array's values do not fill its shape {shape}")
        return np.frombuffer(values, np.uint8).reshape(shape, order="F" if by_columns else "C")


class _ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """The stand-in of a global name."""
        if module in ("numpy.core.multiarray", "numpy._core.multiarray") and name == "_reconstruct":
            return _StoredArray
        if (module, name) == ("numpy", "dtype"):
            return _StoredType
        if (module, name) == ("numpy", "ndarray"):
            return object  # an argument of _reconstruct, which takes no notice of it
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
