"""`presparse fit`: minibatch training of a network file's network in floating point."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict, fields, replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from software_ref.commands.arguments import (
    add_data,
    add_json,
    add_network_file,
    add_picture,
    integer_from,
)
from software_ref.commands.loading import (
    inputs_of,
    load_whole_dataset,
    notes_on,
)
from software_ref.connections.network_patterns import PATTERN_KINDS, network_patterns
from software_ref.console.output import check_outputs, percent, print_notes, write_json
from software_ref.console.progress import ProgressBar
from software_ref.curves import series_figure
from software_ref.datasets import Dataset, hold_out, take_test, take_train
from software_ref.figure import write_picture
from software_ref.mlp import EpochFigures, MlpModel, MlpOptions, MlpTrainer
from software_ref.mlp.options import OPTIMISERS, OUTPUTS
from software_ref.mlp.rate import SCHEDULES, RateSchedule
from software_ref.mlp.recommended import (
    BATCH,
    EPOCHS,
    MOST_EPOCHS,
    OPTIMISER,
    RATES,
    SCHEDULE,
    recommended,
)
from software_ref.mlp.state_file import load_state, save_state
from software_ref.mlp.trainer import samples_of
from software_ref.network_file import NetworkFile, read_network_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["add_arguments", "run"]

HOLD_OUT = 10
"""Where nobody says how many, one training sample in so many is held out for validation."""

HELP = {
    "epochs": f"passes over the training samples (default: {EPOCHS}, and up to {MOST_EPOCHS} where "
    "there are few samples)",
    "batch": f"samples of a minibatch (default: {BATCH})",
    "rate": "learning rate at the start (default: by hidden activation and optimiser, "
    + "; ".join(
        f"{hidden}: " + ", ".join(f"{rate:g} ({name})" for name, rate in rates.items())
        for hidden, rates in RATES.items()
    )
    + ")",
    "momentum": "share of the last step that momentum keeps; Adam's beta_1",
    "second_moment": "Adam's beta_2",
    "l2": "lambda of the penalty on squared weights",
    "bias": "initial value of every bias",
    "patience": "stop after N epochs on end without progress in validation",
}
"""Numbers of `MlpOptions` that are arguments of their own."""

BY_NETWORK = ("optimiser", "rate", "schedule", "batch", "epochs")
"""Settings whose defaults `recommended` tells, once network and samples are known."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `fit`."""
    add_network_file(parser)
    add_data(parser)
    parser.add_argument(
        "--kind",
        choices=PATTERN_KINDS,
        default="clash_free",
        metavar="KIND",
        help=f"connections: {', '.join(PATTERN_KINDS)} (default: clash_free, the file's own)",
    )
    parser.add_argument(
        "--hold-out",
        type=integer_from(0),
        metavar="N",
        help="training samples for validation, where the data set has none of its own "
        f"(default: one in {HOLD_OUT})",
    )
    defaults = MlpOptions()
    for name, text in HELP.items():
        default = getattr(defaults, name)
        whole = name == "patience" or isinstance(default, int)
        told = default is None or name in BY_NETWORK
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            type=integer_from(1) if whole else _real,
            default=None if name in BY_NETWORK else default,
            metavar="N" if whole else "X",
            help=text if told else f"{text} (default: {default:g})",
        )
    parser.add_argument(
        "--centre",
        action=argparse.BooleanOptionalAction,
        default=defaults.centre,
        help="centre features, and bring them to one scale (default), or take them as they are",
    )
    parser.add_argument(
        "--optimiser",
        choices=OPTIMISERS,
        metavar="NAME",
        help=f"{', '.join(OPTIMISERS)} (default: by the hidden activation, "
        + ", ".join(f"{hidden}: {name}" for hidden, name in OPTIMISER.items())
        + ")",
    )
    parser.add_argument(
        "--output",
        choices=OUTPUTS,
        default=defaults.output,
        metavar="NAME",
        help=f"{', '.join(OUTPUTS)} (default: {defaults.output})",
    )
    parser.add_argument(
        "--schedule",
        type=_schedule,
        metavar="KIND[,FACTOR[,EVERY]]",
        help=f"fall of the learning rate: {', '.join(SCHEDULES)}; step,0.5,4 halves it every 4 "
        "epochs, plateau,0.5,4 after 4 without progress "
        f"(default: {SCHEDULE.kind},{SCHEDULE.factor:g})",
    )
    parser.add_argument(
        "--seed",
        type=integer_from(0),
        metavar="N",
        help="seed of weights and order (default: the file's training seed)",
    )
    parser.add_argument(
        "--save", type=Path, metavar="FILE.npz", help="write the state after every epoch"
    )
    parser.add_argument(
        "--resume", type=Path, metavar="FILE.npz", help="go on from a saved state, bit for bit"
    )
    add_picture(parser, "draw loss and accuracies")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run `fit`."""
    outputs = {"--json": arguments.json, "--save": arguments.save, "--picture": arguments.picture}
    file = read_network_file(arguments.network_file)
    check_outputs(outputs, inputs=inputs_of(file, arguments.data))
    if arguments.resume is not None:
        # A state may take the place of the one it goes on from, a picture may not.
        check_outputs(outputs | {"--save": None}, inputs=[arguments.resume])
    _check_activation(file)
    dataset = _dataset(file, arguments.data, arguments.hold_out)
    options = _options(file, arguments, len(dataset.y_train))
    network = file.network
    patterns = network_patterns(
        arguments.kind,
        network.layers,
        network.out_degree,
        parallelism=network.parallelism,
        seed=network.connections.seed,
        clash_free_kind=network.connections.kind,
        dither=network.connections.dither,
    )
    with np.errstate(over="ignore"):  # of --bias, which shows in the first loss
        model = MlpModel(patterns, options)
    trainer = MlpTrainer(
        model,
        samples_of(dataset, "train", model),
        samples_of(dataset, "validation", model),
        network.competing,
    )
    if arguments.resume is not None:
        load_state(arguments.resume, trainer)
    print(
        f"{file.name}: {'-'.join(map(str, network.layers))}, {arguments.kind} connections, density "
        f"{100 * model.density:.3g} %, {model.trainable} parameters, {len(trainer.train)} samples"
    )
    print_notes(dataset.notes)
    print(
        f"{options.optimiser} at a rate of {options.rate:g}, {options.schedule.kind}, minibatches "
        f"of {options.batch}"
    )
    with np.errstate(over="ignore", invalid="ignore"):  # `_train` says it in one line
        _train(trainer, arguments.save)
    trainer.restore_best()
    test = samples_of(dataset, "test", model)
    accuracy = trainer.accuracy(test) if len(test) else None
    if accuracy is not None:
        print(
            f"test accuracy {percent(accuracy)} % with the parameters of epoch {_kept(trainer) + 1}"
        )
    if arguments.picture is not None:
        write_picture(arguments.picture, _figure(file.name, trainer.history))
    if arguments.json is not None:
        write_json(
            arguments.json,
            {
                "name": file.name,
                "kind": arguments.kind,
                "density": model.density,
                "parameters": model.trainable,
                "options": asdict(options),
                "epochs": [asdict(each) for each in trainer.history],
                "kept_epoch": _kept(trainer),
                "test_accuracy": accuracy,
            },
        )
    return 0


def _kept(trainer: MlpTrainer) -> int:
    """The epoch, from 0, whose parameters the model has after `restore_best`."""
    return len(trainer.history) - 1 if trainer.best_epoch is None else trainer.best_epoch


def _check_activation(file: NetworkFile) -> None:
    if file.network.activation.relu_cap is not None:
        raise ValueError(
            f"{file.path}: [activation] relu_cap must be left out for `fit`, whose ReLU has no cap"
        )


def _options(file: NetworkFile, arguments: argparse.Namespace, samples: int) -> MlpOptions:
    """What the user asks for, and for the rest what suits network and samples."""
    hidden = file.network.activation.hidden
    own = {field.name for field in fields(MlpOptions)} & vars(arguments).keys()
    given = {name: getattr(arguments, name) for name in own}
    chosen: dict[str, Any] = {
        **{"hidden": hidden, "seed": file.training.seed},
        **recommended(hidden, samples, arguments.optimiser),
        **{name: value for name, value in given.items() if value is not None},
    }
    return MlpOptions(**chosen)


def _dataset(file: NetworkFile, data_dir: Path | None, held: int | None) -> Dataset:
    """The file's samples, with validation samples and all notes."""
    dataset = load_whole_dataset(file.data, data_dir, file.folder, validation=True)
    notes = notes_on(file, dataset, dataset.y_train[: file.data.train], shuffled=True)
    dataset = replace(dataset, notes=notes)
    if file.data.train is not None:
        dataset = take_train(dataset, file.data.train)
    if file.data.test is not None:
        dataset = take_test(dataset, file.data.test)
    if dataset.classes > file.network.competing:
        raise ValueError(
            f"{file.path}: [network] classes must be at least the {dataset.classes} of "
            f"{dataset.name}, not {file.network.competing}"
        )
    if len(dataset.y_validation):
        return dataset
    count = len(dataset.y_train) // HOLD_OUT if held is None else held
    return hold_out(dataset, count, seed=file.training.seed) if count else dataset


def _train(trainer: MlpTrainer, save: Path | None) -> None:
    options = trainer.model.options
    header = ("epoch", "rate", "loss", "train %", "validation %", "seconds")
    widths = [max(7, len(title)) for title in header]
    left = options.epochs - len(trainer.history)
    saved = False
    try:
        with ProgressBar(max(0, left) * len(trainer.train), unit="sample") as bar:
            bar.print("  ".join(map(str.rjust, header, widths)))
            for figures in trainer.epochs(bar.update):
                _check_finite(trainer, figures)
                if save is not None:
                    save_state(save, trainer)
                    saved = True
                cells = (
                    str(figures.epoch + 1),
                    f"{trainer.rate(figures.epoch):.2g}",
                    f"{figures.loss:.3f}",
                    percent(figures.train_accuracy),
                    percent(figures.validation_accuracy),
                    f"{figures.seconds:.1f}",
                )
                bar.print("  ".join(map(str.rjust, cells, widths)))
    except KeyboardInterrupt:
        done = f"after epoch {len(trainer.history)}"
        state = f", whose state is in {save}" if saved else "; without --save, nothing is kept"
        raise KeyboardInterrupt(done + state) from None
    if save is not None and saved:
        print(f"saved {save}")


def _check_finite(trainer: MlpTrainer, figures: EpochFigures) -> None:
    """Refuse an epoch that has diverged, before its state takes the place of a good one."""
    if isfinite(figures.loss) and all(np.isfinite(p).all() for p in trainer.model.parameters):
        return
    raise ValueError(
        f"the training must stay finite, but diverged in epoch {figures.epoch + 1}; lower --rate, "
        "--l2 or --bias"
    )


def _figure(title: str, history: list[EpochFigures]) -> Figure:
    def points(name: str, unit: float) -> list[tuple[int, float]]:
        return [
            (each.epoch + 1, unit * getattr(each, name))
            for each in history
            if getattr(each, name) is not None
        ]

    return series_figure(
        title,
        {
            "loss, nats": {"training": points("loss", 1)},
            "accuracy, %": {
                "training": points("train_accuracy", 100),
                "validation": points("validation_accuracy", 100),
            },
        },
    )


def _real(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, not {text!r}") from None
    if not isfinite(value):
        raise argparse.ArgumentTypeError(f"must be finite, not {text}")
    return value


def _schedule(text: str) -> RateSchedule:
    kind, *numbers = text.split(",")
    converters: tuple[tuple[str, Callable[[str], Any]], ...] = (
        ("factor", _real),
        ("every", integer_from(1)),
    )
    if len(numbers) > len(converters):
        raise argparse.ArgumentTypeError(f"must be KIND[,FACTOR[,EVERY]], not {text!r}")
    settings = {
        name: convert(number) for (name, convert), number in zip(converters, numbers, strict=False)
    }
    try:
        return RateSchedule(kind=kind, **settings)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
