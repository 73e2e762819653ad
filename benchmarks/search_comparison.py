"""A search against others: `python -m benchmarks.search_comparison DATA [--data DIR] [options]`.

On the same samples held out of the training samples, test samples being read by nothing, with each
seed:

- `presparse search`, so many trials, guidelines and rungs included;
- random search of the same space, trained to the end, with the same work (weights times samples);
- a fully connected network of one hidden layer in place of each network of the search's front, with
  as many parameters and the same training;
- a network file (`--against`), such as that of the original prototype, trained as it says;
- dense networks of 0 to 2 hidden layers of 20 to 400 neurons in floating point, found by minimising
  log10(error + w_c cost), the objective of the published search tool, within so many seconds of
  training. cost is parameters over those of the largest such network.

Printed is the best validation accuracy with at most so many parameters, and the least objective.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from math import log10
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from hwgen.search.limits import Limits
from hwgen.search.record import TrialRecord
from hwgen.search.request import Search, data_of
from hwgen.search.rung import Rung, RungTask
from hwgen.search.samples import SearchSamples
from hwgen.search.storage import load_optuna
from software_ref.connections.network_patterns import network_patterns
from software_ref.connections.parallelism import parallelism_for
from software_ref.console.output import table_lines, write_json
from software_ref.mlp import MlpModel, MlpOptions, MlpTrainer
from software_ref.mlp.trainer import samples_of
from software_ref.network_file import NetworkFile, read_network_file, with_seed

WEIGHTS_OF_COST = (0.01, 0.1, 1.0)
"""w_c of the objectives."""
DENSE_LAYERS, DENSE_NEURONS = 2, (20, 400)
DENSE_EPOCHS, DENSE_PATIENCE, DENSE_STARTUP = 60, 5, 5
SHARES = (0.1, 0.25, 0.5, 1.0)
"""Numbers of parameters in the table, as shares of those of the front's largest network."""


@dataclass(frozen=True)
class Point:
    """A network and what it came to."""

    parameters: int
    accuracy: float
    layers: tuple[int, ...]


def main() -> None:
    """Run the comparison."""
    arguments = _arguments()
    data, target = data_of(arguments.dataset)
    runs: list[dict[str, Any]] = []
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
        points, figures = _compare(search, arguments, seed)
        runs.append({"points": points, **figures})
        print(f"seed {seed}: " + ", ".join(f"{k} {v}" for k, v in figures.items()), flush=True)
    names = list(runs[0]["points"])
    most = max(p.parameters for run in runs for p in run["points"]["search"])
    print("\n".join(["", *_accuracy_table(runs, names, most), "", *_objective_table(runs, names)]))
    if arguments.json:
        plainly = [
            run | {"points": {n: [asdict(p) for p in ps] for n, ps in run["points"].items()}}
            for run in runs
        ]
        write_json(arguments.json, {"dataset": arguments.dataset, "runs": plainly})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", metavar="DATA")
    parser.add_argument("--data", type=Path, metavar="DIR")
    parser.add_argument("--seeds", type=int, default=3, metavar="N")
    parser.add_argument("--trials", type=int, default=100, metavar="N")
    parser.add_argument("--epochs", type=int, default=12, metavar="N")
    parser.add_argument("--max-weights", type=int, metavar="N")
    parser.add_argument("--against", type=Path, metavar="NETWORK.toml")
    parser.add_argument("--dense-seconds", type=float, default=90.0, metavar="S")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def _compare(
    search: Search, arguments: argparse.Namespace, seed: int
) -> tuple[dict[str, list[Point]], dict[str, Any]]:
    """Points of every way, and what the searches took."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder)
        study = search.open(output)
        search.run(study, search.budget(arguments.trials, None))
        found, front = study.trials(), study.front()
        others = replace(search, sampler="random", whole=True, study="random").open(output)
        work = sum(each.work for each in found)
        search.run(others, search.budget(None, None, work))
        drawn = others.trials()
    samples = search.plan().samples
    points = {
        "search": [_point(each) for each in found if each.stopped is None],
        "random": [_point(each) for each in drawn],
        "fully connected": [_dense_twin(each, samples) for each in front],
    }
    if arguments.against is not None:
        points["network file"] = [_trained(arguments.against, samples, seed)]
    points["dense, float"] = _dense_search(samples, arguments.dense_seconds, seed)
    seconds = [
        round(sum(rung["seconds"] for each in trials for rung in each.rungs), 1)
        for trials in (found, drawn)
    ]
    return points, {
        "trials": len(found),
        "random trials": len(drawn),
        "seconds": seconds[0],
        "random seconds": seconds[1],
    }


def _point(trial: TrialRecord) -> Point:
    network = trial.file.network
    return Point(int(trial.figures["parameters"]), float(trial.figures["accuracy"]), network.layers)


def _accuracy(file: NetworkFile, samples: SearchSamples) -> float:
    task = RungTask(file=file, samples=samples, rung=Rung(part=1.0, epochs=1.0))
    return task.run().epochs[-1].accuracy


def _dense_twin(trial: TrialRecord, samples: SearchSamples) -> Point:
    """A fully connected network of one hidden layer and as many parameters, trained alike."""
    file, features = trial.file, samples.dataset().features
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
    dense = replace(file, network=network, data=replace(file.data, inputs=None))
    return Point(network.weights + network.biases, _accuracy(dense, samples), layers)


def _trained(path: Path, samples: SearchSamples, seed: int) -> Point:
    """A network file's network, trained as the file says on the search's training samples."""
    file = with_seed(read_network_file(path), seed)
    network = file.network
    return Point(network.weights + network.biases, _accuracy(file, samples), network.layers)


def _parameters(layers: Sequence[int]) -> int:
    return sum(left * right + right for left, right in pairwise(layers))


def _objective(point: Point, largest: int, weight: float) -> float:
    return log10(max(1e-9, 1 - point.accuracy + weight * point.parameters / largest))


def _dense_search(samples: SearchSamples, seconds: float, seed: int) -> list[Point]:
    """Dense float networks, by the published objective; each w_c has its share of the time."""
    optuna = load_optuna()
    dataset = replace(
        samples.dataset(),
        x_validation=samples.dataset().x_test,
        y_validation=samples.dataset().y_test,
    )
    ends = (dataset.features, dataset.classes)
    largest = _parameters((ends[0], *[DENSE_NEURONS[1]] * DENSE_LAYERS, ends[1]))
    points: list[Point] = []
    for number, weight in enumerate(WEIGHTS_OF_COST):
        stream = len(WEIGHTS_OF_COST) * seed + number
        sampler = optuna.samplers.TPESampler(n_startup_trials=DENSE_STARTUP, seed=stream)
        study = optuna.create_study(sampler=sampler)
        began = time.process_time()
        while time.process_time() - began < seconds / len(WEIGHTS_OF_COST):
            trial = study.ask()
            count = trial.suggest_int("layers", 0, DENSE_LAYERS)
            hidden = [
                trial.suggest_int(f"neurons_{k}", *DENSE_NEURONS) for k in range(1, count + 1)
            ]
            rate = trial.suggest_float("rate", 3e-4, 1e-2, log=True)
            batch = trial.suggest_categorical("batch", (32, 64, 128))
            layers = (ends[0], *hidden, ends[1])
            options = MlpOptions(
                epochs=DENSE_EPOCHS, patience=DENSE_PATIENCE, rate=rate, batch=batch, seed=seed
            )
            model = MlpModel(network_patterns("fully_connected", layers, layers[1:]), options)
            split = [samples_of(dataset, part, model) for part in ("train", "validation")]
            trainer = MlpTrainer(model, *split, dataset.classes)
            accuracies = [each.validation_accuracy for each in trainer.epochs()]
            point = Point(_parameters(layers), max(each or 0.0 for each in accuracies), layers)
            points.append(point)
            study.tell(trial, _objective(point, largest, weight))
    return points


def _accuracy_table(runs: Sequence[dict[str, Any]], names: Sequence[str], most: int) -> list[str]:
    rows = []
    for share in SHARES:
        cells = []
        for name in names:
            small = [
                [p.accuracy for p in run["points"][name] if p.parameters <= share * most]
                for run in runs
            ]
            cells.append(_spread([100 * max(each) for each in small if each]))
        rows.append((f"{share * most:,.0f}", *cells))
    return table_lines(("validation % with parameters up to", *names), rows)


def _objective_table(runs: Sequence[dict[str, Any]], names: Sequence[str]) -> list[str]:
    ends = [runs[0]["points"]["dense, float"][0].layers[k] for k in (0, -1)]
    largest = _parameters((ends[0], *[DENSE_NEURONS[1]] * DENSE_LAYERS, ends[1]))
    rows = []
    for weight in WEIGHTS_OF_COST:
        cells = [
            _spread(
                [
                    min(_objective(p, largest, weight) for p in run["points"][name])
                    for run in runs
                    if run["points"][name]
                ]
            )
            for name in names
        ]
        rows.append((f"{weight:g}", *cells))
    return table_lines(("least log10(error + w_c cost), w_c", *names), rows)


def _spread(values: Sequence[float]) -> str:
    if not values:
        return "-"
    return f"{mean(values):.2f}" + (f" ± {stdev(values):.2f}" if len(values) > 1 else "")


if __name__ == "__main__":
    main()
