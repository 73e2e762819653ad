"""The loader: neuron n's feature goes to memory n mod z at word n // z, beat by beat."""

from __future__ import annotations

import numpy as np
import pytest

from hwgen.core.loader import Loader
from hwgen.testing.shapes import SHAPES, identify, network, random_shapes
from hwgen.testing.simulation import play
from software_ref.plan.schedule import Schedule

CASES = [*SHAPES, (64, 4, 2, 32), (128, 4, 1, 64), *random_shapes(seed=71, count=5)]


@pytest.mark.parametrize("numbers", CASES, ids=identify)
def test_every_feature_is_written_once_a_clock_after_its_beat(numbers: tuple[int, ...]) -> None:
    schedule = Schedule(network=network(numbers))
    shape, features, beats = schedule.timing[0].shape, schedule.beat_features, schedule.beats
    rng = np.random.default_rng(numbers)
    samples = 3
    taken = np.concatenate([[1] * beats, rng.integers(0, 2, 6 * beats), [1] * 2 * beats, [0]])
    beat_numbers = np.concatenate([[0], np.cumsum(taken)[:-1]]) % beats
    one = schedule.network.format.one
    values = rng.integers(0, one + 1, (len(taken), features))
    shown = play(
        Loader(schedule),
        {"taken": taken, "beat": beat_numbers, "features": values},
        ["enables", "words", "values"],
    )
    assert taken.sum() >= samples * beats
    for clock in range(1, len(taken)):
        expected = set()
        if taken[clock - 1]:
            first = int(beat_numbers[clock - 1]) * features
            for k, value in enumerate(values[clock - 1].tolist()):
                neuron = first + k
                expected.add((neuron % shape.parallelism, neuron // shape.parallelism, value))
        written = {
            (v, int(shown["words"][clock, v]), int(shown["values"][clock, v]))
            for v in range(shape.parallelism)
            if int(shown["enables"][clock]) >> v & 1
        }
        assert written == expected


@pytest.mark.parametrize("numbers", CASES, ids=identify)
def test_a_sample_loads_within_a_period_in_the_narrowest_beats(numbers: tuple[int, ...]) -> None:
    schedule = Schedule(network=network(numbers))
    shape, features = schedule.timing[0].shape, schedule.beat_features
    assert shape.parallelism % features == 0
    assert schedule.beats * features == shape.left
    assert schedule.beats <= schedule.period
    for narrower in range(1, features):
        if shape.parallelism % narrower == 0:
            assert shape.left // narrower > schedule.period
