"""A network file's core in simulation, beside the golden model: its epochs, or its predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.core.design import CoreDesign
from hwgen.cosimulation.side_by_side import Cosimulation, EpochAgreement
from hwgen.cosimulation.waves import record_waves
from hwgen.simulation.job import Stalls
from software_ref.checkpoint import Checkpoint, save_checkpoint
from software_ref.console.output import table_lines
from software_ref.console.progress import ProgressBar
from software_ref.golden import Parameters
from software_ref.golden.samples import Samples
from software_ref.network_file import NetworkFile
from software_ref.predictions import Predictions
from software_ref.training import TrainingData, epoch_order

__all__ = ["SimulationResult", "Waves", "simulate_predictions", "simulate_training"]


@dataclass(frozen=True, kw_only=True)
class Waves:
    """Waveforms that are wanted of a run."""

    path: Path
    """Where to: .vcd or .fst."""
    first: int = 0
    """The sample that they begin with."""

    def check(self, samples: int) -> None:
        """Raise ValueError where there is no such sample."""
        if not self.first < samples:
            raise ValueError(f"--from must be below the {samples} samples, not {self.first}")


@dataclass(frozen=True, kw_only=True, eq=False)
class SimulationResult:
    """What was compared, and what came out."""

    name: str
    """The network's."""
    design: CoreDesign
    """The core."""
    epochs: tuple[EpochAgreement, ...]
    """What every epoch's comparison found; one entry where samples were predicted alone."""
    parameters: Parameters
    """Weights and biases of the core afterwards."""
    lags: tuple[int, ...]
    """The golden model's update lags."""
    predictions: Predictions
    """What the core predicted of every sample, in the last epoch before it was learnt from."""
    figures: dict[str, Any]
    """All figures as JSON holds them."""

    @property
    def bit_exact(self) -> bool:
        """Whether hardware and golden model agree in every bit."""
        return self.epochs[-1].agreement.bit_exact

    def rows(self) -> list[tuple[str, object]]:
        """The figures that people look at."""
        figures = self.figures
        compared = f"{figures['weights_compared']}, {figures['biases_compared']}"
        addresses = figures["addresses_compared"]
        built = f"build {figures['build_seconds']:.1f} s"
        return [
            ("hardware and golden model", "equal, bit for bit" if self.bit_exact else "DIFFERENT"),
            ("samples", figures["samples"]),
            ("predictions compared", figures["predictions_compared"]),
            (
                "weights, biases compared",
                "none (constants)" if self.design.options.constant else compared,
            ),
            *([("addresses compared", addresses)] if addresses else []),
            ("clocks per sample", f"{figures['clocks_per_sample']:g}"),
            ("correct predictions", f"{100 * figures['correct'][-1]:.2f} %"),
            ("golden model", f"{figures['golden_seconds']:.1f} s"),
            ("simulation", f"{figures['rtl_seconds']:.1f} s ({built})"),
        ]

    def lines(self) -> list[str]:
        """A table of them, and what differs."""
        found = [*self.figures["differences"]]
        if self.figures["first_difference"]:
            found.append(self.figures["first_difference"])
        return [*table_lines((self.name, ""), self.rows()), *found]


def simulate_training(
    file: NetworkFile,
    design: CoreDesign,
    data: TrainingData,
    folder: Path,
    *,
    epochs: int = 1,
    lags: Sequence[int] | None = None,
    stalls: Stalls | None = None,
    save: Path | None = None,
    waves: Waves | None = None,
) -> SimulationResult:
    """Train the core's Verilog and the golden model, from the parameters that the design has.

    Parameters
    ----------
    file : NetworkFile
        Gives rates, order, and the epochs among which connections move.
    design : CoreDesign
        A training core; where it starts from a checkpoint, its epochs go on from there.
    data : TrainingData
        Training samples.
    folder : Path
        Where Verilog and simulator are built and kept.
    epochs : int
        Epochs to train.
    lags : sequence of int, optional
        The golden model's update lags; only the core's own can agree.
    stalls : Stalls, optional
        Random gaps in the streams.
    save : Path, optional
        Where the core's weights, biases and connections go after every epoch.
    waves : Waves, optional
        Waveforms of the first epoch.

    Raises
    ------
    OSError, ToolError, ValueError
        The simulator cannot be built or stopped, or there is no sample that waveforms begin with.
    """
    samples = len(data.train_labels)
    if waves is not None:
        waves.check(samples)
    first, seen = (0, 0) if design.start is None else (design.start.epoch, design.start.samples)
    found: list[EpochAgreement] = []
    order: NDArray[np.int64] = np.arange(samples)
    work = 2 * samples * epochs
    with ProgressBar(work, unit="sample", description="building") as bar:
        simulation = Cosimulation(design, folder, lags=lags, stalls=stalls)
        for epoch in range(first, first + epochs):
            bar.describe(f"epoch {epoch + 1}")
            order = epoch_order(file.training, epoch, samples)
            if epoch and file.network.rewire is not None:
                simulation.rewire(epoch - 1, file.training.epochs)
            features, labels = data.train_features[order], data.train_labels[order]
            exponent = file.training.rate_exponent_at(epoch)
            found.append(simulation.run_epoch(features, labels, exponent, bar.update))
            if waves is not None and epoch == first:
                bar.describe("waveforms")
                taken = Samples.check(file.network, features, labels, True, exponent)
                _record(simulation, folder, waves, taken, stalls, reset_clocks=1)
            if save is not None:  # so that Ctrl-C loses only the epoch that it breaks off
                state = Checkpoint(
                    parameters=simulation.rtl.parameters,
                    lags=design.schedule.lags,
                    epoch=first + len(found),
                    samples=seen + samples * len(found),
                    inputs=data.inputs,
                )
                save_checkpoint(save, state)
            if not found[-1].agreement.bit_exact:
                break
    return _result(
        file,
        simulation,
        found,
        labels=data.train_labels[order],
        indices=order,
        class_names=data.class_names,
    )


def simulate_predictions(
    file: NetworkFile,
    design: CoreDesign,
    data: TrainingData,
    folder: Path,
    *,
    stalls: Stalls | None = None,
    waves: Waves | None = None,
) -> SimulationResult:
    """Let a core, as it is at power-up, predict the test samples, and hold it against NumPy.

    Parameters, errors
        As for `simulate_training`.
    """
    samples = len(data.test_labels)
    if not samples:
        raise ValueError("there must be test samples to predict, not 0")
    if waves is not None:
        waves.check(samples)
    with ProgressBar(2 * samples, unit="sample", description="building") as bar:
        simulation = Cosimulation(design, folder, stalls=stalls, reset_clocks=0)
        bar.describe("predictions")
        found = simulation.predict(data.test_features, data.test_labels, bar.update)
        if waves is not None:
            bar.describe("waveforms")
            taken = Samples.check(file.network, data.test_features, data.test_labels, False, 0)
            _record(simulation, folder, waves, taken, stalls, reset_clocks=0)
    return _result(
        file,
        simulation,
        [found],
        labels=data.test_labels,
        indices=np.arange(samples),
        class_names=data.class_names,
    )


def _record(
    simulation: Cosimulation,
    folder: Path,
    waves: Waves,
    samples: Samples,
    stalls: Stalls | None,
    *,
    reset_clocks: int,
) -> None:
    record_waves(
        simulation.design,
        folder,
        waves.path,
        samples,
        first=waves.first,
        sample_clocks=simulation.rtl.sample_clocks,
        stalls=stalls,
        reset_clocks=reset_clocks,
    )


def _result(
    file: NetworkFile,
    simulation: Cosimulation,
    found: list[EpochAgreement],
    *,
    labels: NDArray[np.integer],
    indices: NDArray[np.int64],
    class_names: tuple[str, ...],
) -> SimulationResult:
    design = simulation.design
    own = simulation.lags if design.options.training else design.schedule.lags
    return SimulationResult(
        name=file.name,
        design=design,
        epochs=tuple(found),
        parameters=simulation.rtl.parameters,
        lags=tuple(own),
        predictions=Predictions(
            labels=labels.astype(np.int64),
            predictions=found[-1].predictions,
            classes=file.network.competing,
            class_names=class_names,
            indices=indices,
        ),
        figures=_figures(simulation, found, len(labels), tuple(own)),
    )


def _figures(
    simulation: Cosimulation, found: list[EpochAgreement], samples: int, lags: tuple[int, ...]
) -> dict[str, Any]:
    last = found[-1]
    clocks = {result.clocks_per_sample for result in found}
    design = simulation.design
    return {
        "core": "training" if design.options.training else "inference",
        "constant": design.options.constant,
        "bit_exact": last.agreement.bit_exact,
        "epochs": len(found) if design.options.training else 0,
        "samples": samples * len(found),
        "predictions_compared": sum(result.agreement.predictions for result in found),
        "weights_compared": last.agreement.weights,
        "biases_compared": last.agreement.biases,
        "addresses_compared": last.agreement.addresses,
        "saturations": asdict(simulation.rtl.saturations),
        "differences": list(last.agreement.differences),
        "first_difference": last.first_difference,
        "clocks_per_sample": clocks.pop() if len(clocks) == 1 else max(clocks),
        "period": design.schedule.period,
        "lags": list(lags),
        "correct": [result.correct for result in found],
        "golden_seconds": sum(result.golden_seconds for result in found),
        "rtl_seconds": sum(result.rtl_seconds for result in found),
        "build_seconds": simulation.rtl.build_seconds,
    }
