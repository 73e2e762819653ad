"""`presparse train`: the golden trainer on a network file's data, beside plain floating point."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from software_ref.checkpoint import Checkpoint
from software_ref.commands.arguments import (
    add_data,
    add_engine,
    add_epochs,
    add_json,
    add_lags,
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
from software_ref.commands.seeds import train_seeds
from software_ref.console.output import (
    check_outputs,
    print_notes,
    table_lines,
    write_json,
)
from software_ref.console.progress import ProgressBar
from software_ref.loading import inputs_of, lags_of, load_inputs, load_training_data
from software_ref.network_file import NetworkFile, read_network_file, with_epochs, with_seed
from software_ref.training import TrainingData
from software_ref.training_job import TrainingJob

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `train`."""
    add_network_file(parser)
    add_data(parser)
    add_samples(
        parser,
        least=0,
        what="train on the first N training samples and, without --epochs, for one epoch; "
        "0 trains nothing",
    )
    add_test_samples(parser)
    parser.add_argument(
        "--hold-out",
        type=integer_from(1),
        metavar="N",
        help="test on N training samples, each class by its share, that are held out; for choices "
        "that the test samples must have no part in",
    )
    add_epochs(parser)
    add_stop_early(parser)
    parser.add_argument(
        "--seeds",
        type=integer_from(2),
        metavar="N",
        help="train with each of the seeds 1 to N, of weights, connections, order and rounding, "
        "and print the spread of the accuracies",
    )
    add_lags(parser)
    add_engine(parser)
    parser.add_argument(
        "--no-float", action="store_true", help="leave out the floating-point reference"
    )
    parser.add_argument(
        "--save",
        type=Path,
        metavar="FILE.npz",
        help="after every epoch, write weights, biases, connections and lags to FILE.npz",
    )
    parser.add_argument(
        "--resume",
        type=Path,
        metavar="FILE.npz",
        help="go on from a saved file, bit for bit; leaves out the floating-point reference",
    )
    add_predictions(parser, "every test sample after the last epoch, with its raw outputs")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run `train`."""
    outputs = {
        "--json": arguments.json,
        "--save": arguments.save,
        **prediction_outputs(arguments),
    }
    file = read_network_file(arguments.network_file)
    check_outputs(outputs, inputs=inputs_of(file, arguments.data))
    if arguments.seeds is not None:
        train_seeds(_prepare_seeds(file, arguments), arguments.json)
        return 0
    job = _prepare(file, arguments)
    if wants_predictions(arguments) and (job.data is None or not len(job.data.test_labels)):
        raise ValueError(f"there must be {job.tested} samples to predict, not 0")
    if job.data is None or job.epochs_left <= 0:
        _nothing_to_train(job, arguments.json)
    else:
        _train(job, arguments.json)
    if wants_predictions(arguments):
        title = f"{job.file.name}: {job.tested} samples after epoch {job.state.epoch}"
        tell_predictions(job.predictions(), title, arguments)
    return 0


def _prepare(file: NetworkFile, arguments: argparse.Namespace) -> TrainingJob:
    lags = lags_of(file, arguments.lags)
    job = TrainingJob.prepare(
        file,
        lags,
        None,
        resume=arguments.resume,
        held_out=arguments.hold_out is not None,
        float_reference=not arguments.no_float,
        engine=arguments.engine,
        save=arguments.save,
        stop_early=arguments.stop_early,
    )
    if job.start.lags != lags:
        print(
            f"{arguments.resume} was trained with lags {_listed(job.start.lags)}; "
            f"going on with {_listed(lags)}"
        )
    one_more = arguments.samples is not None and arguments.epochs is None
    job.file = with_epochs(file, job.start.epoch + 1 if one_more else arguments.epochs)
    job.data = _load(job.file, arguments)
    if job.data is None and job.resumed is None:
        job.start = replace(job.start, inputs=load_inputs(job.file, arguments.data))
    job.check_inputs()
    return job


def _prepare_seeds(file: NetworkFile, arguments: argparse.Namespace) -> list[TrainingJob]:
    """One training for each of the seeds, all on the same samples."""
    for option, given in (
        ("--save", arguments.save is not None),
        ("--resume", arguments.resume is not None),
        *((option, given is not None) for option, given in prediction_outputs(arguments).items()),
        ("--samples 0", arguments.samples == 0),
    ):
        if given:
            raise ValueError(f"--seeds must be given without {option}")
    one = 1 if arguments.samples is not None and arguments.epochs is None else None
    file = with_epochs(file, one or arguments.epochs)
    data = _load(file, arguments)
    return [
        TrainingJob.prepare(
            each,
            lags_of(each, arguments.lags),
            data,
            held_out=arguments.hold_out is not None,
            float_reference=not arguments.no_float,
            engine=arguments.engine,
            stop_early=arguments.stop_early,
        )
        for each in (with_seed(file, seed) for seed in range(1, arguments.seeds + 1))
    ]


def _load(file: NetworkFile, arguments: argparse.Namespace) -> TrainingData | None:
    if arguments.samples == 0:
        return None
    return load_training_data(
        file,
        arguments.data,
        samples=arguments.samples,
        test_samples=arguments.test_samples,
        hold_out=arguments.hold_out,
    )


def _nothing_to_train(job: TrainingJob, json: Path | None) -> None:
    if job.data is None:
        print(f"{job.file.name}: no training samples asked for, so nothing is trained")
    else:
        print(
            f"{job.resumed} has {job.start.epoch} epochs, so nothing is trained up to "
            f"{job.file.training.epochs}; ask for more with --epochs"
        )
    job.save_state(
        Checkpoint(
            parameters=job.start.parameters,
            lags=job.lags,
            epoch=job.start.epoch,
            samples=job.start.samples,
            inputs=job.start.inputs,
        )
    )
    _write(job, json)
    _print_saved(job)


def _train(job: TrainingJob, json: Path | None) -> None:
    assert job.data is not None
    print(job.describe())
    print_notes(job.data.notes)
    if job.resumed is not None:
        print(f"going on from {job.resumed} after epoch {job.start.epoch}")
    try:
        with ProgressBar(job.work, unit="sample") as bar:
            for line in _table(job, bar):
                bar.print(line)
    except (KeyboardInterrupt, BrokenPipeError) as broken_off:
        _write(job, json, interrupted=True)
        if isinstance(broken_off, BrokenPipeError):
            raise
        raise KeyboardInterrupt(_interruption(job)) from None
    if job.stopped_early:
        print(
            f"ended early after epoch {job.state.epoch} of {job.file.training.epochs}: no better "
            f"training accuracy for {job.stop_early}"
        )
    _write(job, json)
    _print_saved(job)


def _table(job: TrainingJob, bar: ProgressBar) -> Iterator[str]:
    """Train; the lines of the table, one after each epoch."""
    total = job.file.training.epochs
    header = ["epoch".ljust(len(f"{total}/{total}")), "k", *job.accuracy_titles, "samples/s"]
    yield table_lines(header, [])[0]
    for row in job.epochs(bar):
        cells = [
            *(f"{row['epoch'] + 1}/{total}", row["rate_exponent"]),
            *job.accuracies(row),
            f"{row['samples_per_second']:.0f}",
        ]
        yield table_lines(header, [cells])[1]


def _write(job: TrainingJob, json: Path | None, *, interrupted: bool = False) -> None:
    if json is not None:
        epochs = {"epochs_before": job.start.epoch, "epochs": job.rows}
        stopped = {} if job.stop_early is None else {"stopped_early": job.stopped_early}
        write_json(json, {**job.document(), **epochs, "interrupted": interrupted, **stopped})


def _listed(lags: tuple[int, ...]) -> str:
    return ",".join(map(str, lags))


def _print_saved(job: TrainingJob) -> None:
    if job.saved_epoch is not None:
        print(f"saved {job.save}")


def _interruption(job: TrainingJob) -> str:
    """What Ctrl-C leaves, for the command's last line."""
    if job.save is None:
        return "(without --save, nothing is kept)"
    if job.saved_epoch is None:
        return f"before any epoch was finished; {job.save} is not written"
    return f"after epoch {job.saved_epoch}, whose state is in {job.save}"
