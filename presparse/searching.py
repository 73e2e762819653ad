"""Searches from Python: the best sparse networks for a data set and a device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hwgen.search.finals import final_results
from hwgen.search.limits import Limits
from hwgen.search.page import write_page
from hwgen.search.picture import front_figure
from hwgen.search.request import Search, data_of, write_results
from hwgen.search.result import SearchResult
from presparse.errors import refusing
from presparse.network import Network
from presparse.paths import optional_path
from presparse.shown import Picture, Shown, Table
from software_ref.console.progress import ProgressBar
from software_ref.file_options import TargetOptions

__all__ = ["SearchFront", "search"]


class SearchFront(Shown):
    """What a search found: the networks that no other is better than in all that is wanted."""

    def __init__(self, result: SearchResult, output: Path) -> None:
        self._output = output
        self.result = result
        """Every trial, the front, and what the trials say of the slides' guidelines."""

    def __len__(self) -> int:
        """Networks on the front."""
        return len(self.result.front)

    def network(self, number: int = 0) -> Network:
        """One of the front, from 0, by the first objective: the most accurate one, unless told."""
        return Network.of_file(self.result.front[number].file)

    def figures(self, number: int = 0) -> dict[str, float]:
        """What that one takes, and its validation accuracy."""
        return dict(self.result.front[number].figures)

    @property
    def title(self) -> str:
        """See Shown."""
        return self.result.summary

    def tables(self) -> Sequence[Table]:
        """See Shown."""
        header, rows = self.result.rows()
        return (Table(header, rows, text=(1, 2, 3, 5)),)

    def plot(self) -> Picture:
        """Every trial, and the front."""
        return Picture(front_figure(self.result))

    @property
    def findings(self) -> tuple[str, ...]:
        """What the trials say of the guidelines, and of the filter before training."""
        return (*(each.text for each in self.result.findings), *self.result.filter_lines)

    @property
    def importances(self) -> dict[str, dict[str, float]]:
        """Share of each objective's variance that each parameter explains."""
        return self.result.importances

    @refusing
    def report(self, path: str | Path) -> Path:
        """Write one page of HTML: point at a trial, see its network, copy its file."""
        write_page(Path(path), self.result)
        return Path(path)

    @refusing
    def save(self, folder: str | Path) -> list[Path]:
        """Write picture, page and a network file for each network of the front."""
        return write_results(self.result, Path(folder))

    @refusing
    def test(self, seeds: int = 3) -> list[tuple[float, ...]]:
        """Test accuracies of each network of the front, trained anew with the seeds 1 to `seeds`.

        Trained on all training samples, those held out too. Nothing has read the test samples
        before; whoever chooses by what comes out here has chosen by them. Each training is kept in
        the folder of the search, and found there when asked for again.
        """
        with ProgressBar(len(self) * seeds, unit="training") as bar:
            found = final_results(self.result, seeds, self._output, finished=bar.update)
        return [each.accuracies for each in found]


@refusing
def search(
    data: str,
    *,
    output: str | Path = "search",
    trials: int | None = None,
    minutes: float | None = None,
    data_dir: str | Path | None = None,
    limits: Mapping[str, int] | None = None,
    target: Mapping[str, Any] | None = None,
    fixed: Mapping[str, Any] | None = None,
    explain: bool = False,
    **settings: Any,
) -> SearchFront:
    """Search for sparse networks that learn much and take little; a study goes on where it was.

    Parameters
    ----------
    data : str
        A data set's name, a file of samples, or a network file, whose data and target are taken.
    output : path
        Folder of the study, where `storage` names no other place.
    trials, minutes : int, float, optional
        Finished trials of the study, those before included; time to begin trials in. By default
        100 trials.
    data_dir : path, optional
        The folder that data files are looked for in first.
    limits : mapping, optional
        The most `weights`, `clocks`, `lut`, `ff`, `dsp` and `bram36` of a network.
    target : mapping, optional
        Keys of the network file's `[target]`, such as `device`.
    fixed : mapping, optional
        Values that are left to a parameter: `{"connections": "free", "rate": "2:4"}`.
    explain : bool
        Whether to tell how much each parameter matters.
    **settings
        `objectives`, `reach`, `at_least`, `hold_out`, `layers`, `width`, `epochs`, `stop_early`,
        `filter`, `whole`, `seed`, `quick`, `storage`, `study`, `sampler`, `jobs` and `scheduler`,
        as `presparse search` has them; accuracies are shares.
    """
    options, own = data_of(data)
    wanted = Search(
        data=options,
        limits=Limits(
            target=own if target is None else TargetOptions(**target), **dict(limits or {})
        ),
        data_dir=optional_path(data_dir),
        fixed={name: str(value) for name, value in (fixed or {}).items()},
        **settings,
    )
    budget = wanted.budget(trials, minutes)
    study = wanted.open(Path(output))
    left = max(0, (budget.trials or 0) - len(study.trials()))
    with ProgressBar(left, unit="trial", description=study.name) as bar:
        wanted.run(study, budget, lambda _: bar.update())
    return SearchFront(SearchResult.of(study, explain=explain), Path(output))
