"""Cores whose connections move between runs, against the golden model that moves them as well."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hwgen.core.design import CoreDesign
from hwgen.cosimulation.difference import compare_results
from hwgen.cosimulation.rtl_trainer import RtlTrainer
from hwgen.simulation.job import Drain, Job, Play, ReadParameters, Stalls, WriteParameters
from hwgen.simulation.job import Parameters as RawParameters
from hwgen.simulation.run import Simulation
from hwgen.simulation.verilator import Source
from hwgen.testing.shapes import network
from software_ref.connections.rewire_options import RewireOptions
from software_ref.connections.stored_words import stored_words, with_stored_words
from software_ref.golden import GoldenTrainer, Parameters, SaturationCounts, minimum_lags
from software_ref.golden.samples import RunResult
from software_ref.network import Network
from software_ref.plan.core_options import CoreOptions

SAMPLES, EPOCHS = 12, 3
STALLS = Stalls(seed=3, samples=0.2, predictions=0.2, requests=0.2, values=0.2, length=5)
REWIRE = RewireOptions(share=0.9, until=1)


def moving(*shapes: tuple[int, ...], **settings) -> Network:
    return replace(network(*shapes, kind="free", **settings), rewire=REWIRE)


# Right neurons of the first straddle sweeps, those of the second rows; of the third a junction has
# addresses of more bits than its weights; the second junction of the last has none.
NETWORKS = {
    "straddling": moving((20, 10, 3, 5), (10, 4, 2, 2), format=(2, 5), dither=True),
    "rows": moving((24, 8, 2, 4), (8, 4, 2, 2), format=(2, 5), random_bits=3),
    "wide_addresses": moving((128, 4, 2, 2), format=(1, 4)),
    "one_of_two": moving((24, 6, 2, 6), (6, 6, 3, 6), format=(2, 5), dither=True),
}


def drawn(core: CoreDesign) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(len(core.network.layers))
    features = rng.integers(0, core.network.format.one + 1, (SAMPLES, core.network.layers[0]))
    return features, rng.integers(0, core.network.competing, SAMPLES)


def moved(core: CoreDesign) -> Parameters:
    """The initial parameters after two steps, in which something moves everywhere it can."""
    parameters = core.parameters.rewired(0, 10).rewired(1, 10)
    for junction in core.network.moving:
        pairs = (each.connections[junction - 1] for each in (core.parameters, parameters))
        first, second = (pattern.left_neurons for pattern in pairs)
        assert np.count_nonzero(first != second)
    return parameters


@pytest.mark.slow
@pytest.mark.icarus
@pytest.mark.parametrize(
    ("name", "training"),
    [(name, training) for name in NETWORKS for training in (True, False)],
)
def test_addresses_written_are_what_a_core_reads(name: str, training: bool, tmp_path: Path) -> None:
    core = CoreDesign(network=NETWORKS[name], options=CoreOptions(training=training))
    start, (features, labels) = moved(core), drawn(core)
    places = [junction.addresses for junction in core.ports.junctions]
    words = [
        stored_words(pattern)[:count]
        for pattern, count in zip(start.connections, places, strict=True)
    ]
    raw = RawParameters(weights=start.weights, biases=start.biases, addresses=words)
    play = Play(samples=range(SAMPLES), train=training, rate_exponent=1, stalls=STALLS)
    job = Job(
        operations=[
            ReadParameters(stalls=STALLS),
            WriteParameters(parameters=raw, stalls=STALLS),
            play,
            Drain(stalls=STALLS),
            ReadParameters(),
        ],
        features=features,
        labels=labels,
        reset_clocks=0,
    )
    simulation = Simulation(
        tmp_path, core.ports, source=Source("core.v", core.verilog), simulator="icarus"
    )
    result = simulation.run(job, timeout=300)
    assert read(core, result.parameters[0]) == core.parameters
    lags = core.schedule.lags if training else minimum_lags(core.network)
    golden = GoldenTrainer(core.network, start, lags)
    wanted = golden.run(features, labels, training, 1)
    played = result.plays[0]
    kinds = map(tuple, result.operations[-1].saturations.T.tolist())
    agreement = compare_results(
        (wanted, golden.parameters, golden.saturations),
        (
            RunResult(first=0, predictions=played.predictions, correct=played.correct),
            read(core, result.parameters[1]),
            SaturationCounts(**dict(zip(("ff", "bp", "up"), kinds, strict=True))),
        ),
    )
    assert agreement.differences == ()
    assert agreement.addresses == sum(places) > 0


def read(core: CoreDesign, found: RawParameters) -> Parameters:
    patterns = [
        with_stored_words(pattern, words) if len(words) else pattern
        for pattern, words in zip(core.patterns, found.addresses, strict=True)
    ]
    return Parameters(
        network=core.network,
        weights=tuple(found.weights),
        biases=tuple(found.biases),
        patterns=tuple(patterns),
    )


def test_epochs_with_steps_between_them_are_the_golden_models(tmp_path: Path) -> None:
    core = CoreDesign(network=NETWORKS["straddling"])
    features, labels = drawn(core)
    rtl = RtlTrainer(core, tmp_path, stalls=STALLS, optimise=False)
    golden = GoldenTrainer(core.network, core.parameters, core.schedule.lags)
    for epoch in range(EPOCHS):
        if epoch:
            rtl.rewire(epoch - 1, EPOCHS)
            golden.rewire(epoch - 1, EPOCHS)
        found, wanted = (each.run(features, labels, True, 1) for each in (rtl, golden))
        agreement = compare_results(
            (wanted, golden.parameters, golden.saturations),
            (found, rtl.parameters, rtl.saturations),
        )
        assert agreement.differences == ()
    final, first = rtl.parameters.connections[0], core.patterns[0]
    assert np.count_nonzero(final.left_neurons != first.left_neurons)
