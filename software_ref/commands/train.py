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
    add_epochs,
    add_json,
    add_lags,
    add_network_file,
    add_samples,
    add_test_samples,
    with_epochs,
)
from software_ref.commands.loading import lags_of, load_training_data
from software_ref.commands.output import check_outputs, percent, table_lines, write_json
from software_ref.commands.progress import ProgressBar
from software_ref.golden import initial_parameters
from software_ref.network_file import NetworkFile, read_network_file
from software_ref.training import EpochResult, TrainingData, float_training, golden_training

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "train bit-exactly in software, and in floating point"

HEADER = ["epoch", "k", "golden train %", "test %", "float train %", "test %", "samples/s"]


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
    check_outputs(outputs, inputs=[arguments.network_file])
    file = read_network_file(arguments.network_file)
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
    save: Path | None
    json: Path | None
    saved: bool = False
    rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def epochs_left(self) -> int:
        return self.file.training.epochs - self.start.epoch

    def save_state(self, state: Checkpoint) -> None:
        if self.save is not None:
            try:
                save_checkpoint(self.save, state)
            except OSError as error:
                raise OSError(f"cannot write {self.save}: {error.strerror or error}") from error
            self.saved = True

    def write_json(self, *, interrupted: bool = False) -> None:
        if self.json is None:
            return
        samples = 0 if self.data is None else len(self.data.train_labels)
        tests = 0 if self.data is None else len(self.data.test_labels)
        document = {
            "name": self.file.name,
            "lags": list(self.lags),
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
    if job.resumed is not None:
        print(f"going on from {job.resumed} after epoch {job.start.epoch}")
    trainers = 2 if job.float_reference else 1
    try:
        with ProgressBar(job.epochs_left * trainers * samples, unit="sample") as bar:
            for number, line in enumerate(_epochs(job, data, bar)):
                if number == 0:
                    bar.print(table_lines(HEADER, [HEADER])[0])
                bar.print(line)
    except (KeyboardInterrupt, BrokenPipeError) as broken_off:
        job.write_json(interrupted=True)
        if isinstance(broken_off, BrokenPipeError):
            raise
        raise KeyboardInterrupt(_interruption(job)) from None
    job.write_json()
    _print_saved(job)


def _epochs(job: _Job, data: TrainingData, bar: ProgressBar) -> Iterator[str]:
    """Train epoch by epoch; the lines of the table."""
    start = None if job.resumed is None else job.start
    golden = golden_training(job.file, data, job.lags, start)
    reference = float_training(job.file, data).epochs(bar.update) if job.float_reference else None
    total = job.file.training.epochs
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
        row: dict[str, Any] = {
            "epoch": result.epoch,
            "rate_exponent": result.rate_exponent,
            **_accuracies(result),
            "samples_per_second": result.samples_per_second,
        }
        job.rows.append(row)
        cells = [f"{number}/{total}", result.rate_exponent, *_cells(result)]
        if reference is not None:
            bar.describe(f"float, epoch {number} of {total}")
            compared = next(reference)
            row["float"] = {
                **_accuracies(compared),
                "samples_per_second": compared.samples_per_second,
            }
            cells += _cells(compared)
        else:
            cells += [None, None]
        cells.append(f"{result.samples_per_second:.0f}")
        yield _line(cells)


def _accuracies(result: EpochResult) -> dict[str, float | None]:
    return {"train_accuracy": result.train_accuracy, "test_accuracy": result.test_accuracy}


def _cells(result: EpochResult) -> list[str]:
    return [percent(result.train_accuracy), percent(result.test_accuracy)]


def _line(cells: list[object]) -> str:
    """A row of the table, as wide as its header: epochs come one by one."""
    return table_lines(HEADER, [cells])[1]


def _listed(lags: tuple[int, ...]) -> str:
    return ",".join(map(str, lags))


def _print_saved(job: _Job) -> None:
    if job.saved:
        print(f"saved {job.save}")


def _interruption(job: _Job) -> str:
    """What Ctrl-C leaves, for the command's last line."""
    finished = job.start.epoch + len(job.rows)
    where = f"in epoch {finished + 1} of {job.file.training.epochs}"
    if job.save is None:
        return f"{where}; nothing was to be saved"
    if not job.saved:
        return f"{where}, before any epoch was finished; {job.save} is not written"
    return f"{where}; {job.save} has the state after epoch {finished}"
