"""`presparse scatter`: how evenly a network's connections meet the windows of its layers."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any

from software_ref.commands.arguments import add_json, add_network_file, add_picture, integer_from
from software_ref.commands.pattern_choice import (
    PatternChoice,
    add_pattern_choice,
    pattern_choice,
    pattern_inputs,
)
from software_ref.connections.scatter import Scatter, scatter_vector
from software_ref.connections.scatter_picture import scatter_figure
from software_ref.console.output import check_outputs, table_lines, write_json
from software_ref.console.progress import ProgressBar
from software_ref.figure import write_picture
from software_ref.network_file import read_network_file

__all__ = ["add_arguments", "report_lines", "run", "scatter_document", "scatter_vectors"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `scatter`."""
    add_network_file(parser)
    add_pattern_choice(parser)
    parser.add_argument(
        "--seeds",
        type=integer_from(1),
        default=1,
        metavar="N",
        help="look at N seeds from the first on, and print their least, mean and largest values",
    )
    parser.add_argument(
        "--window",
        type=integer_from(1),
        metavar="N",
        help="cut every layer into windows of N neurons, in place of the natural windows",
    )
    parser.add_argument(
        "--all-ranges",
        action="store_true",
        help="take every range of consecutive junctions, not just the whole network",
    )
    add_picture(parser, "draw the scatter as bars, and the windowed matrices of the first seed")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run `scatter`."""
    check_outputs(
        {"--picture": arguments.picture, "--json": arguments.json}, inputs=pattern_inputs(arguments)
    )
    file = read_network_file(arguments.network_file)
    choice = pattern_choice(file, arguments)
    if choice.learnt is not None and arguments.seeds > 1:
        raise ValueError("--resume must be given without --seeds")
    vectors = scatter_vectors(
        choice, arguments.seeds, window=arguments.window, all_ranges=arguments.all_ranges
    )
    document = scatter_document(file.name, choice, vectors, arguments.window)
    title = choice.title(file.name, seeds=arguments.seeds)
    print("\n".join(report_lines(title, document)))
    if arguments.picture:
        write_picture(arguments.picture, scatter_figure(title, vectors))
        print(f"picture: {arguments.picture}")
    if arguments.json:
        write_json(arguments.json, document)
    return 0


def scatter_vectors(
    choice: PatternChoice, seeds: int, *, window: int | None = None, all_ranges: bool = False
) -> list[tuple[Scatter, ...]]:
    """One scatter vector for each of so many seeds from the choice's on."""
    vectors = []
    with ProgressBar(seeds, unit="seed", description="scatter") as progress:
        for seed in range(choice.seed, choice.seed + seeds):
            patterns = choice.patterns(seed)
            vectors.append(scatter_vector(patterns, window=window, all_ranges=all_ranges))
            progress.update()
    return vectors


def scatter_document(
    name: str,
    choice: PatternChoice,
    vectors: Sequence[Sequence[Scatter]],
    window: int | None = None,
) -> dict[str, Any]:
    """All that `scatter` tells, as plain values for JSON."""
    entries = [_entry(each) for each in zip(*vectors, strict=True)]
    lowest = min(entry["mean"] for entry in entries)
    return {
        "name": name,
        "layers": list(choice.network.layers),
        "kind": choice.kind,
        "dither": choice.dither,
        "seeds": list(range(choice.seed, choice.seed + len(vectors))),
        "window": window,
        "scatter": entries,
        "minimum": {
            "mean": lowest,
            "names": [entry["name"] for entry in entries if entry["mean"] == lowest],
        },
    }


def _entry(entries: Sequence[Scatter]) -> dict[str, Any]:
    """One entry of the vectors of all seeds."""
    first = entries[0]
    values = [entry.value for entry in entries]
    rows, columns = first.windowed.shape
    return {
        "name": first.name,
        "first": first.first,
        "last": first.last,
        "direction": first.direction,
        "rows": rows,
        "columns": columns,
        "windows": first.windows,
        "attainable": float(first.attainable),
        "met": [entry.met for entry in entries],
        "values": values,
        "min": min(values),
        "mean": sum(values) / len(values),
        "max": max(values),
    }


def report_lines(title: str, document: dict[str, Any]) -> Iterable[str]:
    """The lines that `scatter` prints."""
    yield title
    window = document["window"]
    yield f"windows: {'natural' if window is None else f'{window} neurons each'}"
    yield ""
    entries = document["scatter"]
    several = len(document["seeds"]) > 1
    lowest = document["minimum"]["names"]
    yield from table_lines(
        [
            *("scatter", "matrix", "windows", "attainable"),
            *(("min", "mean", "max") if several else ("met", "value")),
            "",
        ],
        [
            [
                entry["name"],
                f"{entry['rows']} x {entry['columns']}",
                entry["windows"],
                f"{entry['attainable']:.0f}",
                *(
                    [f"{entry[key]:.2f}" for key in ("min", "mean", "max")]
                    if several
                    else [entry["met"][0], f"{entry['mean']:.2f}"]
                ),
                "<- minimum" if entry["name"] in lowest else None,
            ]
            for entry in entries
        ],
        text=[0, 7 if several else 6],
    )
