"""Options of random rounding, and that it is right in the mean."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from software_ref.connections.junction_shape import JunctionShape
from software_ref.fixed_point import FixedFormat
from software_ref.golden import GoldenTrainer, Parameters
from software_ref.golden.noise import RoundingNoise
from software_ref.network import Network
from software_ref.update_rounding import UpdateOptions


@pytest.mark.parametrize("bits", [-1, 25])
def test_more_bits_than_a_lane_can_take_are_refused(bits: int) -> None:
    message = (
        "update random_bits must be 0 to 24, which a lane can take of the generator's 32, not "
        f"{bits}"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        UpdateOptions(random_bits=bits)


def test_other_wrong_options_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^update seed must be at least 0, not -1$"):
        UpdateOptions(seed=-1)
    wrong: Any = 1.5
    with pytest.raises(TypeError, match=r"^update random_bits must be an integer, not 1.5$"):
        UpdateOptions(random_bits=wrong)


def test_generators_of_junctions_and_seeds_differ() -> None:
    states = {UpdateOptions(seed=s).first_state(i) for s in range(20) for i in range(1, 5)}
    assert len(states) == 80
    assert all(0 < state < 1 << 32 for state in states)


def test_the_numbers_of_every_lane_are_uniform_and_lanes_differ() -> None:
    shape = JunctionShape(index=1, left=32, right=8, out_degree=2, parallelism=32)
    noise = RoundingNoise(shape, UpdateOptions(random_bits=4))
    drawn = np.stack([noise.draw()[0].reshape(-1, 32) for _ in range(4000)]).reshape(-1, 32)
    for lane in range(32):
        counts = np.bincount(drawn[:, lane], minlength=16)
        # Chi-squared with 15 degrees of freedom is above 45 once in 12,000 times.
        assert ((counts - 500) ** 2 / 500).sum() < 45
    correlation = np.corrcoef(drawn.T) - np.eye(32)
    assert np.abs(correlation).max() < 0.6  # neighbours in rotation share bits


def trained(random_bits: int, samples: int = 4000) -> tuple[Parameters, Parameters]:
    """Parameters before and after many updates far too small for the format."""
    network = Network(
        layers=(8, 2),
        out_degree=(2,),
        parallelism=(4,),
        format=FixedFormat(integer=3, fraction=4),
        update=UpdateOptions(random_bits=random_bits),
    )
    start = Parameters(
        network=network,
        weights=(np.zeros(16, np.int64),),
        biases=(np.array([127, -128]),),  # outputs 1 and 0: deltas of 0 but for the wrong label
    )
    trainer = GoldenTrainer(network, start, (1,))
    rng = np.random.default_rng(1)
    trainer.run(rng.integers(0, 17, (samples, 8)), np.ones(samples, int), True, 14)
    return start, trainer.parameters


def test_updates_too_small_for_the_format_add_up_in_the_mean_only_with_random_bits() -> None:
    start, nearest = trained(0)
    assert nearest == start
    _, random = trained(14)
    # Neuron 0 has delta 16 - 0, neuron 1 has 0 - 16: 4,000 changes of 8 * 16 / 2**18 each.
    expected = 4000 * 8 * 16 / 2**18
    assert random.weights[0][:8].mean() == pytest.approx(-expected, abs=0.6)
    assert random.weights[0][8:].mean() == pytest.approx(expected, abs=0.6)
