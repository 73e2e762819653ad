"""The schedule: DESIGN.md's formulas, and that no memory access ever meets another."""

from __future__ import annotations

import dataclasses
from math import ceil, gcd
from pathlib import Path

import numpy as np
import pytest

from software_ref.activation import Activation
from software_ref.connections.clash_free import KINDS, ConnectionOptions
from software_ref.fixed_point import FixedFormat
from software_ref.network import Network
from software_ref.network_file import read_network_file
from software_ref.schedule import Queue, Schedule
from software_ref.tests.schedule_events import Plan, all_accesses, collisions

ROOT = Path(__file__).parents[2]


def random_network(seed: int, largest: int = 9) -> Network:
    """A legal network of one to four junctions."""
    rng = np.random.default_rng([seed, 77])
    while True:
        layers = [int(n) for n in rng.integers(1, largest + 1, rng.integers(2, 6))]
        degrees, parallelism = [], []
        for left, right in zip(layers, layers[1:], strict=False):
            unit = right // gcd(left, right)
            degrees.append(unit * int(rng.integers(1, right // unit + 1)))
            parallelism.append(int(rng.choice([z for z in range(1, left + 1) if left % z == 0])))
        relu = bool(rng.integers(2))
        try:
            return Network(
                layers=tuple(layers),
                out_degree=tuple(degrees),
                parallelism=tuple(parallelism),
                format=FixedFormat(integer=int(rng.integers(1, 8)), fraction=8),
                activation=Activation(hidden="relu" if relu else "sigmoid"),
                connections=ConnectionOptions(
                    kind=str(rng.choice(KINDS)), dither=bool(rng.integers(2))
                ),
            )
        except ValueError:
            continue  # too many neurons finish per clock


def pulses_of(schedule: Schedule, rng: np.random.Generator | None) -> list[int]:
    """Start pulses of enough steps to fill every queue twice: a period apart, or with gaps."""
    plan = Plan.of(schedule)
    steps = max(i + lag for i, lag in enumerate(schedule.lags, start=1))
    steps += 2 * max(plan.banks.values()) + 2
    gaps = np.zeros(steps, dtype=np.int64)
    if rng is not None:
        gaps = rng.integers(0, 4, steps) * (rng.random(steps) < 0.5)
        long = rng.random(steps) < 0.2
        gaps[long] = rng.integers(0, 4 * schedule.period + schedule.settle, long.sum())
    return [int(clock) for clock in 1000 + np.arange(steps) * schedule.period + np.cumsum(gaps)]


def check(schedule: Schedule, plan: Plan | None = None, seed: int | None = None) -> list[str]:
    """Collisions under a plan, with pulses a period apart or, given a seed, with gaps."""
    rng = None if seed is None else np.random.default_rng(seed)
    pulses = pulses_of(schedule, rng)
    early = [True] * len(pulses) if rng is None else (rng.random(len(pulses)) < 0.5).tolist()
    return collisions(all_accesses(schedule, plan or Plan.of(schedule), pulses, early))


@pytest.mark.parametrize("training", [True, False], ids=["training", "inference"])
@pytest.mark.parametrize("seed", range(40))
def test_no_access_ever_meets_another(seed: int, training: bool) -> None:
    schedule = Schedule(network=random_network(seed), training=training)
    assert check(schedule) == []
    assert check(schedule, seed=seed) == []
