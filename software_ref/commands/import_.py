"""`presparse import`: weights that were trained elsewhere become a checkpoint."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from software_ref.commands.arguments import (
    add_data,
    add_json,
    add_network_file,
    add_test_samples,
)
from software_ref.console.output import check_outputs, percent, print_notes, write_json
from software_ref.exchange.float_state import read_state
from software_ref.exchange.weight_import import Accuracies, WeightImport, import_state
from software_ref.loading import inputs_of, lags_of, load_inputs, load_training_data
from software_ref.network_file import read_network_file

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `import`."""
    add_network_file(parser)
    parser.add_argument(
        "state",
        type=Path,
        metavar="STATE",
        help="weights of linear layers: a state_dict that torch.save wrote, or arrays in an .npz",
    )
    parser.add_argument(
        "--save",
        type=Path,
        metavar="FILE.npz",
        help="write the quantised weights and biases, which --resume of other commands takes",
    )
    add_data(parser)
    add_test_samples(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run `import`."""
    file = read_network_file(arguments.network_file)
    check_outputs(
        {"--save": arguments.save, "--json": arguments.json},
        inputs=[*inputs_of(file, arguments.data), arguments.state],
    )
    state = read_state(arguments.state)
    inputs = load_inputs(file, arguments.data)
    try:
        found = import_state(file.network, lags_of(file), state, inputs)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{arguments.state}: {error}") from None
    accuracies = None
    if arguments.test_samples != 0:
        data = load_training_data(
            file, arguments.data, samples=1, test_samples=arguments.test_samples
        )
        print_notes(data.notes)
        accuracies = found.accuracies(data.test_features, data.test_labels)
    print("\n".join(_report(file.name, found, accuracies)))
    if arguments.save:
        found.save(arguments.save)
        print(f"saved {arguments.save}")
    if arguments.json:
        document = {
            "name": file.name,
            "format": str(file.network.format),
            "quantised": [asdict(each) for each in found.quantised],
            "accuracy": None if accuracies is None else asdict(accuracies),
        }
        write_json(arguments.json, document)
    return 0


def _report(name: str, found: WeightImport, accuracies: Accuracies | None) -> list[str]:
    """The lines that `import` prints."""
    network = found.parameters.network
    lines = [
        f"{name}: {network.weights} weights, {network.biases} biases in {network.format}",
        *found.lines(),
    ]
    if accuracies is not None:
        lines.append(
            f"test accuracy of {accuracies.samples} samples: float {percent(accuracies.before)} %, "
            f"golden {percent(accuracies.after)} %, {accuracies.changed} predictions changed"
        )
    return lines
