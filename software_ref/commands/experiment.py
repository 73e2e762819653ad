"""`presparse experiment`: run one of the slides' experiments, and show what it gives."""

from __future__ import annotations

import argparse
from pathlib import Path

from software_ref.commands.arguments import add_data, integer_from
from software_ref.console.output import wrapped
from software_ref.console.system import processors
from software_ref.experiments.registry import EXPERIMENTS, load_experiment
from software_ref.experiments.run import run_experiment
from software_ref.experiments.scale import Scale

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `experiment`."""
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="the experiment; without it, they are listed"
    )
    add_data(parser)
    parser.add_argument(
        "--results",
        type=Path,
        default=Path("results"),
        metavar="DIR",
        help="folder of NAME.png, NAME.json, NAME.md and of all finished runs (default: results); "
        "with --quick NAME_quick.png and so on",
    )
    parser.add_argument(
        "--sets", type=_names, metavar="A,B", help="data sets, in place of the experiment's own"
    )
    parser.add_argument(
        "--seeds",
        type=integer_from(1),
        default=3,
        metavar="N",
        help="train with the seeds 1 to N (default: 3)",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="few samples and epochs, to see that it works; gives no verdict",
    )
    parser.add_argument(
        "--jobs",
        type=integer_from(1),
        default=processors(),
        metavar="N",
        help="local processes side by side (default: one per core)",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="run on the Dask cluster of this scheduler (tcp://host:8786) in place of --jobs",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run `experiment`."""
    if arguments.name is None:
        for name in EXPERIMENTS:
            print("\n".join(wrapped(f"{name:15} {load_experiment(name).SUMMARY}", indent=16)))
        return 0
    scale = Scale(
        quick=arguments.quick,
        seeds=tuple(range(1, arguments.seeds + 1)),
        sets=arguments.sets,
    )
    result = run_experiment(
        arguments.name,
        scale,
        results=arguments.results,
        data_dir=arguments.data,
        jobs=arguments.jobs,
        scheduler=arguments.scheduler,
    )
    print(f"{result.summary}; the slides: {result.claim}\n")
    print(result.report.plain())
    print("\n" + "\n".join(f"wrote {path}" for path in result.files))
    return 0


def _names(text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(","))
    if not all(names):
        raise argparse.ArgumentTypeError(f"must be names with commas between them, not {text!r}")
    return names
