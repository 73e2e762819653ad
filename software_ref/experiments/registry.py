"""The experiments by name, each a module imported only when it is run."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import cast

from software_ref.experiments.experiment import Experiment

__all__ = ["ALGORITHMS", "CHOICES", "EXPERIMENTS", "NUMBERS", "load_experiment"]

ALGORITHMS = {
    "density": "density",
    "redundancy": "redundancy",
    "junctions": "junctions",
    "large-sparse": "large_sparse",
    "regularisation": "regularisation",
    "patterns": "patterns",
    "weights": "weights",
    "scatter": "scatter",
    "morse": "morse",
    "metrics": "metrics",
    "rewiring": "rewiring",
}
"""Experiments with the float trainer: module of `claims` by name, in the order of the slides."""

NUMBERS = {
    "formats": "formats",
    "updates": "updates",
    "outputs": "outputs",
    "activations": "activations",
    "dynamic-range": "dynamic_range",
    "lags": "lags",
    "rates": "rates",
}
"""Studies with the bit-exact trainer: module of `claims` by name."""

CHOICES = {"accurate": "accurate"}
"""Choices of sizes and rates on held-out samples: module of `claims` by name."""

EXPERIMENTS = {**ALGORITHMS, **NUMBERS, **CHOICES}
"""All of them."""


def load_experiment(name: str) -> Experiment:
    """The experiment of some name.

    Raises
    ------
    ValueError
        There is none.
    """
    if name not in EXPERIMENTS:
        close = get_close_matches(name, EXPERIMENTS, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(EXPERIMENTS)}"
        raise ValueError(f"unknown experiment {name!r}; {hint}")
    return cast("Experiment", import_module(f"software_ref.experiments.claims.{EXPERIMENTS[name]}"))
