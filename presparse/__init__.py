"""Pre-defined-sparse neural networks, from a few lines of Python to hardware that trains.

    import presparse

    network = presparse.load("examples/digits.toml")
    training = network.train(epochs=3)
    training.plot()

docs/python.md is the manual. Everything that is public is in `__all__`; whatever a user can get
wrong raises `presparse.Error`.
"""

from __future__ import annotations

from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from presparse.board import Board, BoardRun
    from presparse.errors import Error
    from presparse.estimator import SparseClassifier
    from presparse.hardware import Core, Simulation
    from presparse.in_software import Description
    from presparse.network import Network, design, load
    from presparse.ranges import Profile
    from presparse.resources import Designs, Resources, Sweep, Synthesis
    from presparse.searching import SearchFront, search
    from presparse.shown import Picture
    from presparse.studies import DataSummary, Experiment, ScatterVector, dataset, experiment
    from presparse.training import FloatFit, PredictionTable, Training
    from software_ref.connections.parallelism import legal_out_degrees, legal_parallelism

__all__ = [
    "Board",
    "BoardRun",
    "Core",
    "DataSummary",
    "Description",
    "Designs",
    "Error",
    "Experiment",
    "FloatFit",
    "Network",
    "Picture",
    "PredictionTable",
    "Profile",
    "Resources",
    "ScatterVector",
    "SearchFront",
    "Simulation",
    "SparseClassifier",
    "Sweep",
    "Synthesis",
    "Training",
    "__version__",
    "dataset",
    "design",
    "experiment",
    "legal_out_degrees",
    "legal_parallelism",
    "load",
    "search",
]

_HOMES = {
    "presparse.board": ("Board", "BoardRun"),
    "presparse.errors": ("Error",),
    "presparse.estimator": ("SparseClassifier",),
    "presparse.hardware": ("Core", "Simulation"),
    "presparse.in_software": ("Description",),
    "presparse.network": ("Network", "design", "load"),
    "presparse.ranges": ("Profile",),
    "presparse.searching": ("SearchFront", "search"),
    "presparse.resources": ("Designs", "Resources", "Sweep", "Synthesis"),
    "presparse.shown": ("Picture",),
    "presparse.studies": ("DataSummary", "Experiment", "ScatterVector", "dataset", "experiment"),
    "presparse.training": ("FloatFit", "PredictionTable", "Training"),
    "software_ref.connections.parallelism": ("legal_out_degrees", "legal_parallelism"),
}
"""Modules of the public names, imported when one of theirs is used: the command line needs few."""

try:
    __version__ = metadata.version("presparse")
except metadata.PackageNotFoundError:  # run from its source without an installation
    __version__ = "unknown"


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module 'presparse' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
