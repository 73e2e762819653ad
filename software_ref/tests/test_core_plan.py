"""What a plan's memories hold at first: a seed's parameters, or those of a checkpoint."""

from __future__ import annotations

from dataclasses import replace

import pytest

from software_ref.checkpoint import Checkpoint
from software_ref.core_plan import CorePlan
from software_ref.golden import initial_parameters, minimum_lags
from software_ref.network import Network
from software_ref.network_file import NetworkFile
from software_ref.plan.core_options import CoreOptions

NETWORK = Network(layers=(8, 4, 4), out_degree=(1, 2), parallelism=(4, 2))
START = Checkpoint(
    parameters=initial_parameters(NETWORK, 3), lags=minimum_lags(NETWORK), epoch=7, samples=700
)


def test_a_seed_or_a_checkpoint_decides_the_parameters() -> None:
    file = NetworkFile(network=NETWORK)
    assert CorePlan.from_file(file).parameters == initial_parameters(NETWORK, file.training.seed)
    plan = CorePlan.from_file(file, training=False, constant=True, start=START, name="it")
    assert plan.parameters == START.parameters
    assert plan.options == CoreOptions(training=False, constant=True)
    assert (plan.name, plan.ports.parameter_port) == ("it", False)


def test_a_state_of_another_network_is_refused() -> None:
    message = "^start must be a state of the core's network, not of another one$"
    with pytest.raises(ValueError, match=message):
        CorePlan(network=replace(NETWORK, classes=2), start=START)
