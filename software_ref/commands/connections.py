"""`presparse connections`: the connection pattern of every junction: degrees, counts, pictures."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from software_ref.commands.arguments import add_json, add_network_file, add_picture
from software_ref.commands.pattern_choice import (
    PatternChoice,
    add_pattern_choice,
    pattern_choice,
    pattern_inputs,
)
from software_ref.connections.junction_shape import JunctionShape
from software_ref.connections.pattern import SparsePattern
from software_ref.connections.pattern_picture import patterns_figure
from software_ref.console.atomic_file import atomic_file
from software_ref.console.output import check_outputs, percent, table_lines, write_json
from software_ref.figure import write_picture
from software_ref.network_file import read_network_file

__all__ = ["add_arguments", "run"]

LONGEST_INTEGER = 4000
"""Digits of the longest integer in JSON: Python, for one, reads none beyond 4,300."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `connections`."""
    add_network_file(parser)
    add_pattern_choice(parser)
    add_picture(parser, "draw the biadjacency matrices, with lines around their natural windows")
    parser.add_argument(
        "--npz", type=Path, metavar="FILE", help="write the neurons of every edge to FILE"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run `connections`."""
    check_outputs(
        {"--picture": arguments.picture, "--npz": arguments.npz, "--json": arguments.json},
        inputs=pattern_inputs(arguments),
    )
    file = read_network_file(arguments.network_file)
    choice = pattern_choice(file, arguments)
    patterns = choice.patterns()
    document = {
        "name": file.name,
        "layers": list(file.network.layers),
        "kind": choice.kind,
        "dither": choice.dither,
        "seed": choice.seed,
        "junctions": [
            _junction(choice, shape, pattern)
            for shape, pattern in zip(file.network.junctions, patterns, strict=True)
        ],
    }
    print("\n".join(_report(choice.title(file.name), document)))
    if arguments.picture:
        write_picture(arguments.picture, patterns_figure(choice.title(file.name), patterns))
        print(f"picture: {arguments.picture}")
    if arguments.npz:
        _write_edges(arguments.npz, file.network.layers, patterns)
        print(f"edges: {arguments.npz}")
    if arguments.json:
        write_json(arguments.json, document)
    return 0


def _junction(
    choice: PatternChoice, shape: JunctionShape, pattern: SparsePattern
) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "junction": shape.index,
        "left": pattern.left,
        "right": pattern.right,
        "out_degree": [int(pattern.out_degrees.min()), int(pattern.out_degrees.max())],
        "in_degree": [int(pattern.in_degrees.min()), int(pattern.in_degrees.max())],
        "edges": pattern.edges,
        "density": pattern.density,
        "patterns": None,
        "patterns_log10": None,
        "patterns_text": None,
        "reason": None,
    }
    try:
        count = choice.count(shape)
    except ValueError as error:
        return figures | {"reason": str(error)}
    return figures | {
        "patterns": count.exact if count.log10 < LONGEST_INTEGER else None,
        "patterns_log10": count.log10,
        "patterns_text": str(count),
    }


def _report(title: str, document: dict[str, Any]) -> Iterable[str]:
    """The lines that `connections` prints."""
    junctions = document["junctions"]
    yield title
    yield ""
    yield from table_lines(
        ["junction", "left", "right", "d_out", "d_in", "edges", "density", "kind", "patterns"],
        [
            [
                *(each[key] for key in ("junction", "left", "right")),
                *(_span(each[key]) for key in ("out_degree", "in_degree")),
                each["edges"],
                f"{percent(each['density'])} %",
                document["kind"],
                each["patterns_text"] or "-",
            ]
            for each in junctions
        ],
        text=[0, 7],
    )
    reasons = dict.fromkeys(each["reason"] for each in junctions if each["reason"])
    if reasons:
        yield ""
    for reason in reasons:
        yield f"no number of patterns: {reason}"


def _span(degrees: Sequence[int]) -> str:
    """Degrees of a layer: "4", or "1-9" where they differ."""
    least, most = degrees
    return str(least) if least == most else f"{least}-{most}"


def _write_edges(path: Path, layers: Sequence[int], patterns: Sequence[SparsePattern]) -> None:
    arrays: dict[str, NDArray[np.int64]] = {"layers": np.array(layers, np.int64)}
    for i, pattern in enumerate(patterns, start=1):
        arrays[f"left_{i}"] = pattern.left_neurons
        arrays[f"right_{i}"] = pattern.right_neurons
    with atomic_file(path) as unfinished, unfinished.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # its stub: allow_pickle: bool
