"""Jobs on the stub core: values, exact clocks, random stalls, parameters, and cores that fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hwgen.simulation.job import (
    AccessParameters,
    Drain,
    Job,
    Operation,
    Parameters,
    Play,
    ReadParameters,
    Reset,
    Stalls,
    Wait,
    WriteParameters,
)
from hwgen.simulation.result import Result
from hwgen.simulation.run import Simulation, SimulatorError
from hwgen.simulation.tests.stub_core import (
    LAG,
    LATENCY,
    PORTS,
    STEP,
    predictions,
    random_samples,
    stub,
)

SAMPLES = 60
FEATURES, LABELS = random_samples(SAMPLES, seed=11)
ALL = range(SAMPLES)


def _run(simulation: Simulation, operations: list[Operation], **settings: int) -> Result:
    job = Job(operations=operations, features=FEATURES, labels=LABELS, **settings)
    return simulation.run(job, timeout=100)


def _random_parameters(seed: int) -> Parameters:
    random = np.random.default_rng(seed)
    return Parameters(
        weights=[random.integers(-2048, 2048, junction.weights) for junction in PORTS.junctions],
        biases=[random.integers(-2048, 2048, junction.right) for junction in PORTS.junctions],
    )


def _assert_equal(found: Parameters, wanted: Parameters) -> None:
    for name in ("weights", "biases"):
        for one, other in zip(getattr(found, name), getattr(wanted, name), strict=True):
            assert np.array_equal(one, other)


def test_full_rate_is_exact_to_the_clock(simulation: Simulation) -> None:
    result = _run(simulation, [Play(samples=ALL), Drain()])
    play, drain = result.plays[0], result.operations[1]
    # Two clocks from the operation's start to the first beat's acceptance, two beats a sample. The
    # first sample starts its step a clock later, and from then on the next is taken in meanwhile.
    first_step = play.first_clock + 4
    steps = first_step + STEP * np.arange(SAMPLES + LAG)
    assert play.sample_clocks[0] == first_step - 1
    assert np.array_equal(play.sample_clocks[1:], steps[: SAMPLES - 1] + 1)
    assert np.array_equal(play.prediction_clocks, steps[LATENCY : SAMPLES + LATENCY] + 1)
    assert np.array_equal(play.tags, np.arange(SAMPLES))
    assert np.array_equal(play.predictions, predictions(FEATURES))
    assert np.array_equal(play.correct, predictions(FEATURES) == LABELS)
    assert play.last_clock == play.sample_clocks[-1]
    assert play.steps == SAMPLES - 1
    assert drain.steps == SAMPLES + LAG
    assert drain.last_clock == steps[-1] + STEP


@pytest.mark.parametrize(
    "stalls",
    [
        Stalls(seed=1, samples=0.4, length=15),
        Stalls(seed=2, predictions=0.95, length=40),
        Stalls(seed=3, samples=0.3, predictions=0.7, length=9),
    ],
)
def test_stalls_change_clocks_and_nothing_else(simulation: Simulation, stalls: Stalls) -> None:
    operations = [Play(samples=ALL, stalls=stalls), Drain(stalls=stalls), ReadParameters()]
    result, again = _run(simulation, operations), _run(simulation, operations)
    play = result.plays[0]
    assert np.array_equal(play.predictions, predictions(FEATURES))
    assert np.array_equal(play.correct, predictions(FEATURES) == LABELS)
    assert np.array_equal(play.tags, np.arange(SAMPLES))
    assert result.parameters[0].weights[0][0] == SAMPLES
    assert np.diff(play.prediction_clocks).max() > STEP  # there were gaps
    assert np.array_equal(play.sample_clocks, again.plays[0].sample_clocks)
    other = _run(simulation, [Play(samples=ALL, stalls=replace(stalls, seed=9)), Drain()])
    assert not np.array_equal(play.prediction_clocks, other.plays[0].prediction_clocks)


def test_samples_are_played_in_any_order_with_their_own_settings(simulation: Simulation) -> None:
    random = np.random.default_rng(5)
    order = random.integers(0, SAMPLES, 40)
    train, exponents = random.random(40) < 0.5, random.integers(0, 16, 40)
    operations = [
        Play(samples=order, train=train, rate_exponent=exponents),
        Play(samples=range(10, 13), train=False, rate_exponent=1),
        Play(samples=[]),
        Drain(),
        ReadParameters(),
    ]
    result = _run(simulation, operations)
    first, second, empty = result.plays
    assert np.array_equal(first.predictions, predictions(FEATURES[order]))
    assert np.array_equal(first.correct, (predictions(FEATURES) == LABELS)[order])
    assert np.array_equal(second.predictions, predictions(FEATURES[10:13]))
    assert np.array_equal(second.tags, [40, 41, 42])
    assert len(empty.predictions) == len(empty.sample_clocks) == 0
    assert result.parameters[0].weights[0][0] == (1 + exponents)[train].sum()
    saturations = result.operations[-1].saturations
    assert saturations.tolist() == [[0, 0, FEATURES[order][train, 6].sum()], [0, 0, 0]]


def test_parameters_are_written_and_read_back(simulation: Simulation) -> None:
    first, second = _random_parameters(1), _random_parameters(2)
    stalls = Stalls(requests=0.3, values=0.6, length=5)
    result = _run(
        simulation,
        [
            WriteParameters(parameters=first),
            ReadParameters(stalls=stalls),
            WriteParameters(parameters=second, stalls=stalls),
            ReadParameters(),
            Play(samples=ALL, rate_exponent=2),
            Drain(),
            ReadParameters(),
        ],
    )
    _assert_equal(result.parameters[0], first)
    _assert_equal(result.parameters[1], second)
    second.weights[0][0] = (second.weights[0][0] + 3 * SAMPLES + 2048) % 4096 - 2048
    _assert_equal(result.parameters[2], second)
    # A request a clock: first_clock, one clock to offer, then one for each, one for the last
    # answer, and one to be found.
    write = result.operations[0]
    assert write.last_clock - write.first_clock == PORTS.parameters + 3


def test_single_parameters_can_be_accessed(simulation: Simulation) -> None:
    access = AccessParameters(
        write=[True, True, False, True, False, False],
        junction=[0, 1, 1, 1, 0, 1],
        bias=[False, True, True, True, False, True],
        row=[6, 2, 2, 2, 6, 2],
        lane=[3, 0, 0, 0, 3, 0],
        data=[-7, 100, 0, -2048, 0, 0],
    )
    result = _run(simulation, [access, ReadParameters()])
    assert result.values[0].tolist() == [0, 0, 100, 100, -7, -2048]
    assert not result.errors[0].any()
    assert result.parameters[0].weights[0][27] == -7
    assert result.parameters[0].biases[1][2] == -2048


def test_a_reset_cuts_predictions_off_and_counts_anew(simulation: Simulation) -> None:
    operations = [Play(samples=ALL), Reset(), Play(samples=[3, 4]), Drain(), Wait(clocks=100)]
    result = _run(simulation, operations)
    first, second = result.plays
    assert SAMPLES - 4 <= len(first.predictions) < SAMPLES
    assert np.array_equal(first.predictions, predictions(FEATURES)[: len(first.predictions)])
    assert np.array_equal(second.predictions, predictions(FEATURES[3:5]))
    assert second.tags.tolist() == [0, 1]
    assert result.operations[3].steps == 2 + LAG
    wait = result.operations[4]
    assert wait.last_clock - wait.first_clock == 100


def test_predictions_that_never_come_are_missing(simulation: Simulation) -> None:
    play = _run(simulation, [Play(samples=ALL)]).plays[0]
    assert len(play.sample_clocks) == SAMPLES
    assert len(play.predictions) == SAMPLES - 1 - LATENCY


@pytest.mark.parametrize("mode", ["fast_build", "fast_run"])
def test_other_widths(tmp_path: Path, mode: str) -> None:
    """One wide feature a beat, one class bit, and loading that takes longer than a step."""
    ports = replace(PORTS, beat_features=1, feature_width=32, label_width=1, clocks_per_step=3)
    source = stub(tmp_path, BEAT=1, FW=32, BEATS=7, LABEL_W=1, P=3, CLASSES=2, TAIL=0)
    simulation = Simulation(
        tmp_path / "build",
        ports,
        source=source,
        mode=mode,  # type: ignore[arg-type]
    )
    features = np.random.default_rng(3).integers(0, 1 << 32, (30, 7))
    job = Job(
        operations=[Play(samples=range(30)), Drain()], features=features, labels=features[:, 1] % 2
    )
    play = simulation.run(job, timeout=100).plays[0]
    assert np.array_equal(play.predictions, features[:, 0] % 2)
    assert np.array_equal(play.correct, features[:, 0] % 2 == features[:, 1] % 2)
    assert set(np.diff(play.sample_clocks)) == {ports.beats}


def test_progress_counts_samples(simulation: Simulation) -> None:
    seen: list[int] = []
    job = Job(operations=[Play(samples=[1] * 20_000), Drain()], features=FEATURES, labels=LABELS)
    simulation.run(job, progress=seen.append, timeout=100)
    assert seen == sorted(set(seen))
    assert seen[-1] == 20_000


def test_the_folder_of_an_earlier_run_is_used_again(simulation: Simulation, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("kept")
    for operations in ([Play(samples=ALL), ReadParameters()], [Drain()]):
        with_errors = Job(operations=operations, features=FEATURES, labels=LABELS, patience=2000)
        if len(operations) == 2:
            with pytest.raises(SimulatorError):
                simulation.run(with_errors, run_dir=tmp_path)
        else:
            assert simulation.run(with_errors, run_dir=tmp_path).plays == ()
    assert (tmp_path / "notes.txt").read_text() == "kept"
    assert not (tmp_path / "samples_0.bin").exists()


def test_a_core_that_is_never_idle_is_stuck(simulation: Simulation) -> None:
    message = (
        r"^stuck in operation 2 \(request, count 47\) at clock \d+, after 60 samples accepted, "
        r"58 predictions accepted, 0 requests accepted, 0 values accepted; see .*run\.log$"
    )
    with pytest.raises(SimulatorError, match=message):
        _run(simulation, [Play(samples=ALL), ReadParameters()], patience=1000)


def test_a_core_without_the_parameters_that_its_ports_promise_is_an_error(
    faulty: Callable[[int], Simulation],
) -> None:
    message = "^the core has no parameter at the place of request 0 of 47 for all parameters$"
    for operation in (ReadParameters(), WriteParameters(parameters=_random_parameters(1))):
        with pytest.raises(SimulatorError, match=message):
            _run(faulty(8), [operation])


def test_a_core_that_takes_nothing_is_stuck(faulty: Callable[[int], Simulation]) -> None:
    with pytest.raises(SimulatorError, match=r"^stuck in operation 1 \(play, count 3\)"):
        _run(faulty(1), [Play(samples=range(3))], patience=500)


def test_a_prediction_that_changes_while_it_waits_is_an_error(
    faulty: Callable[[int], Simulation],
) -> None:
    stalls = Stalls(predictions=0.9, length=20)
    message = r"the core changed a prediction that was not taken, at clock \d+"
    with pytest.raises(SimulatorError, match=message):
        _run(faulty(2), [Play(samples=ALL, stalls=stalls)])


def test_a_prediction_too_many_is_an_error(faulty: Callable[[int], Simulation]) -> None:
    message = r"the core gave a prediction that no sample asked for, at clock \d+"
    with pytest.raises(SimulatorError, match=message):
        _run(faulty(3), [Play(samples=range(3)), Drain()])
