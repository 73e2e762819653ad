"""States from files: NumPy's archives, and what PyTorch saves."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from software_ref.console.errors import ToolError
from software_ref.exchange.float_state import arrays_of, read_state

NO_TORCH = "PyTorch is not installed (the extra torch)"
ADVICE = "save one with torch.save(model.state_dict(), FILE), or with numpy.savez"


def refusal(path: Path) -> str:
    with pytest.raises(ValueError) as refused:
        read_state(path)
    return str(refused.value)


def test_arrays_come_in_the_order_of_the_archive(tmp_path: Path) -> None:
    arrays: dict[str, Any] = {"b.weight": np.ones((2, 3)), "a.weight": np.zeros((1, 2))}
    np.savez(tmp_path / "s.npz", **arrays)
    assert list(read_state(tmp_path / "s.npz")) == ["b.weight", "a.weight"]


def test_another_file_of_that_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.npz"
    message = f"{path}: state must be an .npz file of float arrays; {ADVICE}"
    path.write_text("nothing")
    assert refusal(path) == message
    np.savez(path, a=np.array([object()]))
    assert refusal(path) == message


def test_what_is_no_mapping_of_tensors_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^state must be a state_dict, not list; save one with"):
        arrays_of([1])
    with pytest.raises(
        TypeError, match=r"^state must hold tensors alone, but epoch is of type int; save one with"
    ):
        arrays_of({"epoch": 3})


def test_a_missing_file_is_told_before_a_missing_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(FileNotFoundError):
        read_state(tmp_path / "s.pt")
    path = tmp_path / "t.pt"
    path.write_bytes(b"")
    with pytest.raises(
        ToolError,
        match=rf"^reading {path} needs torch, which cannot be imported \(.*\); "
        "install it with pip install torch$",
    ):
        read_state(path)


def test_tensors_of_every_type_become_arrays(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason=NO_TORCH)
    state = {
        "a.weight": torch.tensor([[1.5, -2.0]], dtype=torch.bfloat16),
        "a.mask": torch.tensor([[True, False]]),
        "a.bias": torch.nn.Parameter(torch.tensor([0.25])),
    }
    path = tmp_path / "s.pt"
    torch.save(state, path)
    arrays = read_state(path)
    assert {name: array.tolist() for name, array in arrays.items()} == {
        "a.weight": [[1.5, -2.0]],
        "a.mask": [[True, False]],
        "a.bias": [0.25],
    }
    assert arrays["a.weight"].dtype == np.float64


def test_what_else_pytorch_saves_is_refused(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason=NO_TORCH)
    path = tmp_path / "s.pt"
    message = f"{path}: state must be a state_dict of tensors; {ADVICE}"
    path.write_text("nothing")
    assert refusal(path) == message
    torch.save(torch.nn.Linear(2, 3), path)  # a whole module, which could run code
    assert refusal(path) == message
    torch.save({"epoch": 3, "model": {"weight": torch.zeros(1)}}, path)
    assert refusal(path) == (
        f"{path}: state must hold tensors alone, but epoch is of type int; {ADVICE}"
    )
    torch.save(torch.zeros(2), path)
    assert refusal(path) == f"{path}: state must be a state_dict, not Tensor; {ADVICE}"
