"""`presparse design`: legal networks of a density and speed, their estimates, and one's file."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hwgen.commands.core_option import add_core, core_kind
from hwgen.designer.candidates import candidates_near
from hwgen.designer.goal import DesignGoal
from hwgen.designer.layer_sizes import HIDDEN, LayerSizes, sizes_for
from hwgen.designer.network_text import network_text
from hwgen.designer.search import MOST, SORTS, Design, measured, ranked, wished
from software_ref.commands.arguments import add_json, integer_from, percentage
from software_ref.console.atomic_file import atomic_file
from software_ref.console.output import check_outputs, table_lines, write_json
from software_ref.console.progress import ProgressBar
from software_ref.datasets.registry import ENDINGS, NAMES, file_places
from software_ref.devices import DEFAULT, DEVICES
from software_ref.file_options import DataOptions, TargetOptions
from software_ref.loading import load_whole_dataset
from software_ref.plan.pipelining import PIPELINES

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommand's arguments."""
    parser.add_argument(
        "--data",
        nargs="+",
        action="extend",
        default=[],
        metavar="D",
        help=f"the data set that the layers are for: {', '.join(NAMES)}, or a file of samples "
        f"({', '.join(ENDINGS)}); and a folder to look for data files in",
    )
    parser.add_argument(
        "--layers",
        nargs="+",
        type=_layers,
        metavar="N-N-N",
        help="layers to choose from, such as 784-112-10, in place of those that suit the data",
    )
    parser.add_argument(
        "--hidden",
        nargs="+",
        type=_layers,
        metavar="N-N",
        help="hidden layers to choose from, between the features and classes of the data; by "
        f"default one of {HIDDEN[0][0]} to {HIDDEN[-1][0]} neurons",
    )
    parser.add_argument(
        "--density", type=percentage, required=True, metavar="PERCENT", help="of all possible edges"
    )
    parser.add_argument(
        "--clocks", type=integer_from(1), required=True, metavar="N", help="per sample"
    )
    parser.add_argument(
        "--within",
        type=percentage,
        default=20.0,
        metavar="PERCENT",
        help="by how much density and clocks may each be off (default: %(default)g)",
    )
    parser.add_argument(
        "--device", choices=sorted(DEVICES), default=DEFAULT.name, help="the FPGA (%(default)s)"
    )
    parser.add_argument(
        "--pipeline",
        choices=tuple(PIPELINES),
        default=TargetOptions.pipeline,
        help="logic between two registers (%(default)s)",
    )
    add_core(parser)
    parser.add_argument(
        "--sort",
        choices=tuple(SORTS),
        default="closest",
        help="what comes first: closest (the default: density and clocks by steps of 5 %%, then "
        "the fewest LUTs), or what is closest in density, or has the fewest clocks, the most "
        "weights, the fewest LUTs, flip-flops, DSP blocks, block RAMs",
    )
    parser.add_argument(
        "--rows",
        type=integer_from(1),
        default=20,
        metavar="N",
        help="rows of the table (default: %(default)d)",
    )
    parser.add_argument(
        "--choose", type=integer_from(1), metavar="N", help="the row that --output takes (1)"
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE.toml", help="write the network file of one row"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    if arguments.choose and not arguments.output:
        raise ValueError("--choose says which row --output writes: give --output FILE.toml with it")
    name, folder = _data(arguments.data)
    check_outputs(
        {"--output": arguments.output, "--json": arguments.json},
        inputs=[] if name is None else file_places(name, {}, folder, None),
    )
    goal = DesignGoal(
        density=arguments.density / 100,
        clocks=arguments.clocks,
        sizes=_sizes(arguments, name, folder),
        target=TargetOptions(device=arguments.device, pipeline=arguments.pipeline),
        **core_kind(arguments),
        within=arguments.within / 100,
    )
    candidates = candidates_near(goal, MOST)
    with ProgressBar(len(candidates), unit="network", description="estimates") as bar:
        designs = wished(measured(candidates, bar.update), goal)
    designs = ranked(designs, arguments.sort)
    chosen = arguments.choose or 1
    if chosen > len(designs):
        raise ValueError(f"--choose must be at most the {len(designs)} rows, not {chosen}")
    shown = designs[: max(arguments.rows, arguments.choose or 0)]
    print("\n".join(_table(shown)))
    print("\n".join(_remarks(designs, len(shown), goal)))
    if arguments.output:
        text = network_text(designs[chosen - 1], _name_from(name, arguments.output))
        with atomic_file(arguments.output) as unfinished:
            unfinished.write_text(text, encoding="utf-8")
        print(f"network of row {chosen}: {arguments.output}")
    if arguments.json:
        write_json(arguments.json, _document(goal, designs))
    return 0


def _layers(text: str) -> tuple[int, ...]:
    try:
        layers = tuple(int(part) for part in text.split("-"))
    except ValueError:
        layers = ()
    if not layers or min(layers) < 1:
        raise argparse.ArgumentTypeError(
            f"must be numbers from 1 with - between them, such as 784-112-10, not {text!r}"
        )
    return layers


def _data(words: Sequence[str]) -> tuple[str | None, Path | None]:
    """The data set and the folder that --data names."""
    folders = [word for word in words if Path(word).is_dir() and word not in NAMES]
    names = [word for word in words if word not in folders]
    for what, found in (("data set", names), ("folder", folders)):
        if len(found) > 1:
            raise ValueError(f"--data must name at most one {what}, not {', '.join(found)}")
    return (names or [None])[0], Path(folders[0]) if folders else None


def _sizes(
    arguments: argparse.Namespace, name: str | None, folder: Path | None
) -> tuple[LayerSizes, ...]:
    if arguments.layers and arguments.hidden:
        raise ValueError("--hidden is for the layers that suit the data: --layers names all")
    if name is None and not arguments.layers:
        raise ValueError("the layers must be known: give --layers, or --data with a data set")
    features = classes = None
    if name is not None:
        dataset = load_whole_dataset(DataOptions(name=name), folder)
        features, classes = dataset.features, dataset.classes
        if not arguments.layers:
            return sizes_for(features, classes, arguments.hidden or HIDDEN)
    for layers in arguments.layers:
        if len(layers) < 2:
            raise ValueError(f"--layers must name an input and an output layer, not {layers[0]}")
    return tuple(
        LayerSizes(layers=layers, features=features, classes=classes) for layers in arguments.layers
    )


def _name_from(name: str | None, output: Path) -> str | None:
    """The data set's name; a file's as it is found from the network file."""
    if name is None or name in NAMES:
        return name
    try:
        return Path(os.path.relpath(name, output.parent)).as_posix()
    except ValueError:  # on another drive
        return str(Path(name).resolve())


def _table(designs: Sequence[Design]) -> list[str]:
    header = ("", "layers", "", "out_degree", "z", "weights", "density %", "clocks")
    rows = [
        (
            number,
            "-".join(map(str, design.network.layers)),
            "padded" if design.padded else "",
            _spaced(design.network.out_degree),
            _spaced(design.network.parallelism),
            f"{design.network.weights:,}",
            f"{100 * design.density:.2f}",
            design.clocks,
            design.estimate.lut,
            design.estimate.ff,
            design.estimate.dsp,
            f"{design.estimate.bram36:g}",
            {True: "yes", None: "maybe"}[design.fits],
        )
        for number, design in enumerate(designs, start=1)
    ]
    return table_lines((*header, "LUT", "FF", "DSP", "BRAM36", "fits"), rows, text=(1, 2, 3, 4, 12))


def _spaced(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _remarks(designs: Sequence[Design], shown: int, goal: DesignGoal) -> list[str]:
    lines = [
        "",
        f"{shown} of {len(designs)} networks near {100 * goal.density:g} % and {goal.clocks} "
        f"clocks that fit {goal.target.fpga.title}",
    ]
    sizes = designs[0].candidate.sizes
    if sizes.features is not None and any(design.padded for design in designs[:shown]):
        lines.append(
            f"padded: more inputs than the {sizes.features} features, or more outputs than the "
            f"{sizes.classes} classes"
        )
    return lines


def _document(goal: DesignGoal, designs: Sequence[Design]) -> dict[str, Any]:
    return {
        "density": goal.density,
        "clocks": goal.clocks,
        "device": goal.target.device,
        "pipeline": goal.target.pipeline,
        "core": "training" if goal.training else "inference",
        "designs": [design.to_dict() for design in designs],
    }
