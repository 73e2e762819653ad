"""A simulated board that makes its own Morse frames: training, letters, display, refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from boards.design import TOP, BoardDesign
from boards.families import family_of
from boards.host.board import Board
from boards.host.choice import training_on
from boards.host.generated_training import GeneratedTraining
from boards.host.link import Link, RefusedError
from boards.host.messages import Configuration
from boards.host.streamed_training import StreamedTraining
from boards.host.tapping import classes_of, times_of
from boards.link.commands import KeyState, State, Status, Stop
from boards.morse.live import FRAMES, TEST_FRAMES, MorseLive
from boards.panel.characters import character_segments
from boards.platforms.boards import BOARDS
from boards.platforms.pinout import pinout
from boards.simulated.board import SimulatedBoard
from boards.simulated.lockstep import Lockstep
from boards.tests.processes import host, presparse, read_until
from boards.tests.small_board import TIMEOUT
from hwgen.core.design import CoreDesign
from hwgen.testing.signedness import doubtful_signs
from software_ref.datasets.morse_codes import MORSE_CODES
from software_ref.datasets.morse_key import tapped_frame, unit_after
from software_ref.datasets.morse_live_options import LEVEL_BITS
from software_ref.golden import GoldenTrainer, Parameters
from software_ref.loading import load_training_data
from software_ref.network_file import NetworkFile, network_file_of
from software_ref.training import golden_training

EXAMPLE = Path(__file__).parents[2] / "examples" / "morse_live.toml"
TRAIN, TEST = 70, 20
LETTERS = "A7E"
DOCUMENT = {
    "network": {"layers": [64, 8, 64], "out_degree": [1, 8], "parallelism": [1, 4]},
    "format": {"fraction": 6, "activation_fraction": 4},
    "data": {
        "name": "morse_live",
        "options": {"train_frames": TRAIN, "test_frames": TEST, "offset": 2, "seed": 7},
    },
    "training": {"epochs": 3, "rate_exponent": [[0, 1], [2, 2]]},
}


@pytest.fixture(scope="module")
def file() -> NetworkFile:
    return network_file_of(DOCUMENT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("morse")


@pytest.fixture(scope="module")
def simulated(file: NetworkFile, folder: Path) -> SimulatedBoard:
    design = BoardDesign(
        core=CoreDesign.from_file(file),
        clock_hz=18_000_000,
        samples=8,
        leds=8,
        morse=MorseLive.of(file),
        tick_clocks=4,
    )
    return SimulatedBoard(design, folder)


@pytest.fixture
def board(simulated: SimulatedBoard) -> Board:
    design = simulated.design
    found = Board(Link(Lockstep(simulated), timeout=TIMEOUT), design.core, design.morse)
    found.reset_training()
    return found


def tap(board: Board, letter: str, unit: float) -> tuple[list[int], int]:
    """Tap a letter: its times, and the class that the board names."""
    times = times_of(MORSE_CODES[classes_of(letter)[0]][1], unit)
    before = board.heard().letters
    board.tap(times)
    while board.heard().letters == before:
        pass
    return times, board.heard().character


def test_a_board_trains_on_its_own_frames_and_letters_change_no_bit(
    board: Board, simulated: SimulatedBoard, file: NetworkFile
) -> None:
    data = load_training_data(file)
    training = training_on(board, file, data)
    assert isinstance(training, GeneratedTraining)
    wanted = golden_training(file, data, board.core.schedule.lags)
    unit = board.heard().unit
    for ours, theirs in zip(training.epochs(0), wanted.epochs(), strict=True):
        assert replace(ours, samples_per_second=0.0) == replace(theirs, samples_per_second=0.0)
        if ours.epoch == 0:  # the board goes on with its epochs while it is tapped on
            unit = unit_after(unit, tap(board, "K", 30)[0])
    assert training.checkpoint().parameters == wanted.parameters
    assert np.array_equal(training.infer_tests(), wanted.trainer.infer(data.test_features))
    assert board.status().clocks_per_sample == board.core.schedule.period

    # Weights that tell letters apart, of which a tapped frame makes what it must.
    rng = np.random.default_rng(4)
    weights = tuple(rng.integers(-90, 90, len(each)) for each in wanted.parameters.weights)
    biases = tuple(rng.integers(-20, 20, len(each)) for each in wanted.parameters.biases)
    strange = Parameters(network=file.network, weights=weights, biases=biases)
    board.write_parameters(strange)
    golden = GoldenTrainer(file.network, strange, board.core.schedule.lags)
    options, shift = simulated.design.morse.options, file.network.format.fraction - LEVEL_BITS
    heard = []
    for letter in LETTERS:
        times, named = tap(board, letter, 40)
        unit = unit_after(unit, times)
        frame = tapped_frame(options, unit, times) << shift
        assert board.heard().unit == unit
        assert named == golden.infer(frame[np.newaxis])[0], letter
        heard.append(named)
    assert len(set(heard)) > 1
    # The display shows them for a while; lamps show the last one's ASCII.
    symbols = [MORSE_CODES[each][0] for each in heard]
    assert simulated.leds & 127 == ord(symbols[-1][0])
    assert board.read_parameters() == strange


def test_frames_that_are_for_tests_are_never_trained_on(board: Board) -> None:
    def refused(action: Callable[[], None]) -> bool:
        with pytest.raises(RefusedError) as refusal:
            action()
        return refusal.value.status == Status.OUT_OF_RANGE

    run = Configuration(
        first_epoch=0,
        end_epoch=1,
        train_first=FRAMES - 2,
        train_count=2,
        test_first=TEST_FRAMES + FRAMES - 2,
        test_count=2,
        rates=((0, 1),),
        generated=True,
    )
    board.configure(run)
    for wrong in ({"train_count": 3}, {"train_first": TEST_FRAMES}, {"test_count": 3}):
        assert refused(lambda wrong=wrong: board.configure(replace(run, **wrong)))
    how = {"exponent": 1, "drain": True, "generated": True}
    assert refused(lambda: board.play(FRAMES - 1, 2, train=True, **how))
    board.play(FRAMES - 1, 2, train=False, **how)
    # Without `generated` the store's few samples are meant.
    assert refused(lambda: board.play(7, 2, train=False, exponent=1, drain=True))


@pytest.mark.slow
def test_the_run_button_trains_for_ever_without_any_host(
    simulated: SimulatedBoard, file: NetworkFile, folder: Path
) -> None:
    fresh = SimulatedBoard(simulated.design, folder)  # from the same library
    clocks = fresh.design.clock_hz // 150
    for _ in range(2):  # the first time is too early: it still writes the initial weights
        fresh.press(run=True)
        fresh.run(clocks)
        fresh.press()
        fresh.run(clocks)
    board = Board(Link(Lockstep(fresh), timeout=TIMEOUT), fresh.design.core, fresh.design.morse)
    while board.status().epochs < 4:
        pass
    # A pause comes between two passes, and letters are heard in it.
    board.pause()
    tap(board, "N", 20)
    assert board.status().state & State.PAUSED
    held = board.status().samples
    assert held == board.status().samples in (TRAIN, TEST)
    board.resume()
    board.stop(Stop.AFTER_EPOCH)
    board.wait_while(State.RUNNING | State.BUSY)
    epochs = board.status().epoch
    longer = replace(file, training=replace(file.training, epochs=epochs))
    wanted = golden_training(longer, load_training_data(file), board.core.schedule.lags)
    results = list(wanted.epochs())
    assert board.read_parameters() == wanted.parameters
    history = board.history(0, epochs)
    assert [each.test / TEST for each in history] == [each.test_accuracy for each in results]
    fresh.close()


def test_a_key_pressed_by_hand_is_heard_as_one_of_the_link(
    board: Board, simulated: SimulatedBoard
) -> None:
    tick = simulated.design.key_tick
    times = times_of("-.", 40)
    before = board.heard()
    for place, time in enumerate(times):
        simulated.press(key=place % 2 == 0)
        simulated.run(time * tick)
    simulated.press()
    assert board.heard().letters == before.letters
    simulated.run(4 * before.unit * tick + 40_000)
    after = board.heard()
    assert after.letters == before.letters + 1
    assert after.unit == unit_after(before.unit, times)
    board.tap([20_000, 1, 1])
    with pytest.raises(RefusedError) as refusal:
        board.tap([1])
    assert refusal.value.status == Status.BUSY
    assert board.heard().flags == KeyState.SENDING | KeyState.DOWN
    while board.heard().letters == after.letters:
        pass


def test_samples_that_the_board_does_not_make_come_over_the_line(
    board: Board, file: NetworkFile
) -> None:
    data = load_training_data(file)
    other = replace(data, train_labels=(data.train_labels + 1) % 64)
    assert isinstance(training_on(board, file, other), StreamedTraining)
    shuffled = replace(file, training=replace(file.training, shuffle=True))
    assert isinstance(training_on(board, shuffled, data), StreamedTraining)


@pytest.mark.parametrize(
    ("layers", "settings", "message"),
    [
        ([64, 32], {}, "must have 64 inputs or more and 64 classes on a board, not 64 and 32"),
        (
            [64, 64],
            {"activation_fraction": 3},
            "must have activations of 4 fraction bits or more on a board, not 3: raise "
            "activation_fraction in [format]",
        ),
    ],
)
def test_networks_that_do_not_suit_the_frames_are_told(
    layers: list[int], settings: dict[str, int], message: str
) -> None:
    file = network_file_of(
        DOCUMENT
        | {
            "network": {"layers": layers, "out_degree": [layers[1]], "parallelism": [64]},
            "format": {"fraction": 6, **settings},
        }
    )
    with pytest.raises(ValueError, match=r"^morse_live ") as error:
        BoardDesign(core=CoreDesign.from_file(file), clock_hz=18_000_000, morse=MorseLive.of(file))
    assert str(error.value) == f"morse_live {message}"


@pytest.mark.parametrize(("name", "pin"), [("nexys4", "R10"), ("ulx3s", "H16")])
def test_the_key_has_a_pin_where_there_are_frames(
    simulated: SimulatedBoard, name: str, pin: str
) -> None:
    board = BOARDS[name]
    clocking = family_of(board).clocking(board.oscillator_hz, 80_000_000)
    design = replace(simulated.design, leds=board.leds)
    for morse, wanted in ((design.morse, {"button_right_0__io": pin}), (None, {})):
        ports = pinout(board, replace(design, morse=morse), clocking).ports
        found = {port.name: port.pin for port in ports if port.name.startswith("button_right")}
        assert found == wanted


@pytest.mark.usefixtures("simulated")
def test_no_sign_hangs_on_how_an_expression_is_spelt(folder: Path) -> None:
    assert doubtful_signs((folder / f"{TOP}.v").read_text(encoding="utf-8")) == []


def test_all_characters_look_different() -> None:
    shapes = [character_segments(symbol) for symbol, _ in MORSE_CODES]
    assert len(set(shapes)) == len(MORSE_CODES)


@pytest.mark.slow
def test_the_example_reaches_90_percent_and_names_36_tapped_characters(tmp_path: Path) -> None:
    """As docs/boards.md shows it: `board-sim` in one process, `host` in another."""
    text = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    figures = tmp_path / "figures.json"
    with presparse("board-sim", EXAMPLE, "--samples", 256) as simulation:
        try:
            port = read_until(simulation, r"the board is at (\S+);")[1]
            options = ("--epochs", 4, "--verify", "--json", figures)
            with host("train", EXAMPLE, port, *options) as training:
                said = training.communicate()[0]
            assert "the golden model agrees" in said
            trained = json.loads(figures.read_text(encoding="utf-8"))
            assert trained["epochs"][-1]["test_accuracy"] >= 0.9
            with host("key", EXAMPLE, port, "--text", text, "--json", figures) as tapping:
                said = tapping.communicate()[0]
            assert f"{len(text)} of {len(text)} letters heard as they were tapped" in said
        finally:
            simulation.kill()
