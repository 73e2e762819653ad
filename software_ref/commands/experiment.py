"""`presparse experiment`: run one of the slides' experiments, and show what it gives."""

from __future__ import annotations

import argparse
from pathlib import Path

from software_ref.commands.arguments import add_data, integer_from
from software_ref.console.output import check_outputs, wrapped
from software_ref.console.progress import ProgressBar
from software_ref.console.system import processors
from software_ref.experiments.engine import run_tasks
from software_ref.experiments.experiment import gather
from software_ref.experiments.registry import EXPERIMENTS, load_experiment
from software_ref.experiments.report import write_report
from software_ref.experiments.scale import Scale
from software_ref.experiments.store import ResultStore
from software_ref.loading import check_data_folder

__all__ = ["add_arguments", "run"]

RUNS = "runs"
"""Folder of finished runs inside the results, shared by all experiments."""


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
    experiment = load_experiment(arguments.name)
    check_data_folder(arguments.data)
    scale = Scale(
        quick=arguments.quick,
        seeds=tuple(range(1, arguments.seeds + 1)),
        sets=arguments.sets,
    )
    cells = experiment.plan(scale)
    folder: Path = arguments.results
    store = ResultStore(folder / RUNS)
    stem = arguments.name + scale.stem
    files = {ending: folder / f"{stem}.{ending}" for ending in ("png", "json", "md")}
    check_outputs({f"--results ({ending})": path for ending, path in files.items()})
    tasks = list({store.path(cell.task): cell.task for cell in cells}.values())
    try:
        with ProgressBar(len(tasks), unit="run", description=arguments.name) as bar:
            figures = run_tasks(
                [cell.task for cell in cells],
                store,
                data_dir=arguments.data,
                jobs=arguments.jobs,
                scheduler=arguments.scheduler,
                finished=bar.update,
            )
    except KeyboardInterrupt:
        done = sum(store.path(task).exists() for task in tasks)
        raise KeyboardInterrupt(
            f"with {done} of {len(tasks)} runs finished and kept in {store.folder}; the same "
            "command goes on from there"
        ) from None
    report = experiment.report(scale, gather(cells, figures))
    if scale.banner is not None:
        report = report.without_verdict(scale.banner)
    report.document.update(
        {
            "experiment": arguments.name,
            "claim": experiment.CLAIM,
            "findings": list(report.findings),
            "verdict": report.verdict,
            "quick": scale.quick,
            "seeds": list(scale.seeds),
            "runs": [
                {"key": list(cell.key), "run": store.path(cell.task).stem, "figures": each}
                for cell, each in zip(cells, figures, strict=True)
            ],
        }
    )
    write_report(report, png=files["png"], json=files["json"], markdown=files["md"])
    print(f"{experiment.SUMMARY}; the slides: {experiment.CLAIM}\n")
    print(report.plain())
    print("\n" + "\n".join(f"wrote {path}" for path in files.values()))
    return 0


def _names(text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(","))
    if not all(names):
        raise argparse.ArgumentTypeError(f"must be names with commas between them, not {text!r}")
    return names
