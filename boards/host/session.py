"""What one call of `presparse host` works on."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from boards.host.board import POLL_SECONDS, Board
from boards.host.choice import training_on
from boards.host.generated_training import GeneratedTraining
from boards.host.stored_training import StoredTraining
from boards.host.training import BoardTraining
from boards.link.commands import State
from software_ref.checkpoint import Checkpoint
from software_ref.console.output import print_notes
from software_ref.console.progress import ProgressBar
from software_ref.loading import load_training_data
from software_ref.network_file import NetworkFile
from software_ref.predictions import Predictions
from software_ref.training import TrainingData

__all__ = ["Session"]


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
    def data(self) -> TrainingData:
        """Training and test samples."""
        data = load_training_data(
            self.file,
            self.arguments.data,
            samples=self.arguments.samples,
            test_samples=self.arguments.test_samples,
        )
        print_notes(data.notes)
        return data

    @cached_property
    def training(self) -> BoardTraining:
        """The training, from the board's store where that has room for the data."""
        return training_on(self.board, self.file, self.data, self.arguments.stop_early)

    def prepare(self) -> None:
        """Get the samples to where training takes them from, and say where that is."""
        if isinstance(self.training, GeneratedTraining):
            print(f"the board makes the {self.training.samples} samples itself", flush=True)
        elif isinstance(self.training, StoredTraining):
            self.upload(self.training)
        else:
            layout = self.board.store.layout
            print(
                f"{self.training.samples} samples are more than the board's store has room for "
                f"({layout.room * layout.code.width // 8:,} bytes, {layout.samples} samples): "
                "they are sent again in every epoch",
                flush=True,
            )

    def upload(self, training: StoredTraining) -> None:
        """Fill the board's store, unless it holds the data."""
        with ProgressBar(training.samples, unit="sample", description="upload") as bar:
            sent = training.upload(bar.update)
        done = "uploaded" if sent else "in the board's store already"
        print(f"{training.samples} samples {done}", flush=True)

    def golden_predictions(self) -> Predictions:
        """What the golden model makes of the test samples, with the parameters on the board."""
        return Predictions.of(
            self.training.checkpoint().parameters,
            self.data.test_features,
            self.data.test_labels,
            class_names=self.data.class_names,
        )

    def wait_until_idle(self) -> None:
        """Wait until no run is under way."""
        self.board.wait_while(State.RUNNING | State.BUSY, POLL_SECONDS)

    def figures(self) -> dict[str, Any]:
        """Everything for `--json`."""
        return {
            "network": str(self.arguments.network_file),
            "action": self.arguments.action,
            "port": self.arguments.port,
            **self.results,
            "repairs": dict(self.board.link.repairs),
        }
