"""`presparse simulate`: runs the exported Verilog on the data and holds it against NumPy."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hwgen.commands.core_option import add_core, add_resume, core_design
from hwgen.cosimulation.side_by_side import Cosimulation, EpochAgreement
from hwgen.simulation.job import Stalls
from software_ref.checkpoint import Checkpoint, save_checkpoint
from software_ref.commands.arguments import (
    add_data,
    add_json,
    add_lags,
    add_network_file,
    add_samples,
    integer_from,
)
from software_ref.console.output import (
    check_outputs,
    make_folder,
    print_notes,
    table_lines,
    write_json,
)
from software_ref.console.progress import ProgressBar
from software_ref.loading import inputs_of, lags_of, load_training_data
from software_ref.network_file import NetworkFile, read_network_file
from software_ref.training import epoch_order

__all__ = ["add_arguments", "add_build", "build_folder", "run"]

DIFFERENT = 1
"""Exit status where the hardware and the golden model differ."""
STALL_LENGTH = 20
"""Longest of the random gaps, in clocks."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommand's arguments."""
    add_network_file(parser)
    add_core(parser)
    add_resume(parser)
    add_data(parser)
    add_samples(
        parser,
        least=1,
        what="train on the first N training samples, or predict the first N test samples "
        "(default: all)",
    )
    parser.add_argument(
        "--epochs",
        type=integer_from(1),
        metavar="N",
        help="train N epochs, after those of --resume (default: 1)",
    )
    add_lags(parser)
    parser.add_argument(
        "--stalls",
        type=_probability,
        default=0.0,
        metavar="P",
        help="put random gaps before a beat and stop taking predictions, each with probability P",
    )
    parser.add_argument(
        "--stall-seed", type=integer_from(0), default=1, metavar="N", help="seed of the gaps"
    )
    parser.add_argument(
        "--save",
        type=Path,
        metavar="FILE.npz",
        help="write the weights and biases read back from the hardware, as `train --save` does",
    )
    add_build(parser)
    add_json(parser)


def add_build(parser: argparse.ArgumentParser) -> None:
    """Add `--build DIR`."""
    parser.add_argument(
        "--build",
        type=Path,
        metavar="DIR",
        help="keep Verilog and simulator in DIR, where a later run finds them "
        "(default: a temporary folder)",
    )


@contextmanager
def build_folder(given: Path | None) -> Iterator[Path]:
    """The folder the user named, which is there, or a temporary one that goes again."""
    if given is not None:
        yield given.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="presparse-") as folder:
        yield Path(folder)


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand; the exit status is 1 where hardware and golden model differ."""
    file = read_network_file(arguments.network_file)
    make_folder("--build", arguments.build)
    check_outputs(
        {"--json": arguments.json, "--save": arguments.save},
        inputs=inputs_of(file, arguments.data),
    )
    figures = (_train if arguments.core == "training" else _predict)(file, arguments)
    _print(file.name, figures)
    if arguments.json:
        write_json(arguments.json, figures)
    return 0 if figures["bit_exact"] else DIFFERENT


def _train(file: NetworkFile, arguments: argparse.Namespace) -> dict[str, Any]:
    """Train a core, and the figures of that."""
    design = core_design(file, arguments)
    lags = lags_of(file, arguments.lags)
    data = load_training_data(file, arguments.data, samples=arguments.samples, test_samples=0)
    print_notes(data.notes)
    start = design.start
    first_epoch, seen = (0, 0) if start is None else (start.epoch, start.samples)
    epochs = range(first_epoch, first_epoch + (arguments.epochs or 1))
    samples = len(data.train_labels)
    results: list[EpochAgreement] = []
    with (
        build_folder(arguments.build) as folder,
        ProgressBar(2 * samples * len(epochs), unit="sample", description="building") as bar,
    ):
        simulation = Cosimulation(design, folder, lags=lags, stalls=_stalls(arguments))
        for epoch in epochs:
            bar.describe(f"epoch {epoch + 1}")
            order = epoch_order(file.training, epoch, samples)
            results.append(
                simulation.run_epoch(
                    data.train_features[order],
                    data.train_labels[order],
                    file.training.rate_exponent_at(epoch),
                    bar.update,
                )
            )
            if arguments.save:  # after every epoch, so that Ctrl-C loses only the one it breaks off
                position = Checkpoint(
                    parameters=simulation.rtl.parameters,
                    lags=simulation.design.schedule.lags,
                    epoch=first_epoch + len(results),
                    samples=seen + samples * len(results),
                )
                save_checkpoint(arguments.save, position)
            if not results[-1].agreement.bit_exact:
                break
    return _figures(simulation, results, samples)


def _predict(file: NetworkFile, arguments: argparse.Namespace) -> dict[str, Any]:
    """Let an inference core, as it is at power-up, predict the test samples; figures of that."""
    for option in ("epochs", "lags", "save"):
        if getattr(arguments, option) is not None:
            raise ValueError(f"--{option} is for training cores: --core inference trains nothing")
    design = core_design(file, arguments)
    # One training sample is the fewest that there can be.
    data = load_training_data(file, arguments.data, samples=1, test_samples=arguments.samples)
    samples = len(data.test_labels)
    if not samples:
        raise ValueError("there must be test samples to predict, not 0")
    print_notes(data.notes)
    with (
        build_folder(arguments.build) as folder,
        ProgressBar(2 * samples, unit="sample", description="building") as bar,
    ):
        simulation = Cosimulation(design, folder, stalls=_stalls(arguments), reset_clocks=0)
        bar.describe("predictions")
        result = simulation.predict(data.test_features, data.test_labels, bar.update)
    return _figures(simulation, [result], samples)


def _stalls(arguments: argparse.Namespace) -> Stalls:
    return Stalls(
        seed=arguments.stall_seed,
        samples=arguments.stalls,
        predictions=arguments.stalls,
        length=STALL_LENGTH,
    )


def _figures(
    simulation: Cosimulation, results: list[EpochAgreement], samples: int
) -> dict[str, Any]:
    last = results[-1]
    clocks = {result.clocks_per_sample for result in results}
    design = simulation.design
    return {
        "core": "training" if design.options.training else "inference",
        "constant": design.options.constant,
        "bit_exact": last.agreement.bit_exact,
        "epochs": len(results) if design.options.training else 0,
        "samples": samples * len(results),
        "predictions_compared": sum(result.agreement.predictions for result in results),
        "weights_compared": last.agreement.weights,
        "biases_compared": last.agreement.biases,
        "saturations": asdict(simulation.rtl.saturations),
        "differences": list(last.agreement.differences),
        "first_difference": last.first_difference,
        "clocks_per_sample": clocks.pop() if len(clocks) == 1 else max(clocks),
        "period": design.schedule.period,
        "lags": list(simulation.lags if design.options.training else design.schedule.lags),
        "correct": [result.correct for result in results],
        "golden_seconds": sum(result.golden_seconds for result in results),
        "rtl_seconds": sum(result.rtl_seconds for result in results),
        "build_seconds": simulation.rtl.build_seconds,
    }


def _print(name: str, figures: dict[str, Any]) -> None:
    verdict = "equal, bit for bit" if figures["bit_exact"] else "DIFFERENT"
    rows = [
        ("hardware and golden model", verdict),
        ("samples", figures["samples"]),
        ("predictions compared", figures["predictions_compared"]),
        (
            "weights, biases compared",
            "none (constants)"
            if figures["constant"]
            else f"{figures['weights_compared']}, {figures['biases_compared']}",
        ),
        ("clocks per sample", f"{figures['clocks_per_sample']:g}"),
        ("correct predictions", f"{100 * figures['correct'][-1]:.2f} %"),
        ("golden model", f"{figures['golden_seconds']:.1f} s"),
        ("simulation", f"{figures['rtl_seconds']:.1f} s (build {figures['build_seconds']:.1f} s)"),
    ]
    print("\n".join(table_lines((name, ""), rows)))
    for difference in figures["differences"]:
        print(difference)
    if figures["first_difference"]:
        print(figures["first_difference"])


def _probability(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, not {text!r}") from None
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 0 and below 1, not {text}")
    return value
