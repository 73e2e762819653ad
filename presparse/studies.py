"""Studies from Python: data sets, scatter of connections, and the slides' experiments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from presparse.errors import refusing
from presparse.paths import optional_path
from presparse.shown import Picture, Shown, Table
from software_ref.commands.dataset import describe, report_lines
from software_ref.commands.pattern_choice import PatternChoice
from software_ref.commands.scatter import report_lines as scatter_lines
from software_ref.commands.scatter import scatter_document, scatter_vectors
from software_ref.connections.scatter import Scatter
from software_ref.connections.scatter_picture import scatter_figure
from software_ref.datasets import Dataset
from software_ref.experiments.run import ExperimentResult, run_experiment
from software_ref.experiments.scale import Scale
from software_ref.file_options import DataOptions, ReduceOptions
from software_ref.loading import load_whole_dataset
from software_ref.network import Network
from software_ref.sample_pictures import picture_form, samples_figure

__all__ = ["DataSummary", "Experiment", "ScatterVector", "dataset", "experiment", "run_scatter"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class DataSummary(Shown):
    """A data set, and how hard it is."""

    dataset: Dataset
    """Samples and labels of every split, as arrays."""
    document: Mapping[str, Any]
    """Sizes, classes, values and difficulty as plain values."""
    form: Any
    """How a sample is best drawn."""

    @property
    def title(self) -> str:
        """See Shown."""
        return next(iter(report_lines(self.document)))

    def tables(self) -> Sequence[Table]:
        """See Shown."""
        rows = [(name, split["samples"]) for name, split in self.document["splits"].items()]
        return (Table(("split", "samples"), rows),)

    def plot(self) -> Picture:
        """Class means and samples."""
        return Picture(samples_figure(self.dataset, self.form))

    def __str__(self) -> str:
        return "\n".join(report_lines(self.document))


@refusing
def dataset(
    name: str,
    *,
    data_dir: str | Path | None = None,
    options: Mapping[str, Any] | None = None,
    reduce: tuple[str, int] | None = None,
) -> DataSummary:
    """Load a data set and measure it.

    Parameters
    ----------
    name : str
        A data set that the package knows, or a file of samples.
    data_dir : path, optional
        The folder that data files are looked for in first.
    options : mapping, optional
        Its own keys (docs/datasets.md).
    reduce : (str, int), optional
        A method and a number of features: ("pca", 20).
    """
    fewer = None if reduce is None else ReduceOptions(method=reduce[0], features=reduce[1])
    data = DataOptions(name=name, options=dict(options or {}), reduce=fewer)
    found = load_whole_dataset(data, optional_path(data_dir), validation=True)
    form = picture_form(name, found.features, reduced=fewer is not None)
    return DataSummary(dataset=found, document=describe(found), form=form)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ScatterVector(Shown):
    """The scatter of connections, a hint at performance before training."""

    choice: PatternChoice
    """The patterns."""
    name: str
    """The network's."""
    vectors: tuple[tuple[Scatter, ...], ...]
    """One scatter vector for each seed."""
    document: Mapping[str, Any]
    """All of it as plain values."""

    @property
    def minimum(self) -> float:
        """The least entry, in the mean of the seeds."""
        return float(self.document["minimum"]["mean"])

    @property
    def title(self) -> str:
        """See Shown."""
        return self.choice.title(self.name, seeds=len(self.vectors))

    def tables(self) -> Sequence[Table]:
        """See Shown."""
        rows = [
            (each["name"], *(f"{each[key]:.2f}" for key in ("min", "mean", "max")))
            for each in self.document["scatter"]
        ]
        return (Table(("scatter", "min", "mean", "max"), rows),)

    def plot(self) -> Picture:
        """Bars, and the windowed matrices of the first seed."""
        return Picture(scatter_figure(self.title, self.vectors))

    def __str__(self) -> str:
        return "\n".join(scatter_lines(self.title, dict(self.document)))


def run_scatter(
    name: str,
    network: Network,
    *,
    kind: str | None = None,
    seed: int | None = None,
    seeds: int = 1,
    window: int | None = None,
    all_ranges: bool = False,
) -> ScatterVector:
    """The scatter vectors of a network's connections, or of those of another kind."""
    choice = PatternChoice.of(network, kind, seed)
    vectors = scatter_vectors(choice, seeds, window=window, all_ranges=all_ranges)
    return ScatterVector(
        choice=choice,
        name=name,
        vectors=tuple(vectors),
        document=scatter_document(name, choice, vectors, window),
    )


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Experiment(Shown):
    """One of the slides' experiments, and what it says of their claim."""

    result: ExperimentResult
    """Tables, findings, verdict and files."""

    @property
    def title(self) -> str:
        """See Shown."""
        return f"{self.result.summary}; the slides: {self.result.claim}"

    def tables(self) -> Sequence[Table]:
        """See Shown."""
        return ()

    def __str__(self) -> str:
        return f"{self.title}\n\n{self.result.report.plain()}"


@refusing
def experiment(
    name: str,
    *,
    results: str | Path = "results",
    data_dir: str | Path | None = None,
    sets: Sequence[str] | None = None,
    seeds: int = 3,
    quick: bool = False,
    jobs: int | None = None,
    scheduler: str | None = None,
) -> Experiment:
    """Run one of the slides' experiments; finished runs are kept in `results` and not made again.

    Parameters
    ----------
    name : str
        "density", "patterns", or another that `presparse experiment` lists.
    results : path
        Where its picture, figures and every finished run go.
    data_dir : path, optional
        The folder that data files are looked for in first.
    sets : sequence of str, optional
        Data sets, in place of the experiment's own.
    seeds : int
        Train everything with the seeds 1 to `seeds`.
    quick : bool
        Few samples, epochs and points: shows that it works, and no more.
    jobs : int, optional
        Processes side by side; by default one a core.
    scheduler : str, optional
        Address of a Dask cluster to run on in their place.
    """
    scale = Scale(
        quick=quick, seeds=tuple(range(1, seeds + 1)), sets=None if sets is None else tuple(sets)
    )
    result = run_experiment(
        name,
        scale,
        results=Path(results),
        data_dir=optional_path(data_dir),
        jobs=jobs,
        scheduler=scheduler,
    )
    return Experiment(result=result)
