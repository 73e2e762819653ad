"""Minibatch training of pre-defined-sparse networks in floating point."""

from software_ref.mlp.epoch_figures import EpochFigures
from software_ref.mlp.model import MlpModel
from software_ref.mlp.options import MlpOptions
from software_ref.mlp.trainer import MlpTrainer, Samples

__all__ = ["EpochFigures", "MlpModel", "MlpOptions", "MlpTrainer", "Samples"]
