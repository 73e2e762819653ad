"""One bit-exact training of a network as the hardware would do it, or its float twin, as a task."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from software_ref.activation import Activation
from software_ref.connections.options import ConnectionOptions
from software_ref.experiments.data_spec import DataSpec, load_data
from software_ref.file_options import TrainingOptions
from software_ref.fixed_point import FixedFormat
from software_ref.golden import GoldenTrainer, SaturationCounts, initial_parameters
from software_ref.loading import chosen_inputs, encode_dataset
from software_ref.network import Network
from software_ref.network_file import NetworkFile
from software_ref.plan.schedule import Schedule
from software_ref.ranges.profiler import RangeProfiler
from software_ref.training import Training, TrainingData, float_training, golden_training
from software_ref.update_rounding import UpdateOptions

__all__ = ["GoldenTask"]


@dataclass(frozen=True, kw_only=True)
class GoldenTask:
    """A network file's worth of settings; `seed` draws weights, connections and order."""

    data: DataSpec
    """Samples; where some are held out for validation, they take the place of the test samples."""
    layers: tuple[int, ...]
    """Neurons N_0 .. N_L."""
    out_degree: tuple[int, ...]
    """d_out_1 .. d_out_L."""
    parallelism: tuple[int, ...]
    """z_1 .. z_L."""
    classes: int
    """Outputs that compete."""
    epochs: int
    """Passes over the samples."""
    rate_exponent: tuple[tuple[int, int], ...]
    """Pairs (first epoch, k)."""
    seed: int
    """Seed of everything random but the data."""
    integer: int = 3
    """Integer bits."""
    fraction: int = 8
    """Fraction bits."""
    format_options: dict[str, int] = field(default_factory=dict)
    """Other fields of `FixedFormat`."""
    random_bits: int = 0
    """Random bits that updates are rounded with."""
    hidden: str = "sigmoid"
    """"sigmoid" or "relu"."""
    relu_cap: float | None = None
    """Cap of a ReLU; None stands for the format's largest number."""
    lags: tuple[int, ...] | None = None
    """Update lags; None takes the hardware's."""
    floating: bool = False
    """Train in float64 without lags, from the same weights before quantisation."""
    profile_every: int | None = None
    """Profile the ranges of every so many samples of the last epoch; None profiles none."""

    @property
    def data_key(self) -> str:
        """Equal for tasks that load the same data."""
        return self.data.key

    def network_file(self) -> NetworkFile:
        """The same settings as a network file's."""
        network = Network(
            layers=self.layers,
            out_degree=self.out_degree,
            parallelism=self.parallelism,
            classes=self.classes,
            format=FixedFormat(integer=self.integer, fraction=self.fraction, **self.format_options),
            activation=Activation(hidden=self.hidden, relu_cap=self.relu_cap),
            connections=ConnectionOptions(seed=self.seed),
            update=UpdateOptions(random_bits=self.random_bits, seed=self.seed),
        )
        training = TrainingOptions(
            epochs=self.epochs, seed=self.seed, shuffle=True, rate_exponent=self.rate_exponent
        )
        return NetworkFile(network=network, training=training)

    def run(self, data_dir: Path | None) -> dict[str, Any]:
        """Train, and test after every epoch."""
        file = self.network_file()
        network = file.network
        dataset = load_data(self.data, data_dir)
        if self.data.validation:
            dataset = replace(dataset, x_test=dataset.x_validation, y_test=dataset.y_validation)
        data = encode_dataset(dataset, network, inputs=chosen_inputs(file, dataset))
        lags = Schedule.from_file(file).lags if self.lags is None else self.lags
        profiler = None
        if self.floating:
            training = float_training(file, data)
        elif self.profile_every is None:
            training = golden_training(file, data, lags)
        else:
            profiler = RangeProfiler(network, self.profile_every)
            parameters = initial_parameters(network, self.seed)
            golden = GoldenTrainer(network, parameters, lags, observer=profiler)
            training = Training(file, golden, data)
        epochs, profile = [], None
        for result in training.epochs():
            epochs.append(asdict(result))
            if profiler is not None:
                profile = profiler.take(golden)
        figures: dict[str, Any] = {
            "lags": None if self.floating else list(lags),
            "density": network.density,
            "epochs": epochs,
            "test_accuracy": epochs[-1]["test_accuracy"],
            "training_seconds": sum(
                len(data.train_labels) / each["samples_per_second"] for each in epochs
            ),
        }
        saturations = getattr(training.trainer, "saturations", None)
        if isinstance(saturations, SaturationCounts):
            figures["saturated"] = _shares(saturations, network, data, len(epochs))
        if profile is not None:
            figures["ranges"] = [
                {name: found.document() for name, found in each.distributions.items()}
                for each in profile
            ]
        return figures


def _shares(
    counts: SaturationCounts, network: Network, data: TrainingData, epochs: int
) -> dict[str, float]:
    """Shares of the values of all junctions that were saturated during training and testing."""
    trained = epochs * len(data.train_labels)
    tested = epochs * len(data.test_labels)
    right = [shape.right for shape in network.junctions]
    values = {
        "s": (sum(counts.ff), (trained + tested) * sum(right)),
        "delta": (sum(counts.bp), trained * sum(right[:-1])),
        "update": (sum(counts.up), trained * (network.weights + network.biases)),
    }
    return {name: number / total if total else 0.0 for name, (number, total) in values.items()}
