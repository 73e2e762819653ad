"""The neuron queue: what finishes in one step starts again, sample by sample, in a later one."""

from __future__ import annotations

import pytest

from hwgen.testing.shapes import SHAPES, identify, random_shapes, shape
from hwgen.testing.trials import neuron_queue_trial
from software_ref.plan.row_layout import RowLayout


@pytest.mark.parametrize(
    ("behind", "slow", "latency"), [(0, True, 1), (0, False, 2), (1, False, 1), (3, False, 2)]
)
@pytest.mark.parametrize("numbers", [*SHAPES, *random_shapes(seed=11, count=4)], ids=identify)
def test_a_samples_values_come_back_by_slot_when_its_neurons_start(
    numbers: tuple[int, ...], behind: int, slow: bool, latency: int
) -> None:
    layout = RowLayout(shape(numbers))
    neuron_queue_trial(
        layout, width=7, behind=behind, slow=slow, latency=latency, seed=numbers
    ).run()
