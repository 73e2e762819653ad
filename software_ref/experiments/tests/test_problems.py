"""Out-degrees for a wanted density."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from software_ref.experiments.data_spec import load_data
from software_ref.experiments.problems import (
    PROBLEMS,
    choose,
    degrees_for,
    density_of,
    legal_degrees,
)
from software_ref.experiments.scale import Scale


@given(left=st.integers(1, 60), right=st.integers(1, 60))
def test_legal_degrees_are_those_of_equal_in_degrees(left: int, right: int) -> None:
    expected = [degree for degree in range(1, right + 1) if left * degree % right == 0]
    assert legal_degrees(left, right) == expected


def test_density_of_the_slides_network() -> None:
    assert density_of((8, 4, 4), (1, 2)) == pytest.approx(1 / 3)
    assert density_of((800, 100, 100, 100, 10), (20, 20, 20, 10)) == pytest.approx(0.208, abs=5e-4)


@given(layers=st.lists(st.integers(1, 40), min_size=2, max_size=4), density=st.floats(0.01, 1))
def test_degrees_are_legal(layers: list[int], density: float) -> None:
    degrees = degrees_for(layers, density)
    for (left, right), degree in zip(pairwise(layers), degrees, strict=True):
        assert degree in legal_degrees(left, right)
    assert degrees_for(layers, 1.0) == tuple(layers[1:])


@pytest.mark.parametrize("name", [name for name in PROBLEMS if name != "digits"])
@pytest.mark.parametrize("density", [0.5, 0.2, 0.1])
def test_the_problems_come_close_to_a_density_with_the_last_junction_densest(
    name: str, density: float
) -> None:
    layers = PROBLEMS[name].layers
    degrees = degrees_for(layers, density)
    assert density_of(layers, degrees) == pytest.approx(density, rel=0.1)
    *before, last = (degree / right for degree, right in zip(degrees, layers[1:], strict=True))
    step = 1 / layers[-1]  # as far as the nearest legal degree may be
    assert last >= max(before) - step


@pytest.mark.parametrize(
    "name",
    [
        "digits",
        *(pytest.param(name, marks=pytest.mark.real_data) for name in ("reuters", "phonemes")),
    ],
)
def test_classes_are_the_data_sets(name: str, request: pytest.FixtureRequest) -> None:
    folder = None if name == "digits" else request.getfixturevalue("data_dir")
    problem = PROBLEMS[name]
    assert problem.classes == load_data(problem.data, folder).classes


def test_one_rule_says_when_the_trainings_end() -> None:
    """Of all problems but Morse, whose trainings have a fixed length."""
    rules = {
        (options.schedule, options.patience, options.epochs, options.bias)
        for options in (PROBLEMS[name].options for name in PROBLEMS if name != "morse")
    }
    ((schedule, patience, most, bias),) = rules
    assert (schedule.kind, patience, bias) == ("plateau", 7, 0.1)
    # Digits end by it, long before the most epochs.
    figures = PROBLEMS["digits"].task(Scale(), (5, 5), seed=1).run(None)
    assert patience < figures["epochs"] < most / 2
    assert figures["epochs"] == figures["best_epoch"] + 1 + patience


def test_sets_are_chosen_by_name() -> None:
    known, default = ("mnist", "digits"), ("mnist",)
    assert [each.name for each in choose(Scale(), known, default)] == ["mnist"]
    chosen = choose(Scale(sets=("digits", "mnist")), known, default)
    assert [each.name for each in chosen] == ["digits", "mnist"]
    with pytest.raises(ValueError, match=r"^--sets must be some of mnist,digits, not 'morse'$"):
        choose(Scale(sets=("morse",)), known, default)
    # Its runs would be taken for those of more seeds.
    with pytest.raises(ValueError, match=r"^--sets must name each data set once, not mnist again$"):
        Scale(sets=("mnist", "digits", "mnist"))
