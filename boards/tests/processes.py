"""The commands as processes, and what a checkpoint that they write must hold."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np

from software_ref.checkpoint import load_checkpoint
from software_ref.loading import load_training_data
from software_ref.network_file import read_network_file, with_epochs
from software_ref.plan.schedule import Schedule
from software_ref.training import golden_training

__all__ = ["assert_is_golden_training", "finished", "host", "presparse", "read_until"]

PATIENCE = 240.0
"""Seconds for what should take a few."""


def presparse(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "presparse.cli", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_until(process: subprocess.Popen[str], pattern: str) -> re.Match[str]:
    """The first line of a process that matches."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if found := re.search(pattern, line):
            return found
    raise AssertionError(f"no line matches {pattern!r} in:\n{said}")


def finished(process: subprocess.Popen[str], status: int = 0) -> str:
    """What a process still says, once it has ended with this status."""
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == status, said
    return said


def host(action: str, file: Path, port: str, *options: object) -> subprocess.Popen[str]:
    return presparse("host", action, file, "--port", port, *options)


def assert_is_golden_training(file: Path, checkpoint: Path, epochs: int) -> None:
    """A checkpoint has the golden model's weights and biases after so many epochs."""
    described = with_epochs(read_network_file(file), epochs)
    saved = load_checkpoint(checkpoint, described.network)
    assert saved.epoch == epochs
    lags = Schedule.from_file(described).lags
    golden = golden_training(described, load_training_data(described, test_samples=0), lags)
    assert len(list(golden.epochs())) == epochs
    assert saved.samples == golden.samples_seen
    for ours, theirs in (
        (saved.parameters.weights, golden.parameters.weights),
        (saved.parameters.biases, golden.parameters.biases),
    ):
        assert all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))
