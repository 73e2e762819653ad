"""Figures of the small boards that the tests share."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from software_ref.training import TrainingData

__all__ = ["IRIS", "SAMPLES", "SMALL", "TIMEOUT", "random_data", "written"]

SAMPLES = 40
"""Room in the store of the board that is simulated."""
TIMEOUT = 0.0002
"""Seconds of its clock to wait for an answer, beside what a frame takes on its way."""

SMALL = """
[format]
integer = 2
fraction = 5

[network]
layers = [8, 4]
out_degree = [2]
parallelism = [4]
"""
"""A network file for the FPGA tools, which read tables of eight-bit numbers quickly."""
IRIS = """
[network]
layers = [12, 6, 4]
out_degree = [3, 2]
parallelism = [4, 3]
classes = 3

[format]
activation_fraction = 5

[data]
name = "iris"

[training]
epochs = 3
shuffle = true
rate_exponent = [[0, 1], [2, 7]]
"""
"""A network file of the shared board's network."""


def written(folder: Path, name: str, text: str) -> Path:
    """The network file NAME.toml in a folder, with this text."""
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def random_data(train: int, test: int) -> TrainingData:
    """So many training and test samples for its network."""
    rng = np.random.default_rng([train, test])
    return TrainingData(
        train_features=rng.integers(0, 257, (train, 12)),
        train_labels=rng.integers(0, 3, train),
        test_features=rng.integers(0, 257, (test, 12)),
        test_labels=rng.integers(0, 3, test),
    )
