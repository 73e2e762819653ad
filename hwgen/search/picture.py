"""The picture of a search: every trial, and the front, accuracy against all else that is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwgen.search.objectives import OBJECTIVES, Objective
from hwgen.search.result import SearchResult
from software_ref.figure import empty_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["front_figure"]

ENDED, WHOLE, FRONT = "#c9ced6", "#3b6ea5", "#c8451b"


def front_figure(result: SearchResult) -> Figure:
    """One panel for each objective beside the accuracy."""
    across = [each for each in result.plan.wanted if each.name != "accuracy"]
    across = across or [OBJECTIVES["parameters"]]
    figure = empty_figure(5.5 * len(across), 5)
    figure.suptitle(result.summary)
    front = {each.number for each in result.front}
    groups = (
        ("ended early", ENDED, [t for t in result.trials if t.stopped is not None]),
        ("trained to its end", WHOLE, [t for t in result.trials if t.stopped is None]),
        ("front", FRONT, [t for t in result.trials if t.number in front]),
    )
    accuracy = OBJECTIVES["accuracy"]
    for panel, objective in zip(
        figure.subplots(1, len(across), squeeze=False)[0], across, strict=True
    ):
        for label, colour, trials in groups:
            panel.plot(
                [objective.value(each.figures) for each in trials],
                [100 * accuracy.value(each.figures) for each in trials],
                "o",
                color=colour,
                markersize=7 if label == "front" else 4,
                label=label,
            )
        _scale(panel, objective, result)
        panel.set_xlabel(objective.what)
        panel.set_ylabel("validation accuracy, %")
        panel.grid(alpha=0.3)
        panel.legend(fontsize=8)
    return figure


def _scale(panel: object, objective: Objective, result: SearchResult) -> None:
    values = [objective.value(each.figures) for each in result.trials]
    if values and min(values) > 0 and max(values) > 5 * min(values):
        panel.set_xscale("log")  # type: ignore[attr-defined]
