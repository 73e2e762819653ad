"""Whole networks in Icarus, in which all that nobody set is X: from power-up, and after a reset.

The player puts X on every payload that is not offered, and stops at an X that the core shows.
"""

from __future__ import annotations

import re
import subprocess
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from amaranth.hdl import Array, Const, Module, Mux, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.core.design import CoreDesign
from hwgen.cosimulation.difference import compare_results
from hwgen.export.verilog import to_verilog
from hwgen.simulation.job import (
    AccessParameters,
    Drain,
    Job,
    Operation,
    Play,
    ReadParameters,
    Reset,
    Stalls,
    Wait,
    WriteParameters,
)
from hwgen.simulation.job import Parameters as RawParameters
from hwgen.simulation.records import parameter_addresses
from hwgen.simulation.result import Result
from hwgen.simulation.run import Simulation, Simulator
from rtl_tests.core_kinds import NETWORKS, design, verilog
from software_ref.golden import (
    GoldenTrainer,
    Parameters,
    RunResult,
    SaturationCounts,
    minimum_lags,
)
from software_ref.golden.samples import Samples
from software_ref.network import Network

STALLS = Stalls(seed=3, samples=0.3, predictions=0.3, requests=0.3, values=0.3, length=4)
SAMPLES = 16


def draw(core: CoreDesign, count: int, seed: int) -> Samples:
    """Random samples for a core."""
    network, rng = core.network, np.random.default_rng(seed)
    return Samples.check(
        network,
        rng.integers(0, network.format.one + 1, (count, network.layers[0])),
        rng.integers(0, network.competing, count),
        (rng.random(count) < 0.8) & core.options.training,
        rng.integers(0, core.options.max_rate_exponent + 1, count),
    )


def part(samples: Samples, places: range) -> Samples:
    """Some of them."""
    return Samples(**{name: column[places] for name, column in vars(samples).items()})


def play(samples: Samples, places: range, stalls: Stalls = STALLS) -> Play:
    """The operation that plays some of them."""
    chosen = part(samples, places)
    return Play(
        samples=places, train=chosen.train, rate_exponent=chosen.rate_exponent, stalls=stalls
    )


def job(core: CoreDesign, samples: Samples, operations: list[Operation], reset_clocks: int) -> Job:
    """A job that plays from them."""
    return Job(
        operations=operations,
        features=samples.features >> core.network.format.activation_shift,
        labels=samples.labels,
        reset_clocks=reset_clocks,
    )


def extreme_parameters(network: Network, seed: int) -> Parameters:
    """Parameters over the whole format, so that sums, deltas and updates saturate."""
    rng = np.random.default_rng(seed)
    low, high = network.format.stored_min_raw, network.format.stored_max_raw + 1
    return Parameters(
        network=network,
        weights=tuple(rng.integers(low, high, shape.weights) for shape in network.junctions),
        biases=tuple(rng.integers(low, high, shape.right) for shape in network.junctions),
    )


def raw(parameters: Parameters) -> RawParameters:
    return RawParameters(weights=parameters.weights, biases=parameters.biases)


def read(design: CoreDesign, found: RawParameters) -> Parameters:
    return Parameters(
        network=design.network, weights=tuple(found.weights), biases=tuple(found.biases)
    )


def refused_writes(core: CoreDesign, count: int) -> list[tuple[int, ...]]:
    """Requests, drawn at random, for places at which no parameter lies."""
    ports, rng = core.ports, np.random.default_rng(5)
    there = {tuple(place) for place in parameter_addresses(ports).tolist()}
    widths = (ports.junction_width, 1, ports.row_width, ports.lane_width)
    every = sorted(set(product(*(range(1 << width) for width in widths))) - there)
    chosen = [every[place] for place in rng.integers(len(every), size=count)]
    low, high = core.network.format.stored_min_raw, core.network.format.stored_max_raw
    return [(1, *place, int(rng.integers(low, high))) for place in chosen]


def without_initial_values(text: str) -> str:
    """Verilog whose registers start as X; memories keep what is in them."""
    stripped, count = re.subn(r"^  initial \w+ = .*\n", "", text, flags=re.MULTILINE)
    assert count
    assert not re.search(r"^ *reg [^;]*=", stripped, flags=re.MULTILINE)
    return stripped


def simulation(
    design: CoreDesign, text: str, folder: Path, simulator: Simulator = "icarus"
) -> Simulation:
    source = folder / f"{design.name}.v"
    source.write_text(text)
    return Simulation(
        folder / simulator,
        design.ports,
        source=source,
        simulator=simulator,
    )


def assert_as_golden(
    design: CoreDesign,
    start: Parameters,
    samples: Samples,
    found: tuple[RunResult, Parameters, np.ndarray],
) -> None:
    """Predictions, parameters and counters of one sequence that began with `start`."""
    result, parameters, counters = found
    lags = design.schedule.lags if design.options.training else minimum_lags(design.network)
    golden = GoldenTrainer(design.network, start, lags)
    wanted = golden.run_samples(samples)
    kinds = dict(zip(("ff", "bp", "up"), map(tuple, counters.T.tolist()), strict=True))
    agreement = compare_results(
        (wanted, golden.parameters, golden.saturations),
        (result, parameters, SaturationCounts(**kinds)),
    )
    assert agreement.differences == ()
    assert agreement.predictions == len(samples)


def last_sequence(design: CoreDesign, result: Result) -> tuple[RunResult, Parameters, np.ndarray]:
    """What the last play gave, and what was read last."""
    played = result.plays[-1]
    assert np.array_equal(played.tags, np.arange(len(played.tags)))
    outcome = RunResult(first=0, predictions=played.predictions, correct=played.correct)
    return outcome, read(design, result.parameters[-1]), result.operations[-1].saturations


@pytest.mark.icarus
@pytest.mark.parametrize("name", NETWORKS)
def test_a_core_starts_without_a_reset_from_its_initial_values(name: str, tmp_path: Path) -> None:
    core = design(name)
    samples = draw(core, SAMPLES, seed=1)
    operations = [
        play(samples, range(SAMPLES)),
        Drain(stalls=STALLS),
        ReadParameters(stalls=STALLS),
    ]
    simulated = simulation(core, verilog(name), tmp_path)
    result = simulated.run(job(core, samples, operations, reset_clocks=0), timeout=300)
    assert_as_golden(core, core.parameters, samples, last_sequence(core, result))


@pytest.mark.icarus
@pytest.mark.parametrize("name", NETWORKS)
def test_one_clock_of_reset_is_enough_whatever_the_registers_hold(
    name: str, tmp_path: Path
) -> None:
    """Accesses come first: before any step has gone through, the reset alone set the core up."""
    core = design(name)
    samples = draw(core, SAMPLES, seed=2)
    start = extreme_parameters(core.network, seed=3)
    first = core.parameters.weights[0].copy()
    first[0] = ~first[0]
    accesses = [(True, 0, False, 0, 0, int(first[0])), *refused_writes(core, 20)]
    fields = zip(*accesses, strict=True)
    names = [field.name for field in core.ports.request.fields]
    operations = [
        AccessParameters(**dict(zip(names, fields, strict=True))),
        ReadParameters(stalls=STALLS),
        WriteParameters(parameters=raw(start)),
        play(samples, range(SAMPLES)),
        Drain(stalls=STALLS),
        ReadParameters(),
    ]
    simulated = simulation(core, without_initial_values(verilog(name)), tmp_path)
    result = simulated.run(job(core, samples, operations, reset_clocks=1), timeout=300)
    changed = Parameters(
        network=core.network,
        weights=(first, *core.parameters.weights[1:]),
        biases=core.parameters.biases,
    )
    assert read(core, result.parameters[0]) == changed
    assert result.values[0].tolist() == [core.parameters.weights[0][0]] + [0] * 20
    assert result.errors[0].tolist() == [False] + [True] * 20
    # A clock to offer, and one to be found done; a request is taken 3 clocks after an answer.
    access = result.operations[0]
    clocks = len(accesses) * (core.schedule.answer_clocks + 3)
    assert access.last_clock - access.first_clock == clocks + 2
    assert_as_golden(core, start, samples, last_sequence(core, result))


def reset_under_way(core: CoreDesign, samples: Samples, before: int, waits: list[int]) -> Job:
    """For each wait, the same twice: train, wait, reset; then read, or go on training at once."""
    full = Stalls()
    operations: list[Operation] = []
    for wait in waits:
        cut = [
            WriteParameters(parameters=raw(core.parameters)),
            play(samples, range(before), full),
            Wait(clocks=wait),
            Reset(),
        ]
        after = [play(samples, range(before, len(samples)), full), Drain(), ReadParameters()]
        operations += [*cut, ReadParameters(), *cut, *after]
    return job(core, samples, operations, reset_clocks=1)


def assert_reset_under_way(
    core: CoreDesign, samples: Samples, before: int, waits: list[int], result: Result
) -> None:
    """What survives is known, and training goes on from that as if from a reset long ago."""
    stages = []
    for count in range(before + 1):
        golden = GoldenTrainer(core.network, core.parameters, core.schedule.lags)
        golden.run(**vars(part(samples, range(count))))
        stages.append([*golden.parameters.weights, *golden.parameters.biases])
    after = part(samples, range(before, len(samples)))
    each = len(result.operations) // len(waits)
    unfinished = 0
    for number in range(len(waits)):
        operations = result.operations[number * each : (number + 1) * each]
        for reset in (operations[3], operations[8]):
            assert reset.steps == 0
            assert not reset.saturations.any()
        survived = read(core, result.parameters[2 * number])
        for place, values in enumerate([*survived.weights, *survived.biases]):
            possible = np.array([stage[place] for stage in stages])
            assert (values == possible).any(axis=0).all()
            unfinished += int((values != possible[-1]).sum())
        played = result.plays[3 * number + 2]
        assert played.tags.tolist() == list(range(len(after)))
        found = (
            RunResult(first=0, predictions=played.predictions, correct=played.correct),
            read(core, result.parameters[2 * number + 1]),
            operations[-1].saturations,
        )
        assert_as_golden(core, survived, after, found)
    assert unfinished  # the reset did come before all was done


WAITS = {"verilator": list(range(1, 61, 3)), "icarus": [1, 18]}
"""Clocks from the last beat taken to the reset."""


@pytest.mark.parametrize(
    "simulator", ["verilator", pytest.param("icarus", marks=pytest.mark.icarus)]
)
def test_a_reset_under_way_keeps_parameters_and_forgets_all_else(
    simulator: Simulator, tmp_path: Path
) -> None:
    core, waits = design("options"), WAITS[simulator]
    samples, before = draw(core, 14, seed=4), 8
    wanted = reset_under_way(core, samples, before, waits)
    result = simulation(core, verilog("options"), tmp_path, simulator).run(wanted, timeout=300)
    assert_reset_under_way(core, samples, before, waits, result)


class Signs(wiring.Component):
    """Signed registers, used as unsigned numbers: an index, a shift amount, compared, summed up."""

    def __init__(self) -> None:
        super().__init__(
            {
                **{"a": In(signed(3)), "b": In(signed(3))},
                **{"indexed": Out(8), "shifted": Out(8), "largest": Out(3), "sum": Out(5)},
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        a, b = Signal(signed(3)), Signal(signed(3))
        m.d.sync += [a.eq(self.a), b.eq(self.b)]
        words = Array(Const(17 * k % 256, 8) for k in range(8))
        first, second = a.as_unsigned(), b.as_unsigned()
        m.d.comb += [
            self.indexed.eq(words[first]),
            self.shifted.eq(1 << first),
            self.largest.eq(Mux(first > second, first, second)),
            self.sum.eq(first + second),
        ]
        return m


@pytest.mark.icarus
def test_signed_registers_used_as_unsigned_ones(tmp_path: Path) -> None:
    (tmp_path / "signs.v").write_text(to_verilog(Signs(), "signs"))
    (tmp_path / "bench.v").write_text(
        """`timescale 1ns / 1ps
module bench;
  reg clk = 0;
  reg [5:0] ab;
  wire [7:0] indexed, shifted;
  wire [2:0] largest;
  wire [4:0] sum;
  integer n;
  signs dut (.clk(clk), .rst(1'b0), .a(ab[5:3]), .b(ab[2:0]), .indexed(indexed),
             .shifted(shifted), .largest(largest), .sum(sum));
  initial for (n = 0; n < 64; n = n + 1) begin
    ab = n;
    #1 clk = 1;
    #1 clk = 0;
    $display("%0d %0d %0d %0d", indexed, shifted, largest, sum);
  end
endmodule
"""
    )
    for command in ("iverilog -g2001 -o signs.vvp bench.v signs.v", "vvp -N signs.vvp"):
        run = subprocess.run(
            command.split(), cwd=tmp_path, capture_output=True, text=True, check=True
        )
    assert run.stdout.splitlines() == [
        f"{17 * a} {1 << a} {max(a, b)} {a + b}" for a, b in product(range(8), repeat=2)
    ]
