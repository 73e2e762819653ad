"""A study: the trials of a search in a storage that several processes and machines may share.

A trial belongs to the process that began it, which says that it is alive every so often. One whose
process is gone, or silent for long, is given back: another process trains it again. What is
finished stays.
"""

from __future__ import annotations

import os
import socket
import threading
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from hwgen.search.guidelines import first_guesses
from hwgen.search.pareto import non_dominated
from hwgen.search.plan import SearchPlan
from hwgen.search.record import TrialRecord
from hwgen.search.storage import load_optuna, open_storage, storage_trouble, without_password
from software_ref.console.system import process_is_gone

__all__ = ["SAMPLERS", "LostTrialError", "RunningTrial", "Study"]

SAMPLERS = ("tpe", "nsga2", "random")
"""How values are chosen: by Parzen estimators, by a genetic algorithm, or at random."""
BEAT_SECONDS, SILENT_SECONDS = 15.0, 120.0
"""How often a process says that its trials are alive; the silence after which they are not."""
TRIES = 3
"""How often a trial is begun at most: what ends one process may end the next one, too."""
STARTUP = 16
"""Trials that are random before a sampler learns from them, those of the guidelines included."""


class LostTrialError(Exception):
    """Another process has taken a trial from this one, which it took for gone."""


class RunningTrial:
    """A trial that this process has begun.

    Parameters
    ----------
    trial
        Optuna's.
    values
        What it chose.
    """

    def __init__(self, trial: Any, values: dict[str, Any]) -> None:
        self.trial = trial
        self.values = values
        self.number: int = trial.number
        """Its number in the study."""

    @property
    def guess(self) -> str | None:
        """Why it is among the first trials, where a guideline says so."""
        text: str | None = self.trial.user_attrs.get("guess")
        return text


class Study:
    """The trials of a plan.

    Parameters
    ----------
    plan : SearchPlan
    url : str
        Where it is kept (`storage.FORMS`).
    name : str
        What it is called there.
    sampler : str
        One of `SAMPLERS`.

    Raises
    ------
    ToolError, ValueError
        As `open_storage`; and there is a study of that name with another plan.
    """

    def __init__(self, plan: SearchPlan, url: str, name: str, sampler: str = "tpe") -> None:
        self.plan = plan
        self.url = url
        self.name = name
        optuna = self._optuna = load_optuna()
        self._states = optuna.trial.TrialState
        storage = open_storage(url)
        with self._quiet():
            self._study = optuna.create_study(
                storage=storage,
                study_name=name,
                sampler=_seeded_sampler(optuna, sampler, plan.samples.seed),
                directions=[each.direction for each in plan.wanted],
                load_if_exists=True,
            )
            self._agree(guided=sampler != "random")
        self._mine: dict[int, RunningTrial] = {}
        self._beating = threading.Event()

    @property
    def place(self) -> str:
        """Where it is kept, as a message may say it."""
        return without_password(self.url)

    @contextmanager
    def _quiet(self) -> Iterator[None]:
        """Without Optuna's warnings, and with a line for a storage that has gone."""
        with storage_trouble(self.url), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield

    def _agree(self, *, guided: bool) -> None:
        """Leave the plan in a new study, or compare it with that of the one there is.

        A study that is guided begins with what the guidelines say.
        """
        wanted = self.plan.document()
        kept = self._study.user_attrs.get("plan")
        if kept is None:
            self._study.set_user_attr("plan", wanted)
            if guided and not self._study.get_trials(deepcopy=False):
                for what, values in first_guesses(self.plan.space):
                    self._study.enqueue_trial(values, user_attrs={"guess": what})
            return
        for key in [*wanted, *kept]:
            if wanted.get(key) != kept.get(key):
                raise ValueError(
                    f"the study {self.name} in {self.place} was begun with other {key}: "
                    f"{_shown(kept.get(key))}, not {_shown(wanted.get(key))}; give --study another "
                    "name to begin a new one"
                )

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Say so for all trials of this process, as long as the block lasts."""
        self._beating.clear()
        thread = threading.Thread(target=self._beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._beating.set()
            thread.join()

    def _beat(self) -> None:
        while not self._beating.wait(BEAT_SECONDS):
            for running in list(self._mine.values()):
                # The process that trains hears of a storage that has gone when it needs it.
                with suppress(Exception):
                    running.trial.set_user_attr("owner", _owner())

    def begin(self) -> RunningTrial:
        """Begin the next trial: one that was given back or is still to be begun, or a new one."""
        with self._quiet():
            trial = self._study.ask()
            trial.set_user_attr("owner", _owner())
            values = {each.name: each.suggest(trial) for each in self.plan.space.parameters}
            running = RunningTrial(trial, values)
            self._mine[running.number] = running
            return running

    @contextmanager
    def _ours(self, running: RunningTrial) -> Iterator[None]:
        """As `_quiet`, and with LostTrialError for a trial that is ours no more."""
        try:
            with self._quiet():
                yield
        except self._optuna.exceptions.UpdateFinishedTrialError:
            self._mine.pop(running.number, None)
            raise LostTrialError from None

    def keep(self, running: RunningTrial, **attributes: Any) -> None:
        """Keep something of a trial; it, `finish` and `drop` raise LostTrialError."""
        with self._ours(running):
            for name, value in attributes.items():
                running.trial.set_user_attr(name, value)

    def finish(self, running: RunningTrial, figures: Mapping[str, float]) -> None:
        """End a trial with its figures."""
        with self._ours(running):
            running.trial.set_user_attr("figures", dict(figures))
            values = [each.value(figures) for each in self.plan.wanted]
            self._study.tell(running.trial, values)
        self._mine.pop(running.number, None)

    def drop(self, running: RunningTrial) -> None:
        """End a trial that is not worth any training."""
        with self._ours(running):
            self._study.tell(running.trial, state=self._states.PRUNED)
        self._mine.pop(running.number, None)

    def give_back(self) -> None:
        """Let the trials of this process be begun again, by whoever comes first."""
        with self._quiet():
            for number in sorted(self._mine):
                del self._mine[number]
                self._begin_again(number)

    def take_back(self) -> int:
        """Give back trials whose processes are gone; how many there were."""
        with self._quiet():
            stale = [
                each.number
                for each in self._running()
                if each.number not in self._mine and _is_stale(each)
            ]
            return sum(self._begin_again(number) for number in stale)

    def _begin_again(self, number: int) -> bool:
        trial = self._study.get_trials(deepcopy=False)[number]
        try:
            self._study.tell(number, state=self._states.FAIL)
        except (ValueError, self._optuna.exceptions.UpdateFinishedTrialError):
            return False  # somebody else was faster
        tries = trial.user_attrs.get("tries", 1)
        if tries >= TRIES:
            return True
        # Optuna keeps what a waiting trial was enqueued with, and what one has chosen already.
        fixed = trial.system_attrs.get("fixed_params", {}) | trial.params
        attributes = {"tries": tries + 1}
        if "guess" in trial.user_attrs:
            attributes["guess"] = trial.user_attrs["guess"]
        if fixed:
            self._study.enqueue_trial(fixed, user_attrs=attributes)
        return True

    def _running(self) -> list[Any]:
        return self._study.get_trials(deepcopy=False, states=(self._states.RUNNING,))

    @property
    def elsewhere(self) -> int:
        """Trials that other processes train."""
        with self._quiet():
            return sum(each.number not in self._mine for each in self._running())

    @property
    def running(self) -> int:
        """Trials that are trained, here or elsewhere."""
        with self._quiet():
            return len(self._running())

    def trials(self) -> list[TrialRecord]:
        """All trials that are finished, in the order of their numbers."""
        with self._quiet():
            found = self._study.get_trials(deepcopy=False, states=(self._states.COMPLETE,))
        return [_record(each) for each in found if "figures" in each.user_attrs]

    def front(self, trials: Sequence[TrialRecord] | None = None) -> list[TrialRecord]:
        """Those trained to their end that none dominates, by the first objective."""
        whole = [
            each
            for each in (self.trials() if trials is None else trials)
            if each.stopped is None
            and each.same_as is None
            and each.figures["accuracy"] >= self.plan.at_least
        ]
        costs = [self.costs(each.figures) for each in whole]
        chosen = non_dominated(costs)
        return [whole[k] for k in sorted(chosen, key=lambda k: costs[k])]

    def costs(self, figures: Mapping[str, float]) -> list[float]:
        """What is to be small."""
        return [
            sign * each.value(figures)
            for sign, each in zip(self.plan.signs, self.plan.wanted, strict=True)
        ]

    def importances(self) -> dict[str, dict[str, float]]:
        """How much of each objective's variance each parameter explains, by fANOVA of Optuna.

        Empty where there are too few trials, or all are alike.
        """
        found = {}
        with self._quiet():
            trials = self._study.get_trials(deepcopy=False, states=(self._states.COMPLETE,))
            for k, each in enumerate(self.plan.wanted):
                values = {trial.values[k] for trial in trials}
                if len(trials) < FEWEST_EXPLAINED or len(values) < 2:
                    continue
                shares = self._optuna.importance.get_param_importances(
                    self._study,
                    evaluator=self._optuna.importance.FanovaImportanceEvaluator(seed=1),
                    target=lambda trial, k=k: trial.values[k],
                )
                found[each.name] = {name: float(share) for name, share in shares.items()}
        return found


FEWEST_EXPLAINED = 8
"""Trials below which no importance is told."""


def _seeded_sampler(optuna: Any, name: str, seed: int) -> Any:
    """A sampler whose every trial draws from its own stream, by the seed and the trial's number.

    So one process makes the same study from the same seed, and processes that share one never draw
    the same.
    """
    if name not in SAMPLERS:
        raise ValueError(f"the sampler must be one of {', '.join(SAMPLERS)}, not {name!r}")
    samplers = optuna.samplers

    def make(number: int) -> Any:
        import numpy as np

        stream = int(np.random.default_rng([seed, number]).integers(1 << 31))
        if name == "tpe":
            return samplers.TPESampler(n_startup_trials=STARTUP, seed=stream)
        if name == "nsga2":
            return samplers.NSGAIISampler(population_size=STARTUP, seed=stream)
        return samplers.RandomSampler(seed=stream)

    class Seeded(samplers.BaseSampler):  # type: ignore[misc]
        """Hands every question on to a sampler of the trial's own."""

        def __init__(self) -> None:
            self._by_number: dict[int, Any] = {}

        def _of(self, trial: Any) -> Any:
            if trial.number not in self._by_number:
                self._by_number[trial.number] = make(trial.number)
            return self._by_number[trial.number]

        def before_trial(self, study: Any, trial: Any) -> None:
            self._of(trial).before_trial(study, trial)

        def infer_relative_search_space(self, study: Any, trial: Any) -> Any:
            return self._of(trial).infer_relative_search_space(study, trial)

        def sample_relative(self, study: Any, trial: Any, search_space: Any) -> Any:
            return self._of(trial).sample_relative(study, trial, search_space)

        def sample_independent(
            self, study: Any, trial: Any, param_name: str, param_distribution: Any
        ) -> Any:
            return self._of(trial).sample_independent(study, trial, param_name, param_distribution)

        def after_trial(self, study: Any, trial: Any, state: Any, values: Any) -> None:
            self._by_number.pop(trial.number, make(trial.number)).after_trial(
                study, trial, state, values
            )

    return Seeded()


def _owner() -> dict[str, Any]:
    """This process, and that it is alive."""
    return {"host": socket.gethostname(), "process": os.getpid(), "alive": time.time()}


def _is_stale(trial: Any) -> bool:
    owner = trial.user_attrs.get("owner")
    if owner is None:  # begun in this moment, or by a process that was killed in that one
        began = trial.datetime_start
        return began is not None and time.time() - began.timestamp() > SILENT_SECONDS
    if owner["host"] == socket.gethostname() and process_is_gone(owner["process"]):
        return True
    return bool(time.time() - owner["alive"] > SILENT_SECONDS)


def _record(trial: Any) -> TrialRecord:
    kept = trial.user_attrs
    return TrialRecord(
        number=trial.number,
        values=dict(trial.params),
        document=kept["document"],
        figures=kept["figures"],
        rungs=kept.get("rungs", []),
        epochs=kept.get("epochs", []),
        judgement=kept.get("judgement"),
        stopped=kept.get("stopped"),
        same_as=kept.get("same_as"),
        guess=kept.get("guess"),
    )


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
