"""What a search found: the front as a table, as network files and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from hwgen.search.filter import filter_report
from hwgen.search.guidelines import Finding, findings
from hwgen.search.objectives import OBJECTIVES, Objective
from hwgen.search.plan import SearchPlan
from hwgen.search.record import TrialRecord
from hwgen.search.study import Study
from software_ref.console.atomic_file import atomic_file
from software_ref.console.output import table_lines
from software_ref.network_document import network_toml

__all__ = ["SearchResult"]

SHOWN = ("accuracy", "parameters", "clocks", "lut", "dsp", "bram", "energy")
"""Columns that there always are, beside those of the objectives."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SearchResult:
    """The trials of a study as they are now."""

    name: str
    """The study's name."""
    plan: SearchPlan
    """What it is about."""
    trials: Sequence[TrialRecord]
    """All that are finished."""
    front: Sequence[TrialRecord]
    """Those that none dominates."""
    importances: dict[str, dict[str, float]]
    """By objective and parameter, shares of 1; empty where nobody asked."""

    @classmethod
    def of(cls, study: Study, *, explain: bool = False) -> SearchResult:
        """What a study holds; `explain` adds how much each parameter matters."""
        trials = study.trials()
        return cls(
            name=study.name,
            plan=study.plan,
            trials=trials,
            front=study.front(trials),
            importances=study.importances() if explain else {},
        )

    @property
    def columns(self) -> list[Objective]:
        """The figures that tables and pages show, those that are wanted first."""
        names = dict.fromkeys([*self.plan.objectives, *SHOWN])
        return [OBJECTIVES[name] for name in names]

    @cached_property
    def findings(self) -> list[Finding]:
        """What the trials say of the slides' guidelines."""
        return findings(self.trials)

    @property
    def filter_lines(self) -> list[str]:
        """How often the filter was right."""
        return [] if self.plan.filter == "off" else filter_report(self.trials)

    @property
    def summary(self) -> str:
        """Numbers of trials, in a line."""
        stopped = sum(each.stopped is not None for each in self.trials)
        seconds = sum(rung["seconds"] for each in self.trials for rung in each.rungs)
        return (
            f"{self.name}: {len(self.trials)} trials, {stopped} of them ended early, "
            f"{len(self.front)} on the front; {seconds:,.0f} s of training"
        )

    def table(self) -> list[str]:
        """The front, a row for each network."""
        header, rows = self.rows()
        return table_lines(header, rows, text=(1, 2, 3, 5))

    def rows(self) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """The same as titles and cells."""
        header = ("", "layers", "out_degree", "z", "format", "connections", "epochs")
        rows: list[tuple[object, ...]] = []
        for number, each in enumerate(self.front, start=1):
            network = each.file.network
            rows.append(
                (
                    number,
                    "-".join(map(str, network.layers)),
                    ", ".join(map(str, network.out_degree)),
                    ", ".join(map(str, network.parallelism)),
                    str(network.format).split(",")[2].rstrip(")") + _extra(each),
                    network.connections.kind,
                    each.file.training.epochs,
                    *(column.text(column.value(each.figures)) for column in self.columns),
                )
            )
        return (*header, *(column.title for column in self.columns)), rows

    def toml(self, number: int) -> str:
        """The network file of a row of the front, from 1."""
        each = self.front[number - 1]
        figures = ", ".join(
            f"{column.title} {column.text(column.value(each.figures))}" for column in self.columns
        )
        remark = (
            f"# Found by presparse search, study {self.name}, trial {each.number}; on training "
            f"samples that were held out:\n# {figures}.\n"
        )
        return remark + network_toml(each.file)

    def write_networks(self, folder: Path) -> list[Path]:
        """Write a network file for each row of the front; those of an earlier front go."""
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"{self.name}_[0-9]*.toml"):
            old.unlink()
        paths = []
        for number in range(1, len(self.front) + 1):
            path = folder / f"{self.name}_{number:02}.toml"
            with atomic_file(path) as unfinished:
                unfinished.write_text(self.toml(number), encoding="utf-8")
            paths.append(path)
        return paths

    def explanation(self) -> list[str]:
        """How much each parameter matters to each objective, the largest shares first."""
        if not self.importances:
            return ["too few trials, or too alike, to tell what matters"]
        names = list(self.importances)
        total = {
            parameter: sum(self.importances[name].get(parameter, 0.0) for name in names)
            for parameter in self.importances[names[0]]
        }
        total = {parameter: share for parameter, share in total.items() if share > 0}
        rows = [
            (
                parameter,
                *(f"{100 * self.importances[name].get(parameter, 0.0):.0f}" for name in names),
            )
            for parameter in sorted(total, key=total.__getitem__, reverse=True)
        ]
        return table_lines(("% of the variance of", *names), rows)

    def document(self) -> dict[str, Any]:
        """All of it as JSON holds it."""
        return {
            "study": self.name,
            "plan": self.plan.document(),
            "front": [each.number for each in self.front],
            "trials": [
                {
                    "number": each.number,
                    "values": dict(each.values),
                    "network": dict(each.document),
                    "figures": dict(each.figures),
                    "rungs": list(each.rungs),
                    "epochs": list(each.epochs),
                    "judgement": each.judgement,
                    "stopped": each.stopped,
                    "same_as": each.same_as,
                    "guess": each.guess,
                }
                for each in self.trials
            ],
            "guidelines": [each.document() for each in self.findings],
            "filter": self.filter_lines,
            "importances": self.importances,
        }


def _extra(trial: TrialRecord) -> str:
    """The extra bits of stored weights, and fewer ones of activations: "+2", "a5"."""
    form = trial.file.network.format
    narrow = f" a{form.activation_fraction}" if form.activation_fraction else ""
    return (f"+{form.extra_bits}" if form.extra_bits else "") + narrow
