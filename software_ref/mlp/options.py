"""How a minibatch network is built and trained: every setting, with its range."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from software_ref.activation_functions import ACTIVATIONS
from software_ref.mlp.rate import RateSchedule

__all__ = ["MlpOptions"]

OUTPUTS = ("softmax", "sigmoid")
OPTIMISERS = ("sgd", "momentum", "adam")
DTYPES = ("float32", "float64")


@dataclass(frozen=True, kw_only=True)
class MlpOptions:
    """Settings of the model and of its training.

    Raises
    ------
    TypeError
        A field is of the wrong kind.
    ValueError
        A field is out of range.
    """

    hidden: str = "relu"
    """Activation of the hidden layers: "relu" or "sigmoid"."""
    output: str = "softmax"
    """Output layer, always with its cross-entropy: "softmax", or "sigmoid" as in the hardware."""
    bias: float = 0.0
    """Initial value of every bias."""
    epochs: int = 15
    """The most passes over the training samples, at least 1."""
    batch: int = 128
    """Samples of a minibatch, at least 1; the last one of an epoch may be smaller."""
    optimiser: str = "adam"
    """"sgd", "momentum" or "adam"."""
    rate: float = 1e-3
    """Learning rate at the start, above 0."""
    schedule: RateSchedule = field(default_factory=RateSchedule)
    """How the learning rate falls with the epochs."""
    momentum: float = 0.9
    """Share of the last step that "momentum" keeps, and Adam's beta_1: 0 <= momentum < 1."""
    second_moment: float = 0.999
    """Adam's beta_2: 0 <= second_moment < 1."""
    l2: float = 0.0
    """lambda of the penalty lambda * sum of w^2 over the weights, not the biases; at least 0."""
    patience: int | None = None
    """Stop after so many epochs on end without progress, see `progress_of` in `epoch_figures`;
    None never stops early."""
    seed: int = 1
    """Seed of the initial weights and of the order of samples, at least 0."""
    centre: bool = True
    """Train on features that are centred and of one scale, see `InputMap`; false takes them as
    they are."""
    dtype: str = "float32"
    """"float32" or "float64", of all arithmetic."""

    def __post_init__(self) -> None:
        for name, choices in (
            ("hidden", tuple(ACTIVATIONS)),
            ("output", OUTPUTS),
            ("optimiser", OPTIMISERS),
            ("dtype", DTYPES),
        ):
            _check_choice(name, getattr(self, name), choices)
        for name, least in (("epochs", 1), ("batch", 1), ("seed", 0)):
            _check_integer(name, getattr(self, name), least)
        if self.patience is not None:
            _check_integer("patience", self.patience, 1)
        if not isinstance(self.centre, bool):
            raise TypeError(f"centre must be true or false, not {self.centre!r}")
        for name in ("bias", "rate", "momentum", "second_moment", "l2"):
            _check_real(name, getattr(self, name))
        if self.rate <= 0:
            raise ValueError(f"rate must be above 0, not {self.rate!r}")
        if self.l2 < 0:
            raise ValueError(f"l2 must be at least 0, not {self.l2!r}")
        for name in ("momentum", "second_moment"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must lie in [0, 1), not {getattr(self, name)!r}")
        if not isinstance(self.schedule, RateSchedule):
            raise TypeError(f"schedule must be a RateSchedule, not {self.schedule!r}")


def _check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    if value not in choices:
        listed = " or ".join(f'"{choice}"' for choice in choices)
        raise ValueError(f"{name} must be {listed}, not {value!r}")


def _check_integer(name: str, value: Any, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be an integer, not {value!r}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, not {value}")


def _check_real(name: str, value: Any) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, not {value!r}")
    if not isfinite(value):
        raise ValueError(f"{name} must be finite, not {value!r}")
