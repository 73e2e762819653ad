"""Studies: what is finished stays, what is lost is begun again, and nobody reads test samples."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hwgen.search.accuracy_task import AccuracyTask
from hwgen.search.finals import final_results
from hwgen.search.plan import SearchPlan
from hwgen.search.record import TrialRecord
from hwgen.search.result import SearchResult
from hwgen.search.run import Budget, run_search
from hwgen.search.rung import Rung
from hwgen.search.study import LostTrialError, Study
from hwgen.search.tests.searches import Pretended, points, search_on, study_in
from hwgen.search.workers import LostError, ThisProcess


@pytest.fixture
def plan(tmp_path: Path) -> SearchPlan:
    return search_on(points(tmp_path)).plan()


def plainly(trials: list[TrialRecord]) -> list[object]:
    return [
        (each.number, each.values, each.document, each.figures, each.stopped, each.same_as)
        for each in trials
    ]


def test_an_interrupted_study_goes_on(plan: SearchPlan, tmp_path: Path) -> None:
    place = f"journal:///{tmp_path}/study.log"
    broken = study_in(tmp_path, plan, place, "broken")
    with pytest.raises(KeyboardInterrupt):
        run_search(broken, Pretended(interrupt=10), Budget(trials=8))
    kept = plainly(broken.trials())
    assert 2 <= len(kept) < 8
    again = study_in(tmp_path, plan, place, "broken")
    workers = Pretended()
    run_search(again, workers, Budget(trials=8))
    assert len(again.trials()) == 8
    assert plainly(again.trials())[: len(kept)] == kept
    # The trial that was under way is begun again, with the values that it had.
    assert len({each.guess for each in again.trials()} - {None}) == 2
    assert sum(each.guess is not None for each in again.trials()) == 6


def test_a_trial_whose_process_is_gone_is_begun_again(plan: SearchPlan, tmp_path: Path) -> None:
    first, second = study_in(tmp_path, plan), study_in(tmp_path, plan)
    lost = first.begin()
    gone = {"host": lost.trial.user_attrs["owner"]["host"], "process": 2**22 + 1, "alive": 9e9}
    assert second.take_back() == 0  # its process is this one, and lives
    first.keep(lost, owner=gone)
    assert second.elsewhere == 1
    assert second.take_back() == 1
    assert second.take_back() == 0
    found = [second.begin() for _ in range(6)]  # what the guidelines left comes first
    assert lost.number not in [each.number for each in found]
    assert found[-1].values == lost.values
    assert found[-1].guess == lost.guess
    with pytest.raises(LostTrialError):  # too late
        first.finish(lost, {"accuracy": 0.5, "parameters": 1, "clocks": 1})
    assert second.trials() == []


def test_what_ends_every_process_is_not_begun_for_ever(plan: SearchPlan, tmp_path: Path) -> None:
    study = study_in(tmp_path, plan)
    values = study.begin().values
    for _ in range(2):
        study.give_back()
        found = study.begin()
        while found.values != values:
            found = study.begin()
    study.give_back()
    waiting = [study.begin().values for _ in range(6)]
    assert values not in waiting


def test_workers_that_die_lose_no_trial(plan: SearchPlan, tmp_path: Path) -> None:
    class Dying(Pretended):
        deaths = 0

        def next(self):
            if self.deaths < 3 and len(self.tasks) >= 5 * (self.deaths + 1):
                self.deaths += 1
                self._queue.clear()
                raise LostError
            return super().next()

    study = study_in(tmp_path, plan)
    workers = Dying()
    run_search(study, workers, Budget(trials=8))
    assert workers.deaths == 3
    assert len(study.trials()) == 8


def test_another_plan_is_refused(plan: SearchPlan, tmp_path: Path) -> None:
    study_in(tmp_path, plan)
    other = search_on(points(tmp_path), objectives=("accuracy", "lut")).plan()
    with pytest.raises(ValueError, match=r"begun with other objectives: .*; give --study another"):
        study_in(tmp_path, other)
    study_in(tmp_path, other, name="b")


def test_rungs_end_most_trials_and_the_front_is_of_whole_ones(
    tmp_path: Path,
) -> None:
    plan = search_on(points(tmp_path), objectives=("accuracy",)).plan()
    study = study_in(tmp_path, plan)
    run_search(study, Pretended(), Budget(trials=14))
    trials = study.trials()
    ended = [each for each in trials if each.stopped is not None]
    assert len(ended) > 3
    assert all(len(each.rungs) == each.stopped for each in ended if each.same_as is None)
    whole = [each for each in trials if each.stopped is None]
    front = study.front()
    assert {each.number for each in front} <= {each.number for each in whole}
    for each in whole:
        cost = study.costs(each.figures)
        assert any(
            all(a <= b for a, b in zip(study.costs(best.figures), cost, strict=True))
            for best in front
        )


def test_work_and_time_are_budgets_too(plan: SearchPlan, tmp_path: Path) -> None:
    study = study_in(tmp_path, plan)
    run_search(study, Pretended(), Budget(work=300_000))
    spent = [each.work for each in study.trials()]
    assert sum(spent) >= 300_000 > sum(spent[:-1])
    before = len(spent)
    run_search(study, Pretended(), Budget(minutes=1e-9))
    assert len(study.trials()) == before


def test_test_samples_have_no_part_in_it(tmp_path: Path) -> None:
    """Two files that differ in their test samples alone give one search, to the bit."""
    found = []
    for seed in (1, 2):
        folder = tmp_path / str(seed)
        folder.mkdir()
        path = points(folder, seed=seed, test=300)
        plan = search_on(path, fixed={"format": "(1,3,8)", "connections": "free"}).plan()
        plan = replace(plan, rungs=(Rung(part=1.0, epochs=1.0),))
        study: Study = study_in(folder, plan)
        run_search(study, ThisProcess(), Budget(trials=4))
        result = SearchResult.of(study)
        figures = [(each.number, each.figures, each.epochs) for each in result.trials]
        finals = final_results(result, 1, folder)
        assert [each.trial for each in finals] == [each.number for each in result.front]
        found.append((figures, [each.accuracies for each in finals]))
    assert found[0][0] == found[1][0]
    assert found[0][1] != found[1][1]


def test_trainings_for_the_test_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupted, they go on from there; other samples in the same file are trained anew."""
    path = points(tmp_path)
    plan = search_on(path, fixed={"format": "(1,3,8)", "connections": "free"}).plan()
    study = study_in(tmp_path, replace(plan, rungs=(Rung(part=1.0, epochs=1.0),)))
    run_search(study, ThisProcess(), Budget(trials=4))
    result = SearchResult.of(study)
    tasks: list[AccuracyTask] = []
    run = AccuracyTask.run

    def interrupted(task: AccuracyTask, data_dir: Path | None) -> dict[str, object]:
        if len(tasks) == 1:
            raise KeyboardInterrupt
        tasks.append(task)
        return run(task, data_dir)

    def noted(task: AccuracyTask, data_dir: Path | None) -> dict[str, object]:
        tasks.append(task)
        return run(task, data_dir)

    monkeypatch.setattr(AccuracyTask, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        final_results(result, 2, tmp_path)
    monkeypatch.setattr(AccuracyTask, "run", noted)
    finals = final_results(result, 2, tmp_path)
    assert len(tasks) == 2 * len(result.front)
    assert final_results(result, 2, tmp_path) == finals
    assert len(tasks) == 2 * len(result.front)
    assert final_results(result, 2, tmp_path / "elsewhere", jobs=2) == finals

    points(tmp_path, seed=2, test=300)
    monkeypatch.setattr("hwgen.search.samples._TESTED", {})
    final_results(result, 2, tmp_path)
    assert len(tasks) == 4 * len(result.front)
