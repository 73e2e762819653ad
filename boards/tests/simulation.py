"""Runs a component in Amaranth's simulator, one clock to a microsecond."""

from __future__ import annotations

from amaranth.lib import wiring
from amaranth.sim import Simulator

__all__ = ["simulate"]


def simulate(component: wiring.Component, *benches, background=()) -> None:
    """Run until all test benches are through; those in the background need not come to an end."""
    simulator = Simulator(component)
    simulator.add_clock(1e-6)
    for bench in benches:
        simulator.add_testbench(bench)
    for bench in background:
        simulator.add_testbench(bench, background=True)
    simulator.run()
