"""`presparse train`: the golden trainer on a network file's data, beside plain floating point."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from software_ref.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from software_ref.commands.arguments import (
    add_data,
    add_engine,
    add_epochs,
    add_json,
    add_lags,
    add_network_file,
    add_samples,
    add_test_samples,
    with_epochs,
)
from software_ref.commands.loading import inputs_of, lags_of, load_training_data
from software_ref.commands.output import (
    check_outputs,
    percent,
    print_notes,
    table_lines,
    write_json,
)
from software_ref.commands.progress import ProgressBar
from software_ref.golden import find_engine, initial_parameters
from software_ref.network_file import NetworkFile, read_network_file
from software_ref.training import EpochResult, TrainingData, float_training, golden_training

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "train bit-exactly in software, and in floating point"


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
    add_epochs(parser)
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
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run `train`."""
    outputs = {"--json": arguments.json, "--save": arguments.save}
    file = read_network_file(arguments.network_file)
    check_outputs(outputs, inputs=inputs_of(file, arguments.data))
    job = _prepare(file, arguments)
    if job.data is None or job.epochs_left <= 0:
        _nothing_to_train(job)
    else:
        _train(job, job.data)
    return 0


@dataclass(kw_only=True)
class _Job:
    """What one call of `train` has to do, and has done."""

    file: NetworkFile
    lags: tuple[int, ...]
    start: Checkpoint
    resumed: Path | None
    data: TrainingData | None
    float_reference: bool
    engine: str
    save: Path | None
    json: Path | None
    saved_epoch: int | None = None
    rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def epochs_left(self) -> int:
        return self.file.training.epochs - self.start.epoch

    def save_state(self, state: Checkpoint) -> None:
        if self.save is not None:
            save_checkpoint(self.save, state)
            self.saved_epoch = state.epoch

    def write_json(self, *, interrupted: bool = False) -> None:
        if self.json is None:
            return
        samples = 0 if self.data is None else len(self.data.train_labels)
        tests = 0 if self.data is None else len(self.data.test_labels)
        document = {
            "name": self.file.name,
            "lags": list(self.lags),
            "engine": self.engine,
            "training_samples": samples,
            "test_samples": tests,
            "epochs_before": self.start.epoch,
            "epochs": self.rows,
            "interrupted": interrupted,
        }
        write_json(self.json, document)


def _prepare(file: NetworkFile, arguments: argparse.Namespace) -> _Job:
    lags = lags_of(file, arguments.lags)
    if arguments.resume is None:
        start = Checkpoint(
            parameters=initial_parameters(file.network, file.training.seed), lags=lags
        )
    else:
        start = load_checkpoint(arguments.resume, file.network)
        if start.lags != lags:
            print(
                f"{arguments.resume} was trained with lags {_listed(start.lags)}; "
                f"going on with {_listed(lags)}"
            )
    one_more = arguments.samples is not None and arguments.epochs is None
    file = with_epochs(file, start.epoch + 1 if one_more else arguments.epochs)
    data = None
    if arguments.samples != 0:
        data = load_training_data(
            file,
            arguments.data,
            samples=arguments.samples,
            test_samples=arguments.test_samples,
        )
    return _Job(
        file=file,
        lags=lags,
        start=start,
        resumed=arguments.resume,
        data=data,
        float_reference=not arguments.no_float and arguments.resume is None,
        engine=find_engine(arguments.engine),
        save=arguments.save,
        json=arguments.json,
    )


def _nothing_to_train(job: _Job) -> None:
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
        )
    )
    job.write_json()
    _print_saved(job)


def _train(job: _Job, data: TrainingData) -> None:
    file, samples = job.file, len(data.train_labels)
    print(
        f"{file.name}: {'-'.join(map(str, file.network.layers))}, {file.network.weights} weights, "
        f"lags {_listed(job.lags)}, {samples} training and {len(data.test_labels)} test samples"
    )
    print_notes(data.notes)
    if job.resumed is not None:
        print(f"going on from {job.resumed} after epoch {job.start.epoch}")
    trainers = 2 if job.float_reference else 1
    try:
        with ProgressBar(job.epochs_left * trainers * samples, unit="sample") as bar:
            for line in _table(job, data, bar):
                bar.print(line)
    except (KeyboardInterrupt, BrokenPipeError) as broken_off:
        job.write_json(interrupted=True)
        if isinstance(broken_off, BrokenPipeError):
            raise
        raise KeyboardInterrupt(_interruption(job)) from None
    job.write_json()
    _print_saved(job)


def _table(job: _Job, data: TrainingData, bar: ProgressBar) -> Iterator[str]:
    """Train; the lines of the table, one after each epoch."""
    total = job.file.training.epochs
    header = ["epoch".ljust(len(f"{total}/{total}")), "k", "golden train %", "test %"]
    if job.float_reference:
        header += ["float train %", "test %"]
    header.append("samples/s")
    yield table_lines(header, [])[0]
    for row in _epochs(job, data, bar):
        cells = [f"{row['epoch'] + 1}/{total}", row["rate_exponent"]]
        for result in (row, row["float"]) if job.float_reference else (row,):
            cells += [percent(result["train_accuracy"]), percent(result["test_accuracy"])]
        cells.append(f"{row['samples_per_second']:.0f}")
        yield table_lines(header, [cells])[1]


def _epochs(job: _Job, data: TrainingData, bar: ProgressBar) -> Iterator[dict[str, Any]]:
    """Train epoch by epoch and save; the figures of each."""
    golden = golden_training(
        job.file,
        data,
        job.lags,
        job.start if job.resumed is not None else None,
        engine=job.engine,
    )
    reference = float_training(job.file, data).epochs(bar.update) if job.float_reference else None
    total = job.file.training.epochs
    # Called epoch by epoch, not in parallel: the reference takes no time from the golden trainer.
    epochs = golden.epochs(bar.update)
    while golden.epochs_done < total:
        number = golden.epochs_done + 1
        bar.describe(f"golden, epoch {number} of {total}")
        result = next(epochs)
        job.save_state(
            Checkpoint(
                parameters=golden.parameters,
                lags=job.lags,
                epoch=golden.epochs_done,
                samples=golden.samples_seen,
            )
        )
        row = {
            "epoch": result.epoch,
            "rate_exponent": result.rate_exponent,
            **_figures(result),
        }
        if reference is not None:
            bar.describe(f"float, epoch {number} of {total}")
            row["float"] = _figures(next(reference))
        job.rows.append(row)
        yield row


def _figures(result: EpochResult) -> dict[str, Any]:
    return {
        "train_accuracy": result.train_accuracy,
        "test_accuracy": result.test_accuracy,
        "samples_per_second": result.samples_per_second,
    }


def _listed(lags: tuple[int, ...]) -> str:
    return ",".join(map(str, lags))


def _print_saved(job: _Job) -> None:
    if job.saved_epoch is not None:
        print(f"saved {job.save}")


def _interruption(job: _Job) -> str:
    """What Ctrl-C leaves, for the command's last line."""
    if job.save is None:
        return "(without --save, nothing is kept)"
    if job.saved_epoch is None:
        return f"before any epoch was finished; {job.save} is not written"
    return f"after epoch {job.saved_epoch}, whose state is in {job.save}"
