"""Saturation counters: exact counts of flags, clock by clock, that stay at their largest value."""

from __future__ import annotations

import numpy as np
import pytest
from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

import hwgen.parts.saturation
from hwgen.parts.saturation import saturation_counter
from hwgen.testing.simulation import play
from software_ref.plan.pipelining import tree_levels
from software_ref.plan.ports import COUNTER_BITS


class Counter(wiring.Component):
    """A counter of some flags."""

    def __init__(self, flags: int):
        self.count = flags
        super().__init__({"flags": In(flags), "total": Out(COUNTER_BITS)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        flags = [self.flags[k] for k in range(self.count)]
        m.d.comb += self.total.eq(saturation_counter(m, flags, "test"))
        return m


def totals(flags: np.ndarray) -> np.ndarray:
    """The counter's value, clock by clock, for flags int64 (clocks, count)."""
    count = flags.shape[1]
    words = flags @ (1 << np.arange(count))
    return play(Counter(count), {"flags": words}, ["total"])["total"]


@pytest.mark.parametrize("count", [1, 2, 3, 8, 13])
def test_every_flag_counts_once(count: int) -> None:
    flags = np.random.default_rng(count).integers(0, 2, (60, count))
    latency = 2 + tree_levels(count)
    expected = np.cumsum(flags.sum(axis=1))
    assert totals(flags)[latency:].tolist() == expected[: 60 - latency].tolist()


def test_a_full_counter_stays_at_its_largest_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hwgen.parts.saturation, "COUNTER_BITS", 4)
    flags = np.random.default_rng(1).integers(0, 2, (40, 3))
    expected = np.minimum(np.cumsum(flags.sum(axis=1)), 15)
    assert expected[20] == 15
    assert totals(flags)[4:].tolist() == expected[:36].tolist()
