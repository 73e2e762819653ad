"""`presparse dataset`: what a data set holds, how hard it is, and pictures and copies of it."""

from __future__ import annotations

import argparse
import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from software_ref.commands.arguments import add_data, add_json, add_picture
from software_ref.console.atomic_file import atomic_file
from software_ref.console.output import (
    check_outputs,
    print_notes,
    table_lines,
    wrapped,
    write_json,
)
from software_ref.datasets import Dataset
from software_ref.datasets.dataset import SPLITS
from software_ref.datasets.difficulty import difficulty
from software_ref.datasets.redundancy import METHODS
from software_ref.datasets.registry import ENDINGS, NAMES, file_places
from software_ref.datasets.trainable import varying_features
from software_ref.figure import write_picture
from software_ref.file_options import DataOptions, ReduceOptions
from software_ref.loading import inputs_of, load_whole_dataset
from software_ref.network_file import read_network_file
from software_ref.sample_pictures import picture_form, samples_figure

__all__ = ["add_arguments", "describe", "report_lines", "run"]

_NETWORK_FILE = ".toml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `dataset`."""
    parser.add_argument(
        "source",
        metavar="NAME|NETWORK.toml",
        help=f"{', '.join(NAMES)}, the path of a file of samples ({', '.join(ENDINGS)}), or a "
        "network file, for its [data]",
    )
    add_data(parser)
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="an option of the data set, as in [data.options]; may be given several times",
    )
    parser.add_argument(
        "--reduce",
        metavar="METHOD=N",
        help=f"reduce the features to N, as in [data.reduce], by {', '.join(METHODS)}",
    )
    add_picture(parser, "draw class means and samples")
    parser.add_argument(
        "--npz", type=Path, metavar="FILE", help="write the samples to FILE, as [data] reads them"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run `dataset`."""
    source, is_file = arguments.source, arguments.source.endswith(_NETWORK_FILE)
    outputs = {"--picture": arguments.picture, "--npz": arguments.npz, "--json": arguments.json}
    options = _options(arguments.option)
    check_outputs(outputs, inputs=file_places(source, options, arguments.data, None))
    if is_file:
        file = read_network_file(source)
        data, base_dir = file.data, file.folder
        # Only now is it known which archive the file names.
        check_outputs(outputs, inputs=inputs_of(file, arguments.data))
    else:
        data, base_dir = DataOptions(name=source), None
    data = replace(data, options={**data.options, **options})
    if arguments.reduce is not None:
        data = replace(data, reduce=_reduction(arguments.reduce))
    dataset = load_whole_dataset(data, arguments.data, base_dir, validation=True)
    document = describe(dataset)
    print("\n".join(report_lines(document)))
    print_notes(dataset.notes)
    if arguments.picture:
        form = picture_form(data.name, dataset.features, reduced=data.reduce is not None)
        write_picture(arguments.picture, samples_figure(dataset, form))
        print(f"picture: {arguments.picture}")
    if arguments.npz:
        _export(arguments.npz, dataset)
        print(f"samples: {arguments.npz}")
    if arguments.json:
        write_json(arguments.json, document)
    return 0


def describe(dataset: Dataset) -> dict[str, Any]:
    """Derive everything that `dataset` reports, as plain values for JSON.

    `scale` is None where features were not mapped each by its own range. `difficulty` is None
    where the metrics do not exist, and `difficulty_reason` says why; `v_dist` is None where it is
    infinite.
    """
    x = dataset.x_train
    document: dict[str, Any] = {
        "name": dataset.name,
        "provenance": dataset.provenance,
        "features": dataset.features,
        "classes": dataset.classes,
        "class_names": list(dataset.class_names),
        "notes": list(dataset.notes),
        "scale": None
        if dataset.scale is None
        else {"low": dataset.scale.low.tolist(), "high": dataset.scale.high.tolist()},
        "type": str(x.dtype),
        "splits": {split: _split(dataset, split) for split in SPLITS},
        "least": x.min().item(),
        "greatest": x.max().item(),
        "zeros": 1 - np.count_nonzero(x) / x.size,
        "constant_features": int((~varying_features(x)).sum()),
        "difficulty": None,
        "difficulty_reason": None,
    }
    try:
        metrics = asdict(difficulty(dataset))
    except ValueError as error:
        document["difficulty_reason"] = str(error)
    else:
        document["difficulty"] = {
            key: value if math.isfinite(value) else None for key, value in metrics.items()
        }
    return document


def _split(dataset: Dataset, split: str) -> dict[str, Any]:
    counts = np.bincount(getattr(dataset, f"y_{split}"), minlength=dataset.classes)
    return {"samples": int(counts.sum()), "samples_of_class": counts.tolist()}


def report_lines(document: Mapping[str, Any]) -> Iterable[str]:
    """The lines that `dataset` prints."""
    yield (
        f"{document['name']}: {document['features']} features, {document['classes']} classes, "
        f"{document['type']}"
    )
    yield from wrapped(document["provenance"])
    yield ""
    rows = []
    for split, figures in document["splits"].items():
        counts = figures["samples_of_class"]
        rows.append([split, figures["samples"], min(counts), max(counts)])
    yield from table_lines(["split", "samples", "smallest class", "largest class"], rows)
    yield ""
    unit = "/256" if document["type"] == "uint8" else ""
    least, greatest = (f"{document[key]:.6g}{unit}" for key in ("least", "greatest"))
    yield f"training values     {least} to {greatest}"
    yield f"zeros               {100 * document['zeros']:.2f} %"
    yield f"constant features   {document['constant_features']} of {document['features']}"
    metrics = document["difficulty"]
    if metrics is None:
        yield f"difficulty          not measured: {document['difficulty_reason']}"
        return
    for key, value in metrics.items():
        title = "V_" + key.removeprefix("v_")
        yield f"{title:<20}" + ("infinite" if value is None else f"{value:.6g}")


def _options(given: Sequence[str]) -> dict[str, Any]:
    """Options by key; a value is TOML, or else a text without quotes."""
    options: dict[str, Any] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not key or not equals:
            raise ValueError(f"--option must be KEY=VALUE, such as noise_sigma=2, not {text!r}")
        if key in options:
            raise ValueError(f"--option must give each key once, not {key} again")
        try:
            options[key] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            options[key] = value
        except RecursionError:
            raise ValueError(f"--option {key} must not nest brackets this deeply") from None
    return options


def _reduction(text: str) -> ReduceOptions:
    method, _, number = text.partition("=")
    if not (number.isascii() and number.isdigit()):
        raise ValueError(f"--reduce must be METHOD=N, such as pca=20, not {text!r}")
    return ReduceOptions(method=method, features=int(number))


def _export(path: Path, dataset: Dataset) -> None:
    """Write the splits that have samples, the test split in any case, and what classes there are.

    Without their number a class that has no samples would be lost.
    """
    arrays: dict[str, Any] = {
        f"{kind}_{split}": getattr(dataset, f"{kind}_{split}")
        for split in SPLITS
        if split != "validation" or len(dataset.y_validation)
        for kind in "xy"
    }
    arrays["classes"] = np.array(dataset.classes)
    if dataset.class_names:
        arrays["class_names"] = np.array(dataset.class_names)
    with atomic_file(path) as unfinished, unfinished.open("wb") as file:
        np.savez_compressed(file, **arrays)
