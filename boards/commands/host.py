"""`presparse host`: trains on a board, real or simulated, over its serial port."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from boards.commands.host_key import key, listen
from boards.commands.host_training import train
from boards.host.board import Board
from boards.host.generated_training import GeneratedTraining
from boards.host.link import Link
from boards.host.messages import BoardStatus
from boards.host.serial_port import SerialPort
from boards.host.session import Session
from boards.host.stored_training import StoredTraining
from boards.link.commands import State, Stop
from boards.link.framing import DEFAULT_BAUD
from boards.morse.live import MorseLive
from software_ref.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from software_ref.commands.arguments import (
    add_data,
    add_engine,
    add_epochs,
    add_json,
    add_network_file,
    add_samples,
    add_stop_early,
    add_test_samples,
    integer_from,
)
from software_ref.commands.predictions import (
    add_predictions,
    prediction_outputs,
    tell_predictions,
    wants_predictions,
)
from software_ref.console.output import check_outputs, percent, table_lines, write_json
from software_ref.console.progress import ProgressBar
from software_ref.core_plan import CorePlan
from software_ref.loading import inputs_of, load_inputs
from software_ref.network_file import read_network_file, with_epochs

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommand's arguments."""
    parser.add_argument(
        "action",
        choices=list(_ACTIONS),
        metavar="ACTION",
        help="; ".join(f"{name}: {text}" for name, (_, text) in _ACTIONS.items()),
    )
    add_network_file(parser)
    parser.add_argument(
        "--port",
        required=True,
        metavar="PORT",
        help="the serial port: /dev/ttyUSB1, COM4, ..., or socket://HOST:PORT, rfc2217://HOST:PORT",
    )
    parser.add_argument(
        "--baud",
        type=integer_from(1),
        default=DEFAULT_BAUD,
        metavar="N",
        help="bits per second, as the board was built (default: %(default)s)",
    )
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=1.0,
        metavar="S",
        help="seconds to wait for an answer before asking again (default: %(default)g)",
    )
    parser.add_argument(
        "--reconnect",
        type=_seconds,
        default=30.0,
        metavar="S",
        help="seconds to wait for a port that vanishes; 0 gives up at once (default: %(default)g)",
    )
    add_data(parser)
    add_samples(parser, least=1, what="train on the first N training samples")
    add_test_samples(parser)
    add_epochs(parser)
    add_stop_early(parser)
    add_engine(parser)
    parser.add_argument(
        "--save",
        type=Path,
        metavar="FILE.npz",
        help="train, save: write what the board has learnt, as `presparse train --save` does",
    )
    parser.add_argument(
        "--resume",
        type=Path,
        metavar="FILE.npz",
        help="train, restore: start from a saved file, of this command or of `presparse train`",
    )
    parser.add_argument(
        "--go-on",
        action="store_true",
        help="train: start from what the board holds, not from the initial weights",
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="train: train the golden model as well; every bit must be the same",
    )
    parser.add_argument("--text", metavar="TEXT", help="key: the letters to tap")
    parser.add_argument(
        "--wpm",
        type=integer_from(2),
        metavar="N",
        help="key: words a minute, 50 units each (default: 10)",
    )
    parser.add_argument(
        "--irregular",
        type=_percent,
        metavar="PERCENT",
        help="key: draw every time from so much below to so much above (default: 0)",
    )
    add_predictions(parser, "every test sample (infer)")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    file = with_epochs(read_network_file(arguments.network_file), arguments.epochs)
    action, _ = _ACTIONS[arguments.action]
    for option, value, users in (
        ("--save", arguments.save, ("train", "save")),
        ("--resume", arguments.resume, ("train", "restore")),
        ("--verify", arguments.verify, ("train",)),
        ("--go-on", arguments.go_on, ("train",)),
        ("--stop-early", arguments.stop_early, ("train",)),
        ("--text", arguments.text, ("key",)),
        ("--wpm", arguments.wpm, ("key",)),
        ("--irregular", arguments.irregular, ("key",)),
        *((option, path, ("infer",)) for option, path in prediction_outputs(arguments).items()),
    ):
        if value and arguments.action not in users:
            raise ValueError(f"{option} is for {' and '.join(users)}, not for {arguments.action}")
    if arguments.go_on and arguments.resume is not None:
        raise ValueError("--go-on must stand without --resume: it starts from what the board holds")
    if arguments.action == "save" and arguments.save is None:
        raise ValueError("save must be told where to: --save FILE.npz")
    if arguments.action == "restore" and arguments.resume is None:
        raise ValueError("restore must be told what: --resume FILE.npz")
    if arguments.action == "key" and arguments.text is None:
        raise ValueError("key must be told what to tap: --text TEXT")
    if arguments.action in ("key", "listen") and MorseLive.of(file) is None:
        raise ValueError(
            f"{arguments.action} is for boards that make Morse frames: [data] name must be "
            f"morse_live, not {file.data.name}"
        )
    outputs = {
        "--json": arguments.json,
        "--save": arguments.save,
        **prediction_outputs(arguments),
    }
    check_outputs(outputs, inputs=inputs_of(file, arguments.data))
    resumed = None if arguments.resume is None else load_checkpoint(arguments.resume, file.network)
    chosen = load_inputs(file, arguments.data)
    if resumed is not None:
        resumed.check_same_inputs(chosen, where=str(arguments.resume))
    core = CorePlan.from_file(file, inputs=chosen)
    port = SerialPort(
        arguments.port,
        arguments.baud,
        reconnect=arguments.reconnect,
        tell=lambda line: print(line, flush=True),
    )
    try:
        board = Board(Link(port, timeout=arguments.timeout), core, MorseLive.of(file))
        session = Session(board=board, file=file, arguments=arguments, resumed=resumed)
        status = action(session)
        if board.link.repairs:
            repairs = ", ".join(f"{count} {what}" for what, count in board.link.repairs.items())
            print(f"repaired on the line: {repairs}")
        if arguments.json:
            write_json(arguments.json, session.figures())
    finally:
        port.close()
    return status


def _identify(session: Session) -> int:
    identity = session.board.identity
    rows = [
        ("build", identity.identity.hex()),
        ("clock", f"{identity.clock_hz / 1e6:g} MHz"),
        ("store", f"{_room(session):,} bytes, at most {identity.samples} samples"),
        *([("memory", "can only be read")] if identity.read_only else []),
    ]
    print("\n".join(table_lines((session.file.name, ""), rows)))
    session.results |= {
        "build": identity.identity.hex(),
        "clock_hz": identity.clock_hz,
        "store_samples": identity.samples,
        "store_bytes": _room(session),
    }
    return 0


def _room(session: Session) -> int:
    """Bytes that the store has for samples."""
    layout = session.board.store.layout
    return layout.room * layout.code.width // 8


def _status(session: Session) -> int:
    status = session.board.status()
    words = [flag.name.lower() for flag in State if status.state & flag and flag.name]
    per_sample = status.clocks_per_sample
    counts = status.saturations
    rows = [
        ("state", ", ".join(words) or "idle"),
        ("epoch", f"{status.epoch}, run ends before {status.end_epoch}"),
        ("samples of the pass", f"{status.samples}, {status.right} predicted right"),
        ("clocks per sample", "" if per_sample is None else f"{per_sample:g}"),
        ("clocks worked, waited", f"{status.worked:,}, {status.waited:,}"),
        ("predictions, steps", f"{status.predictions}, {status.steps}"),
        ("store", _store(status)),
        *([("damaged samples", status.damaged)] if status.damaged else []),
        ("saturated: ff, bp, up", f"{list(counts.ff)}, {list(counts.bp)}, {list(counts.up)}"),
    ]
    print("\n".join(table_lines((session.file.name, ""), rows)))
    session.results |= {
        "state": words,
        "epoch": status.epoch,
        "end_epoch": status.end_epoch,
        "predictions": status.predictions,
        "steps": status.steps,
        "clocks": status.clocks,
        "timed_samples": status.timed,
        "worked_clocks": status.worked,
        "waited_clocks": status.waited,
        "damaged_samples": status.damaged,
        "saturations": {"ff": list(counts.ff), "bp": list(counts.bp), "up": list(counts.up)},
    }
    return 0


def _store(status: BoardStatus) -> str:
    """What the store holds, or why it holds nothing."""
    if status.seal:
        return f"sealed with {status.seal:08x}"
    if status.state & State.WRONG and status.damaged:
        return "damaged: a sample was not what it had been; `upload` looks at all of them again"
    if status.state & State.WRONG:
        return f"damaged: its CRC is {status.crc:08x}, not that which its flash says"
    if status.state & State.FOREIGN:
        return "no data set for this build in its flash: program the .store.bin of the build"
    return "not filled"


def _upload(session: Session) -> int:
    training: StoredTraining
    if isinstance(session.training, GeneratedTraining):
        training = session.training
        session.prepare()
    else:
        training = StoredTraining(session.board, session.file, session.data)
        session.upload(training)
    training.place(0)  # the board's run button can start it without a host
    return 0


def _infer(session: Session) -> int:
    labels = session.data.test_labels
    if not len(labels):
        raise ValueError("there must be test samples to infer, not 0")
    session.prepare()
    with ProgressBar(len(labels), unit="sample", description="infer") as bar:
        predictions = session.training.infer_tests(bar.update)
    accuracy = float((predictions == labels).mean())
    print(f"{len(labels)} test samples, {percent(accuracy)} % right")
    if wants_predictions(session.arguments):
        found = session.golden_predictions()
        title = f"{session.file.name}: test samples on the board"
        tell_predictions(replace(found, predictions=predictions), title, session.arguments)
    session.results |= {"test_accuracy": accuracy, "predictions": predictions.tolist()}
    return 0


def _save(session: Session) -> int:
    path = session.arguments.save
    state = session.training.checkpoint()
    save_checkpoint(path, state)
    print(f"saved {path}, after epoch {state.epoch}")
    return 0


def _restore(session: Session) -> int:
    state: Checkpoint | None = session.resumed
    session.board.write_parameters(state.parameters)
    session.training.place(state.epoch)
    print(f"the board holds {session.arguments.resume}, after epoch {state.epoch}")
    return 0


def _pause(session: Session) -> int:
    session.board.pause()
    status = session.board.status()
    paused = bool(status.state & State.PAUSED)
    print(f"paused in epoch {status.epoch}" if paused else _nothing_to("pause", status))
    session.results |= {"paused": paused, "epoch": status.epoch}
    return 0


def _resume(session: Session) -> int:
    before = session.board.status()
    session.board.resume()
    if before.state & State.PAUSED:
        print(f"going on with epoch {before.epoch}")
    elif before.state & State.RUNNING:
        print(f"the board is not paused: it is at work in epoch {before.epoch}")
    else:
        print(_nothing_to("resume", before))
    session.results |= {"resumed": bool(before.state & State.PAUSED), "epoch": before.epoch}
    return 0


def _stop(session: Session) -> int:
    before = session.board.status()
    session.board.stop(Stop.AFTER_EPOCH)
    session.wait_until_idle()
    running, epoch = bool(before.state & State.RUNNING), session.board.status().epoch
    print(f"stopped after epoch {epoch}" if running else _nothing_to("stop", before))
    session.results |= {"stopped": running, "epoch": epoch}
    return 0


def _nothing_to(action: str, status: BoardStatus) -> str:
    return f"the board is idle after epoch {status.epoch}: there is nothing to {action}"


def _reset(session: Session) -> int:
    session.board.stop(Stop.NOW)
    session.wait_until_idle()
    session.board.reset_training()
    print("the board holds its initial weights")
    return 0


_ACTIONS: dict[str, tuple[Callable[[Session], int], str]] = {
    "identify": (_identify, "which build the board holds"),
    "status": (_status, "what it is doing, and its counters"),
    "upload": (_upload, "fill its store with the data"),
    "train": (train, "fill the store, train, and read the results"),
    "infer": (_infer, "predict the test samples"),
    "save": (_save, "write weights and biases to --save FILE.npz"),
    "restore": (_restore, "load them from --resume FILE.npz"),
    "pause": (_pause, "let a training wait"),
    "resume": (_resume, "go on after pause"),
    "stop": (_stop, "end a training after its epoch"),
    "key": (key, "tap --text on the board's Morse key, and say what it heard"),
    "listen": (listen, "say what it hears on its key, until Ctrl-C"),
    "reset": (_reset, "end a training, and go back to the initial weights"),
}


def _percent(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 100:
        raise argparse.ArgumentTypeError(f"must be a share in percent below 100, not {text!r}")
    return value


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e6:
        raise argparse.ArgumentTypeError(f"must be a number of seconds, 0 or more, not {text!r}")
    return value
