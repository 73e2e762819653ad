"""What a core is built with reaches every junction's timing, and is the network file's."""

from __future__ import annotations

import pytest

from software_ref.network import Network
from software_ref.network_file import NetworkFile
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.schedule import Schedule

NETWORK = Network(layers=(12, 8, 6, 4), out_degree=(4, 3, 2), parallelism=(12, 4, 3))


@pytest.mark.parametrize("training", [True, False])
def test_timing_of_every_junction_has_the_schedules_options(training: bool) -> None:
    options = CoreOptions(training=training, max_rate_exponent=31, pipeline="shallow")
    schedule = Schedule(network=NETWORK, options=options)
    assert [timing.options for timing in schedule.timing] == [options] * 3


def test_a_network_file_without_a_target_has_the_default_options() -> None:
    assert NetworkFile(network=NETWORK).core_options() == CoreOptions()
    assert NetworkFile(network=NETWORK).core_options(training=False).training is False
    constant = NetworkFile(network=NETWORK).core_options(training=False, constant=True)
    assert constant == CoreOptions(training=False, constant=True)


def test_a_pipeline_that_is_none_is_refused() -> None:
    message = '^pipeline must be one of "shallow", "medium", "deep", not \'flat\'$'
    with pytest.raises(ValueError, match=message):
        CoreOptions(pipeline="flat")


def test_a_core_that_trains_has_no_constant_parameters() -> None:
    message = r"^constant must be false in a core that trains, not True$"
    with pytest.raises(ValueError, match=message):
        CoreOptions(constant=True)
