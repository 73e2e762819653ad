"""`[activation]` of the network file: which function the hidden layers have."""

from __future__ import annotations

from dataclasses import dataclass, field

from software_ref.activation_functions import ACTIVATIONS, ActivationFunction
from software_ref.console.errors import Mistakes
from software_ref.fixed_point import FixedFormat
from software_ref.key_metadata import legal

__all__ = ["Activation"]


@dataclass(frozen=True, kw_only=True)
class Activation:
    """The activation of the hidden layers; the output layer is always a sigmoid."""

    hidden: str = field(default="sigmoid", metadata=legal(ACTIVATIONS))
    """The function of the hidden layers."""
    relu_cap: float | None = field(
        default=None, metadata=legal("above 0", usual="the format's largest value")
    )
    """Largest value a ReLU gives."""

    def __post_init__(self) -> None:
        mistakes = Mistakes()
        with mistakes.noted():
            if self.hidden not in list(ACTIVATIONS):
                names = " or ".join(f'"{name}"' for name in ACTIVATIONS)
                raise ValueError(f"activation hidden must be {names}, not {self.hidden!r}")
        with mistakes.noted():
            self._check_cap()
        mistakes.raise_any()

    def _check_cap(self) -> None:
        if self.relu_cap is None:
            return
        if not isinstance(self.relu_cap, int | float) or isinstance(self.relu_cap, bool):
            raise TypeError(f"activation relu_cap must be a number, not {self.relu_cap!r}")
        known = self.hidden in list(ACTIVATIONS)
        if known and not ACTIVATIONS[self.hidden].takes_cap:
            names = " or ".join(f'"{name}"' for name, each in ACTIVATIONS.items() if each.takes_cap)
            raise ValueError(f"activation relu_cap needs hidden = {names}")
        if not 0 < self.relu_cap < float("inf"):
            raise ValueError(f"activation relu_cap must be above 0 and finite, not {self.relu_cap}")

    @property
    def function(self) -> ActivationFunction:
        """The function itself."""
        kind = ACTIVATIONS[self.hidden]
        return kind(cap=self.relu_cap) if kind.takes_cap else kind()  # type: ignore[call-arg]

    def check_format(self, fmt: FixedFormat) -> None:
        """Raise ValueError where the format cannot hold what the function gives."""
        self.function.check_format(fmt)
