"""Reads the weights that another tool has saved: PyTorch's state_dict, or plain arrays."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from software_ref.console.npz_file import read_npz
from software_ref.console.optional_package import optional_package

__all__ = ["arrays_of", "read_state"]

ADVICE = "save one with torch.save(model.state_dict(), FILE), or with numpy.savez"


def read_state(path: Path) -> dict[str, NDArray[Any]]:
    """Arrays by name, in the file's order.

    Parameters
    ----------
    path
        An archive of NumPy's by its ending, .npz; anything else is what `torch.save` wrote of a
        state_dict, of which only tensors are ever loaded (`weights_only`).

    Raises
    ------
    OSError
        The file cannot be read.
    ToolError
        PyTorch is needed, and cannot be imported.
    ValueError
        It is no such file; the message starts with its name.
    """
    try:
        if path.suffix.lower() == ".npz":
            return dict(read_npz(path, f"state must be an .npz file of float arrays; {ADVICE}"))
        return arrays_of(_load_torch(path))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from None


def arrays_of(state: Any) -> dict[str, NDArray[Any]]:
    """The tensors of a state_dict as arrays; arrays stay as they are.

    Raises
    ------
    TypeError
        It is no mapping of names to tensors.
    """
    if not isinstance(state, Mapping):
        raise TypeError(f"state must be a state_dict, not {type(state).__name__}; {ADVICE}")
    return {str(name): _array(str(name), value) for name, value in state.items()}


def _array(name: str, value: Any) -> NDArray[Any]:
    if isinstance(value, np.ndarray):
        return value
    if not hasattr(value, "detach"):
        raise TypeError(
            f"state must hold tensors alone, but {name} is of type {type(value).__name__}; {ADVICE}"
        )
    tensor = value.detach().cpu()
    # NumPy lacks some of the floating types, which all fit float64.
    array: NDArray[Any] = (tensor.double() if tensor.is_floating_point() else tensor).numpy()
    return array


def _load_torch(path: Path) -> Any:
    # Before the import: a name that is mistyped is told even where PyTorch is absent.
    with path.open("rb") as file:
        torch = optional_package("torch", f"reading {path}")
        try:
            return torch.load(file, map_location="cpu", weights_only=True)
        except (pickle.UnpicklingError, RuntimeError, EOFError, KeyError, ValueError, TypeError):
            raise ValueError(f"state must be a state_dict of tensors; {ADVICE}") from None
