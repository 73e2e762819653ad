"""The state of minibatch training in one .npz file, to resume from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from software_ref.console.atomic_file import atomic_file
from software_ref.console.npz_file import read_npz
from software_ref.mlp.trainer import MlpTrainer

__all__ = ["load_state", "save_state"]

FREE = ("epochs", "patience")
"""Options that may differ between the parts of one training, if no rate depends on them."""
DIGITS = 20
"""Hexadecimal digits of a digest that are kept."""


def save_state(path: Path, trainer: MlpTrainer) -> None:
    """Write the state after the last finished epoch, whole or not at all.

    The file holds the arrays of `MlpTrainer.state` and `settings`, a text that says which network,
    samples and options they belong to.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    arrays = trainer.state()
    arrays["settings"] = np.array(json.dumps(_settings(trainer), sort_keys=True))
    with atomic_file(path) as unfinished, unfinished.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # its stub: allow_pickle: bool


def load_state(path: Path, trainer: MlpTrainer) -> None:
    """Let a new trainer go on where a file's training stopped.

    Raises
    ------
    OSError
        The file cannot be read.
    ValueError
        It is no such file, or one of another network, samples or options; the message starts with
        the file's name and says what differs.
    """
    try:
        arrays = read_npz(path, "state must be an .npz file that `presparse fit` saved")
        own, schedule = _settings(trainer), trainer.model.options.schedule
        saved = json.loads(str(arrays.pop("settings", "{}")))
        if not isinstance(saved, dict):
            raise ValueError(f"settings must be a JSON object, not {saved!r}")
        for name, value in own.items():
            is_free = name in FREE and not (name == "epochs" and schedule.depends_on_epochs)
            if not is_free and saved.get(name) != value:
                raise ValueError(f"{name} must be {saved.get(name)!r}, as saved, not {value!r}")
        trainer.restore(arrays)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path}: {error}") from None


def _settings(trainer: MlpTrainer) -> dict[str, Any]:
    """Network and options as plain values; connections and samples by digests."""
    model = trainer.model
    digest = hashlib.sha256()
    for pattern in trainer.drawn:
        digest.update(pattern.left_neurons.tobytes() + pattern.right_neurons.tobytes())
    layers = [model.inputs, *(pattern.right for pattern in model.patterns)]
    return {
        "layers": layers,
        "connections": digest.hexdigest()[:DIGITS],
        "train": trainer.train.digest[:DIGITS],
        # Otherwise samples that were trained on could turn up among those that decide when to stop.
        "validation": None if trainer.validation is None else trainer.validation.digest[:DIGITS],
        "moves": None if trainer.moves is None else json.loads(json.dumps(trainer.moves.settings)),
        **asdict(model.options),
    }
