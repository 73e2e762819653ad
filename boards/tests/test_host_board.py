"""The host's driver and the whole board, simulated clock by clock, over good and bad lines."""

from __future__ import annotations

import random

import numpy as np
import pytest

from boards.host import store
from boards.host.board import Board
from boards.host.frames import Frame, encode
from boards.host.link import Link, LinkError, RefusedError
from boards.host.messages import BoardStatus, Configuration
from boards.host.parameters import parameter_runs
from boards.link.commands import Command, State, Status, Stop
from boards.link.payloads import PARAMETER_RUN, PARAMETER_VALUE, TAIL
from boards.parameters.parameter_access import place_limits
from boards.simulated.board import SimulatedBoard
from boards.simulated.lockstep import Lockstep
from boards.tests.faulty_line import FAULTS, FaultyLine
from boards.tests.small_board import SAMPLES, TIMEOUT
from hwgen.core.design import CoreDesign
from software_ref.connections.options import ConnectionOptions
from software_ref.connections.rewire_options import RewireOptions
from software_ref.core_plan import CorePlan
from software_ref.golden import GoldenTrainer, Parameters
from software_ref.network import Network
from software_ref.training import STREAM_TAIL

TRAIN, TEST = 24, 8
FAULTS_OF_A_KIND = 250
PATIENCE = 1000
"""Looks at the board until what it does must be over."""


@pytest.fixture(scope="module")
def data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    return rng.integers(0, 257, (SAMPLES, 12)), rng.integers(0, 3, SAMPLES)


def golden(core: CoreDesign, parameters: Parameters | None = None) -> GoldenTrainer:
    return GoldenTrainer(core.network, parameters or core.parameters, core.schedule.lags)


def equal(one: Parameters, other: Parameters) -> bool:
    return all(
        np.array_equal(a, b)
        for a, b in zip((*one.weights, *one.biases), (*other.weights, *other.biases), strict=True)
    )


def drawn(core: CoreDesign, seed: int) -> Parameters:
    rng, fmt = np.random.default_rng(seed), core.network.format
    low, high = -(1 << fmt.width - 1), 1 << fmt.width - 1
    return Parameters(
        network=core.network,
        weights=tuple(rng.integers(low, high, s.weights) for s in core.network.junctions),
        biases=tuple(rng.integers(low, high, s.right) for s in core.network.junctions),
    )


def configuration(**changes) -> Configuration:
    settings = {
        "first_epoch": 0,
        "end_epoch": 5,
        "train_first": 0,
        "train_count": TRAIN,
        "test_first": TRAIN,
        "test_count": TEST,
        "rates": ((0, 1), (2, 2), (4, 0)),
    }
    return Configuration(**(settings | changes))


def wait(board: Board) -> None:
    """Wait until the board is idle, for no longer than any run here takes."""
    for _ in range(PATIENCE):
        if not board.status().state & (State.RUNNING | State.BUSY | State.RESETTING):
            return
    raise AssertionError(f"still {board.status().state!r}")


def train_golden(trainer, data, epochs, rates, order=None) -> list[tuple[int, int, int]]:
    """Epochs of `configuration()`: right ones among training, last and test samples."""
    features, labels = data
    records = []
    for epoch in epochs:
        exponent = [k for first, k in rates if first <= epoch][-1]
        chosen = np.arange(TRAIN) if order is None else order
        result = trainer.run(features[chosen], labels[chosen], True, exponent)
        tests = slice(TRAIN, TRAIN + TEST)
        right = int((trainer.infer(features[tests]) == labels[tests]).sum())
        records.append((int(result.correct.sum()), int(result.correct[-TAIL:].sum()), right))
    return records


def test_the_board_keeps_the_tail_that_software_measures() -> None:
    assert TAIL == STREAM_TAIL


@pytest.mark.parametrize(
    "network",
    [
        Network(layers=(12, 6, 4), out_degree=(3, 2), parallelism=(4, 3)),
        Network(layers=(12, 4, 8), out_degree=(2, 4), parallelism=(12, 4)),
        Network(layers=(15, 10, 12), out_degree=(4, 6), parallelism=(15, 10)),
        Network(
            layers=(12, 6, 4),
            out_degree=(3, 2),
            parallelism=(4, 6),
            connections=ConnectionOptions(kind="free"),
            rewire=RewireOptions(),
        ),
    ],
)
def test_runs_hold_every_parameter_once(network: Network) -> None:
    seen: dict[tuple[int, str], list[int]] = {}
    for run in parameter_runs(CorePlan(network=network).ports, network):
        seen.setdefault((run.junction, run.kind), []).extend(
            range(run.first, run.first + run.count)
        )
    for k, shape in enumerate(network.junctions):
        assert seen.pop((k, "weights")) == list(range(shape.weights))
        assert seen.pop((k, "biases")) == list(range(shape.right))
    moving = [k for k, shape in enumerate(network.junctions) if network.rewire and shape.depth > 1]
    assert seen == {(k, "addresses"): list(range(network.junctions[k].weights)) for k in moving}


def test_reset_writes_the_initial_parameters(board: Board) -> None:
    board.write_parameters(drawn(board.core, 1))
    board.reset_training()
    assert equal(board.read_parameters(), board.core.parameters)


def test_parameters_come_back_as_they_were_written(board: Board) -> None:
    for seed in range(3):
        wanted = drawn(board.core, seed)
        board.write_parameters(wanted)
        assert equal(board.read_parameters(), wanted)


@pytest.mark.parametrize("ordered", [False, True])
def test_a_run_is_the_golden_training(board: Board, data, ordered: bool) -> None:
    features, labels = data
    order = np.random.default_rng(3).permutation(TRAIN)
    board.store.fill(features, labels)
    board.store.write_order(order)
    board.store.seal(99)
    before = board.status()
    settings = configuration(ordered=ordered)
    board.configure(settings)
    board.start()
    wait(board)
    trainer = golden(board.core)
    wanted = train_golden(trainer, data, range(5), settings.rates, order if ordered else None)
    assert equal(board.read_parameters(), trainer.parameters)
    after = board.status()
    records = board.history(before.epochs, 5)
    assert [record.epoch for record in records] == list(range(5))
    assert [(r.train, r.tail, r.test) for r in records] == wanted
    assert after.predictions - before.predictions == 5 * (TRAIN + TEST)
    assert after.epochs - before.epochs == 5
    assert after.seal == 99
    assert after.saturations - before.saturations == trainer.saturations


def test_the_store_is_filled_to_its_last_byte(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With samples that do not compress, in many portions; each tells how many samples it had."""
    monkeypatch.setattr(store, "MAX_PAYLOAD", 100)
    monkeypatch.setattr(store, "_BLOCK_BYTES", 64)
    features = np.random.default_rng(1).integers(8, 257, (SAMPLES, 12))
    labels = np.arange(SAMPLES) % 3
    image, layout = board.store.image(features, labels), board.store.layout
    assert image.first + len(image.words) == layout.words
    calls: list[int] = []
    assert board.store.upload(image, calls.append)
    assert len(calls) > 4
    assert all(count >= 0 for count in calls)
    assert sum(calls) == SAMPLES
    assert board.status().seal == image.seal
    assert np.array_equal(board.infer(0, SAMPLES), golden(board.core).infer(features))
    assert not board.store.upload(image)
    with pytest.raises(ValueError, match=f"room for {SAMPLES} samples, not for {SAMPLES + 1}"):
        board.store.image(np.zeros((SAMPLES + 1, 12), int), np.zeros(SAMPLES + 1, int))


def test_a_broken_upload_goes_on_where_it_ended(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_BLOCK_BYTES", 50)
    rng = np.random.default_rng(2)
    image = board.store.image(rng.integers(0, 257, (SAMPLES, 12)), rng.integers(0, 3, SAMPLES))
    sent: list[int] = []
    write = board.store._write

    def counted(command: Command, first: int, words: np.ndarray) -> None:
        if len(sent) == 5:
            raise KeyboardInterrupt
        sent.append(first)
        write(command, first, words)

    monkeypatch.setattr(board.store, "_write", counted)
    with pytest.raises(KeyboardInterrupt):
        board.store.upload(image)
    assert board.status().seal == 0
    before = list(sent)
    monkeypatch.setattr(
        board.store, "_write", lambda *place: (sent.append(place[1]), write(*place))
    )
    assert board.store.upload(image)
    assert not set(before) & set(sent[len(before) :])
    assert board.status().seal == image.seal


def test_damage_is_told_and_ends_the_seal(board: Board, data) -> None:
    """A bit that changes in the memory, wherever in a sample: no run goes on unnoticed."""
    features, labels = data
    image, layout = board.store.image(features, labels), board.store.layout
    board.store.upload(image)
    for bit in (0, 11, 17, 8 * layout.code.width - 1):
        words = image.words[layout.index.words :][:8].copy()
        words.reshape(-1)[bit // 8] ^= 1 << bit % 8
        board.store._write(Command.WRITE_STORE, layout.first, words)
        board.store.seal(image.seal)
        before = board.status()
        board.configure(configuration(end_epoch=1))
        board.start()
        wait(board)
        after = board.status()
        assert after.damaged > before.damaged
        assert after.predictions - before.predictions == TRAIN + TEST
        assert after.seal == 0
        with pytest.raises(RefusedError, match="not filled"):
            board.start()
        with pytest.raises(LinkError, match="1 that it has played were damaged"):
            board.infer(0, SAMPLES)
        after = board.status()
        assert board.store.upload(image)  # puts it right
        assert np.array_equal(
            board.infer(0, SAMPLES),
            golden(board.core, board.read_parameters()).infer(features),
        )
        assert board.status().damaged == after.damaged


def test_the_clocks_of_a_pass_are_counted(board: Board, data) -> None:
    """Those that the core worked and those that it waited, until the first sample came."""
    board.store.fill(*data)
    before = board.status()
    board.play(0, SAMPLES, train=True, exponent=2, drain=True)
    after = board.status()
    worked, waited = after.worked - before.worked, after.waited - before.waited
    period = board.core.schedule.period
    assert (SAMPLES - 1) * period <= worked <= SAMPLES * period
    assert 20 < waited < 100


def test_samples_run_at_exactly_the_period(board: Board, data) -> None:
    board.store.fill(*data)
    board.play(0, SAMPLES, train=True, exponent=2, drain=True)
    status = board.status()
    assert status.timed == SAMPLES
    assert status.clocks == (SAMPLES - 1) * board.core.schedule.period


def test_single_samples_are_one_sequence_until_a_drain(board: Board, data) -> None:
    features, labels = data
    board.store.fill(features, labels)
    made = board.status().predictions
    trainer = golden(board.core)
    flags = np.random.default_rng(8).integers(0, 2, SAMPLES).astype(bool)
    for k in range(SAMPLES):
        board.play(k, 1, train=bool(flags[k]), exponent=k % 4, drain=False)
    board.play(0, 0, train=False, exponent=0, drain=True)
    result = trainer.run(features, labels, flags, np.arange(SAMPLES) % 4)
    predicted, right = board.predictions(made, SAMPLES)
    assert np.array_equal(predicted, result.predictions)
    assert np.array_equal(right, result.correct)
    assert equal(board.read_parameters(), trainer.parameters)


def test_inference_leaves_the_parameters_alone(board: Board, data) -> None:
    features, labels = data
    board.store.fill(features, labels)
    before = board.read_parameters()
    predicted = board.infer(0, SAMPLES)
    assert np.array_equal(predicted, golden(board.core).infer(features))
    assert equal(board.read_parameters(), before)


def test_pause_and_resume_change_nothing(simulated: SimulatedBoard, board: Board, data) -> None:
    board.store.fill(*data)
    board.store.seal(1)
    board.configure(configuration(end_epoch=100_000))
    before = board.status()
    board.start()
    seen = before.predictions
    for _ in range(6):
        board.pause()
        paused, later = (look_after_epochs(simulated, board) for _ in range(2))
        # It did something since the pause before, and stands still now.
        assert paused.predictions > seen
        assert (later.samples, later.predictions) == (paused.samples, paused.predictions)
        seen = paused.predictions
        board.resume()
        assert not board.status().state & State.PAUSED
    stop_after_epoch(board, data, before.epochs)


def test_a_paused_run_can_be_stopped_after_its_epoch(
    simulated: SimulatedBoard, board: Board, data
) -> None:
    board.store.fill(*data)
    board.store.seal(1)
    board.configure(configuration(end_epoch=100_000))
    before = board.status().epochs
    board.start()
    board.pause()
    look_after_epochs(simulated, board)
    stop_after_epoch(board, data, before)


def look_after_epochs(simulated: SimulatedBoard, board: Board) -> BoardStatus:
    """What a paused board is doing, after a time in which it could train several epochs."""
    simulated.run(5 * (TRAIN + TEST) * board.core.schedule.period)
    status = board.status()
    assert status.state & (State.RUNNING | State.PAUSED) == State.RUNNING | State.PAUSED
    return status


def stop_after_epoch(board: Board, data, before: int) -> None:
    """End a run after its epoch; so many epochs of a golden training must have been trained."""
    board.stop(Stop.AFTER_EPOCH)
    wait(board)
    status = board.status()
    epochs = status.epochs - before
    assert epochs >= 1
    assert status.epoch == epochs
    trainer = golden(board.core)
    train_golden(trainer, data, range(epochs), configuration().rates)
    assert equal(board.read_parameters(), trainer.parameters)


def test_stop_after_epoch_leaves_whole_epochs(board: Board, data) -> None:
    board.store.fill(*data)
    board.store.seal(1)
    board.configure(configuration(end_epoch=100_000))
    before = board.status().epochs
    board.start()
    stop_after_epoch(board, data, before)


def test_stop_now_drains_what_was_taken(board: Board, data) -> None:
    board.store.fill(*data)
    board.store.seal(1)
    board.configure(configuration(end_epoch=100_000))
    before = board.status()
    board.start()
    board.stop(Stop.NOW)
    wait(board)
    taken = board.status().predictions - before.predictions
    assert taken > 0
    epoch, rest = divmod(taken, TRAIN + TEST)
    trainer = golden(board.core)
    features, labels = data
    train_golden(trainer, data, range(epoch), configuration().rates)
    exponent = [k for first, k in configuration().rates if first <= epoch][-1]
    train = min(rest, TRAIN)
    trainer.run(features[:train], labels[:train], True, exponent)
    assert equal(board.read_parameters(), trainer.parameters)


def press(simulated: SimulatedBoard, **button: bool) -> None:
    clocks = simulated.design.clock_hz // 100
    simulated.press(**button)
    simulated.run(clocks)
    simulated.press()
    simulated.run(clocks)


def test_buttons_run_pause_and_reset(simulated: SimulatedBoard, board: Board, data) -> None:
    board.store.fill(*data)
    board.store.seal(1)
    board.configure(configuration())
    press(simulated, run=True)
    wait(board)
    trainer = golden(board.core)
    records = train_golden(trainer, data, range(5), configuration().rates)
    assert equal(board.read_parameters(), trainer.parameters)
    per_mille = 1000 * records[-1][1] // TRAIN
    assert simulated.display == f"   5{per_mille // 10:>3}.{per_mille % 10}"
    assert simulated.leds >> 4 == (1 << 4 * per_mille // 1000) - 1

    board.configure(configuration(end_epoch=100_000))
    press(simulated, run=True)
    assert simulated.leds & 1
    press(simulated, pause=True)
    assert simulated.leds & 3 == 3
    epoch = board.status().epoch
    simulated.run(100_000)
    assert board.status().epoch == epoch
    press(simulated, pause=True)
    assert board.status().epoch > epoch
    press(simulated, reset=True)
    wait(board)
    assert equal(board.read_parameters(), board.core.parameters)
    assert board.status().epoch == 0


def read_place(
    board: Board, what: tuple[int, int], place: tuple[int, int], count: int = 1
) -> bytes:
    """So many parameters of a junction, biases or not, from a row and its last lane on."""
    (junction, bias), (row, lane) = what, place
    run = PARAMETER_RUN.pack(
        junction=junction, kind=bias, row=row, lane=lane, lanes=lane + 1, count=count
    )
    return board.link.call(Command.READ_PARAMETERS, run, answer=count * PARAMETER_VALUE.size)


def test_what_the_board_refuses_changes_nothing(board: Board, data) -> None:
    board.store.fill(*data)
    board.store.seal(7)
    before = board.read_parameters()
    network = board.core.network
    run = next(parameter_runs(board.core.ports, network)).packed()
    places = {
        "junction": b"\5" + run[1:],
        "bias": run[:1] + b"\2" + run[2:],
        "row": run[:2] + b"\xff\0\0\0" + run[6:],
        "lane": run[:6] + b"\xff\xff" + run[8:],
        "no lanes": run[:8] + b"\0\0" + run[10:],
    }
    count = run[10]
    for what, place in places.items():
        for command, values in (
            (Command.READ_PARAMETERS, b""),
            (Command.WRITE_PARAMETERS, bytes(4 * count)),
        ):
            with pytest.raises(RefusedError) as refusal:
                board.link.call(command, place + values)
            assert refusal.value.status == Status.OUT_OF_RANGE, what
    for number, (rows, lanes) in enumerate(place_limits(board.core.schedule)):
        what, last = divmod(number, 2), (rows - 1, lanes - 1)
        assert len(read_place(board, what, last)) == PARAMETER_VALUE.size
        for place in ((rows, 0), (0, lanes), (rows, lanes - 1), (rows - 1, lanes)):
            with pytest.raises(RefusedError, match="no such place or value"):
                read_place(board, what, place)
        with pytest.raises(RefusedError, match="no such place or value"):
            read_place(board, what, last, count=2)  # ends in row `rows`
    too_far = configuration(train_count=SAMPLES + 1)
    for wrong in (too_far, configuration(first_epoch=5), configuration(rates=((0, 8),))):
        with pytest.raises(RefusedError, match="no such place or value"):
            board.configure(wrong)
    for first, samples in ((SAMPLES, 1), (SAMPLES - 1, 2), (0, SAMPLES + 1)):
        with pytest.raises(RefusedError, match="no such place or value"):
            board.play(first, samples, train=True, exponent=0, drain=True)
    # As far as the store goes is not too far.
    board.configure(configuration(train_count=SAMPLES, test_first=SAMPLES, test_count=0))
    board.play(SAMPLES - 1, 1, train=False, exponent=0, drain=True)
    with pytest.raises(RefusedError, match="no such place or value"):
        board.predictions(board.status().predictions, 1)
    assert equal(board.read_parameters(), before)
    assert board.status().seal == 7


def test_a_running_board_refuses_what_would_disturb_it(board: Board, data) -> None:
    board.store.fill(*data)
    board.store.seal(7)
    board.configure(configuration(end_epoch=1_000_000))
    board.start()
    for refused in (
        board.read_parameters,
        lambda: board.write_parameters(board.core.parameters),
        lambda: board.store.fill(*data),
        lambda: board.configure(configuration()),
        board.start,
        board.reset_training,
        lambda: board.play(0, 1, train=True, exponent=0, drain=True),
    ):
        with pytest.raises(RefusedError, match="is training"):
            refused()
    board.stop(Stop.NOW)
    wait(board)


def test_a_configuration_says_which_epoch_is_next(board: Board) -> None:
    board.configure(configuration(first_epoch=3))
    assert board.status().epoch == 3
    board.reset_training()
    assert board.status().epoch == 0


def test_start_needs_a_sealed_store(board: Board, data) -> None:
    board.configure(configuration())
    board.store.fill(*data)
    with pytest.raises(RefusedError, match="not filled"):
        board.start()


@pytest.mark.parametrize("kind", FAULTS)
def test_faults_of_the_line_change_no_bit(
    simulated: SimulatedBoard, board: Board, data, kind: str
) -> None:
    """A thousand faults while parameters, samples and commands go to and fro."""
    features, labels = data
    line = FaultyLine(Lockstep(simulated), kind, share=0.5, seed=len(kind))
    core = board.core
    host = Board(Link(line, timeout=TIMEOUT, tries=80), core)
    rng = random.Random(kind)
    trainer = golden(core)
    rounds = 0
    while line.faults < FAULTS_OF_A_KIND:
        rounds += 1
        if rounds % 4 == 1:
            parameters = drawn(core, rounds)
            host.write_parameters(parameters)
            trainer = golden(core, parameters)
        chosen = np.array([rng.randrange(SAMPLES) for _ in range(6)])
        host.store.fill(features[chosen], labels[chosen])
        before = host.status()
        for k in range(6):
            host.play(k, 1, train=True, exponent=k % 3, drain=False)
        host.play(0, 0, train=False, exponent=0, drain=True)
        result = trainer.run(features[chosen], labels[chosen], True, np.arange(6) % 3)
        after = host.status()
        assert after.predictions - before.predictions == 6
        predicted, right = host.predictions(before.predictions, 6)
        assert np.array_equal(predicted, result.predictions)
        assert np.array_equal(right, result.correct)
        assert equal(host.read_parameters(), trainer.parameters)
    assert line.faults >= FAULTS_OF_A_KIND
    assert sum(host.link.repairs.values()) > 0


def test_a_dead_line_is_told_and_the_board_stays_usable(
    simulated: SimulatedBoard, board: Board
) -> None:
    line = FaultyLine(Lockstep(simulated), "cut", share=0.0, seed=1)
    host = Board(Link(line, timeout=TIMEOUT, tries=3), board.core)
    line.share = 1.0
    with pytest.raises(LinkError, match="must answer STATUS, but 3 tries"):
        host.status()
    line.share = 0.0
    assert host.status().state == 0


def test_what_another_host_left_unfinished_is_no_fault_of_the_line(
    simulated: SimulatedBoard, board: Board
) -> None:
    line = Lockstep(simulated)
    line.write(encode(Frame(1, Command.STATUS))[:-2])
    host = Board(Link(line, timeout=10 * TIMEOUT), board.core)
    assert host.status().state == 0
    assert not host.link.repairs


def test_another_network_is_refused(simulated: SimulatedBoard) -> None:
    other = Network(layers=(12, 6, 4), out_degree=(3, 4), parallelism=(4, 3), classes=3)
    with pytest.raises(LinkError, match="holds another network"):
        Board(Link(Lockstep(simulated), timeout=TIMEOUT), CoreDesign(network=other))
