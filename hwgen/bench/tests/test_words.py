"""Words packed by the manifest against those that the ports' own declaration packs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hwgen.bench.vectors import golden_vectors
from hwgen.bench.words import REFUSED, port_words
from hwgen.simulation.records import address_places, parameter_addresses
from hwgen.testing.shapes import network
from software_ref.connections.options import ConnectionOptions
from software_ref.connections.rewire_options import RewireOptions
from software_ref.connections.stored_words import stored_words
from software_ref.core_plan import CorePlan
from software_ref.fixed_point import FixedFormat
from software_ref.golden import GoldenTrainer, minimum_lags
from software_ref.manifest import manifest
from software_ref.plan.core_options import CoreOptions

NETWORK = replace(
    network((12, 6, 2, 3), (6, 2, 1, 3)),
    format=FixedFormat(integer=1, fraction=4, activation_fraction=3),
)
SAMPLES = 30


def plan(training: bool = True) -> CorePlan:
    return CorePlan(network=NETWORK, options=CoreOptions(training=training))


def drawn() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    features = rng.integers(0, NETWORK.format.one + 1, (SAMPLES, NETWORK.layers[0]))
    return features, rng.integers(0, NETWORK.competing, SAMPLES)


def described(core: CorePlan) -> Any:
    return json.loads(json.dumps(manifest(core)))


@pytest.mark.parametrize("training", [True, False], ids=["training", "inference"])
def test_vectors_are_the_golden_models(training: bool) -> None:
    core, (features, labels) = plan(training), drawn()
    vectors = golden_vectors(core, features, labels, 2)
    lags = core.schedule.lags if training else minimum_lags(NETWORK)
    golden = GoldenTrainer(NETWORK, core.parameters, lags)
    wanted = golden.run(features, labels, training, 2)
    assert vectors.predictions.tolist() == wanted.predictions.tolist()
    assert vectors.final == golden.parameters
    assert (vectors.final == vectors.initial) is not training
    assert vectors.saturations.shape == (2, 3)
    assert vectors.features.max() <= 8
    names = vectors.arrays()
    assert names["weights_2"].tolist() == golden.parameters.weights[1].tolist()
    assert names["initial_biases_1"].tolist() == core.parameters.biases[0].tolist()


def test_words_are_those_of_the_ports_declaration() -> None:
    core, (features, labels) = plan(), drawn()
    ports, vectors = core.ports, golden_vectors(core, features, labels, 2)
    words = port_words(described(core), vectors)
    assert len(words.beats) == SAMPLES * ports.beats
    first = sum(
        int(raw) << place * ports.feature_width
        for place, raw in enumerate(vectors.features[1][: ports.beat_features])
    )
    header = ports.header.word(label=int(labels[1]), train=1, rate_exponent=2)
    assert words.beats[ports.beats] == first | header << ports.beat_width
    tag, prediction = SAMPLES - 1, int(vectors.predictions[-1])
    correct = int(prediction == labels[-1])
    wanted = ports.prediction.word(tag=tag, prediction=prediction, correct=correct)
    assert words.predictions[-1] == wanted
    counts = vectors.saturations.reshape(-1).tolist()
    assert words.saturations == sum(count << 32 * place for place, count in enumerate(counts))


def test_every_parameter_is_read_and_the_places_around_them_are_refused() -> None:
    core = plan()
    vectors = golden_vectors(core, *drawn(), 2)
    words = port_words(described(core), vectors)
    refused = len(words.requests) - core.ports.parameters
    assert 4 <= refused <= REFUSED
    there = {tuple(place) for place in parameter_addresses(core.ports).tolist()}
    names = ("junction", "bias", "row", "lane")
    places = []
    for word in words.requests:
        octets = np.frombuffer(word.to_bytes(8, "little"), np.uint8).reshape(1, -1)
        request = core.ports.request.columns(octets)
        places.append((int(request.write[0]), *(int(getattr(request, n)[0]) for n in names)))
    assert all(write and tuple(place) not in there for write, *place in places[:refused])
    assert [tuple(place) for _, *place in places[refused:]] == [
        tuple(place) for place in parameter_addresses(core.ports).tolist()
    ]
    error = core.ports.value.word(value=0, error=1)
    assert words.answers[:refused] == (error,) * refused
    last = int(vectors.final.biases[-1][-1])
    assert words.answers[-1] == core.ports.value.word(value=last, error=0)


def test_addresses_that_can_be_written_are_read_behind_the_parameters() -> None:
    moving = replace(NETWORK, connections=ConnectionOptions(kind="free"), rewire=RewireOptions())
    core = CorePlan(network=moving)
    vectors = golden_vectors(core, *drawn(), 2)
    words = port_words(described(core), vectors)
    fields = [
        core.ports.request.columns(np.frombuffer(word.to_bytes(8, "little"), np.uint8)[None])
        for word in words.requests
    ]
    found = [
        (int(each.junction[0]), int(each.row[0]), int(each.lane[0]))
        for each in fields
        if each.address[0] and not each.write[0]
    ]
    assert found == [tuple(place) for place in address_places(core.ports).tolist()]
    answers = {
        word
        for each, word in zip(fields, words.answers, strict=True)
        if each.address[0] and not each.write[0]
    }
    depths = [pattern.shape.depth for pattern in core.patterns]
    assert answers == {core.ports.value.word(value=k, error=0) for k in range(max(depths))}
    assert any(each.address[0] and each.write[0] for each in fields)  # and refused around them
    assert vectors.arrays()["addresses_1"].tolist() == stored_words(core.patterns[0]).tolist()
