"""One training of a network file: what it starts from, its epochs, and what is kept of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from software_ref.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from software_ref.console.output import percent
from software_ref.console.progress import ProgressBar
from software_ref.golden import find_engine
from software_ref.network_file import NetworkFile
from software_ref.predictions import Predictions
from software_ref.training import EpochResult, TrainingData, float_training, golden_training

__all__ = ["TrainingJob"]


@dataclass(kw_only=True)
class TrainingJob:
    """What is to be trained, and has been."""

    file: NetworkFile
    lags: tuple[int, ...]
    data: TrainingData | None
    """None where no samples are asked for."""
    tested: str
    """What its test samples are: "test" or "held-out"."""
    start: Checkpoint
    resumed: Path | None = None
    """Where `start` is from."""
    float_reference: bool
    engine: str
    stop_early: int | None = None
    """Epochs without progress after which training ends (docs/numerics.md, "Early stopping")."""
    stopped_early: bool = False
    """Whether it has ended so."""
    save: Path | None = None
    saved_epoch: int | None = None
    """The epoch whose state is in `save`."""
    results: list[EpochResult] = field(default_factory=list)
    """The golden model's, of every epoch finished."""
    float_results: list[EpochResult] = field(default_factory=list)
    """The float reference's, where there is one."""
    state: Checkpoint = field(init=False)
    """After the last epoch finished; `start` before any is."""

    def __post_init__(self) -> None:
        self.state = self.start

    @classmethod
    def prepare(
        cls,
        file: NetworkFile,
        lags: tuple[int, ...],
        data: TrainingData | None,
        *,
        resume: Path | None = None,
        held_out: bool = False,
        float_reference: bool = True,
        engine: str = "auto",
        save: Path | None = None,
        stop_early: int | None = None,
    ) -> TrainingJob:
        """Set a training up, from the file's seed or from where a checkpoint stopped.

        Parameters
        ----------
        file : NetworkFile
            Gives network, epochs, rates, order and seeds.
        lags : tuple of int
            Update lags in steps.
        data : TrainingData, optional
            None trains nothing.
        resume : Path, optional
            A checkpoint to go on from; the float reference is left out then, as its weights are
            not in there.
        held_out : bool
            Whether the test samples are training samples that are held out.
        float_reference : bool
            Whether a float model is trained beside.
        engine : str
            One of `ENGINES`.
        save : Path, optional
            Where the state goes after every epoch.
        stop_early : int, optional
            End after so many epochs without progress, from 1.

        Raises
        ------
        OSError, TypeError, ValueError
            As `load_checkpoint`.
        ToolError
            As `find_engine`.
        """
        if resume is None:
            start = Checkpoint.initial(file.network, file.training.seed, lags)
        else:
            start = load_checkpoint(resume, file.network)
        return cls(
            file=file,
            lags=lags,
            data=data,
            tested="held-out" if held_out else "test",
            start=start,
            resumed=resume,
            float_reference=float_reference and resume is None,
            engine=find_engine(engine),
            save=save,
            stop_early=stop_early,
        )

    @property
    def epochs_left(self) -> int:
        """Epochs to train."""
        return self.file.training.epochs - self.start.epoch

    @property
    def work(self) -> int:
        """Training samples that these epochs take, of all trainers together."""
        trainers = 2 if self.float_reference else 1
        return max(0, self.epochs_left) * trainers * self._samples[0]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Figures of every epoch finished, as JSON has them."""
        return [self._row(number) for number in range(len(self.results))]

    def save_state(self, state: Checkpoint) -> None:
        """Write a state, if one is to be kept."""
        if self.save is not None:
            save_checkpoint(self.save, state)
            self.saved_epoch = state.epoch

    def check_inputs(self) -> None:
        """Refuse to go on from a state with samples of other inputs; ValueError says which."""
        if self.resumed is not None and self.data is not None:
            self.start.check_same_inputs(self.data.inputs, where=str(self.resumed))

    def describe(self) -> str:
        """The network and its samples in one line."""
        network = self.file.network
        samples, tests = self._samples
        return (
            f"{self.file.name}: {'-'.join(map(str, network.layers))}, {network.weights} weights, "
            f"lags {','.join(map(str, self.lags))}, {samples} training and {tests} {self.tested} "
            "samples"
        )

    def document(self) -> dict[str, Any]:
        """What `describe` tells, for JSON."""
        samples, tests = self._samples
        return {
            "name": self.file.name,
            "lags": list(self.lags),
            "engine": self.engine,
            "training_samples": samples,
            "test_samples": tests,
            "held_out": self.tested == "held-out",
        }

    @property
    def accuracy_titles(self) -> list[str]:
        """Titles of the columns that `accuracies` fills."""
        trainers = ["golden", "float"] if self.float_reference else ["golden"]
        return [title for each in trainers for title in (f"{each} train %", f"{self.tested} %")]

    def accuracies(self, row: dict[str, Any]) -> list[str]:
        """Accuracies of an epoch, as percentages."""
        results = (row, row["float"]) if self.float_reference else (row,)
        return [
            percent(result[name])
            for result in results
            for name in ("train_accuracy", "test_accuracy")
        ]

    def epochs(self, bar: ProgressBar) -> Iterator[dict[str, Any]]:
        """Train epoch by epoch and save; the figures of each."""
        assert self.data is not None
        self.check_inputs()
        golden = golden_training(
            self.file,
            self.data,
            self.lags,
            self.start if self.resumed is not None else None,
            engine=self.engine,
            stop_early=self.stop_early,
        )
        reference = None
        if self.float_reference:
            reference = float_training(self.file, self.data).epochs(bar.update)
        total = self.file.training.epochs
        # Called epoch by epoch, not in parallel: the reference takes no time from the golden model.
        epochs = golden.epochs(bar.update)
        while golden.epochs_done < total and not golden.stopped_early:
            number = golden.epochs_done + 1
            bar.describe(f"golden, epoch {number} of {total}")
            result = next(epochs)
            self.state = Checkpoint(
                parameters=golden.parameters,
                lags=self.lags,
                epoch=golden.epochs_done,
                samples=golden.samples_seen,
                inputs=self.data.inputs,
            )
            self.save_state(self.state)
            if reference is not None:
                bar.describe(f"float, epoch {number} of {total}")
                self.float_results.append(next(reference))
            self.results.append(result)
            self.stopped_early = golden.stopped_early
            yield self._row(-1)

    def predictions(self) -> Predictions:
        """What the golden model makes of the test samples after the last epoch finished.

        Raises
        ------
        ValueError
            There are no test samples.
        """
        if self.data is None or not len(self.data.test_labels):
            raise ValueError(f"there must be {self.tested} samples to predict, not 0")
        self.check_inputs()
        return Predictions.of(
            self.state.parameters,
            self.data.test_features,
            self.data.test_labels,
            class_names=self.data.class_names,
        )

    def _row(self, number: int) -> dict[str, Any]:
        result = self.results[number]
        head = {"epoch": result.epoch, "rate_exponent": result.rate_exponent}
        row = head | _figures(result)
        if self.float_reference:
            row["float"] = _figures(self.float_results[number])
        return row

    @property
    def _samples(self) -> tuple[int, int]:
        """Numbers of training and test samples."""
        if self.data is None:
            return 0, 0
        return len(self.data.train_labels), len(self.data.test_labels)


def _figures(result: EpochResult) -> dict[str, Any]:
    return {
        "train_accuracy": result.train_accuracy,
        "test_accuracy": result.test_accuracy,
        "samples_per_second": result.samples_per_second,
    }
