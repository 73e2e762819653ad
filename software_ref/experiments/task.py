"""The unit of work of an experiment: what can run on its own, anywhere, and gives JSON figures."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any, Protocol

__all__ = ["Task", "canonical", "identity"]

FORMAT = 2
"""Raised whenever the same description would give other figures, so that old results are left."""


class Task(Protocol):
    """A frozen dataclass of plain values that says everything its figures depend on."""

    def run(self, data_dir: Path | None) -> dict[str, Any]:
        """Do the work and return figures that JSON can hold.

        Raises
        ------
        OSError, TypeError, ValueError
            The data are missing or do not fit; the message is one line.
        """

    @property
    def data_key(self) -> str:
        """Equal for tasks that load the same data, which a worker then keeps."""


def canonical(task: Task) -> dict[str, Any]:
    """A task as plain values, the kind of task among them."""
    assert dataclasses.is_dataclass(task)
    return {"format": FORMAT, "task": type(task).__name__, **dataclasses.asdict(task)}


def identity(task: Task) -> str:
    """A name that equal tasks share on every machine: 20 hexadecimal digits."""
    text = json.dumps(canonical(task), sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:20]
