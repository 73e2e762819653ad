"""A small network file with its data, and calls of `presparse train` on it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from presparse.cli import main

__all__ = [
    "NETWORK",
    "SAMPLES",
    "SURPLUS",
    "points",
    "refused",
    "small_network",
    "train",
    "write_points",
]

SAMPLES = 60

SURPLUS = "2 of the 12 inputs have no feature and stay 0: points.npz has 10 features"
"""What is noted of the network's inputs."""

NETWORK = """\
[network]
layers = [12, 8, 4]
out_degree = [2, 4]
parallelism = [4, 2]
classes = 3

[data]
name = "points.npz"

[training]
epochs = 2
rate_exponent = [[0, 1], [1, 2]]
"""


def points(samples: int = SAMPLES) -> dict[str, NDArray[Any]]:
    """Ten features in sixteenths and three classes, with the class marked in the features."""
    rng = np.random.default_rng(3)
    arrays: dict[str, NDArray[Any]] = {}
    for part, count in (("train", samples), ("test", 20)):
        labels = rng.integers(0, 3, count)
        features = rng.integers(0, 9, (count, 10)) / 16
        features[np.arange(count), labels] = 1
        arrays |= {f"x_{part}": features, f"y_{part}": labels}
    return arrays


def write_points(folder: Path, samples: int = SAMPLES) -> None:
    """Write the samples as points.npz."""
    np.savez(folder / "points.npz", **points(samples))  # type: ignore[arg-type]


def small_network(folder: Path, text: str = NETWORK) -> Path:
    """Write small.toml with its data beside it."""
    write_points(folder)
    path = folder / "small.toml"
    path.write_text(text)
    return path


def train(path: Path, *arguments: object) -> dict[str, Any]:
    """Train with `--json`, and return what it holds."""
    target = path.parent / "out.json"
    assert main(["train", str(path), "--json", str(target), *map(str, arguments)]) == 0
    document: dict[str, Any] = json.loads(target.read_text())
    return document


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one line that wrong input ends with, without its start."""
    assert main(["train", *map(str, arguments)]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    line, end = output.err.split("\n", 1)
    start, message = line[:18], line[18:]
    assert (start, end) == ("presparse: error: ", "")
    return message
