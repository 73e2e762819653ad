"""One experiment from its plan to its files: the runs that are missing, the report, the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from software_ref.console.output import check_outputs
from software_ref.console.progress import ProgressBar
from software_ref.console.system import processors
from software_ref.experiments.engine import run_tasks
from software_ref.experiments.experiment import gather
from software_ref.experiments.registry import load_experiment
from software_ref.experiments.report import Report, write_report
from software_ref.experiments.scale import Scale
from software_ref.experiments.store import ResultStore
from software_ref.loading import check_data_folder

__all__ = ["ExperimentResult", "run_experiment"]

RUNS = "runs"
"""Folder of finished runs inside the results, shared by all experiments."""


@dataclass(frozen=True, kw_only=True)
class ExperimentResult:
    """What an experiment came to."""

    summary: str
    """What it is about, in a line."""
    claim: str
    """What the slides say of it."""
    report: Report
    """Tables, findings and verdict."""
    files: tuple[Path, ...]
    """Picture, figures as JSON, and the same in Markdown."""


def run_experiment(
    name: str,
    scale: Scale,
    *,
    results: Path,
    data_dir: Path | None = None,
    jobs: int | None = None,
    scheduler: str | None = None,
) -> ExperimentResult:
    """Run an experiment; runs that are finished are kept, and not made again.

    Parameters
    ----------
    name : str
        One of `EXPERIMENTS`.
    scale : Scale
        Seeds, data sets, and whether it is quick.
    results : Path
        Where its files go, and every finished run.
    data_dir : Path, optional
        The folder that the user named for data.
    jobs : int, optional
        Processes side by side; by default one a core.
    scheduler : str, optional
        A Dask cluster to run on in their place.

    Raises
    ------
    KeyboardInterrupt
        Says how many runs are finished.
    OSError, ToolError, ValueError
        There is no such experiment, or a run failed.
    """
    experiment = load_experiment(name)
    check_data_folder(data_dir)
    cells = experiment.plan(scale)
    store = ResultStore(results / RUNS)
    stem = name + scale.stem
    files = {ending: results / f"{stem}.{ending}" for ending in ("png", "json", "md")}
    check_outputs({f"--results ({ending})": path for ending, path in files.items()})
    tasks = list({store.path(cell.task): cell.task for cell in cells}.values())
    try:
        with ProgressBar(len(tasks), unit="run", description=name) as bar:
            figures = run_tasks(
                [cell.task for cell in cells],
                store,
                data_dir=data_dir,
                jobs=processors() if jobs is None else jobs,
                scheduler=scheduler,
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
            "experiment": name,
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
    return ExperimentResult(
        summary=experiment.SUMMARY,
        claim=experiment.CLAIM,
        report=report,
        files=tuple(files.values()),
    )
