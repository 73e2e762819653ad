"""Learning-rate schedules: a factor on the first rate, for every epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi

__all__ = ["SCHEDULES", "RateSchedule"]

SCHEDULES = ("constant", "step", "inverse_time", "cosine", "plateau")


@dataclass(frozen=True, kw_only=True)
class RateSchedule:
    """The factor on the learning rate in epoch t, counted from 0, of T epochs.

    ============  =======================================
    constant      1
    step          factor ** (t // every)
    inverse_time  1 / (1 + factor * t)
    cosine        factor + (1 - factor) (1 + cos(pi t / T)) / 2
    plateau       factor ** n
    ============  =======================================

    With `factor` = 1/2, "step" is the hardware's schedule, whose rates are powers of two. For
    "plateau", n counts how often `every` epochs on end have brought no progress.

    Raises
    ------
    ValueError
        `kind` is unknown, `factor` is outside [0, 1], or `every` is below 1.
    """

    kind: str = "constant"
    """One of `SCHEDULES`."""
    factor: float = 0.0
    """What it means depends on `kind`; 0 to 1, above 0 for "step" and "plateau"."""
    every: int = 1
    """Epochs from one step to the next, or without progress; at least 1."""

    def __post_init__(self) -> None:
        if self.kind not in SCHEDULES:
            listed = ", ".join(f'"{kind}"' for kind in SCHEDULES)
            raise ValueError(f"schedule kind must be one of {listed}, not {self.kind!r}")
        if not 0 <= self.factor <= 1:
            raise ValueError(f"schedule factor must lie in [0, 1], not {self.factor!r}")
        if self.kind in ("step", "plateau") and self.factor == 0:
            raise ValueError(f'schedule factor must be above 0 for "{self.kind}", not 0')
        if self.every < 1:
            raise ValueError(f"schedule every must be at least 1 epoch, not {self.every!r}")

    @property
    def depends_on_epochs(self) -> bool:
        """Whether the factor of an epoch depends on how many are to come."""
        return self.kind == "cosine"

    def at(self, epoch: int, epochs: int, progress: Sequence[bool] = ()) -> float:
        """The factor in `epoch`, from 0, of `epochs`.

        `progress` says of every epoch before it whether it got on; only "plateau" asks.
        """
        if self.kind == "step":
            return float(self.factor ** (epoch // self.every))
        if self.kind == "inverse_time":
            return 1 / (1 + self.factor * epoch)
        if self.kind == "cosine":
            return self.factor + (1 - self.factor) * (1 + cos(pi * epoch / epochs)) / 2
        if self.kind == "plateau":
            return float(self.factor ** _stalls(progress, self.every))
        return 1.0


def _stalls(progress: Sequence[bool], every: int) -> int:
    """How often `every` epochs on end brought no progress."""
    stalls, since = 0, 0
    for each in progress:
        since = 0 if each else since + 1
        if since == every:
            stalls, since = stalls + 1, 0
    return stalls
