"""The one rule of verdicts, against SciPy's test and on figures that were read wrongly once."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from scipy.stats import ttest_1samp, ttest_ind

from software_ref.experiments.report import Spread
from software_ref.experiments.verdict import (
    FAILS,
    HOLDS,
    OPEN,
    Difference,
    compare,
    summary,
    verdict,
)


def spread(mean: float, deviation: float, seeds: int = 3) -> Spread:
    """Some percent ± percentage points over a number of seeds."""
    values = np.linspace(-1, 1, seeds)
    scaled = (mean + deviation * values / values.std(ddof=1)) / 100
    return Spread(tuple(scaled.tolist()))


@pytest.mark.parametrize(("seeds", "others"), [(2, 3), (3, 3), (5, 3), (8, 8)])
def test_sides_are_those_of_welchs_test(seeds: int, others: int) -> None:
    rng = np.random.default_rng(seeds)
    sides = set()
    for _ in range(50):
        first = rng.normal(0.9, 0.01, seeds)
        second = rng.normal(rng.uniform(0.88, 0.92), 0.02, others)
        found = compare(Spread(tuple(first)), Spread(tuple(second)))
        test = ttest_ind(first, second, equal_var=False)
        assert found.side() == (np.sign(test.statistic) if test.pvalue < 0.05 else 0)
        low, high = test.confidence_interval(0.95)
        assert found.value - found.margin == pytest.approx(low)
        assert found.side(low - 1e-9) == 1
        assert found.side(high + 1e-9) == -1
        sides.add(found.side())
    assert len(sides) > 1


def test_a_number_has_no_spread() -> None:
    values = (0.52, 0.55, 0.56)
    low, high = ttest_1samp(values, 0.5).confidence_interval(0.95)
    found = compare(Spread(values), 0.5)
    assert found.value + found.margin + 0.5 == pytest.approx(high)
    assert found.side() == (1 if low > 0.5 else 0)


@pytest.mark.parametrize(
    ("first", "second", "side"),
    [
        ((87.1, 0.5), (84.4, 0.3), 1),
        ((96.8, 0.1), (96.9, 0.2), 0),
        ((92.0, 0.1), (92.3, 0.1), -1),
        ((97.9, 0.1), (97.6, 0.1), 1),
        ((92.3, 0.3), (91.8, 0.6), 0),
    ],
)
def test_figures_that_were_misread(
    first: tuple[float, float], second: tuple[float, float], side: int
) -> None:
    assert compare(spread(*first), spread(*second)).side() == side


def test_one_seed_tells_of_no_spread() -> None:
    found = compare(Spread((0.9,)), Spread((0.5,)))
    assert (found.margin, found.side(), found.points) == (inf, 0, "+40.0")
    assert verdict([found.side()]) == OPEN


def test_equal_seeds_leave_no_margin() -> None:
    same = Spread((0.9, 0.9, 0.9))
    assert compare(same, Spread((0.9, 0.9))) == Difference(0.0, 0.0)
    assert compare(same, Spread((0.8, 0.8))).side() == 1


def test_differences_in_words() -> None:
    assert Difference(-0.012, 0.0021).words == "-1.2 ± 0.2 points"
    assert Difference(0.001, 0.002).words == "+0.1 ± 0.2 points, no difference"


def test_a_claim_holds_where_every_comparison_is_for_it() -> None:
    assert [verdict(each) for each in ([1, 1], [1, 0], [0, -1, 1], [])] == [
        HOLDS,
        OPEN,
        FAILS,
        OPEN,
    ]
    found = summary({"MNIST": HOLDS, "Morse": FAILS, "Reuters": HOLDS})
    assert found == "holds: MNIST, Reuters; does not hold: Morse"
