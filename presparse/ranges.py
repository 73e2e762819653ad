"""Ranges, saturation and rounding from Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from presparse.shown import Picture, Shown, Table
from software_ref.console.progress import ProgressBar
from software_ref.loading import lags_of
from software_ref.network_file import NetworkFile
from software_ref.ranges.format_choice import FormatChoice, choose_format
from software_ref.ranges.picture import ranges_figure
from software_ref.ranges.profiled_training import (
    EVERY,
    SATURATION,
    ProfiledEpoch,
    ProfiledTraining,
)
from software_ref.ranges.profiler import RANGE_TITLES, range_rows
from software_ref.training import TrainingData

__all__ = ["Profile", "run_profile"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Profile(Shown):
    """What the numbers did while a network trained."""

    file: NetworkFile
    """The network."""
    epochs: tuple[ProfiledEpoch, ...]
    """Accuracies, saturation counters and distributions of every epoch."""
    recommended: FormatChoice
    """The smallest format that the last epoch allows, and which quantity asks for it."""

    @property
    def title(self) -> str:
        """See Shown."""
        choice = self.recommended
        return (
            f"{self.file.name}, {self.file.network.format}, epoch {len(self.epochs)}; "
            f"recommended: {choice}, {choice.width} bits"
        )

    def tables(self) -> Sequence[Table]:
        """See Shown."""
        return (Table(RANGE_TITLES, range_rows(self.epochs[-1].junctions), text=(1,)),)

    def plot(self) -> Picture:
        """The last epoch's magnitudes, quantity by quantity."""
        title = f"{self.file.name}, epoch {len(self.epochs)}: magnitudes"
        return Picture(ranges_figure(title, self.file.network.format, self.epochs[-1].junctions))


def run_profile(
    file: NetworkFile,
    data: TrainingData,
    *,
    every: int = EVERY,
    saturation: float = SATURATION,
    vanishing: float | None = None,
) -> Profile:
    """Train and look; Ctrl-C ends it after the last whole epoch."""
    profiled = ProfiledTraining(file, data, lags_of(file), every)
    epochs: list[ProfiledEpoch] = []
    work = len(data.train_labels) * file.training.epochs
    with ProgressBar(work, unit="sample", description="profile") as bar:
        try:
            epochs += profiled.epochs(bar.update)
        except KeyboardInterrupt:
            if not epochs:
                raise
    choice = choose_format(
        epochs[-1].junctions, file.network, saturation=saturation, vanishing=vanishing
    )
    return Profile(file=file, epochs=tuple(epochs), recommended=choice)
