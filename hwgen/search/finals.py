"""The end of a search: the front's networks on the test samples, which nothing has read before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any

from hwgen.search.record import TrialRecord
from hwgen.search.result import SearchResult
from software_ref.console.output import percent, table_lines
from software_ref.loading import chosen_inputs, encode_dataset, lags_of, load_whole_dataset
from software_ref.network_file import with_seed
from software_ref.training import golden_training

__all__ = ["FinalResult", "final_lines", "final_results"]


@dataclass(frozen=True, kw_only=True)
class FinalResult:
    """A network of the front, trained on all training samples and tested."""

    trial: int
    """Its trial."""
    accuracies: tuple[float, ...]
    """Test accuracy with each seed."""

    @property
    def text(self) -> str:
        """Mean and sample standard deviation in percent."""
        spread = f" ± {percent(stdev(self.accuracies))}" if len(self.accuracies) > 1 else ""
        return percent(mean(self.accuracies)) + spread

    def document(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {"trial": self.trial, "test_accuracy": list(self.accuracies)}


def final_results(
    result: SearchResult,
    seeds: int,
    finished: Callable[[], object] = lambda: None,
) -> list[FinalResult]:
    """Train every network of the front on all training samples, those held out too, and test it.

    Parameters
    ----------
    result : SearchResult
    seeds : int
        With the seeds 1 to this, of weights, connections, order and rounding.
    finished : callable
        Called after each training.

    Raises
    ------
    ValueError
        The data set has no test samples.
    """
    samples = result.plan.samples
    dataset = load_whole_dataset(samples.data, samples.data_dir)
    if not len(dataset.y_test):
        raise ValueError(f"{dataset.name} has no test samples for --test")

    def accuracy(trial: TrialRecord, seed: int) -> float:
        file = with_seed(trial.file, seed)
        data = encode_dataset(
            dataset,
            file.network,
            train=samples.data.train,
            test=samples.data.test,
            inputs=chosen_inputs(file, dataset),
        )
        training = golden_training(file, data, lags_of(file), stop_early=result.plan.stop_early)
        last = list(training.epochs())[-1].test_accuracy
        assert last is not None  # there are test samples
        finished()
        return last

    return [
        FinalResult(
            trial=each.number,
            accuracies=tuple(accuracy(each, seed) for seed in range(1, seeds + 1)),
        )
        for each in result.front
    ]


def final_lines(result: SearchResult, finals: Sequence[FinalResult]) -> list[str]:
    """The front with its test accuracies."""
    rows = [
        (number, "-".join(map(str, trial.file.network.layers)), final.text)
        for number, (trial, final) in enumerate(zip(result.front, finals, strict=True), start=1)
    ]
    return table_lines(("", "layers", "test %"), rows, text=(1,))
