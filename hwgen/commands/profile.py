"""`presparse profile`: what the numbers do while the golden model trains, and what they need."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict

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
    integer_from,
    share,
)
from software_ref.console.output import (
    check_outputs,
    make_folder,
    print_notes,
    table_lines,
    write_json,
)
from software_ref.console.progress import ProgressBar
from software_ref.figure import write_picture
from software_ref.golden import GoldenTrainer
from software_ref.loading import inputs_of, lags_of, load_training_data
from software_ref.network_file import NetworkFile, read_network_file, with_epochs
from software_ref.ranges.format_choice import FormatChoice, choose_format
from software_ref.ranges.picture import ranges_figure
from software_ref.ranges.profiled_training import (
    EVERY,
    SATURATION,
    ProfiledEpoch,
    ProfiledTraining,
)
from software_ref.ranges.profiler import RANGE_TITLES, range_rows
from software_ref.training import Training, TrainingData

__all__ = ["add_arguments", "run"]


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
    parser.add_argument(
        "--every",
        type=integer_from(1),
        default=EVERY,
        metavar="N",
        help=f"look at every N-th sample; counters see all (default: {EVERY})",
    )
    parser.add_argument(
        "--saturation",
        type=share,
        default=SATURATION,
        metavar="SHARE",
        help="recommend integer bits with which at most this share of a quantity saturates "
        f"(default: {SATURATION:g})",
    )
    parser.add_argument(
        "--vanishing",
        type=share,
        metavar="SHARE",
        help="recommend fraction bits with which at most this share of the updates is rounded to "
        "0 (default: keep the file's)",
    )
    add_picture(parser, "draw the last epoch's magnitudes")
    parser.add_argument(
        "--rtl",
        action="store_true",
        help="also train the exported Verilog, and hold its saturation counters against these",
    )
    add_build(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand; the exit status is 1 where the core's counters differ."""
    file = read_network_file(arguments.network_file)
    one_epoch = 1 if arguments.samples and arguments.epochs is None else None
    file = with_epochs(file, arguments.epochs or one_epoch)
    make_folder("--build", arguments.build)
    outputs = {"--json": arguments.json, "--picture": arguments.picture}
    check_outputs(outputs, inputs=inputs_of(file, arguments.data))
    data = load_training_data(
        file, arguments.data, samples=arguments.samples, test_samples=arguments.test_samples
    )
    print_notes(data.notes)
    epochs, differences = _profile(file, data, arguments)
    if not epochs:
        raise KeyboardInterrupt("before any epoch was finished")
    profiles = epochs[-1].junctions
    choice = choose_format(
        profiles,
        file.network,
        saturation=arguments.saturation,
        vanishing=arguments.vanishing,
    )
    print("\n".join(_report(file, epochs, choice)))
    for difference in differences:
        print(difference)
    if arguments.rtl and not differences:
        print("saturation counters and parameters of golden model and hardware are equal")
    if arguments.picture is not None:
        title = f"{file.name}, epoch {len(epochs)}: magnitudes before rounding and saturation"
        write_picture(arguments.picture, ranges_figure(title, file.network.format, profiles))
    if arguments.json is not None:
        write_json(
            arguments.json,
            {
                "name": file.name,
                "format": asdict(file.network.format),
                "every": arguments.every,
                "epochs": [epoch.document() for epoch in epochs],
                "recommended": {**asdict(choice), "legal": choice.legal},
                "rtl": {"compared": arguments.rtl, "differences": differences},
            },
        )
    return DIFFERENT if differences else 0


def _profile(
    file: NetworkFile, data: TrainingData, arguments: argparse.Namespace
) -> tuple[list[ProfiledEpoch], list[str]]:
    """Every epoch's profile, and where the hardware differs."""
    profiled = ProfiledTraining(file, data, lags_of(file), arguments.every)
    epochs: list[ProfiledEpoch] = []
    differences: list[str] = []
    total = len(data.train_labels) * file.training.epochs * (2 if arguments.rtl else 1)
    with (
        build_folder(arguments.build) as folder,
        ProgressBar(total, unit="sample", description="profile") as bar,
    ):
        rtl, hardware = None, None
        if arguments.rtl:
            bar.describe("building")
            rtl = RtlTrainer(CoreDesign.from_file(file), folder)
            hardware = Training(file, rtl, data).epochs(bar.update)
        bar.describe("epoch 1")
        try:
            for epoch in profiled.epochs(bar.update):
                if rtl is not None and hardware is not None:
                    next(hardware)
                    differences += _differences(epoch.result.epoch + 1, profiled.golden, rtl)
                epochs.append(epoch)
                bar.describe(f"epoch {len(epochs) + 1}")
        except KeyboardInterrupt:
            bar.print("interrupted: reporting the epochs that are done")
    return epochs, differences


def _differences(epoch: int, golden: GoldenTrainer, rtl: RtlTrainer) -> list[str]:
    lines = []
    found = golden.parameters.first_difference(rtl.parameters)
    if found is not None:
        lines.append(f"epoch {epoch}, golden against hardware: {found}")
    if golden.saturations != rtl.saturations:
        lines.append(f"epoch {epoch}: {golden.saturations}, hardware {rtl.saturations}")
    return lines


def _report(
    file: NetworkFile,
    epochs: Sequence[ProfiledEpoch],
    choice: FormatChoice,
) -> list[str]:
    last = epochs[-1]
    fmt = file.network.format
    lines = [
        f"{file.name}, {fmt}, epoch {last.result.epoch + 1}",
        *table_lines(RANGE_TITLES, range_rows(last.junctions), text=(1,)),
        "",
        *table_lines(
            (
                "epoch",
                "k",
                *(f"{name} of {i}" for name in asdict(last.saturations) for i in _junctions(file)),
            ),
            [
                (
                    each.result.epoch + 1,
                    each.result.rate_exponent,
                    *(count for counts in asdict(each.saturations).values() for count in counts),
                )
                for each in epochs
            ],
        ),
        "(values saturated in all samples, by junction: pre-activations, deltas, updates)",
        "",
        f"recommended: {choice}, {choice.width} bits"
        + ("" if choice.legal else ", more than the generator takes"),
        f"  {choice.integer} integer bits: {choice.integer_reason}",
        f"  {choice.fraction} fraction bits: {choice.fraction_reason}",
    ]
    return lines


def _junctions(file: NetworkFile) -> range:
    return range(1, len(file.network.junctions) + 1)
