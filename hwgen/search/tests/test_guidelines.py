"""What trials say of the guidelines and of the filter, where the answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from hwgen.search.filter import filter_report
from hwgen.search.guidelines import FEWEST, findings
from hwgen.search.pareto import dominated_by, goes_on, non_dominated
from hwgen.search.record import TrialRecord


def trials(count: int, *, later: float = 0.0, large: float = 0.0) -> list[TrialRecord]:
    """Trials whose accuracy rises with weights, and with what the arguments say."""
    rng, found = np.random.default_rng(2), []
    for number in range(count):
        hidden, first, last = (int(rng.integers(2, 20)) for _ in range(3))
        weights = float(rng.integers(100, 1000))
        ratio = np.log(last / first)
        accuracy = weights / 2000 + later * ratio / 100 + large * hidden / 200
        found.append(
            TrialRecord(
                number=number,
                values={},
                document={"network": {"layers": [8, hidden, 4], "out_degree": [first, last]}},
                figures={
                    "weights": weights,
                    "accuracy": accuracy + rng.normal() / 1000,
                    "train_accuracy": accuracy,
                    "density": float(rng.random()),
                },
                rungs=[{"accuracy": accuracy}],
                epochs=[],
                judgement={"scatter": accuracy, "poor": accuracy < 0.25},
                stopped=None,
            )
        )
    return found


def test_what_is_so_is_found_and_what_is_not_stays_open() -> None:
    later, _, gap = findings(trials(40, later=10.0))
    assert (later.verdict, gap.verdict) == ("holds", "stays open")
    assert later.correlation is not None
    assert later.correlation > 0.6
    assert f"({later.measure}: +0." in later.text
    _, large, gap = findings(trials(40, large=-1.0))
    assert (large.verdict, gap.verdict) == ("does not hold", "stays open")


def test_few_trials_say_nothing() -> None:
    few = findings(trials(FEWEST - 1, later=1.0))
    assert all(each.correlation is None and each.verdict == "stays open" for each in few)
    assert f"({FEWEST - 1} trials are too few or too alike)" in few[0].text


def test_the_filter_is_held_against_the_trials() -> None:
    lines = filter_report(trials(30))
    assert "judged 30 networks that were trained" in lines[0]
    assert "+1.00" in lines[1]
    assert "too few to tell" in filter_report(trials(5))[0]


def test_fronts_by_hand() -> None:
    costs = [[1, 9], [2, 5], [3, 5], [2, 5], [4, 1], [9, 9]]
    assert dominated_by(costs).tolist() == [0, 0, 2, 0, 0, 5]
    assert non_dominated(costs) == [0, 1, 4]
    assert non_dominated([]) == []


@pytest.mark.parametrize(
    ("last", "on"), [([1, 1], True), ([0, 99], True), ([5, 5], True), ([8, 8], False)]
)
def test_the_better_half_goes_on(last: list[float], on: bool) -> None:
    others = [[k, k] for k in range(1, 10)]
    assert goes_on([*others, last], 2, 4) is on
    assert goes_on([[1, 1], last], 2, 4)
