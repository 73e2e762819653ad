"""The compiled golden trainer against the NumPy one, bit for bit, and how either is chosen."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from presparse.cli import main
from software_ref.activation import Activation
from software_ref.connections.options import KINDS, ConnectionOptions
from software_ref.connections.rewire_options import RewireOptions
from software_ref.console.errors import ToolError
from software_ref.fixed_point import FixedFormat
from software_ref.golden import (
    GoldenTrainer,
    Parameters,
    Pattern,
    RunResult,
    golden_trainer,
    initial_parameters,
    minimum_lags,
)
from software_ref.golden import plan as plan_module
from software_ref.golden.edges import edges_of
from software_ref.golden.inference import output_activations
from software_ref.golden.plan import make_plan, storage_dtype, sum_dtype
from software_ref.loading import lags_of, load_training_data
from software_ref.network import Network
from software_ref.network_file import read_network_file
from software_ref.tests.random_case import Case
from software_ref.tests.train_command import NETWORK, refused, train, write_points
from software_ref.update_rounding import UpdateOptions

pytest.importorskip("numba")

from software_ref.golden.compiled import CompiledTrainer

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))
ALWAYS_SPARSE, AS_IT_CHOOSES, ALWAYS_DENSE = 0, plan_module.DENSE_FROM, 1 << 20
LAYOUTS = [ALWAYS_SPARSE, AS_IT_CHOOSES, ALWAYS_DENSE]


def check_equal(ours: CompiledTrainer, numpy: GoldenTrainer) -> None:
    """Compare all that trainers hold."""
    assert ours.parameters.first_difference(numpy.parameters) is None
    assert ours.saturations == numpy.saturations


def check_results(ours: RunResult, numpy: RunResult) -> None:
    """Compare all that a call gives."""
    assert ours.first == numpy.first
    assert ours.predictions.tolist() == numpy.predictions.tolist()
    assert ours.correct.tolist() == numpy.correct.tolist()
    assert ours.predictions.dtype == np.int64
    assert ours.correct.dtype == np.bool_


def check_case(case: Case) -> None:
    """Run a case in random parts, some drained, with inference between them."""
    rng = np.random.default_rng(len(case.labels))
    numpy = GoldenTrainer(case.network, case.parameters, case.lags)
    ours = CompiledTrainer(case.network, case.parameters, case.lags)
    ends = np.sort(rng.integers(0, len(case.labels) + 1, 5)).tolist()
    for start, end in zip([0, *ends], [*ends, len(case.labels)], strict=True):
        drain = bool(rng.random() < 0.4)
        part = slice(start, end)
        check_results(case.run(ours, part, drain), case.run(numpy, part, drain))
        check_equal(ours, numpy)
        some = case.features[: rng.integers(0, 4)]
        assert ours.infer(some).tolist() == numpy.infer(some).tolist()
    check_results(ours.drain(), numpy.drain())
    check_results(ours.drain(), numpy.drain())
    check_equal(ours, numpy)
    ours.reset_saturations()
    numpy.reset_saturations()
    assert ours.infer(case.features).tolist() == numpy.infer(case.features).tolist()
    check_equal(ours, numpy)


@pytest.mark.parametrize("dense_from", LAYOUTS)
@pytest.mark.parametrize("seed", range(200, 250))
def test_equals_numpy(seed: int, dense_from: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_module, "DENSE_FROM", dense_from)
    check_case(Case(seed))


@pytest.mark.parametrize("dense_from", LAYOUTS)
@pytest.mark.parametrize("seed", range(300, 325))
def test_equals_numpy_where_vectors_are_filled(
    seed: int, dense_from: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_module, "DENSE_FROM", dense_from)
    check_case(Case(seed, count=40, widest=150))


def test_the_cases_meet_every_combination_of_dtypes() -> None:
    for cases in (
        [Case(seed) for seed in range(200, 250)],
        [Case(seed, count=40, widest=150) for seed in range(300, 325)],
    ):
        found = {(storage_dtype(case.network), sum_dtype(case.network)) for case in cases}
        assert found >= {(np.int16, np.int32), (np.int16, np.int64), (np.int32, np.int64)}
        assert {len(case.network.junctions) for case in cases} == {1, 2, 3, 4}
        kinds = {(case.network.activation.hidden, case.lags[-1] > 0) for case in cases}
        assert len(kinds) == 4


@pytest.mark.parametrize("dither", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_equals_numpy_with_every_kind_of_connections(kind: str, dither: bool) -> None:
    network = Network(
        layers=(24, 12, 8, 6),
        out_degree=(2, 2, 3),
        parallelism=(6, 4, 4),
        connections=ConnectionOptions(kind=kind, dither=dither, seed=3),
    )
    case = Case(0, count=60)
    case.network, case.parameters, case.lags = network, initial_parameters(network, 1), (6, 4, 1)
    rng = np.random.default_rng(4)
    case.features = rng.integers(0, 257, (60, 24))
    case.labels = rng.integers(0, 6, 60)
    check_case(case)


STRADDLING = Network(layers=(20, 15, 12, 6), out_degree=(9, 8, 3), parallelism=(5, 3, 4))
"""d_in = 12, 10 and 6: right neurons of junctions 1 and 2 straddle sweeps."""


@pytest.mark.parametrize("dense_from", [ALWAYS_SPARSE, ALWAYS_DENSE])
@pytest.mark.parametrize(("dither", "random_bits"), [(False, 0), (True, 8)])
def test_equals_numpy_with_connections_that_move(
    dither: bool, random_bits: int, dense_from: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_module, "DENSE_FROM", dense_from)
    network = replace(
        STRADDLING,
        connections=ConnectionOptions(kind="free", dither=dither, seed=3),
        update=UpdateOptions(random_bits=random_bits),
        rewire=RewireOptions(share=0.5, until=1),
    )
    assert network.moving == (1, 2, 3)
    parameters, lags = initial_parameters(network, 1), (6, 4, 1)
    ours = CompiledTrainer(network, parameters, lags)
    numpy = GoldenTrainer(network, parameters, lags)
    rng = np.random.default_rng(4)
    for epoch in range(4):
        features, labels = rng.integers(0, 257, (40, 20)), rng.integers(0, 6, 40)
        before = numpy.parameters
        check_results(ours.run(features, labels, True, 2), numpy.run(features, labels, True, 2))
        check_equal(ours, numpy)
        assert ours.infer(features).tolist() == numpy.infer(features).tolist()
        fresh = CompiledTrainer(network, before, lags)
        fresh.run(features, labels, True, 2)
        assert fresh.parameters == numpy.parameters
        assert output_activations(numpy.parameters, features).argmax(axis=1).tolist() == (
            numpy.infer(features).tolist()
        )
        learnt, counts = numpy.parameters, numpy.saturations
        ours.rewire(epoch, 5)
        numpy.rewire(epoch, 5)
        check_equal(ours, numpy)
        assert numpy.saturations == counts
        assert numpy.parameters == learnt.rewired(epoch, 5)
        assert numpy.parameters.first_difference(learnt) is not None


def test_parameters_are_exchanged_after_a_drain_alone() -> None:
    network = Network(layers=(4, 2, 2), out_degree=(1, 2), parallelism=(2, 1))
    parameters = initial_parameters(network, 1)
    other = Network(layers=(4, 2, 2), out_degree=(1, 2), parallelism=(2, 2))
    trainers = (
        GoldenTrainer(network, parameters, (3, 1)),
        CompiledTrainer(network, parameters, (3, 1)),
    )
    for trainer in trainers:
        trainer.submit(np.zeros((3, 4), int), np.zeros(3, int))
        with pytest.raises(RuntimeError, match=r"^parameters must be set after a drain"):
            trainer.parameters = parameters
        trainer.drain()
        trainer.parameters = parameters
        assert trainer.parameters == parameters
        with pytest.raises(ValueError, match=r"must belong to the trainer's network"):
            trainer.parameters = initial_parameters(other, 1)


class Doubled:
    """Two edges from neuron 0 to neuron 0, and two from 1 to 1."""

    left_neurons: NDArray[np.int64] = np.array([0, 0, 1, 1])


class Straight:
    """Every left neuron once, in order."""

    left_neurons: NDArray[np.int64] = np.array([0, 1, 2, 3])


def test_doubled_edges_stay_apart() -> None:
    network = Network(layers=(4, 2, 2), out_degree=(1, 2), parallelism=(2, 1))
    parameters = initial_parameters(network, 1)
    patterns: list[Pattern] = [Straight(), Doubled()]
    ours = CompiledTrainer(network, parameters, (3, 1), patterns)
    numpy = GoldenTrainer(network, parameters, (3, 1), patterns)
    rng = np.random.default_rng(1)
    features, labels = rng.integers(0, 257, (50, 4)), rng.integers(0, 2, 50)
    check_results(ours.run(features, labels, True, 2), numpy.run(features, labels, True, 2))
    check_equal(ours, numpy)


@pytest.mark.parametrize("dense_from", [ALWAYS_SPARSE, ALWAYS_DENSE])
@pytest.mark.parametrize(("inputs", "dtype"), [(4095, np.int32), (4096, np.int64)])
def test_the_largest_sums_are_exact(
    inputs: int, dtype: type, dense_from: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """4,096 products of -2,048 and 256 are the first that 32 bits do not hold with both signs."""
    monkeypatch.setattr(plan_module, "DENSE_FROM", dense_from)
    network = Network(layers=(inputs, 2), out_degree=(2,), parallelism=(1,))
    assert sum_dtype(network) is dtype
    parameters = Parameters(
        network=network,
        weights=(np.repeat([-2048, 2047], inputs),),
        biases=(np.array([-2048, 2047]),),
    )
    ours = CompiledTrainer(network, parameters, minimum_lags(network))
    numpy = GoldenTrainer(network, parameters, minimum_lags(network))
    features, labels = np.full((4, inputs), 256), [0, 1, 0, 1]
    check_results(ours.run(features, labels, True, 0), numpy.run(features, labels, True, 0))
    check_equal(ours, numpy)
    assert ours.saturations.ff[0] >= 2


@pytest.mark.parametrize("dense_from", [ALWAYS_SPARSE, ALWAYS_DENSE])
def test_the_largest_back_propagated_sums_are_exact(
    dense_from: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice -2**15 times a saturated delta of -2**15 is just beyond 32 bits."""
    monkeypatch.setattr(plan_module, "DENSE_FROM", dense_from)
    network = Network(
        layers=(2, 2, 2, 2),
        out_degree=(2, 2, 2),
        parallelism=(1, 1, 1),
        format=FixedFormat(integer=13, fraction=2),
        activation=Activation(hidden="relu", relu_cap=1.0),
    )
    assert sum_dtype(network) is np.int64
    assert sum_dtype(replace(network, out_degree=(2, 1, 1))) is np.int32
    least, most = network.format.min_raw, network.format.max_raw
    # The biases make every s of the hidden layers 1, where the ReLU is neither dead nor capped,
    # and both outputs wrong: delta_3 = (-4, 4).
    parameters = Parameters(
        network=network,
        weights=(np.zeros(4, int), np.full(4, least), np.repeat([most, least], 2)),
        biases=(np.ones(2, int), np.full(2, 1 - least // 2), np.array([least, most])),
    )
    ours = CompiledTrainer(network, parameters, minimum_lags(network))
    numpy = GoldenTrainer(network, parameters, minimum_lags(network))
    sample = ([[4, 4]], [0], True, 0)
    check_results(ours.run(*sample), numpy.run(*sample))
    check_equal(ours, numpy)
    # e_2 = -4 most + 4 least makes delta_2 = least; e_1 = 2 least**2 makes delta_1 = most.
    assert ours.saturations.bp == (2, 2, 0)
    assert ours.parameters.weights[0].tolist() == [-most] * 4
    assert ours.parameters.weights[1].tolist() == [least - least // 4] * 4


@pytest.mark.parametrize("inputs", [1 << 16, (1 << 16) + 2])
def test_indices_hold_every_neuron(inputs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_module, "DENSE_FROM", ALWAYS_SPARSE)
    network = Network(layers=(inputs, 2), out_degree=(1,), parallelism=(inputs,))
    (edges,) = edges_of(network)
    plan, _ = make_plan(network, [edges], minimum_lags(network))
    assert plan.left.max() == inputs - 1
    assert np.array_equal(plan.left, edges.left)
    assert np.array_equal(plan.left[plan.leaving], np.arange(inputs))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_equals_numpy_on_the_examples(path: Path) -> None:
    file = read_network_file(path)
    rng = np.random.default_rng(7)
    features = rng.integers(0, file.network.format.one + 1, (300, file.network.layers[0]))
    labels = rng.integers(0, file.network.competing, 300)
    parameters, lags = initial_parameters(file.network, 1), lags_of(file)
    ours = CompiledTrainer(file.network, parameters, lags)
    numpy = GoldenTrainer(file.network, parameters, lags)
    for exponent in (1, 3, 6):
        args = (features, labels, True, exponent)
        check_results(ours.run(*args), numpy.run(*args))
        check_equal(ours, numpy)


@pytest.mark.real_data
def test_equals_numpy_on_mnist(data_dir: Path) -> None:
    file = read_network_file(ROOT / "examples" / "mnist_original.toml")
    data = load_training_data(file, data_dir, samples=3000, test_samples=500)
    parameters, lags = initial_parameters(file.network, 1), lags_of(file)
    ours = CompiledTrainer(file.network, parameters, lags)
    numpy = GoldenTrainer(file.network, parameters, lags)
    args = (data.train_features, data.train_labels, True, 3)
    result = ours.run(*args)
    check_results(result, numpy.run(*args))
    assert result.correct[-1000:].mean() > 0.6  # so it has learnt something
    check_equal(ours, numpy)
    assert ours.infer(data.test_features).tolist() == numpy.infer(data.test_features).tolist()
    check_equal(ours, numpy)


@pytest.mark.real_data
def test_the_accurate_example_reaches_97_percent(data_dir: Path, tmp_path: Path) -> None:
    """All 12 epochs of 60,000 samples, as `examples/mnist_accurate.toml` has them."""
    example, output = ROOT / "examples" / "mnist_accurate.toml", tmp_path / "out.json"
    options = ["--data", str(data_dir), "--engine", "compiled", "--no-float"]
    assert main(["train", str(example), *options, "--json", str(output)]) == 0
    figures = json.loads(output.read_text())
    assert (figures["training_samples"], figures["test_samples"]) == (60_000, 10_000)
    assert figures["epochs"][-1]["test_accuracy"] >= 0.97


def test_samples_and_progress_come_in_chunks() -> None:
    case = Case(201, count=600)
    ours, numpy = CompiledTrainer(case.network, case.parameters, case.lags), case.trainer()
    seen: list[int] = []
    found = ours.run(case.features, case.labels, progress=seen.append)
    assert seen == [256, 256, 88]
    check_results(found, numpy.run(case.features, case.labels))
    check_equal(ours, numpy)
    assert ours.infer(case.features).tolist() == numpy.infer(case.features).tolist()
    check_equal(ours, numpy)


def test_wrong_arguments_are_refused_as_by_numpy() -> None:
    network = Network(layers=(2, 2, 2), out_degree=(2, 2), parallelism=(1, 1))
    good = initial_parameters(network, 1)
    other = replace(network, activation=Activation(hidden="relu"))
    with pytest.raises(
        ValueError,
        match=r"^parameters must belong to the trainer's network, not to another one$",
    ):
        CompiledTrainer(other, good, (1, 0))
    message = "lag of junction 2 must be at least 0, not -1"
    with pytest.raises(ValueError, match=f"^{message}$"):
        CompiledTrainer(network, good, (1, -1))
    trainer = CompiledTrainer(network, good, (1, 0))
    for wrong in (257, -1):
        message = f"feature 1 of sample 1 must be 0 to 256, not {wrong}"
        with pytest.raises(ValueError, match=f"^{message}$"):
            trainer.run([[0, 0], [0, wrong]], [0, 1])
    assert trainer.parameters == good


@pytest.fixture
def no_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the import of Numba fail."""
    monkeypatch.setitem(sys.modules, "numba", None)
    for module in ("kernel", "compiled"):
        monkeypatch.delitem(sys.modules, f"software_ref.golden.{module}", raising=False)
        monkeypatch.delattr(f"software_ref.golden.{module}", raising=False)


MESSAGE = (
    "the compiled engine needs Numba, which cannot be imported (import of numba halted; None in "
    "sys.modules); install it with pip install numba, or use the engine numpy"
)


def test_the_engine_is_chosen() -> None:
    case = Case(202)
    for engine, kind in (
        ("auto", CompiledTrainer),
        ("compiled", CompiledTrainer),
        ("numpy", GoldenTrainer),
    ):
        trainer = golden_trainer(case.network, case.parameters, case.lags, engine=engine)
        assert type(trainer) is kind
    with pytest.raises(
        ValueError, match=r"^engine must be one of auto, compiled, numpy, not 'fast'$"
    ):
        golden_trainer(case.network, case.parameters, case.lags, engine="fast")


@pytest.mark.usefixtures("no_numba")
def test_without_numba_numpy_is_used_unless_refused() -> None:
    case = Case(202)
    arguments = (case.network, case.parameters, case.lags)
    assert type(golden_trainer(*arguments)) is GoldenTrainer
    with pytest.raises(ToolError, match=f"^{re.escape(MESSAGE)}$"):
        golden_trainer(*arguments, engine="compiled")


def test_the_command_trains_alike_with_every_engine(tmp_path: Path) -> None:
    write_points(tmp_path)
    path = tmp_path / "small.toml"
    path.write_text(NETWORK)
    states = []
    for engine in ("auto", "compiled", "numpy"):
        saved = tmp_path / f"{engine}.npz"
        document = train(path, "--engine", engine, "--save", saved)
        assert document["engine"] == ("numpy" if engine == "numpy" else "compiled")
        states.append(saved.read_bytes())
    assert states[0] == states[1] == states[2]


def test_the_command_asks_for_numba(
    tmp_path: Path, no_numba: None, capsys: pytest.CaptureFixture[str]
) -> None:
    write_points(tmp_path)
    path = tmp_path / "small.toml"
    path.write_text(NETWORK)
    assert refused(capsys, path, "--engine", "compiled") == MESSAGE
    assert main(["train", str(path)]) == 0
