"""A search against others: `python -m benchmarks.search_comparison DATA [--data DIR] [options]`.

On the same samples held out of the training samples, test samples being read by nothing, with each
seed:

- `presparse search`, so many trials, guidelines and rungs included; and what it has found after
  as many seconds of training as the dense networks have;
- random search of the same space, trained to the end, with the same work (weights times samples);
- a fully connected network of one hidden layer in place of each network of the search's front, with
  as many parameters and the same training;
- a network file (`--against`), such as that of the original prototype, trained as it says;
- dense networks of 0 to 2 hidden layers of 20 to 400 neurons in floating point, found by minimising
  log10(error + w_c cost), the objective of the published search tool, within so many seconds of
  training. cost is parameters over those of the largest such network.

Printed is the best validation accuracy with at most so many parameters, and the least objective.
All that is finished is kept in `--output`: after Ctrl-C the same command goes on from there.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import accumulate
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from benchmarks.command import benchmark_parser, exit_status
from benchmarks.dense_search import WEIGHTS_OF_COST, DenseSearchTask, objective
from hwgen.search.accuracy_task import AccuracyTask
from hwgen.search.limits import Limits
from hwgen.search.record import TrialRecord
from hwgen.search.request import Search, data_of
from software_ref.commands.arguments import integer_from, number_of, picture_path
from software_ref.connections.parallelism import parallelism_for
from software_ref.console.output import check_outputs, make_folder, table_lines, write_json
from software_ref.console.progress import ProgressBar
from software_ref.experiments.engine import run_tasks
from software_ref.experiments.store import ResultStore
from software_ref.experiments.task import Task
from software_ref.figure import empty_figure, write_picture
from software_ref.network_file import NetworkFile, read_network_file, with_seed

SHARES = (0.1, 0.25, 0.5, 1.0)
"""Numbers of parameters in the table, as shares of those of the search's largest network."""
SHOWN_ERRORS = 5
"""The picture ends where errors are so many times those of the search's best."""
TWINS = "fully connected"
COLOURS = {
    "search": "#c8451b",
    "random": "#8a8f98",
    TWINS: "#3b6ea5",
    "network file": "#111111",
    "dense, float": "#4a9a5c",
}
EARLY = "#e8a33d"


@dataclass(frozen=True)
class Point:
    """A network and what it came to."""

    parameters: int
    accuracy: float
    layers: tuple[int, ...]


Ways = dict[str, list[Point]]
"""Networks by the way that they were found."""


def main() -> int:
    """Run the comparison."""
    arguments = _arguments()
    check_outputs({"--json": arguments.json, "--picture": arguments.picture})
    make_folder("--output", arguments.output)
    data, target = data_of(arguments.dataset)
    ways: list[Ways] = []
    figures: list[dict[str, Any]] = []
    for seed in range(1, arguments.seeds + 1):
        search = Search(
            data=data,
            data_dir=arguments.data,
            limits=Limits(target=target, weights=arguments.max_weights),
            objectives=("accuracy", "parameters"),
            epochs=arguments.epochs,
            filter="off",
            seed=seed,
        )
        try:
            points, taken = _compare(search, arguments)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                f"with seed {seed}; what is finished is kept in {arguments.output}, and the same "
                "command goes on from there"
            ) from None
        ways.append(points)
        figures.append(taken)
        print(f"seed {seed}: " + ", ".join(f"{k} {v}" for k, v in taken.items()), flush=True)
    # Twins have as many parameters within half a neuron: the largest may have some more.
    most = max(p.parameters for run in ways for n in ("search", TWINS) for p in run[n])
    print("\n".join(["", *_accuracy_table(ways, most), "", *_objective_table(ways)]))
    if arguments.picture:
        _draw(arguments.picture, ways, arguments.dataset)
    if arguments.json:
        runs = [
            {"points": {n: [asdict(p) for p in ps] for n, ps in points.items()}, **taken}
            for points, taken in zip(ways, figures, strict=True)
        ]
        write_json(arguments.json, {"dataset": arguments.dataset, "runs": runs})
    return 0


def _arguments() -> argparse.Namespace:
    parser = benchmark_parser(__doc__)
    parser.add_argument("dataset", metavar="DATA")
    parser.add_argument("--data", type=Path, metavar="DIR")
    parser.add_argument("--seeds", type=integer_from(1), default=3, metavar="N")
    parser.add_argument("--trials", type=integer_from(1), default=100, metavar="N")
    parser.add_argument("--epochs", type=integer_from(1), default=12, metavar="N")
    parser.add_argument("--max-weights", type=integer_from(1), metavar="N")
    parser.add_argument("--against", type=Path, metavar="NETWORK.toml")
    parser.add_argument("--dense-seconds", type=number_of("seconds"), default=90.0, metavar="S")
    parser.add_argument("--output", type=Path, default=Path("comparison"), metavar="DIR")
    parser.add_argument("--picture", type=picture_path, metavar="FILE")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def _compare(search: Search, arguments: argparse.Namespace) -> tuple[Ways, dict[str, Any]]:
    """Points of every way with one seed, and what the searches took."""
    samples = search.plan().samples
    against = None
    if arguments.against is not None:
        against = with_seed(read_network_file(arguments.against), search.seed)
    study = replace(search, study=f"search_{search.seed}").open(arguments.output)
    budget = search.budget(arguments.trials, None)
    left = max(0, arguments.trials - len(study.trials()))
    with ProgressBar(left, unit="trial", description=study.name) as bar:
        search.run(study, budget, lambda _: bar.update())
    found, front = study.trials(), study.front()
    drawn = _random(search, sum(each.work for each in found), arguments.output)
    files = [_dense_twin(each, samples.dataset().features) for each in front]
    if against is not None:
        files.append(against)
    tasks = AccuracyTask.of(files, samples, tested=False)
    checksum = samples.checksum(tested=False)
    dense = [
        DenseSearchTask(
            data=samples.data,
            checksum=checksum,
            seed=search.seed,
            number=number,
            seconds=arguments.dense_seconds / len(WEIGHTS_OF_COST),
        )
        for number in range(len(WEIGHTS_OF_COST))
    ]
    store = ResultStore(arguments.output / "runs")
    run = partial(run_tasks, store=store, data_dir=samples.data_dir)
    trained = [
        _point(file, figures["accuracy"])
        for file, figures in zip(
            files, _with_bar(f"networks_{search.seed}", tasks, run), strict=True
        )
    ]
    points = {
        f"search, {arguments.dense_seconds:g} s": [
            _point(t.file, t.figures["accuracy"]) for t in _first(found, arguments.dense_seconds)
        ],
        "search": [_point(t.file, t.figures["accuracy"]) for t in found if t.stopped is None],
        "random": [_point(each.file, each.figures["accuracy"]) for each in drawn],
        TWINS: trained[: len(front)],
    }
    if against is not None:
        points["network file"] = trained[-1:]
    points["dense, float"] = [
        Point(*rest, tuple(layers))
        for figures in _with_bar(f"dense_{search.seed}", dense, run)
        for *rest, layers in figures["points"]
    ]
    return points, {
        "trials": len(found),
        "random trials": len(drawn),
        "seconds": round(_seconds_of(found), 1),
        "random seconds": round(_seconds_of(drawn), 1),
    }


def _random(search: Search, work: float, output: Path) -> list[TrialRecord]:
    """Trials at random with so much work, each trained to its end."""
    name = f"random_{search.seed}"
    study = replace(search, sampler="random", whole=True, study=name).open(output)
    left = int(max(0, work - sum(each.work for each in study.trials())))
    with ProgressBar(left, unit="weight", description=name) as bar:
        search.run(study, search.budget(None, None, work), lambda t: bar.update(int(t.work)))
    return study.trials()


def _first(trials: Sequence[TrialRecord], seconds: float) -> list[TrialRecord]:
    """Trials that were trained to their ends within so many seconds, from the study's beginning."""
    spent = accumulate(_seconds_of([each]) for each in trials)
    return [
        each
        for each, end in zip(trials, spent, strict=True)
        if end <= seconds and each.stopped is None
    ]


def _with_bar(name: str, tasks: Sequence[Task], run: Callable[..., list[Any]]) -> list[Any]:
    with ProgressBar(len(tasks), unit="run", description=name) as bar:
        return run(tasks, finished=bar.update)


def _seconds_of(trials: Sequence[TrialRecord]) -> float:
    return sum(rung["seconds"] for each in trials for rung in each.rungs)


def _point(file: NetworkFile, accuracy: float) -> Point:
    network = file.network
    return Point(network.weights + network.biases, accuracy, network.layers)


def _dense_twin(trial: TrialRecord, features: int) -> NetworkFile:
    """A fully connected network of one hidden layer and as many parameters, trained alike."""
    file = trial.file
    outputs = file.network.layers[-1]
    wished = int(trial.figures["parameters"])
    hidden = max(1, round((wished - outputs) / (features + outputs + 1)))
    layers = (features, hidden, outputs)
    network = replace(
        file.network,
        layers=layers,
        out_degree=layers[1:],
        parallelism=parallelism_for(layers, layers[1:], int(trial.figures["clocks"])),
        rewire=None,
    )
    return replace(file, network=network, data=replace(file.data, inputs=None))


def _accuracy_table(runs: Sequence[Ways], most: int) -> list[str]:
    rows = []
    for share in SHARES:
        cells = []
        for name in runs[0]:
            small = [
                [p.accuracy for p in run[name] if p.parameters <= share * most] for run in runs
            ]
            cells.append(_spread([100 * max(each) for each in small if each]))
        rows.append((f"{share * most:,.0f}", *cells))
    return table_lines(("validation % with parameters up to", *runs[0]), rows)


def _objective_table(runs: Sequence[Ways]) -> list[str]:
    ends = [runs[0]["dense, float"][0].layers[k] for k in (0, -1)]
    rows = []
    for weight in WEIGHTS_OF_COST:
        cells = [
            _spread(
                [
                    min(objective(p.accuracy, p.parameters, ends, weight) for p in run[name])
                    for run in runs
                    if run[name]
                ]
            )
            for name in runs[0]
        ]
        rows.append((f"{weight:g}", *cells))
    return table_lines(("least log10(error + w_c cost), w_c", *runs[0]), rows)


def _spread(values: Sequence[float]) -> str:
    if not values:
        return "-"
    return f"{mean(values):.2f}" + (f" ± {stdev(values):.2f}" if len(values) > 1 else "")


def _draw(path: Path, runs: Sequence[Ways], title: str) -> None:
    """The best accuracy with at most so many parameters: a line a seed, a colour a way."""
    figure = empty_figure(7.0, 4.5)
    axes = figure.add_subplot()
    for name in runs[0]:
        for run in runs:
            points = sorted(run[name], key=lambda p: p.parameters)
            best = list(accumulate((100 * p.accuracy for p in points), max))
            axes.step(
                [p.parameters for p in points],
                best,
                where="post",
                color=COLOURS.get(name, EARLY),
                marker="o",
                markersize=3,
                label=name if run is runs[0] else None,
            )
    lowest = min(max(p.accuracy for p in run["search"]) for run in runs)
    axes.set(xscale="log", xlabel="parameters", ylabel="best validation accuracy, %")
    top = min(axes.get_ylim()[1], 100.0)
    axes.set_ylim(100 * max(0.0, 1 - SHOWN_ERRORS * (1 - lowest)), top)
    axes.set_title(f"{title}, {len(runs)} seeds" if len(runs) > 1 else title)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    write_picture(path, figure)


if __name__ == "__main__":
    sys.exit(exit_status(main))
