"""Jobs on the stub core in Icarus: as in Verilator, and stopped at whatever is unknown."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hwgen.simulation import icarus
from hwgen.simulation.job import (
    Drain,
    Job,
    Operation,
    Play,
    ReadParameters,
    Reset,
    Stalls,
    Wait,
)
from hwgen.simulation.run import Simulation, SimulatorError
from hwgen.simulation.tests.stub_core import PORTS, random_samples, stub

SAMPLES = 30
FEATURES, LABELS = random_samples(SAMPLES, seed=12)


def _job(operations: list[Operation]) -> Job:
    return Job(operations=operations, features=FEATURES, labels=LABELS)


@pytest.mark.icarus
def test_a_job_gives_what_it_gives_in_verilator(simulation: Simulation, tmp_path: Path) -> None:
    stalls = Stalls(seed=4, samples=0.3, predictions=0.5, values=0.4, length=7)
    job = _job(
        [
            Play(samples=range(9), stalls=stalls),
            Reset(clocks=2),
            Play(samples=range(SAMPLES), rate_exponent=3, stalls=stalls),
            Drain(),
            Wait(clocks=30),
            ReadParameters(stalls=stalls),
        ]
    )
    wanted = simulation.run(job, timeout=100)
    found = Simulation(tmp_path, PORTS, source=simulation.source, simulator="icarus").run(
        job, timeout=100
    )
    for one, other in zip(found.operations, wanted.operations, strict=True):
        # Operations begin when Python has had a look at the one before.
        assert one.last_clock - one.first_clock == other.last_clock - other.first_clock
        assert one.steps == other.steps
        assert np.array_equal(one.saturations, other.saturations)
    for one, other in zip(found.plays, wanted.plays, strict=True):
        for name in ("sample_clocks", "prediction_clocks"):
            ours, theirs = getattr(one, name), getattr(other, name)
            assert np.array_equal(ours - one.first_clock, theirs - other.first_clock)
        for name in ("tags", "predictions", "correct"):
            assert np.array_equal(getattr(one, name), getattr(other, name))
    for name in ("weights", "biases"):
        pairs = zip(
            getattr(found.parameters[0], name), getattr(wanted.parameters[0], name), strict=True
        )
        assert all(np.array_equal(one, other) for one, other in pairs)


@pytest.mark.icarus
@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (4, r"the core predicts x{20}, at clock \d+"),
        (5, r"the core counts saturations to x{48}, at clock \d+"),
        (6, r"the core answers x{13}, at clock \d+"),
        (
            7,
            r"the core has an X at samples__ready \(1\), predictions__valid \(0\), "
            r"parameter_requests__ready \(x\), parameter_values__valid \(0\), busy \(x\) or "
            r"steps \(00000000\), at clock \d+",
        ),
    ],
)
def test_an_x_that_the_core_shows_is_an_error(tmp_path: Path, fault: int, message: str) -> None:
    simulation = Simulation(
        tmp_path / "build", PORTS, source=stub(tmp_path, FAULT=fault), simulator="icarus"
    )
    with pytest.raises(SimulatorError, match=message):
        simulation.run(_job([Play(samples=range(3)), Drain(), ReadParameters()]), timeout=100)


@pytest.mark.icarus
def test_ports_of_another_width_than_the_core_has_stop_the_build(tmp_path: Path) -> None:
    simulation = Simulation(
        tmp_path / "build",
        replace(PORTS, feature_width=8),
        source=stub(tmp_path),
        simulator="icarus",
    )
    with pytest.raises(SimulatorError, match=r"^iverilog failed: .* \(samples__payload\) of "):
        simulation.build()


def test_a_missing_icarus_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    message = (
        "simulation in four states needs Icarus's iverilog: install it "
        "(Debian and Ubuntu: `apt install iverilog`)"
    )
    with pytest.raises(SimulatorError, match=f"^{re.escape(message)}$"):
        icarus.build(sources=[], top="top", build_dir=tmp_path)
