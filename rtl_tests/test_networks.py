"""Whole networks: the exported Verilog against the golden model, every bit and every clock."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hwgen.core.design import CoreDesign
from hwgen.cosimulation.difference import compare_results
from hwgen.cosimulation.rtl_trainer import RtlTrainer
from hwgen.simulation.job import Drain, Job, Operation, Play, ReadParameters, Stalls
from hwgen.simulation.run import Simulation
from rtl_tests.random_networks import FORMATS, features_of, sample_networks
from software_ref.connections.options import KINDS
from software_ref.fixed_point import FixedFormat
from software_ref.golden import GoldenTrainer, Parameters, golden_trainer, minimum_lags
from software_ref.network import Network
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.dsp_budget import DspBlocks
from software_ref.plan.pipelining import PIPELINES
from software_ref.update_rounding import UpdateOptions

COUNT = 40
QUICK = 16
"""So many are simulated without --slow, too: enough for every kind of shape."""
NETWORKS = sample_networks(COUNT, seed=2026)
SAMPLES = 60
MAX_RATE_EXPONENT = 9
FULL_RATE = Stalls()


def _names(networks: list[Network]) -> list[str]:
    return [
        f"{index}-" + "x".join(map(str, network.layers)) for index, network in enumerate(networks)
    ]


def _random_samples(
    network: Network, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Features, labels, train flags and rate exponents, all random."""
    return (
        rng.integers(0, network.format.one + 1, (SAMPLES, network.layers[0])),
        rng.integers(0, network.competing, SAMPLES),
        rng.random(SAMPLES) < 0.8,
        rng.integers(0, MAX_RATE_EXPONENT + 1, SAMPLES),
    )


def _random_parameters(network: Network, rng: np.random.Generator) -> Parameters:
    """Parameters over the whole format, so that sums, deltas and updates saturate."""
    low, high = network.format.stored_min_raw, network.format.stored_max_raw + 1
    return Parameters(
        network=network,
        weights=tuple(rng.integers(low, high, shape.weights) for shape in network.junctions),
        biases=tuple(rng.integers(low, high, shape.right) for shape in network.junctions),
    )


def _design(index: int) -> CoreDesign:
    """The core of a random network; few DSP blocks, and every pipeline by turns."""
    options = CoreOptions(
        max_rate_exponent=MAX_RATE_EXPONENT,
        dsp_budget=20,
        pipeline=list(PIPELINES)[index % 7 % 3],
    )
    return CoreDesign(network=NETWORKS[index], options=options)


def _trained_like_numpy(
    design: CoreDesign,
    rng: np.random.Generator,
    folder: Path,
    *,
    start: Parameters | None = None,
    stalls: Stalls = FULL_RATE,
) -> RtlTrainer:
    """The core after random samples, every bit of which was NumPy's."""
    network, samples = design.network, _random_samples(design.network, rng)
    rtl = RtlTrainer(design, folder, start, stalls=stalls, optimise=False)
    found = rtl.run(*samples)

    for engine in ("numpy", "compiled"):
        golden = golden_trainer(
            network, start or design.parameters, design.schedule.lags, engine=engine
        )
        wanted = golden.run(*samples)
        agreement = compare_results(
            (wanted, golden.parameters, golden.saturations),
            (found, rtl.parameters, rtl.saturations),
        )
        assert agreement.differences == ()
        assert agreement.predictions == SAMPLES
        assert agreement.weights == network.weights
        assert agreement.biases == network.biases
    return rtl


def test_the_networks_cover_every_kind_of_shape() -> None:
    found = set().union(*map(features_of, NETWORKS[:QUICK]))
    wanted = {f"L = {count}" for count in (1, 2, 3, 4)} | {"sigmoid", "relu"}
    wanted |= {f"format {FixedFormat(integer=i, fraction=f)}" for i, f in FORMATS}
    wanted |= {kind + dither for kind in KINDS for dither in ("", " dither")}
    wanted |= {"no power of two", "unequal rows", "z = 1", "z = N", "straddling rows"}
    wanted |= {"narrow activations"}
    wanted |= {"random bits", " extra bits", "random bits extra bits"}
    wanted |= {"one word a memory", "fully connected", "d_out = 1"}
    wanted |= {"several neurons finish in a row"}
    assert wanted <= found


@pytest.mark.parametrize(
    "index",
    [
        pytest.param(index, id=name, marks=[pytest.mark.slow] if index >= QUICK else [])
        for index, name in enumerate(_names(NETWORKS))
    ],
)
def test_a_random_network_trains_bit_for_bit_like_numpy(index: int, tmp_path: Path) -> None:
    network = NETWORKS[index]
    rng = np.random.default_rng([2026, index])
    # Every other network starts from its own weights, the others from extreme ones, written
    # through the parameter port; every third runs at full rate, the others with random gaps.
    start = _random_parameters(network, rng) if index % 2 else None
    stalls = FULL_RATE
    if index % 3:
        stalls = Stalls(seed=index, samples=0.3, predictions=0.3, length=1 + index)
    design = _design(index)
    rtl = _trained_like_numpy(design, rng, tmp_path, start=start, stalls=stalls)
    gaps = np.diff(rtl.sample_clocks)
    if stalls is FULL_RATE:
        assert set(gaps) == {design.schedule.period}
    else:
        assert gaps.min() >= design.schedule.period


def test_the_dsp_budget_divides_units_of_every_kind() -> None:
    designs = [_design(index) for index in range(COUNT)]
    divided = {
        unit
        for design in designs
        for lanes, units in zip(design.network.parallelism, design.dsp, strict=True)
        for unit, blocks in units.items()
        if 0 < blocks.products < lanes
    }
    assert divided == {"feedforward", "backprop", "update"}


def test_a_unit_of_pairs_single_blocks_and_luts_has_the_same_bits(tmp_path: Path) -> None:
    # Groups of 3 lanes straddle the rows of junction 1: a pair and one alone, five times.
    network = Network(
        layers=(15, 10, 4),
        out_degree=(4, 4),
        parallelism=(15, 5),
        format=FixedFormat(integer=2, fraction=5),
    )
    options = CoreOptions(max_rate_exponent=MAX_RATE_EXPONENT, dsp_budget=35)
    design = CoreDesign(network=network, options=options)
    assert design.dsp[0]["update"] == DspBlocks(pairs=5, singles=3)
    assert design.schedule.lags == CoreDesign(network=network).schedule.lags
    rng = np.random.default_rng(35)
    rtl = _trained_like_numpy(design, rng, tmp_path, start=_random_parameters(network, rng))
    assert set(np.diff(rtl.sample_clocks)) == {design.schedule.period}


def test_every_drain_takes_the_generators_back_to_their_seeds(tmp_path: Path) -> None:
    network = Network(
        layers=(12, 8, 4),
        out_degree=(4, 2),
        parallelism=(6, 4),
        format=FixedFormat(integer=2, fraction=5),
        update=UpdateOptions(random_bits=10, seed=3),
    )
    rng = np.random.default_rng(11)
    design = CoreDesign(network=network, options=CoreOptions(max_rate_exponent=MAX_RATE_EXPONENT))
    features, labels, train, exponents = _random_samples(network, rng)
    source = tmp_path / "core.v"
    source.write_text(design.verilog)
    simulation = Simulation(
        tmp_path / "simulation",
        design.ports,
        source=source,
        mode="fast_build",
    )
    simulation.build()
    golden = GoldenTrainer(network, design.parameters, design.schedule.lags)
    operations: list[Operation] = []
    for part in (slice(0, 25), slice(25, 26), slice(26, SAMPLES)):
        golden.run(features[part], labels[part], train[part], exponents[part])
        operations += [
            Play(
                samples=range(part.start, part.stop),
                train=train[part],
                rate_exponent=exponents[part],
            ),
            Drain(),
        ]
    result = simulation.run(
        Job(operations=[*operations, ReadParameters()], features=features, labels=labels)
    )
    (final,) = result.parameters
    found = Parameters(network=network, weights=tuple(final.weights), biases=tuple(final.biases))
    assert golden.parameters.first_difference(found) is None
    # In one sequence the numbers would have been others.
    whole = GoldenTrainer(network, design.parameters, design.schedule.lags)
    whole.run(features, labels, train, exponents)
    assert whole.parameters != found


@pytest.mark.parametrize("index", [0, 5, 10, 15])
def test_an_inference_core_predicts_like_numpy(index: int, tmp_path: Path) -> None:
    network = NETWORKS[index]
    rng = np.random.default_rng([2027, index])
    start = _random_parameters(network, rng)
    design = CoreDesign(
        network=network, options=CoreOptions(training=False, pipeline=list(PIPELINES)[index % 3])
    )
    features, labels, _, _ = _random_samples(network, rng)

    golden = GoldenTrainer(network, start, minimum_lags(network))
    rtl = RtlTrainer(design, tmp_path, start, optimise=False)
    found = rtl.run(features, labels, False, 0)

    assert np.array_equal(found.predictions, golden.infer(features))
    assert np.array_equal(found.correct, found.predictions == labels)
    assert rtl.parameters == start
    assert set(np.diff(rtl.sample_clocks)) == {design.schedule.period}
