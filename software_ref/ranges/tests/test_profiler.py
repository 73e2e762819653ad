"""The profile against the plain arithmetic of the numerics, sample by sample."""

from __future__ import annotations

from collections import Counter
from math import floor, frexp

import numpy as np
import pytest

from software_ref.activation import Activation
from software_ref.fixed_point import FixedFormat
from software_ref.golden import GoldenTrainer, initial_parameters, minimum_lags
from software_ref.golden.edges import edges_of
from software_ref.network import Network
from software_ref.ranges.profiler import LOWEST, QUANTITIES, Distribution, RangeProfiler

NETWORK = Network(layers=(6, 4, 3), out_degree=(2, 3), parallelism=(3, 2))
NARROW = Network(
    layers=(6, 4, 3),
    out_degree=(2, 3),
    parallelism=(3, 2),
    format=FixedFormat(integer=1, fraction=4),
    activation=Activation(hidden="relu"),
)


def one_sample(network: Network) -> tuple[GoldenTrainer, RangeProfiler, np.ndarray, int, int]:
    """A trainer with a profiler after one training sample, and that sample."""
    profiler = RangeProfiler(network)
    parameters = initial_parameters(network, 3)
    trainer = GoldenTrainer(network, parameters, minimum_lags(network), observer=profiler)
    features = np.random.default_rng(1).integers(0, network.format.one + 1, (1, 6))
    trainer.run(features, [2], True, 1)
    return trainer, profiler, features[0], 2, 1


@pytest.mark.parametrize("network", [NETWORK, NARROW])
def test_every_quantity_is_the_specifications(network: Network) -> None:
    """All values of one sample, made once more with Python's own integers."""
    trainer, profiler, features, label, k = one_sample(network)
    fmt, f = network.format, network.format.fraction
    parameters = initial_parameters(network, 3)

    def sat(x: int) -> int:
        return max(fmt.min_raw, min(fmt.max_raw, x))

    def rnd(x: int, n: int) -> int:
        return floor((x + (1 << (n - 1))) / (1 << n)) if n else x

    values: dict[tuple[int, str], list[float]] = {}
    outside: Counter[tuple[int, str]] = Counter()
    lost: Counter[tuple[int, str]] = Counter()
    layers, derivatives = [[int(v) for v in features]], [[0] * 6]
    edges = edges_of(network)
    for i, each in enumerate(edges):
        shape, a, h = each.shape, [], []
        for right in range(shape.right):
            own = range(right * shape.in_degree, (right + 1) * shape.in_degree)
            exact = sum(int(parameters.weights[i][e]) * layers[i][each.left[e]] for e in own)
            exact += int(parameters.biases[i][right]) << f
            rounded = rnd(exact, f)
            values.setdefault((i, "s"), []).append(exact / 2 ** (2 * f))
            outside[i, "s"] += rounded != sat(rounded)
            lost[i, "s"] += rounded == 0 and exact != 0
            s = sat(rounded)
            if i == 0 and network.activation.hidden == "relu":
                a.append(max(s, 0))
                h.append(fmt.one if s > 0 else 0)
            else:
                sigma = 1 / (1 + np.exp(-s / fmt.one))
                a.append(floor(sigma * fmt.one + 0.5))
                h.append(floor(sigma * (1 - sigma) * fmt.one + 0.5))
                lost[i, "a"] += a[-1] == 0
                lost[i, "h'"] += h[-1] == 0 and i == 0
        values[i, "a"] = [x / fmt.one for x in a]
        layers.append(a)
        derivatives.append(h)
    values[0, "h'"] = [x / fmt.one for x in derivatives[1]]
    delta = [x - fmt.one * (j == label) for j, x in enumerate(layers[2])]
    deltas = {1: delta}
    values[1, "delta"] = [x / fmt.one for x in delta]
    errors = [0] * 4
    for e, left in enumerate(edges[1].left):
        errors[left] += int(parameters.weights[1][e]) * delta[e // edges[1].shape.in_degree]
    values[0, "e"] = [x / 2 ** (2 * f) for x in errors]
    wide = [e * h for e, h in zip(errors, derivatives[1], strict=True)]
    values[0, "delta"] = [x / 2 ** (3 * f) for x in wide]
    hidden = [rnd(x, 2 * f) for x in wide]
    outside[0, "delta"] = sum(x != sat(x) for x in hidden)
    lost[0, "delta"] = sum(r == 0 and x != 0 for r, x in zip(hidden, wide, strict=True))
    deltas[0] = [sat(x) for x in hidden]
    for i, each in enumerate(edges):
        products = [
            layers[i][left] * deltas[i][e // each.shape.in_degree]
            for e, left in enumerate(each.left)
        ]
        values[i, "update"] = [x / 2 ** (2 * f + k) for x in products]
        changes = [rnd(x, f + k) for x in products]
        lost[i, "update"] = sum(c == 0 and x != 0 for c, x in zip(changes, products, strict=True))
        stored = [int(w) - c for w, c in zip(parameters.weights[i], changes, strict=True)]
        outside[i, "update"] = sum(x != sat(x) for x in stored)
        values[i, "w"] = [sat(x) / fmt.one for x in stored]
    for profile in profiler.take(trainer):
        i = profile.index - 1
        for name in QUANTITIES:
            found = profile.distributions[name]
            if name == "b":
                assert found.count == network.junctions[i].right
                continue
            wanted = values.get((i, name), [])
            assert found.count == len(wanted), (i, name)
            assert found.zeros == sum(x == 0 for x in wanted)
            assert found.saturated == outside[i, name]
            assert found.vanished == lost[i, name], (i, name)
            if wanted:
                assert (found.minimum, found.maximum) == (min(wanted), max(wanted))
            powers = Counter(frexp(abs(x))[1] - 1 for x in wanted if x)
            assert {
                LOWEST + int(p): int(found.powers[p]) for p in np.flatnonzero(found.powers)
            } == powers


def test_an_observer_changes_nothing_and_sees_every_nth_sample() -> None:
    rng = np.random.default_rng(2)
    features, labels = rng.integers(0, 257, (50, 6)), rng.integers(0, 3, 50)
    parameters = initial_parameters(NETWORK, 3)
    lags = (4, 2)
    plain = GoldenTrainer(NETWORK, parameters, lags)
    plain.run(features, labels, True, 2)
    counts = {}
    for every in (1, 7):
        profiler = RangeProfiler(NETWORK, every)
        watched = GoldenTrainer(NETWORK, parameters, lags, observer=profiler)
        watched.run(features, labels, True, 2)
        assert watched.parameters == plain.parameters
        assert watched.saturations == plain.saturations
        first = profiler.take(watched)
        counts[every] = first[0].distributions["s"].count
        if every == 1:
            saturated = tuple(each.distributions["s"].saturated for each in first)
            assert saturated == plain.saturations.ff
        again = profiler.take(watched)
        assert again[0].distributions["s"].count == 0
        assert again[0].distributions["w"].count == 12
    assert counts == {1: 50 * 4, 7: 8 * 4}


def test_shares_count_from_and_below_a_power() -> None:
    found = Distribution()
    found.add(np.array([0, 1, -2, 3, 4, -8]), 0)
    assert found.share_from(1) == 4 / 6
    assert found.share_from(2) == 2 / 6
    assert found.share_below(1) == 1 / 5
    assert found.share_below(3) == 4 / 5
    assert found.document()["powers"] == [1, 2, 1, 1]
    assert found.document()["first_power"] == 0
    assert Distribution().document()["minimum"] is None


def test_every_must_be_positive() -> None:
    with pytest.raises(ValueError, match=r"^every must be at least 1, not 0$"):
        RangeProfiler(NETWORK, 0)
