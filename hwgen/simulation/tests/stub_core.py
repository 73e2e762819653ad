"""The stub core's ports and its behaviour in Python."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from software_ref.plan.ports import CorePorts, JunctionPorts

__all__ = ["CLASSES", "LAG", "LATENCY", "PORTS", "STEP", "predictions", "random_samples", "stub"]

STEP = 8
LATENCY = 2
LAG = 4
CLASSES = 5

PORTS = CorePorts(
    top="stub_core",
    features=7,
    beat_features=4,
    feature_width=9,
    label_width=3,
    rate_exponent_width=4,
    junction_width=1,
    row_width=3,
    lane_width=2,
    data_width=12,
    clocks_per_step=STEP,
    prediction_steps=LATENCY,
    junctions=(
        JunctionPorts(weights=28, parallelism=4, bias_rows=(0, 0, 1, 1), bias_lanes=(0, 1, 0, 1)),
        JunctionPorts(weights=12, parallelism=3, bias_rows=(0, 1, 2), bias_lanes=(0, 0, 0)),
    ),
)
"""Seven features in two beats, so that one feature of every second beat is padding."""


def stub(folder: Path, **parameters: int) -> Path:
    """Write a copy of the stub core with other parameters into a folder."""
    text = Path(__file__).with_name("stub_core.v").read_text()
    for name, value in parameters.items():
        text, count = re.subn(rf"parameter {name} = \d+", f"parameter {name} = {value}", text)
        assert count == 1
    path = folder / "stub_core.v"
    path.write_text(text)
    return path


def random_samples(count: int, seed: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return features `(count, 7)` and labels that the stub predicts in about half of the cases."""
    random = np.random.default_rng(seed)
    features = random.integers(0, 512, (count, PORTS.features))
    labels = np.where(random.random(count) < 0.5, features[:, 0] % CLASSES, 0)
    return features, labels


def predictions(features: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return what the stub predicts."""
    return features[:, 0] % CLASSES
