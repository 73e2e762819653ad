"""`presparse host train`: the board trains, the host watches, saves and compares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from boards.host.session import Session
from boards.host.stored_training import StoredTraining
from boards.link.commands import State
from software_ref.checkpoint import Checkpoint, save_checkpoint
from software_ref.connections.stored_words import stored_words
from software_ref.console.output import percent, table_lines, write_json
from software_ref.console.progress import ProgressBar
from software_ref.golden import Parameters, SaturationCounts, find_engine, initial_parameters
from software_ref.plan.ports import COUNTER_BITS
from software_ref.training import EpochResult, golden_training

__all__ = ["train"]

_DIFFERENT = 1
"""Exit status where `--verify` finds a difference."""


@dataclass(kw_only=True)
class _Start:
    """Where training begins."""

    epoch: int
    parameters: Parameters | None
    """What the board held before the first epoch; None where nobody knows."""
    saturations: SaturationCounts | None
    """The board's counters then."""
    results: list[EpochResult] = field(default_factory=list)
    """Of the epochs since."""


def train(session: Session) -> int:
    """Train, and return the exit status."""
    training, board = session.training, session.board
    last = session.file.training.epochs
    status = board.status()
    attached = training.under_way(status)
    if attached:
        for option in ("verify", "resume", "stop-early"):
            if getattr(session.arguments, option.replace("-", "_")):
                raise ValueError(
                    f"--{option} must see a training from its start, not join the one under way"
                )
        start = _Start(epoch=status.epoch, parameters=None, saturations=None)
        print(f"the board is training already, epoch {status.epoch}: following it", flush=True)
        if status.state & State.PAUSED:
            print("it is paused: `presparse host resume` or its run button let it go on")
    else:
        start = _prepare(session)
    print(
        f"{session.file.name}: {training.samples} samples, epochs {start.epoch} to {last - 1}, "
        f"{board.core.schedule.period} clocks a sample at {board.identity.clock_hz / 1e6:g} MHz",
        flush=True,
    )
    state: Checkpoint | None = None
    before = board.status()
    try:
        samples = (last - start.epoch) * len(session.data.train_labels)
        with ProgressBar(samples, unit="sample", description="training") as bar:
            for line in _table(session, start, bar, attached=attached):
                bar.print(line)
    except KeyboardInterrupt:
        training.board.link.forget()
        print(f"{training.ending}; Ctrl-C again leaves the board as it is", flush=True)
        training.finish()
        state = _keep(session)
        session.results |= _figures(session, start) | {"interrupted": True}
        if session.arguments.json is not None:
            write_json(session.arguments.json, session.figures())
        kept = "" if session.arguments.save is None else f", saved in {session.arguments.save}"
        raise KeyboardInterrupt(f"the board has stopped after epoch {state.epoch}{kept}") from None
    after = board.status()
    state = _keep(session)
    if session.arguments.stop_early is not None and state.epoch < last:
        print(
            f"ended early after epoch {state.epoch} of {last}: no better training accuracy for "
            f"{session.arguments.stop_early}"
        )
    if session.arguments.save is not None:
        print(f"saved {session.arguments.save}")
    share = after.worked_since(before)
    if share is not None:
        print(f"the core worked in {percent(share)} % of the clocks of its passes")
    session.results |= _figures(session, start) | {"interrupted": False, "worked_share": share}
    return _verify(session, start, state) if session.arguments.verify else 0


def _figures(session: Session, start: _Start) -> dict[str, Any]:
    """The epochs trained, for JSON."""
    return {
        "epochs": [
            {
                "epoch": result.epoch,
                "rate_exponent": result.rate_exponent,
                "train_accuracy": result.train_accuracy,
                "test_accuracy": result.test_accuracy,
            }
            for result in start.results
        ],
        "clocks_per_sample": session.board.status().clocks_per_sample,
    }


def _prepare(session: Session) -> _Start:
    """Data and parameters onto the board."""
    board, arguments = session.board, session.arguments
    status = board.status()
    if status.state & State.RUNNING:
        raise ValueError(
            "the board is training something else: wait for it, or end it with "
            f"`presparse host stop {arguments.network_file} --port {arguments.port}`"
        )
    resumed, parameters = session.resumed, None
    if arguments.go_on:
        epoch = status.epoch
    elif resumed is not None:
        epoch, parameters = resumed.epoch, resumed.parameters
    else:
        epoch = 0
        parameters = initial_parameters(session.file.network, session.file.training.seed)
    if epoch >= session.file.training.epochs:
        raise ValueError(
            f"there must be epochs left to train: {epoch} are done, and the file's are "
            f"{session.file.training.epochs}; ask for more with --epochs"
        )
    session.prepare()
    if parameters is None:
        parameters = board.read_parameters()
    else:
        board.write_parameters(parameters)
    return _Start(epoch=epoch, parameters=parameters, saturations=status.saturations)


def _table(session: Session, start: _Start, bar: ProgressBar, *, attached: bool) -> Iterator[str]:
    """Train; the lines of the table, one after each epoch."""
    total = session.file.training.epochs
    header = ["epoch".ljust(len(f"{total}/{total}")), "k", "board train %", "test %"]
    yield table_lines(header, [])[0]
    for result in _results(session, start, bar, attached=attached):
        start.results.append(result)
        if session.arguments.save is not None and session.training.idle_between_epochs:
            _keep(session)
        accuracies = (result.train_accuracy, result.test_accuracy)
        cells = [f"{result.epoch + 1}/{total}", result.rate_exponent, *map(percent, accuracies)]
        yield table_lines(header, [cells])[1]


def _results(
    session: Session, start: _Start, bar: ProgressBar, *, attached: bool
) -> Iterator[EpochResult]:
    training, first = session.training, start.epoch
    if attached and isinstance(training, StoredTraining):
        training.attach(session.board.status())
        for result in training.follow():
            bar.update(len(session.data.train_labels))
            yield result
        first = session.board.status().epoch
    yield from training.epochs(first, bar.update)


def _keep(session: Session) -> Checkpoint:
    """Read what the board has learnt, and save it where asked to."""
    state = session.training.checkpoint(session.resumed)
    if session.arguments.save is not None:
        save_checkpoint(session.arguments.save, state)
    return state


def _verify(session: Session, start: _Start, state: Checkpoint) -> int:
    """Hold weights, biases, accuracies and saturation counters against the golden model's."""
    # Who joins a run cannot ask for --verify.
    assert start.parameters is not None
    assert start.saturations is not None
    schedule = session.board.core.schedule
    begun = Checkpoint(parameters=start.parameters, lags=schedule.lags, epoch=start.epoch)
    golden = golden_training(
        session.file,
        session.data,
        schedule.lags,
        begun,
        engine=find_engine(session.arguments.engine),
        stop_early=session.arguments.stop_early,
    )
    samples = (state.epoch - start.epoch) * len(session.data.train_labels)
    with ProgressBar(samples, unit="sample", description="golden model") as bar:
        wanted = list(golden.epochs(bar.update))
    remembered = {result.epoch for result in start.results}
    before, after = start.saturations, session.board.status().saturations
    held, wanted_held = (
        tuple(map(stored_words, each.parameters.connections)) for each in (state, golden)
    )
    moved = {"connections": _same(held, wanted_held)}
    checks = {
        **({} if session.file.network.rewire is None else moved),
        "weights": _same(state.parameters.weights, golden.parameters.weights),
        "biases": _same(state.parameters.biases, golden.parameters.biases),
        "accuracies": [(r.epoch, r.train_accuracy, r.test_accuracy) for r in start.results]
        == [(r.epoch, r.train_accuracy, r.test_accuracy) for r in wanted if r.epoch in remembered],
        "saturation counters": after == (before + golden.trainer.saturations).counted(COUNTER_BITS),
    }
    session.results["verified"] = checks
    different = [name for name, same in checks.items() if not same]
    if different:
        print(f"the board and the golden model differ in {', '.join(different)}")
        return _DIFFERENT
    print(f"the golden model agrees in {', '.join(checks)}")
    return 0


def _same(ours: tuple[np.ndarray, ...], theirs: tuple[np.ndarray, ...]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))
