"""`presparse compare`: float, golden and hardware training curves in one picture."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hwgen.commands.simulate import DIFFERENT, add_build
from hwgen.core.design import CoreDesign
from hwgen.cosimulation.rtl_trainer import RtlTrainer
from hwgen.simulation.build_folder import build_folder
from software_ref.commands.arguments import (
    add_data,
    add_epochs,
    add_json,
    add_network_file,
    add_picture,
    add_samples,
    add_test_samples,
)
from software_ref.console.output import (
    check_outputs,
    make_folder,
    percent,
    print_notes,
    table_lines,
    write_json,
)
from software_ref.console.progress import ProgressBar
from software_ref.curves import curves_figure
from software_ref.figure import write_picture
from software_ref.loading import inputs_of, lags_of, load_training_data
from software_ref.network_file import read_network_file, with_epochs
from software_ref.training import (
    EpochResult,
    Training,
    float_training,
    golden_training,
)

__all__ = ["add_arguments", "run"]

FLOAT, GOLDEN, RTL = "float", "golden", "hardware (RTL)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommand's arguments."""
    add_network_file(parser)
    add_data(parser)
    add_samples(
        parser,
        least=1,
        what="train on the first N training samples and, without --epochs, for one epoch",
    )
    add_test_samples(parser)
    add_epochs(parser)
    add_picture(parser, "draw the curves (default: NAME.png in the current folder)")
    add_build(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand; the exit status is 1 where hardware and golden model differ."""
    file = read_network_file(arguments.network_file)
    picture = arguments.picture or Path(f"{file.name}.png")
    one_epoch = 1 if arguments.samples and arguments.epochs is None else None
    file = with_epochs(file, arguments.epochs or one_epoch)
    make_folder("--build", arguments.build)
    check_outputs(
        {"--json": arguments.json, "--picture": picture}, inputs=inputs_of(file, arguments.data)
    )
    data = load_training_data(
        file, arguments.data, samples=arguments.samples, test_samples=arguments.test_samples
    )
    print_notes(data.notes)
    curves: dict[str, list[EpochResult]] = {FLOAT: [], GOLDEN: [], RTL: []}
    total = len(data.train_labels) * file.training.epochs * len(curves)
    differences: list[str] = []
    with (
        build_folder(arguments.build) as folder,
        ProgressBar(total, unit="sample", description="building") as bar,
    ):
        rtl = RtlTrainer(CoreDesign.from_file(file), folder)
        trainings = {
            FLOAT: float_training(file, data),
            GOLDEN: golden_training(file, data, lags_of(file)),
            RTL: Training(file, rtl, data),
        }
        results = {name: training.epochs(bar.update) for name, training in trainings.items()}
        try:
            for epoch in range(file.training.epochs):
                for name, result in results.items():
                    bar.describe(f"epoch {epoch + 1}, {name}")
                    curves[name].append(next(result))
                found = trainings[GOLDEN].parameters.first_difference(trainings[RTL].parameters)
                if found:
                    differences.append(f"epoch {epoch + 1}, golden against hardware: {found}")
        except KeyboardInterrupt:
            if not curves[RTL]:
                raise
            bar.print("interrupted: drawing the epochs that are done")
    differences += _different_accuracies(curves)
    write_picture(picture, curves_figure(f"{file.name}: accuracy over epochs", curves))
    _print(file.name, curves)
    agree = not differences
    for difference in differences:
        print(difference)
    print(
        "golden model and hardware agree bit for bit"
        if agree
        else "golden model and hardware DIFFER"
    )
    print(f"curves: {picture}")
    if arguments.json:
        write_json(arguments.json, _figures(curves, differences, picture))
    return 0 if agree else DIFFERENT


def _different_accuracies(curves: dict[str, list[EpochResult]]) -> list[str]:
    lines = []
    for golden, rtl in zip(curves[GOLDEN], curves[RTL], strict=False):
        for name in ("train_accuracy", "test_accuracy"):
            if getattr(golden, name) != getattr(rtl, name):
                lines.append(
                    f"epoch {golden.epoch + 1}, {name}: golden {getattr(golden, name)}, "
                    f"hardware {getattr(rtl, name)}"
                )
    return lines


def _print(name: str, curves: dict[str, list[EpochResult]]) -> None:
    header = [name, "k", *("train %", "test %") * len(curves)]
    rows: list[list[Any]] = []
    for results in zip(*curves.values(), strict=False):
        row: list[Any] = [f"epoch {results[0].epoch + 1}", results[0].rate_exponent]
        for result in results:
            row += [percent(result.train_accuracy), percent(result.test_accuracy)]
        rows.append(row)
    table = table_lines(header, rows)
    # The curves' names stand above their two columns each.
    names = "  ".join(curve.rjust(len("train %  test %")) for curve in curves)
    print("\n".join([names.rjust(len(table[0])), *table]))


def _figures(
    curves: dict[str, list[EpochResult]], differences: list[str], picture: Path
) -> dict[str, Any]:
    return {
        "bit_exact": not differences,
        "differences": differences,
        "picture": str(picture),
        "epochs": {
            key: [asdict(result) for result in curves[name]]
            for key, name in (("float", FLOAT), ("golden", GOLDEN), ("rtl", RTL))
        },
    }
