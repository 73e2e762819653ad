"""The loop of a search: begins trials, trains them rung by rung, and decides which go on."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from hwgen.search.filter import AUDIT, Judge, Judgement
from hwgen.search.objectives import core_figures
from hwgen.search.pareto import goes_on
from hwgen.search.plan import FEWEST, KEPT, SearchPlan
from hwgen.search.record import TrialRecord
from hwgen.search.rung import EpochFigures, RungResult, RungTask
from hwgen.search.study import LostTrialError, RunningTrial, Study
from hwgen.search.workers import LostError, Workers
from software_ref.console.errors import ToolError
from software_ref.network_document import network_document
from software_ref.network_file import NetworkFile

__all__ = ["Budget", "run_search"]

POLL_SECONDS = 1.0
"""How often a process that has nothing to do looks for trials that others left."""
PATIENCE = 5
"""Losses of workers in a row, without a rung finished between them, that end a search."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How long a search goes on; the first limit that is met ends it.

    Raises
    ------
    ValueError
        A limit is not above 0.
    """

    trials: int | None = None
    """Finished trials in the study, those of other processes and earlier calls included."""
    minutes: float | None = None
    """Time in which new trials are begun."""
    work: float | None = None
    """Weights times samples trained, of all trials in the study."""

    def __post_init__(self) -> None:
        for name in ("trials", "minutes", "work"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"{name} must be above 0, not {value:g}")


@dataclass(kw_only=True, eq=False)
class _Trial:
    """A trial under way."""

    running: RunningTrial
    file: NetworkFile
    core: dict[str, float]
    judgement: Judgement | None
    rungs: list[dict[str, float]] = field(default_factory=list)
    epochs: list[EpochFigures] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)
    state: RungResult | None = None


def run_search(
    study: Study,
    workers: Workers,
    budget: Budget,
    told: Callable[[TrialRecord], object] = lambda _: None,
) -> None:
    """Search until the budget is spent; what is finished is in the study.

    Parameters
    ----------
    study : Study
    workers : Workers
    budget : Budget
    told : callable
        Told of each trial that is finished.

    Raises
    ------
    KeyboardInterrupt
        As it came; trials under way are given back to the study.
    OSError, ToolError, ValueError
        Data, storage or workers fail.
    """
    with study.alive():
        try:
            _Loop(study, workers, budget, told).run()
        finally:
            study.give_back()


class _Loop:
    def __init__(
        self,
        study: Study,
        workers: Workers,
        budget: Budget,
        told: Callable[[TrialRecord], object],
    ) -> None:
        self._study = study
        self._plan: SearchPlan = study.plan
        self._workers = workers
        self._budget = budget
        self._told = told
        self._judge = Judge(self._plan.samples)
        self._poor = 0  # networks judged poor so far
        self._losses = 0
        self._end = None if budget.minutes is None else time.monotonic() + 60 * budget.minutes
        self.trials: dict[int, _Trial] = {}
        """Those under way, by their numbers."""

    def run(self) -> None:
        while True:
            self._study.take_back()
            while len(self.trials) < self._workers.count and self._more():
                with suppress(LostTrialError):
                    self._begin()
            if self.trials:
                self._next()
            elif not self._open() or not self._study.elsewhere:
                return
            else:  # what others train may still be given back
                time.sleep(POLL_SECONDS)

    def _open(self) -> bool:
        """Whether trials are still to be finished, in time and within the work."""
        if self._end is not None and time.monotonic() > self._end:
            return False
        finished = self._study.trials()
        spent = sum(each.work for each in finished)
        if self._budget.work is not None and spent >= self._budget.work:
            return False
        return self._budget.trials is None or len(finished) < self._budget.trials

    def _more(self) -> bool:
        """Whether one more is to be begun."""
        if not self._open():
            return False
        if self._budget.trials is None:
            return True
        return len(self._study.trials()) + self._study.running < self._budget.trials

    def _begin(self) -> None:
        """Begin a trial, and its first rung where it needs any training."""
        running = self._study.begin()
        proposal = self._plan.space.propose(running.values)
        document = network_document(proposal.file)
        core = core_figures(proposal.file, proposal.estimate)
        self._study.keep(running, document=document)
        for other in self._study.trials():
            if other.document == document:
                self._study.keep(running, same_as=other.number, stopped=other.stopped)
                self._study.finish(running, other.figures)
                return
        judgement = None
        if self._plan.filter != "off":
            judgement = self._judge.judge(proposal.file)
            self._study.keep(running, judgement=judgement.document())
            if judgement.poor:
                self._poor += 1
                guessed = running.guess is not None
                if self._plan.filter == "on" and self._poor % AUDIT and not guessed:
                    self._study.drop(running)
                    return
        trial = _Trial(running=running, file=proposal.file, core=core, judgement=judgement)
        self.trials[running.number] = trial
        self._submit(trial)

    def _submit(self, trial: _Trial) -> None:
        rung = self._plan.rungs[len(trial.rungs)]
        start = trial.state.state if trial.state is not None and rung.part == 1 else None
        if start is None:
            trial.epochs = []
        task = RungTask(
            file=trial.file,
            samples=self._plan.samples,
            rung=rung,
            start=start,
            stop_early=self._plan.stop_early,
            stream=tuple(each.train_accuracy for each in trial.epochs),
        )
        self._workers.submit(trial.running.number, task)

    def _next(self) -> None:
        """Wait for a rung, and decide what becomes of its trial."""
        try:
            found = self._workers.next()
        except LostError:
            self._losses += 1
            self.trials = {}
            self._study.give_back()
            if self._losses >= PATIENCE:
                raise ToolError(
                    f"workers died {PATIENCE} times without finishing anything, most likely for "
                    "want of memory; what was finished before is kept"
                ) from None
            return
        self._losses = 0
        number, result = found
        trial = self.trials.pop(number)
        with suppress(LostTrialError):
            self._decide(trial, result)

    def _decide(self, trial: _Trial, result: RungResult) -> None:
        """Let a trial go on, or end it, after a rung."""
        trial.state = result
        trial.epochs += result.epochs
        trial.figures = trial.core | self._plan.trained_figures(
            trial.core, trial.epochs, result.samples, trial.file.training.epochs
        )
        rung = {
            "accuracy": trial.figures["accuracy"],
            "seconds": round(result.seconds, 3),
            "work": trial.file.network.weights * result.samples * len(result.epochs),
            "costs": self._study.costs(trial.figures),
        }
        trial.rungs.append(rung)
        # Kept as it comes: other processes compare their trials with it.
        self._study.keep(trial.running, rungs=trial.rungs)
        whole = len(trial.rungs) == len(self._plan.rungs) or result.stopped_early
        if not whole and self._goes_on(trial):
            self.trials[trial.running.number] = trial
            self._submit(trial)
            return
        self._finish(trial, stopped=None if whole else len(trial.rungs))

    def _goes_on(self, trial: _Trial) -> bool:
        """Whether a trial is among the better ones of those that were at its rung."""
        place = len(trial.rungs) - 1
        others = [
            each.rungs[place]["costs"]
            for each in self._study.trials()
            if len(each.rungs) > place and each.same_as is None
        ]
        return goes_on([*others, trial.rungs[place]["costs"]], KEPT, FEWEST)

    def _finish(self, trial: _Trial, *, stopped: int | None) -> None:
        self._study.keep(
            trial.running,
            stopped=stopped,
            epochs=[[each.train_accuracy, each.accuracy] for each in trial.epochs],
        )
        self._study.finish(trial.running, trial.figures)
        self._told(next(t for t in self._study.trials() if t.number == trial.running.number))
