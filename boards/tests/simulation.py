"""Runs a component in Amaranth's simulator, one clock to a microsecond."""

from __future__ import annotations

from amaranth.lib import wiring
from amaranth.sim import Simulator

__all__ = ["simulate"]


def simulate(component: wiring.Component, *benches) -> None:
    """Run until all test benches are through."""
    simulator = Simulator(component)
    simulator.add_clock(1e-6)
    for bench in benches:
        simulator.add_testbench(bench)
    simulator.run()
