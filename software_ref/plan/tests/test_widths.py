"""Widths follow from the network alone, and neighbours agree about what they share."""

from __future__ import annotations

from software_ref.network import Network
from software_ref.plan.widths import Widths

NETWORK = Network(layers=(12, 8, 6, 4), out_degree=(4, 3, 2), parallelism=(12, 4, 3))


def test_a_junctions_errors_are_as_wide_as_the_next_one_sums_them_up() -> None:
    widths = [Widths(NETWORK, junction) for junction in (1, 2, 3)]
    assert [each.error for each in widths] == [widths[1].left_error, widths[2].left_error, 0]
    # By hand: 3 2**11 2**11 and 2 2**11 2**9 (output deltas have 10 bits), and a sign each.
    assert [widths[1].left_error, widths[2].left_error] == [25, 23]
