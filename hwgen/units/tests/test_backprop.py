"""The backpropagation unit: exact sums of w delta over out-edges, in place, whatever the depth."""

from __future__ import annotations

import pytest

from hwgen.testing.shapes import identify, network
from hwgen.testing.trials import backprop_trial
from software_ref.network import Network
from software_ref.plan.dsp_budget import DspBlocks
from software_ref.plan.schedule import Schedule

# Junction 2 after a small junction 1; D from 1 to 6, as the loop has to forward three rows back.
SHAPES = [
    (4, 6, 3, 4),  # D = 1
    (1, 3, 3, 1),  # D = 1, one left neuron
    (6, 6, 3, 3),  # D = 2
    (6, 4, 2, 2),  # D = 3, three edges a right neuron
    (8, 4, 1, 2),  # d_out = 1, D = 4
    (5, 4, 4, 1),  # z = 1, D = 5, fully connected
    (12, 4, 2, 4),  # straddling rows
    (15, 10, 2, 5),
    (12, 6, 3, 2),  # D = 6
    (10, 10, 3, 10),
]


def two_junctions(numbers: tuple[int, ...], last: bool, **options: object) -> Network:
    """A network whose junction 2 has the given shape, as its last or followed by another."""
    left, right, *_ = numbers
    following = () if last else ((right, 2, 2, right),)
    return network((left, left, 1, 1), numbers, *following, **options)


@pytest.mark.parametrize("last", [True, False], ids=["last", "hidden"])
@pytest.mark.parametrize("numbers", SHAPES, ids=identify)
def test_sums_are_readable_error_latency_after_their_last_row(
    numbers: tuple[int, ...], last: bool
) -> None:
    place = SHAPES.index(numbers)
    kind = ("seed_per_sweep", "free")[place % 2]
    net = two_junctions(numbers, last, kind=kind, format=((3, 8), (1, 4))[last])
    # All lanes in DSP blocks, or the first half.
    z = net.parallelism[1]
    backprop_trial(net, dsp=DspBlocks(singles=z if last else z // 2), seed=1).run()


@pytest.mark.parametrize("numbers", [SHAPES[0], SHAPES[6], SHAPES[8], SHAPES[9]], ids=identify)
def test_products_find_their_memories_through_the_crossbar(numbers: tuple[int, ...]) -> None:
    backprop_trial(two_junctions(numbers, False, dither=True), dsp=DspBlocks(), seed=2).run()


def test_the_largest_sum_fits() -> None:
    net = two_junctions((4, 6, 6, 2), False, format=(1, 4))
    schedule = Schedule(network=net)
    timing = schedule.timing[1]
    largest = 6 * net.format.min_raw**2
    assert largest < 2 ** (timing.widths.left_error - 1)
    assert schedule.timing[0].widths.error == timing.widths.left_error
