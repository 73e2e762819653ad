"""A search by what a user names: data, device and limits become a plan, trials and files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from hwgen.search.limits import Limits
from hwgen.search.page import write_page
from hwgen.search.picture import front_figure
from hwgen.search.plan import RUNGS, SearchPlan
from hwgen.search.record import TrialRecord
from hwgen.search.result import SearchResult
from hwgen.search.run import Budget, run_search
from hwgen.search.rung import Rung
from hwgen.search.samples import SearchSamples
from hwgen.search.space import SearchSpace
from hwgen.search.study import Study
from hwgen.search.workers import workers_for
from software_ref.console.output import make_folder
from software_ref.datasets.registry import NAMES
from software_ref.figure import write_picture
from software_ref.file_options import DataOptions, TargetOptions
from software_ref.loading import check_data_folder
from software_ref.network_file import read_network_file

__all__ = ["Search", "data_of", "write_results"]

QUICK_TRIALS, TRIALS = 8, 100
QUICK_RUNGS = (Rung(part=0.5, epochs=0.5), Rung(part=1.0, epochs=1.0))
QUICK = {"format": "(1,3,8)", "activation": "sigmoid", "activation_fraction": "0", "epochs": "2"}
"""What a quick search does not vary: it shows that all works."""


def data_of(name: str) -> tuple[DataOptions, TargetOptions]:
    """Data set and target that a word names; a file of samples by its whole path.

    A data set's name, a file of samples, or a network file, whose `[data]` and `[target]` they are.
    """
    if name.endswith(".toml") and name not in NAMES:
        file = read_network_file(name)
        data, target, folder = file.data, file.target, file.folder
    else:
        data, target, folder = DataOptions(name=name), TargetOptions(), Path()
    here = folder / data.name
    if data.name not in NAMES and here.is_file():
        data = replace(data, name=str(here.resolve()))
    return data, target


@dataclass(frozen=True, kw_only=True)
class Search:
    """All that a user may say of a search; `run` makes it.

    Raises
    ------
    OSError, TypeError, ValueError
        Data or limits are wrong.
    """

    data: DataOptions
    """The data set."""
    limits: Limits = field(default_factory=Limits)
    """What a network may take."""
    data_dir: Path | None = None
    """The folder that the user named for data."""
    hold_out: int | None = None
    """Training samples for validation."""
    objectives: tuple[str, ...] = ("accuracy", "parameters", "clocks")
    """What is wanted."""
    reach: float | None = None
    """The accuracy that the objectives "epochs" and "time" are counted to."""
    at_least: float = 0.0
    """Validation accuracy below which a network is not on the front."""
    layers: tuple[int, int] = (1, 4)
    """Hidden layers, the fewest and the most."""
    width: tuple[int, int] = (16, 256)
    """Neurons of a hidden layer, the fewest and the most."""
    epochs: int = 12
    """The most epochs."""
    fixed: Mapping[str, str] = field(default_factory=dict)
    """Values that are left to a parameter, by its name."""
    stop_early: int | None = None
    """Epochs without progress after which a trial is at its end."""
    filter: str = "report"
    """What becomes of networks that are judged poor."""
    whole: bool = False
    """Whether every trial is trained to its end."""
    seed: int = 1
    """Of samples held out, weights, connections, order and of the sampler."""
    quick: bool = False
    """Few and small trials."""
    storage: str | None = None
    """URL of where the study is kept; None for a SQLite file in the folder of the results."""
    study: str | None = None
    """Its name; None for the data set's."""
    sampler: str = "tpe"
    """How values are chosen."""
    jobs: int = 1
    """Local processes."""
    scheduler: str | None = None
    """A Dask cluster in their place."""

    @property
    def name(self) -> str:
        """The study's name."""
        return self.study or Path(self.data.name).stem

    def plan(self) -> SearchPlan:
        """The plan; the data set is loaded for it."""
        check_data_folder(self.data_dir)
        samples = SearchSamples(
            data=self.data,
            data_dir=None if self.data_dir is None else self.data_dir.resolve(),
            hold_out=self.hold_out,
            seed=self.seed,
        )
        dataset = samples.dataset()
        rungs = QUICK_RUNGS if self.quick else RUNGS
        space = SearchSpace(
            data=self.data,
            features=dataset.features,
            classes=dataset.classes,
            limits=self.limits,
            layers=(self.layers[0], min(self.layers[1], 2)) if self.quick else self.layers,
            width=(self.width[0], max(self.width[0], min(self.width[1], 48)))
            if self.quick
            else self.width,
            epochs=2 if self.quick else self.epochs,
            seed=self.seed,
            fixed={**(QUICK if self.quick else {}), **self.fixed},
        )
        return SearchPlan(
            samples=samples,
            space=space,
            objectives=self.objectives,
            reach=self.reach,
            at_least=self.at_least,
            stop_early=self.stop_early,
            rungs=rungs[-1:] if self.whole else rungs,
            filter=self.filter,
        )

    def open(self, output: Path) -> Study:
        """The study, which is begun where there is none."""
        plan = self.plan()
        if self.storage is None:
            make_folder("--output", output)
        url = self.storage or f"sqlite:///{output / 'study.db'}"
        return Study(plan, url, self.name, self.sampler)

    def budget(
        self, trials: int | None, minutes: float | None, work: float | None = None
    ) -> Budget:
        """How long it goes on; without any limit, for some trials."""
        if trials is None and minutes is None and work is None:
            trials = QUICK_TRIALS if self.quick else TRIALS
        return Budget(trials=trials, minutes=minutes, work=work)

    def run(
        self,
        study: Study,
        budget: Budget,
        told: Callable[[TrialRecord], object] = lambda _: None,
    ) -> None:
        """Search until the budget is spent."""
        with workers_for(self.jobs, self.scheduler) as workers:
            run_search(study, workers, budget, told)


def write_results(result: SearchResult, output: Path) -> list[Path]:
    """Write picture, page and network files of the front into a folder; their names."""
    make_folder("--output", output)
    picture, page = output / f"{result.name}.png", output / f"{result.name}.html"
    write_picture(picture, front_figure(result))
    write_page(page, result)
    return [picture, page, *result.write_networks(output)]
