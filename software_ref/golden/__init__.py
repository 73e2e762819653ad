"""The golden trainer: bit-exact training in NumPy integers, the truth the hardware is tested by."""

from software_ref.golden.edges import Edges, Pattern, edges_of
from software_ref.golden.engine import ENGINES, find_engine, golden_trainer
from software_ref.golden.parameters import (
    Parameters,
    initial_parameters,
    initial_weight_values,
)
from software_ref.golden.samples import RunResult, Samples
from software_ref.golden.trainer import GoldenTrainer, SaturationCounts, check_lags, minimum_lags

__all__ = [
    "ENGINES",
    "Edges",
    "GoldenTrainer",
    "Parameters",
    "Pattern",
    "RunResult",
    "Samples",
    "SaturationCounts",
    "check_lags",
    "edges_of",
    "find_engine",
    "golden_trainer",
    "initial_parameters",
    "initial_weight_values",
    "minimum_lags",
]
