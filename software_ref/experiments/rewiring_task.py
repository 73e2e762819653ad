"""Trainings of networks whose inputs are chosen and whose connections move, as tasks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from software_ref.connections.clash_free import ClashFreePattern, generate_pattern
from software_ref.connections.junction_shape import JunctionShape
from software_ref.connections.kinds import Free
from software_ref.connections.options import ConnectionOptions
from software_ref.connections.rewire_options import RewireOptions
from software_ref.datasets import encode_features
from software_ref.datasets.dataset import Dataset, take_features
from software_ref.datasets.input_choice import inputs_by_deviation
from software_ref.experiments.data_spec import DataSpec, load_data
from software_ref.experiments.golden_task import GoldenTask
from software_ref.file_options import InputOptions
from software_ref.fixed_point import FixedFormat
from software_ref.mlp.model import MlpModel
from software_ref.mlp.moves import ClashFreeMoves, FreeMoves, Moves
from software_ref.mlp.options import MlpOptions
from software_ref.mlp.trainer import MlpTrainer, samples_of
from software_ref.network_file import NetworkFile

__all__ = ["CLASH_FREE", "FREE", "STAY", "WORTH", "GoldenRewiringTask", "RewiringTask"]

STAY, CLASH_FREE, WORTH, FREE = "stay", "clash_free", "worth", "free"
"""How connections move: not at all; as `[rewire]` says; with pairs by what they gain in place of at
random; or anywhere, with in-degrees kept alone."""


@dataclass(frozen=True, kw_only=True)
class RewiringTask:
    """A minibatch training from `free` clash-free connections."""

    data: DataSpec
    """Samples."""
    layers: tuple[int, ...]
    """Neurons N_0 .. N_L."""
    out_degree: tuple[int, ...]
    """d_out_1 .. d_out_L, at first."""
    parallelism: tuple[int, ...]
    """z_1 .. z_L: only what one memory holds can be exchanged."""
    options: MlpOptions
    """Model and training; its seed draws connections, inputs and moves, too."""
    inputs: bool = False
    """Whether inputs are drawn by deviation (docs/numerics.md, "Inputs by what they say")."""
    moves: str = STAY
    """How connections move."""
    share: float = RewireOptions.share
    """Share of the weights that move after the first epoch."""
    until: float = RewireOptions.until
    """Share of the epochs after which they do."""

    @property
    def data_key(self) -> str:
        """Equal for tasks that load the same data."""
        return self.data.key

    def patterns(self) -> tuple[ClashFreePattern, ...]:
        """The connections of every junction before any moves."""
        sizes = zip(self.layers, self.layers[1:], self.out_degree, self.parallelism, strict=False)
        options = ConnectionOptions(kind=Free.name, seed=self.options.seed)
        return tuple(
            generate_pattern(
                JunctionShape(index=i, left=left, right=right, out_degree=degree, parallelism=z),
                options,
            )
            for i, (left, right, degree, z) in enumerate(sizes, start=1)
        )

    def run(self, data_dir: Path | None) -> dict[str, Any]:
        """Train, keep the epoch of the best validation accuracy, and test it."""
        dataset = load_data(self.data, data_dir)
        if self.inputs:
            dataset = _by_deviation(dataset, self.layers[0], self.options.seed)
        drawn = self.patterns()
        model = MlpModel([pattern.sparse for pattern in drawn], self.options)
        trainer = MlpTrainer(
            model,
            samples_of(dataset, "train", model),
            samples_of(dataset, "validation", model),
            dataset.classes,
            self._moves(drawn),
        )
        for _ in trainer.epochs():
            pass
        trainer.restore_best()
        history = trainer.history
        pairs = zip(drawn, model.patterns, strict=True)
        return {
            "density": model.density,
            "epochs": len(history),
            "best_epoch": trainer.best_epoch,
            "train_accuracy": [each.train_accuracy for each in history],
            "validation_accuracy": [each.validation_accuracy for each in history],
            "test_accuracy": trainer.accuracy(samples_of(dataset, "test", model)),
            "training_seconds": sum(each.seconds for each in history),
            "elsewhere": [
                float((one.left_neurons != other.left_neurons).mean()) for one, other in pairs
            ],
        }

    def _moves(self, drawn: tuple[ClashFreePattern, ...]) -> Moves | None:
        options = RewireOptions(share=self.share, until=self.until, seed=self.options.seed)
        if self.moves == STAY:
            return None
        if self.moves == FREE:
            return FreeMoves(options)
        return ClashFreeMoves(options, drawn, by_worth=self.moves == WORTH)


@dataclass(frozen=True, kw_only=True)
class GoldenRewiringTask(GoldenTask):
    """The same bit by bit as the hardware does it."""

    inputs: bool = False
    """Whether inputs are drawn by deviation."""
    moves: str = STAY
    """STAY or CLASH_FREE."""

    def network_file(self) -> NetworkFile:
        """The same settings as a network file's."""
        file = super().network_file()
        moves = None if self.moves == STAY else RewireOptions(seed=self.seed)
        network = replace(
            file.network,
            connections=replace(file.network.connections, kind=Free.name),
            rewire=moves,
        )
        inputs = InputOptions(method="deviation", seed=self.seed) if self.inputs else None
        return replace(file, network=network, data=replace(file.data, inputs=inputs))


def _by_deviation(dataset: Dataset, inputs: int, seed: int) -> Dataset:
    where = f"{dataset.name}: x_train"
    raw = encode_features(dataset.x_train, FixedFormat(), dataset.features, where=where)
    return take_features(dataset, inputs_by_deviation(raw, inputs, seed, where=where))
