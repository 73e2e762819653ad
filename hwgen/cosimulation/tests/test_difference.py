"""What two runs are compared by, one difference at a time, and the search for the first sample."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hwgen.cosimulation.difference import compare_results, first_differing_sample
from software_ref.golden import Parameters, RunResult, SaturationCounts, initial_parameters
from software_ref.network import Network

NETWORK = Network(layers=(4, 4, 2), out_degree=(2, 2), parallelism=(2, 2))
PARAMETERS = initial_parameters(NETWORK, 1)
RESULT = RunResult(
    first=0, predictions=np.array([0, 1, 1, 0]), correct=np.array([True, False, True, True])
)
COUNTS = SaturationCounts(ff=(1, 2), bp=(3, 0), up=(4, 5))


def differences(
    result: RunResult = RESULT,
    parameters: Parameters = PARAMETERS,
    counts: SaturationCounts = COUNTS,
) -> tuple[str, ...]:
    """Of a golden run and one with these results."""
    found = compare_results((RESULT, PARAMETERS, COUNTS), (result, parameters, counts))
    assert found.bit_exact == (not found.differences)
    assert (found.predictions, found.weights, found.biases) == (len(result.predictions), 16, 6)
    return found.differences


def changed(values: np.ndarray, place: int, value: object) -> np.ndarray:
    values = values.copy()
    values[place] = value
    return values


def test_equal_runs_do_not_differ() -> None:
    assert differences() == ()


@pytest.mark.parametrize("sample", [0, 3])
def test_predictions_and_whether_they_are_right_are_compared(sample: int) -> None:
    other = 1 - RESULT.predictions[sample]
    result = replace(RESULT, predictions=changed(RESULT.predictions, sample, other))
    wanted = f"prediction of sample {sample}: golden {1 - other}, RTL {other}"
    assert differences(result=result) == (wanted,)
    result = replace(RESULT, correct=changed(RESULT.correct, sample, False))
    assert differences(result=result) == (
        f"correctness of sample {sample}: golden True, RTL False",
    )
    short = replace(RESULT, predictions=RESULT.predictions[:3], correct=RESULT.correct[:3])
    assert differences(result=short) == ("predictions: golden made 4, RTL 3",)


@pytest.mark.parametrize("junction", [1, 2])
@pytest.mark.parametrize("kind", ["weights", "biases"])
def test_parameters_of_every_junction_are_compared(kind: str, junction: int) -> None:
    arrays = list(getattr(PARAMETERS, kind))
    last = arrays[junction - 1][-1]
    arrays[junction - 1] = changed(arrays[junction - 1], -1, last ^ 1)
    (line,) = differences(parameters=replace(PARAMETERS, **{kind: tuple(arrays)}))
    assert line.startswith("parameters, golden against RTL: ")
    assert f" of junction {junction}" in line
    assert line.endswith(f": {last}, not {last ^ 1}")


@pytest.mark.parametrize("name", ["ff", "bp", "up"])
def test_every_counter_is_compared(name: str) -> None:
    mine = getattr(COUNTS, name)
    other = (mine[0], mine[1] + 1)
    assert differences(counts=replace(COUNTS, **{name: other})) == (
        f"saturations {name}: golden {mine}, RTL {other}",
    )


@pytest.mark.parametrize("sample", range(7))
def test_the_first_sample_that_differs_is_found(sample: int) -> None:
    weights = list(PARAMETERS.weights)
    weights[1] = changed(weights[1], 0, 7)
    other = replace(PARAMETERS, weights=tuple(weights))

    def rtl_after(samples: int) -> Parameters:
        return other if samples > sample else PARAMETERS

    found = first_differing_sample(7, lambda samples: PARAMETERS, rtl_after)
    assert found == (sample, PARAMETERS.first_difference(other))
    assert first_differing_sample(sample, lambda samples: PARAMETERS, rtl_after) is None
