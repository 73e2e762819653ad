"""`presparse simulate`: runs the exported Verilog on the data and holds it against NumPy."""

from __future__ import annotations

import argparse
from pathlib import Path

from hwgen.commands.core_option import add_core, add_resume, core_design
from hwgen.cosimulation.simulation import (
    SimulationResult,
    Waves,
    simulate_predictions,
    simulate_training,
)
from hwgen.cosimulation.waves import check_wave_file
from hwgen.simulation.build_folder import build_folder
from hwgen.simulation.job import Stalls
from software_ref.commands.arguments import (
    add_data,
    add_json,
    add_lags,
    add_network_file,
    add_samples,
    integer_from,
)
from software_ref.commands.predictions import (
    add_predictions,
    prediction_outputs,
    tell_predictions,
    wants_predictions,
)
from software_ref.console.output import check_outputs, make_folder, print_notes, write_json
from software_ref.loading import inputs_of, lags_of, load_training_data
from software_ref.network_file import NetworkFile, read_network_file

__all__ = ["add_arguments", "add_build", "run"]

DIFFERENT = 1
"""Exit status where the hardware and the golden model differ."""


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
        help="write the parameters read back from the hardware, as `train --save` does",
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
        metavar="N",
        help="begin the waveforms with sample N of the epoch (default: 0)",
    )
    add_predictions(parser, "every sample by the core, in the last epoch")
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


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand; the exit status is 1 where hardware and golden model differ."""
    file = read_network_file(arguments.network_file)
    make_folder("--build", arguments.build)
    if arguments.wave:
        check_wave_file(arguments.wave)
    elif arguments.wave_from is not None:
        raise ValueError("--from says where --wave begins: give --wave FILE with it")
    outputs = {
        "--json": arguments.json,
        "--save": arguments.save,
        "--wave": arguments.wave,
        **prediction_outputs(arguments),
    }
    check_outputs(outputs, inputs=inputs_of(file, arguments.data))
    result = (_train if arguments.core == "training" else _predict)(file, arguments)
    print("\n".join(result.lines()))
    if wants_predictions(arguments):
        _tell_predictions(result, arguments)
    if arguments.json:
        write_json(arguments.json, result.figures)
    return 0 if result.bit_exact else DIFFERENT


def _train(file: NetworkFile, arguments: argparse.Namespace) -> SimulationResult:
    lags = lags_of(file, arguments.lags)
    data = load_training_data(file, arguments.data, samples=arguments.samples, test_samples=0)
    design = core_design(file, arguments, inputs=data.inputs)
    print_notes(data.notes)
    with build_folder(arguments.build) as folder:
        return simulate_training(
            file,
            design,
            data,
            folder,
            epochs=arguments.epochs or 1,
            lags=lags,
            stalls=_stalls(arguments),
            save=arguments.save,
            waves=_waves(arguments),
        )


def _predict(file: NetworkFile, arguments: argparse.Namespace) -> SimulationResult:
    for option in ("epochs", "lags", "save"):
        if getattr(arguments, option) is not None:
            raise ValueError(f"--{option} is for training cores: --core inference trains nothing")
    # One training sample is the fewest that there can be.
    data = load_training_data(file, arguments.data, samples=1, test_samples=arguments.samples)
    print_notes(data.notes)
    design = core_design(file, arguments, inputs=data.inputs)
    with build_folder(arguments.build) as folder:
        return simulate_predictions(
            file, design, data, folder, stalls=_stalls(arguments), waves=_waves(arguments)
        )


def _tell_predictions(result: SimulationResult, arguments: argparse.Namespace) -> None:
    training = result.design.options.training
    what = "training samples, each before it is learnt from" if training else "test samples"
    tell_predictions(result.predictions, f"{result.name} in simulation: {what}", arguments)


def _waves(arguments: argparse.Namespace) -> Waves | None:
    if arguments.wave is None:
        return None
    return Waves(path=arguments.wave, first=arguments.wave_from or 0)


def _stalls(arguments: argparse.Namespace) -> Stalls:
    return Stalls.of_samples(arguments.stalls, arguments.stall_seed)


def _probability(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, not {text!r}") from None
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 0 and below 1, not {text}")
    return value
