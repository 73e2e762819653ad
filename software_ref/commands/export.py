"""`presparse export`: the network with its weights as a file that other tools run."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from software_ref.checkpoint import Checkpoint, load_checkpoint
from software_ref.commands.arguments import (
    add_data,
    add_json,
    add_network_file,
    add_test_samples,
    integer_from,
)
from software_ref.console.optional_package import optional_package
from software_ref.console.output import check_outputs, percent, write_json
from software_ref.exchange.onnx_check import ModelDifferences, check_onnx, model_samples
from software_ref.exchange.onnx_file import write_onnx
from software_ref.exchange.onnx_input import INPUTS, meaning
from software_ref.loading import (
    chosen_inputs,
    encode_dataset,
    inputs_of,
    lags_of,
    load_inputs,
    load_whole_dataset,
)
from software_ref.network_file import NetworkFile, read_network_file

__all__ = ["add_arguments", "run"]

DIFFERENT = 1
"""Exit status where the model and the golden model differ."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `export`."""
    add_network_file(parser)
    parser.add_argument(
        "--resume",
        type=Path,
        metavar="FILE.npz",
        help="export a saved file's parameters (default: those that training starts from)",
    )
    parser.add_argument(
        "--format",
        choices=("onnx",),
        default="onnx",
        help="what to write: onnx (the default), a model of standard operators",
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE", required=True, help="where to write it"
    )
    parser.add_argument(
        "--input",
        choices=tuple(INPUTS),
        default="raw",
        help="what the model takes: raw integers (the default), pixels as uint8, or values from 0 "
        "to 1 as float32 or float64",
    )
    parser.add_argument(
        "--features",
        type=integer_from(1),
        metavar="N",
        help="features of a sample (default: all inputs of the network); the other inputs are 0",
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="run the model in ONNX Runtime on the test samples, and hold it against NumPy",
    )
    add_data(parser)
    add_test_samples(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run `export`."""
    file = read_network_file(arguments.network_file)
    resume = [] if arguments.resume is None else [arguments.resume]
    check_outputs(
        {"--output": arguments.output, "--json": arguments.json},
        inputs=[*inputs_of(file, arguments.data), *resume],
    )
    start = _start(file, arguments)
    tests = _test_samples(file, arguments, start) if arguments.verify else None
    size = write_onnx(
        arguments.output,
        start.parameters,
        name=file.name,
        kind=arguments.input,
        features=arguments.features,
        epoch=start.epoch,
        inputs=start.inputs,
    )
    document = _document(file, arguments, start, size)
    print("\n".join(_report(file, document, arguments.resume)), flush=True)
    found = None
    if tests is not None:
        found = check_onnx(arguments.output, start.parameters, *tests, start.inputs)
        document["verified"] = asdict(found)
        print(_verdict(found))
    if arguments.json:
        write_json(arguments.json, document)
    return DIFFERENT if found is not None and not found.equal else 0


def _start(file: NetworkFile, arguments: argparse.Namespace) -> Checkpoint:
    """The state that is exported."""
    if arguments.resume is not None:
        return load_checkpoint(arguments.resume, file.network)
    inputs = load_inputs(file, arguments.data)
    return Checkpoint.initial(file.network, file.training.seed, lags_of(file), inputs)


def _document(
    file: NetworkFile, arguments: argparse.Namespace, start: Checkpoint, size: int
) -> dict[str, Any]:
    every = file.network.layers[0] if start.inputs is None else None
    return {
        "name": file.name,
        "format": arguments.format,
        "file": str(arguments.output),
        "bytes": size,
        "epoch": start.epoch,
        "input": arguments.input,
        "features": arguments.features or every,
        "inputs": None if start.inputs is None else start.inputs.tolist(),
        "outputs": file.network.layers[-1],
        "classes": file.network.competing,
        "verified": None,
    }


def _report(file: NetworkFile, document: dict[str, Any], resume: Path | None) -> list[str]:
    """The lines that `export` prints."""
    network, kind = file.network, document["input"]
    trained = "not trained" if resume is None else f"{resume} after epoch {document['epoch']}"
    return [
        f"{file.name}: {'-'.join(map(str, network.layers))}, {network.format}, "
        f"{network.weights} weights, {trained}",
        f"input       {INPUTS[kind].__name__} (samples, {document['features'] or 'features'}): "
        f"{meaning(kind, network.format)}",
        f"outputs     int32 (samples, {document['outputs']}): raw integers, "
        f"{network.format.one} stands for 1",
        f"prediction  int64 (samples): 0 to {document['classes'] - 1}",
        f"{document['format']}: {document['file']}, {document['bytes'] / 1000:.0f} kB",
    ]


def _test_samples(
    file: NetworkFile, arguments: argparse.Namespace, start: Checkpoint
) -> tuple[NDArray[Any], NDArray[np.integer]]:
    """The test samples as the model takes them, and their labels."""
    optional_package("onnxruntime", "--verify")
    dataset = load_whole_dataset(file.data, arguments.data, file.folder)
    start.check_same_inputs(chosen_inputs(file, dataset), where=str(arguments.resume or "start"))
    limit = arguments.test_samples if arguments.test_samples is not None else file.data.test
    labels = encode_dataset(
        dataset, file.network, train=1, test=limit, inputs=start.inputs
    ).test_labels
    every = file.network.layers[0] if start.inputs is None else dataset.features
    samples = model_samples(
        dataset.x_test[: len(labels)],
        file.network,
        arguments.input,
        arguments.features or every,
        where=f"{dataset.name}: x_test",
    )
    return samples, labels


def _verdict(found: ModelDifferences) -> str:
    share = f" ({percent(found.accuracy)} % right)" if found.samples else ""
    if found.equal:
        return (
            f"{found.samples} test samples in ONNX Runtime: all predictions{share} and all raw "
            "outputs are those of the golden model"
        )
    return (
        f"{found.samples} test samples in ONNX Runtime: {found.predictions} predictions{share} and "
        f"{found.outputs} raw outputs differ from those of the golden model"
    )
