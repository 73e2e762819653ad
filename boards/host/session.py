"""What one call of `presparse host` works on."""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from boards.host.board import Board
from boards.host.training import BoardTraining
from boards.link.commands import State
from software_ref.checkpoint import Checkpoint
from software_ref.commands.loading import load_training_data
from software_ref.commands.progress import ProgressBar
from software_ref.network_file import NetworkFile

__all__ = ["Session"]

_POLL = 0.02


@dataclass(kw_only=True)
class Session:
    """A board, a network file, and what the user asked for."""

    board: Board
    """The board."""
    file: NetworkFile
    """The network file, with the user's number of epochs."""
    arguments: argparse.Namespace
    """The command's arguments."""
    resumed: Checkpoint | None
    """The file of `--resume`."""
    results: dict[str, Any] = field(default_factory=dict)
    """Figures for JSON."""

    @cached_property
    def training(self) -> BoardTraining:
        """The training, with its data."""
        data = load_training_data(
            self.file,
            self.arguments.data,
            samples=self.arguments.samples,
            test_samples=self.arguments.test_samples,
        )
        return BoardTraining(self.board, self.file, data)

    def upload(self) -> None:
        """Fill the board's store, unless it holds the data."""
        training = self.training
        with ProgressBar(training.samples, unit="sample", description="upload") as bar:
            sent = training.upload(bar.update)
        done = "uploaded" if sent else "in the board's store already"
        print(f"{training.samples} samples {done}", flush=True)

    def wait_until_idle(self) -> None:
        """Wait until no run is under way."""
        while self.board.status().state & (State.RUNNING | State.BUSY):
            time.sleep(_POLL)

    def figures(self) -> dict[str, Any]:
        """Everything for `--json`."""
        return {
            "network": str(self.arguments.network_file),
            "action": self.arguments.action,
            "port": self.arguments.port,
            **self.results,
            "repairs": dict(self.board.link.repairs),
        }
