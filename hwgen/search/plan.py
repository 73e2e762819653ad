"""What a search is about: its samples, its space, what it wants, and how trials are cut short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from hwgen.search.filter import FILTERS
from hwgen.search.objectives import OBJECTIVES, Objective
from hwgen.search.rung import EpochFigures, Rung
from hwgen.search.samples import SearchSamples
from hwgen.search.space import SearchSpace
from software_ref.network_document import plain

__all__ = ["RUNGS", "SearchPlan"]

RUNGS = (
    Rung(part=0.2, epochs=0.25),
    Rung(part=1.0, epochs=0.25),
    Rung(part=1.0, epochs=0.5),
    Rung(part=1.0, epochs=1.0),
)
"""The usual rungs: a twentieth of the work, a quarter, half, and all of it."""
KEPT = 2
"""One in so many trials goes on from a rung."""
FEWEST = 4
"""Trials of a rung up to which all go on."""


@dataclass(frozen=True, kw_only=True)
class SearchPlan:
    """A search, apart from where it is kept and how long it goes on.

    Raises
    ------
    ValueError
        An objective is unknown, or something does not go together.
    """

    samples: SearchSamples
    """What trials are trained and validated with."""
    space: SearchSpace
    """The networks."""
    objectives: tuple[str, ...] = ("accuracy", "parameters", "clocks")
    """What is wanted, by names of `OBJECTIVES`."""
    reach: float | None = None
    """The validation accuracy that `epochs` and `time` are counted to."""
    rungs: tuple[Rung, ...] = RUNGS
    """Where it is decided whether a trial goes on; the last one is the whole training."""
    stop_early: int | None = None
    """Epochs without progress of the training stream after which a trial is at its end."""
    at_least: float = 0.0
    """Validation accuracy below which a network is not on the front."""
    filter: str = "report"
    """One of `FILTERS`: what becomes of networks that are judged poor before any training."""

    def __post_init__(self) -> None:
        for name in self.objectives:
            if name not in OBJECTIVES:
                raise ValueError(f"objectives must be of {', '.join(OBJECTIVES)}, not {name!r}")
        if len(set(self.objectives)) < len(self.objectives) or not self.objectives:
            raise ValueError(
                "objectives must be one or more, each once, not "
                f"{', '.join(self.objectives) or 'none'}"
            )
        timed = {"epochs", "time"} & set(self.objectives)
        if bool(timed) != (self.reach is not None):
            raise ValueError(
                "--reach names the accuracy that the objectives epochs and time are counted to: "
                "give both, or neither"
            )
        if self.filter not in FILTERS:
            raise ValueError(f"filter must be one of {', '.join(FILTERS)}, not {self.filter!r}")

    @cached_property
    def wanted(self) -> tuple[Objective, ...]:
        """The objectives themselves."""
        return tuple(OBJECTIVES[name] for name in self.objectives)

    @property
    def signs(self) -> tuple[int, ...]:
        """1 where an objective is to be small, -1 where it is to be large."""
        return tuple(-1 if each.rises else 1 for each in self.wanted)

    def trained_figures(
        self, core: Mapping[str, float], epochs: Sequence[EpochFigures], samples: int, whole: int
    ) -> dict[str, float]:
        """Figures of a training so far.

        Parameters
        ----------
        core
            Those that are known before it.
        epochs
            Its epochs, in order.
        samples
            Training samples of an epoch.
        whole
            Epochs of the whole training.
        """
        figures = {
            "accuracy": epochs[-1].accuracy,
            "train_accuracy": epochs[-1].train_accuracy,
            "epochs": epochs[-1].epoch,
        }
        if self.reach is not None:
            reached = [each.epoch for each in epochs if each.accuracy >= self.reach]
            figures["epochs_to"] = reached[0] if reached else whole + 1
            figures["clocks_to"] = figures["epochs_to"] * samples * core["clocks"]
        return figures

    def document(self) -> dict[str, Any]:
        """All of it as JSON holds it: two studies of equal documents are one."""
        space = self.space
        return {
            **self.samples.document(),
            "parameters": {each.name: each.document() for each in space.parameters},
            "limits": {name: value for name, value in plain(space.limits).items() if value},
            "objectives": list(self.objectives),
            "reach": self.reach,
            "rungs": [asdict(rung) for rung in self.rungs],
            "filter": self.filter,
            "stop_early": self.stop_early,
        }
