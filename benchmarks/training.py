"""How fast the golden and the float trainers are: `python -m benchmarks.training [--data DIR]`.

Each trains `examples/mnist_original.toml` on one core: the golden model in NumPy and compiled, the
floating-point reference in NumPy, and a float32 SGD loop in C. Without --data, random images of
MNIST's size and share of black pixels stand in for it. Every repeat is the first epoch of a fresh
trainer, in which the most weights change. The trainers take turns, and speeds count samples per
second of processor time, so that other processes disturb them less and all of them alike. The C
loop's inputs are made floats beforehand.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

import numpy as np

from benchmarks.command import benchmark_parser, exit_status
from benchmarks.compiled_float import CompiledFloatTrainer
from software_ref.console.output import table_lines, write_json
from software_ref.float_trainer import FloatTrainer
from software_ref.golden import golden_trainer, initial_parameters
from software_ref.golden.parameters import initial_weight_values
from software_ref.loading import lags_of, load_training_data
from software_ref.network_file import NetworkFile, read_network_file

NETWORK = Path(__file__).parent.parent / "examples" / "mnist_original.toml"
EXPONENT = 3
COMPILED, FLOAT = "golden, compiled", "float32, C"
WARM_UP = 300
"""Samples trained beforehand, so that everything is compiled and loaded."""
BLACK = 0.85
"""Share of MNIST's inputs that are 0."""

Trainer: TypeAlias = Callable[[Any, Any], Callable[[], object]]
"""Takes features and labels; what it returns trains on them."""


def main() -> None:
    """Run the benchmark."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with MNIST")
    parser.add_argument("--samples", type=int, default=12_544, metavar="N")
    parser.add_argument("--repeats", type=int, default=9, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    file = read_network_file(NETWORK)
    if arguments.data:
        data = load_training_data(file, arguments.data, samples=arguments.samples, test_samples=0)
        features, labels = data.train_features, data.train_labels
    else:
        rng = np.random.default_rng(1)
        features = rng.integers(0, file.network.format.one, (arguments.samples, 1024))
        features[rng.random(features.shape) < BLACK] = 0
        labels = rng.integers(0, file.network.competing, arguments.samples)
    makers = _trainers(file)
    figures: dict[str, list[float]] = {name: [] for name in makers}
    for _ in range(arguments.repeats):
        for name, make in makers.items():
            trainer = make()
            trainer(features[:WARM_UP], labels[:WARM_UP])()
            run = trainer(features, labels)
            began = time.process_time()
            run()
            figures[name].append(len(labels) / (time.process_time() - began))
    rows = [(name, *(f"{speed:,.0f}" for speed in _spread(each))) for name, each in figures.items()]
    print("\n".join(table_lines(("samples per second", "min", "median", "max"), rows)))
    # Turn by turn, as the machine's speed changes from one to the next.
    ratios = [a / b for a, b in zip(figures[COMPILED], figures[FLOAT], strict=True)]
    least, middle, most = _spread(ratios)
    print(f"{COMPILED} / {FLOAT}: {middle:.2f} ({least:.2f} to {most:.2f})")
    if arguments.json:
        document = {
            "network": NETWORK.name,
            "samples_per_second": figures,
            "compiled_to_float": ratios,
        }
        write_json(arguments.json, document)


def _spread(values: list[float]) -> tuple[float, float, float]:
    """Least, middle and largest value."""
    return min(values), median(values), max(values)


def _trainers(file: NetworkFile) -> dict[str, Callable[[], Trainer]]:
    """What makes a fresh trainer."""
    network, seed, lags = file.network, file.training.seed, lags_of(file)

    def golden(engine: str) -> Trainer:
        parameters = initial_parameters(network, seed)
        trainer = golden_trainer(network, parameters, lags, engine=engine)
        return lambda features, labels: partial(trainer.run, features, labels, True, EXPONENT)

    def numpy_float() -> Trainer:
        trainer = FloatTrainer(network, initial_weight_values(network, seed))
        return lambda features, labels: partial(trainer.run, features, labels, True, EXPONENT)

    def compiled_float() -> Trainer:
        trainer = CompiledFloatTrainer(network, initial_weight_values(network, seed))
        return lambda features, labels: partial(
            trainer.run, trainer.values(features), labels, EXPONENT
        )

    return {
        "golden, numpy": lambda: golden("numpy"),
        COMPILED: lambda: golden("compiled"),
        "float64, numpy": numpy_float,
        FLOAT: compiled_float,
    }


if __name__ == "__main__":
    sys.exit(exit_status(main))
