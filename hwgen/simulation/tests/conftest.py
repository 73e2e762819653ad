"""Fixtures of the simulation's tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hwgen.simulation.run import Simulation
from hwgen.simulation.tests.stub_core import PORTS, stub


@pytest.fixture(scope="module")
def simulation(tmp_path_factory: pytest.TempPathFactory) -> Simulation:
    """The stub core, built once for all tests of a module."""
    folder = tmp_path_factory.mktemp("Ü é, stub")
    return Simulation(folder / "build", PORTS, source=stub(folder))


@pytest.fixture
def faulty(tmp_path: Path) -> Callable[[int], Simulation]:
    """Stub cores with a fault each, numbered as in stub_core.v."""

    def build(fault: int) -> Simulation:
        source = stub(tmp_path, FAULT=fault)
        return Simulation(tmp_path / "build", PORTS, source=source)

    return build
