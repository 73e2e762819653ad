"""`presparse fit`: minibatch training of a network file's network in floating point."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict, fields
from math import isfinite
from pathlib import Path
from typing import Any

from software_ref.commands.arguments import (
    add_data,
    add_json,
    add_network_file,
    add_picture,
    integer_from,
)
from software_ref.connections.network_patterns import PATTERN_KINDS
from software_ref.console.output import check_outputs, percent, print_notes, write_json
from software_ref.console.progress import ProgressBar
from software_ref.figure import write_picture
from software_ref.loading import inputs_of
from software_ref.mlp import MlpOptions
from software_ref.mlp.epoch_picture import epochs_figure
from software_ref.mlp.network_fit import HOLD_OUT, NetworkFit, fit_samples
from software_ref.mlp.options import OPTIMISERS, OUTPUTS
from software_ref.mlp.rate import SCHEDULES, RateSchedule
from software_ref.mlp.recommended import (
    BATCH,
    EPOCHS,
    MOST_EPOCHS,
    OPTIMISER,
    RATES,
    SCHEDULE,
)
from software_ref.mlp.state_file import save_state
from software_ref.network_file import read_network_file

__all__ = ["add_arguments", "run"]

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
    dataset = fit_samples(file, arguments.data, arguments.hold_out)
    own = {field.name for field in fields(MlpOptions)} & vars(arguments).keys()
    fit = NetworkFit(
        file,
        dataset,
        arguments.kind,
        {name: getattr(arguments, name) for name in own},
        resume=arguments.resume,
    )
    model, options = fit.model, fit.options
    print(
        f"{file.name}: {'-'.join(map(str, file.network.layers))}, {arguments.kind} connections, "
        f"density {100 * model.density:.3g} %, {model.trainable} parameters, "
        f"{len(fit.trainer.train)} samples"
    )
    print_notes(dataset.notes)
    print(
        f"{options.optimiser} at a rate of {options.rate:g}, {options.schedule.kind}, minibatches "
        f"of {options.batch}"
    )
    _train(fit, arguments.save)
    result = fit.finish()
    if result.test_accuracy is not None:
        print(
            f"test accuracy {percent(result.test_accuracy)} % with the parameters of epoch "
            f"{result.kept_epoch + 1}"
        )
    if arguments.picture is not None:
        write_picture(arguments.picture, epochs_figure(file.name, result.epochs))
    if arguments.json is not None:
        write_json(
            arguments.json,
            {
                "name": file.name,
                "kind": arguments.kind,
                "density": model.density,
                "parameters": model.trainable,
                "options": asdict(options),
                "epochs": [asdict(each) for each in result.epochs],
                "kept_epoch": result.kept_epoch,
                "test_accuracy": result.test_accuracy,
            },
        )
    return 0


def _train(fit: NetworkFit, save: Path | None) -> None:
    trainer = fit.trainer
    header = ("epoch", "rate", "loss", "train %", "validation %", "seconds")
    widths = [max(7, len(title)) for title in header]
    saved = False
    try:
        with ProgressBar(fit.work, unit="sample") as bar:
            bar.print("  ".join(map(str.rjust, header, widths)))
            for figures in fit.epochs(bar.update):
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
