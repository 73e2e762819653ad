"""`presparse simulate`: trains the exported Verilog on the data and holds it against NumPy."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hwgen.core.design import CoreDesign
from hwgen.cosimulation.side_by_side import Cosimulation, EpochAgreement
from hwgen.cosimulation.waves import check_wave_file, record_waves
from hwgen.simulation.job import Stalls
from software_ref.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from software_ref.commands.arguments import (
    add_data,
    add_json,
    add_lags,
    add_network_file,
    add_samples,
    integer_from,
)
from software_ref.commands.loading import inputs_of, lags_of, load_training_data
from software_ref.console.output import (
    check_outputs,
    make_folder,
    print_notes,
    table_lines,
    write_json,
)
from software_ref.console.progress import ProgressBar
from software_ref.golden.samples import Samples
from software_ref.network_file import read_network_file
from software_ref.training import epoch_order

__all__ = ["add_arguments", "add_build", "build_folder", "run"]

DIFFERENT = 1
"""Exit status where the hardware and the golden model differ."""
STALL_LENGTH = 20
"""Longest of the random gaps, in clocks."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommand's arguments."""
    add_network_file(parser)
    add_data(parser)
    add_samples(parser, least=1, what="train on the first N training samples (default: all)")
    parser.add_argument(
        "--epochs",
        type=integer_from(1),
        default=1,
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
    parser.add_argument(
        "--resume", type=Path, metavar="FILE.npz", help="start from a saved file's parameters"
    )
    parser.add_argument(
        "--wave",
        type=Path,
        metavar="FILE",
        help="write waveforms of the first epoch: FILE.vcd, or FILE.fst with GTKWave's vcd2fst",
    )
    parser.add_argument(
        "--from",
        dest="wave_from",
        type=integer_from(0),
        default=0,
        metavar="N",
        help="begin the waveforms with sample N of the epoch (default: 0)",
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
    if arguments.wave:
        check_wave_file(arguments.wave)
    check_outputs(
        {"--json": arguments.json, "--save": arguments.save, "--wave": arguments.wave},
        inputs=inputs_of(file, arguments.data),
    )
    lags = lags_of(file, arguments.lags)
    data = load_training_data(file, arguments.data, samples=arguments.samples, test_samples=0)
    print_notes(data.notes)
    start = load_checkpoint(arguments.resume, file.network) if arguments.resume else None
    first_epoch, seen = (0, 0) if start is None else (start.epoch, start.samples)
    epochs = range(first_epoch, first_epoch + arguments.epochs)
    samples = len(data.train_labels)
    if arguments.wave_from >= samples:
        raise ValueError(f"--from must be below the {samples} samples, not {arguments.wave_from}")
    stalls = Stalls(
        seed=arguments.stall_seed,
        samples=arguments.stalls,
        predictions=arguments.stalls,
        length=STALL_LENGTH,
    )
    results: list[EpochAgreement] = []
    with (
        build_folder(arguments.build) as folder,
        ProgressBar(2 * samples * len(epochs), unit="sample", description="building") as bar,
    ):
        simulation = Cosimulation(
            CoreDesign.from_file(file),
            folder,
            None if start is None else start.parameters,
            lags=lags,
            stalls=stalls,
        )
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
            if arguments.wave and epoch == first_epoch:
                bar.describe("waveforms")
                record_waves(
                    simulation.design,
                    folder,
                    arguments.wave,
                    Samples.check(
                        file.network,
                        data.train_features[order],
                        data.train_labels[order],
                        True,
                        file.training.rate_exponent_at(epoch),
                    ),
                    first=arguments.wave_from,
                    sample_clocks=simulation.rtl.sample_clocks,
                    parameters=None if start is None else start.parameters,
                    stalls=stalls,
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
    figures = _figures(simulation, results, samples)
    _print(file.name, figures)
    if arguments.json:
        write_json(arguments.json, figures)
    return 0 if figures["bit_exact"] else DIFFERENT


def _figures(
    simulation: Cosimulation, results: list[EpochAgreement], samples: int
) -> dict[str, Any]:
    last = results[-1]
    clocks = {result.clocks_per_sample for result in results}
    return {
        "bit_exact": last.agreement.bit_exact,
        "epochs": len(results),
        "samples": samples * len(results),
        "predictions_compared": sum(result.agreement.predictions for result in results),
        "weights_compared": last.agreement.weights,
        "biases_compared": last.agreement.biases,
        "saturations": asdict(simulation.rtl.saturations),
        "differences": list(last.agreement.differences),
        "first_difference": last.first_difference,
        "clocks_per_sample": clocks.pop() if len(clocks) == 1 else max(clocks),
        "period": simulation.design.schedule.period,
        "lags": list(simulation.lags),
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
            f"{figures['weights_compared']}, {figures['biases_compared']}",
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
