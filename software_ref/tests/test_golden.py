"""The golden trainer against the specification in plain Python, and by hand."""

from __future__ import annotations

import hashlib
import re

import numpy as np
import pytest
from numpy.typing import NDArray

from software_ref.activation import Activation
from software_ref.fixed_point import FixedFormat
from software_ref.golden import (
    GoldenTrainer,
    Parameters,
    RunResult,
    SaturationCounts,
    inference,
    minimum_lags,
)
from software_ref.golden.junction import exact_dtype
from software_ref.network import Network
from software_ref.tests.random_case import Case


def _check(case: Case, trainer: GoldenTrainer, result: RunResult) -> None:
    expected = case.reference()
    assert result.predictions.tolist() == expected.predictions
    assert (result.correct == (result.predictions == case.labels)).all()
    true = Parameters(
        network=case.network,
        weights=tuple(np.array(w) for w in expected.weights),
        biases=tuple(np.array(b) for b in expected.biases),
    )
    assert trainer.parameters.first_difference(true) is None
    counts = trainer.saturations
    assert (counts.ff, counts.bp, counts.up) == tuple(
        tuple(part) for part in (expected.ff, expected.bp, expected.up)
    )


@pytest.mark.parametrize("seed", range(80))
def test_equals_the_specification(seed: int) -> None:
    case = Case(seed)
    trainer = case.trainer()
    _check(case, trainer, case.run(trainer, slice(None)))


@pytest.mark.parametrize("seed", range(80, 110))
def test_chunks_change_nothing(seed: int) -> None:
    case = Case(seed)
    trainer = case.trainer()
    results, start = [], 0
    for size in (1, 0, 3, 2, 8):
        results.append(case.run(trainer, slice(start, start + size), drain=False))
        assert results[-1].first == sum(len(result.predictions) for result in results[:-1])
        start += size
    results.append(trainer.drain())
    _check(case, trainer, RunResult.concatenate(results))
    assert len(trainer.drain().predictions) == 0


def test_the_cases_reach_every_corner() -> None:
    cases = [Case(seed) for seed in range(80)]
    references = [case.reference() for case in cases]
    networks = [case.network for case in cases]
    assert {len(network.junctions) for network in networks} == {1, 2, 3, 4}
    assert {network.activation.hidden for network in networks} == {"relu", "sigmoid"}
    assert {exact_dtype(network) for network in networks} == {
        np.dtype(np.int32),
        np.dtype(np.int64),
    }
    assert max(network.format.width for network in networks) == 18
    for counter in ("ff", "bp", "up"):
        assert sum(sum(getattr(reference, counter)) > 0 for reference in references) >= 5
    for fmt_end in ("min_raw", "max_raw"):
        assert any(
            getattr(network.format, fmt_end) in reference.weights[0]
            for network, reference in zip(networks, references, strict=True)
        )


@pytest.mark.parametrize("seed", range(10))
def test_inference_equals_inference_samples(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference, "BATCH_VALUES", 1 if seed % 2 else 300)  # several batches
    case = Case(seed)
    trainer, batch = case.trainer(), case.trainer()
    for each in (trainer, batch):
        case.run(each, slice(None))
        each.reset_saturations()
        assert each.saturations == SaturationCounts.none(len(case.network.junctions))
    before = trainer.parameters
    streamed = trainer.run(case.features, case.labels, train=False)
    assert batch.infer(case.features).tolist() == streamed.predictions.tolist()
    assert batch.saturations == trainer.saturations
    assert trainer.parameters == before


@pytest.mark.parametrize("seed", range(1, 13, 2))
def test_every_sequence_starts_with_the_same_random_bits(seed: int) -> None:
    case = Case(seed)
    trainer = case.trainer()
    case.run(trainer, slice(0, 7))
    again = GoldenTrainer(case.network, trainer.parameters, case.lags)
    for each in (trainer, again):
        case.run(each, slice(7, None))
    assert trainer.parameters == again.parameters


def test_draining_every_sample_gives_immediate_updates() -> None:
    """Drained one by one, lags do not matter: the golden trainer is then plain SGD."""
    case = Case(3)
    trainer = case.trainer()
    shortest = GoldenTrainer(case.network, case.parameters, minimum_lags(case.network))
    for n in range(len(case.labels)):
        case.run(trainer, slice(n, n + 1))
        case.run(shortest, slice(n, n + 1))
    assert trainer.parameters == shortest.parameters


def _two_by_two() -> Network:
    """Two inputs, two hidden neurons, two outputs, fully connected, one edge a clock."""
    return Network(
        layers=(2, 2, 2),
        out_degree=(2, 2),
        parallelism=(1, 1),
        activation=Activation(hidden="relu"),
    )


class Straight:
    """The pattern 0, 1, 0, 1 of a fully connected junction of two left neurons."""

    left_neurons: NDArray[np.int64] = np.array([0, 1, 0, 1])


def test_a_sample_by_hand() -> None:
    network = _two_by_two()
    # (1,3,8): 256 is 1.0. Neuron 0 gets 1 * 0.5 + 0.5 * 0.5 = 0.75 (192), neuron 1 -0.25 (-64).
    parameters = Parameters(
        network=network,
        weights=(np.array([128, 128, -128, 128]), np.array([256, 77, -256, 99])),
        biases=(np.array([0, 0]), np.array([64, 192])),
    )
    trainer = GoldenTrainer(network, parameters, (1, 0), [Straight(), Straight()])
    result = trainer.run([[256, 128]], [1], rate_exponent=1)
    # Outputs: sigma((192 + 64) / 256 = 1) = 0.7311 (187), sigma((-192 + 192) / 256 = 0) = 0.5
    # (128), so class 0; delta_2 = (187, 128 - 256 = -128).
    assert result.predictions.tolist() == [0]
    assert result.correct.tolist() == [False]
    # e_0 = 256 * 187 - 256 * -128 = 80640, h' = 256: delta_1 = 80640 * 256 / 65536 = 315; the
    # dead neuron 1 has h' = 0 and delta 0.
    # Junction 2, by 2**-9 with a_1 = (192, 0): 192 * 187 / 512 = 70.1, 192 * -128 / 512 = -48.
    # Junction 1 with a_0 = (256, 128): 256 * 315 / 512 = 157.5 -> 158, 128 * 315 / 512 = 78.75.
    # Biases by 2**-1: 315 / 2 = 157.5 -> 158, 187 / 2 = 93.5 -> 94, -128 / 2 = -64.
    after = trainer.parameters
    assert [w.tolist() for w in after.weights] == [
        [128 - 158, 128 - 79, -128, 128],
        [256 - 70, 77, -256 + 48, 99],
    ]
    assert [b.tolist() for b in after.biases] == [[-158, 0], [64 - 94, 192 + 64]]


@pytest.mark.parametrize(("sign", "end"), [(1, 2047), (-1, -2048)])
def test_saturation_of_both_signs(sign: int, end: int) -> None:
    network = _two_by_two()
    big = 2047 if sign > 0 else -2048
    fill = np.full(4, big)
    parameters = Parameters(
        network=network, weights=(np.full(4, 1024), fill), biases=(np.zeros(2, int), fill[:2])
    )
    trainer = GoldenTrainer(network, parameters, (1, 0), [Straight(), Straight()])
    # s_1 = 2048 on both neurons saturates at 2047; s_2 saturates at `end`: outputs are both
    # sigma(+-8) = 256 or 0, so delta_2 = (0, 256 - 0) or (-256, 0) with label 0 and the rate 1
    # pushes the weights of one output by 2047, further out for sign = -1, and its bias by 256.
    trainer.run([[256, 256]], [0], rate_exponent=0)
    counts = trainer.saturations
    assert counts.ff == (2, 2)
    after = trainer.parameters.weights[1].tolist()
    if sign > 0:
        # delta_2 = (0, 256): weights of output 1 fall by 2047 to 0; delta_1 = 2047, no saturation.
        assert after == [end, end, 0, 0]
        assert counts.bp == (0, 0)
    else:
        # delta_2 = (-256, 0): weights of output 0 rise by 2047 to -1; delta_1 = 2048 saturates.
        assert after == [-1, -1, end, end]
        assert counts.bp == (2, 0)
    # Junction 1 falls by delta_1 = 2047: from 1024 to -1023, biases to -2047.
    assert trainer.parameters.weights[0].tolist() == [-1023] * 4
    assert trainer.parameters.biases[0].tolist() == [-2047] * 2
    assert counts.up == (0, 0)


@pytest.mark.parametrize(("weight", "label", "end"), [(-2000, 1, -2048), (2000, 0, 2047)])
def test_updates_saturate_and_are_counted(weight: int, label: int, end: int) -> None:
    network = Network(layers=(2, 2), out_degree=(2,), parallelism=(1,))
    parameters = Parameters(
        network=network,
        weights=(np.array([weight, 0, 0, 0]),),
        biases=(np.array([-weight, 0]),),
    )
    trainer = GoldenTrainer(network, parameters, (0,), [Straight()])
    # s = (0, 0), so a = (128, 128) and delta_0 = 128 with label 1, -128 with label 0.
    trainer.run([[256, 0]], [label], rate_exponent=0)
    assert trainer.parameters.weights[0][0] == end
    assert trainer.parameters.biases[0][0] == -weight - (128 if label else -128)
    assert trainer.saturations.up == (1,)


@pytest.mark.parametrize(("k", "change"), [(6, 2), (7, 1), (8, 1), (9, 0), (10**30, 0)])
def test_large_rate_exponents_round_to_zero_exactly(k: int, change: int) -> None:
    """delta = 128: rnd(128, k) is 1 at k = 8, by rounding half up, and 0 from k = 9 on."""
    network = Network(layers=(2, 2), out_degree=(2,), parallelism=(1,))
    zeros = Parameters(network=network, weights=(np.zeros(4, int),), biases=(np.zeros(2, int),))
    trainer = GoldenTrainer(network, zeros, (0,), [Straight()])
    trainer.run([[256, 0]], [1], rate_exponent=k)
    assert trainer.parameters.weights[0][0] == -change
    # -128 rounds up to 0 already at k = 8.
    assert trainer.parameters.biases[0].tolist() == [-change, change if k != 8 else 0]


def test_ties_go_to_the_lowest_class_and_only_classes_compete() -> None:
    network = Network(layers=(2, 4), out_degree=(4,), parallelism=(1,), classes=3)
    parameters = Parameters(
        network=network,
        weights=(np.zeros(8, int),),
        biases=(np.array([-5, 2000, 2010, 2047]),),
    )
    # sigma(2000 / 256) and sigma(2010 / 256) are both 256.
    assert GoldenTrainer(network, parameters, (3,)).infer([[0, 0]]).tolist() == [1]


@pytest.mark.parametrize(("in_degree", "dtype"), [(254, np.int32), (255, np.int64)])
def test_the_widest_sums_are_exact(in_degree: int, dtype: type[np.signedinteger]) -> None:
    """In (1,7,8) a weight of -2**15 times an input of 2**8, 255 times, is just beyond int32."""
    network = Network(
        layers=(in_degree, 2),
        out_degree=(2,),
        parallelism=(1,),
        format=FixedFormat(integer=7, fraction=8),
    )
    least, most = network.format.min_raw, network.format.max_raw
    assert exact_dtype(network) == dtype
    ones = np.full((1, in_degree), 256)
    for weight, bias in ((least, least), (most, most)):
        weights = np.repeat([weight, 0], in_degree)
        parameters = Parameters(network=network, weights=(weights,), biases=(np.array([bias, 0]),))
        trainer = GoldenTrainer(network, parameters, (0,))
        result = trainer.run(ones, [1], rate_exponent=0)
        assert result.predictions[0] == (1 if weight < 0 else 0)  # no sum has wrapped
        assert trainer.saturations.ff == (1,)


def test_sums_beyond_64_bits_are_refused() -> None:
    def network(out_degree: int) -> Network:
        return Network(
            layers=(1, 1, out_degree),
            out_degree=(1, out_degree),
            parallelism=(1, 1),
            format=FixedFormat(integer=1, fraction=16),
        )

    message = (
        "out_degree of junction 2 must keep back-propagated sums in 64 bits, at most 8190 in "
        "format (1,1,16), not 8191"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        exact_dtype(network(8191))
    assert exact_dtype(network(8190)) == np.int64


def test_progress_counts_every_sample() -> None:
    case = Case(0, count=600)
    seen: list[int] = []
    case.trainer().run(case.features, case.labels, progress=seen.append)
    assert seen == [256, 256, 88]


def test_a_checksum_is_that_of_all_values_by_junction() -> None:
    network = Network(layers=(4, 2, 2), out_degree=(1, 1), parallelism=(2, 1))
    weights = (np.array([1, -2, 3, -4]), np.array([5, -6]))
    biases = (np.array([7, 0]), np.array([-8, 9]))
    parameters = Parameters(network=network, weights=weights, biases=biases)
    order = [1, -2, 3, -4, 7, 0, 5, -6, -8, 9]
    octets = b"".join(value.to_bytes(8, "little", signed=True) for value in order)
    assert parameters.sha256 == hashlib.sha256(octets).hexdigest()
    other = Parameters(network=network, weights=weights, biases=(biases[0], np.array([-8, 10])))
    assert other.sha256 != parameters.sha256


def test_counters_stay_at_their_largest_value() -> None:
    totals = SaturationCounts(ff=(0, 3), bp=(4, 0), up=(100, 2))
    assert totals.counted(2) == SaturationCounts(ff=(0, 3), bp=(3, 0), up=(3, 2))
