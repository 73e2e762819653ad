"""How fast the golden and the float trainers are: `python -m benchmarks.training [--data DIR]`.

Each trains `examples/mnist_original.toml` on one core: the golden model in NumPy and compiled, the
floating-point reference in NumPy, and a float32 SGD loop compiled like the golden kernel. Without
--data, random images of MNIST's size stand in for it: the work is nearly the same. Every repeat is
the first epoch of a fresh trainer, in which the most weights change. The trainers take turns, and
speeds count samples per second of processor time, so that other processes disturb them less and
all of them alike.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.compiled_float import CompiledFloatTrainer
from software_ref.commands.loading import lags_of, load_training_data
from software_ref.console.output import table_lines, write_json
from software_ref.float_trainer import FloatTrainer
from software_ref.golden import golden_trainer, initial_parameters
from software_ref.golden.parameters import initial_weight_values
from software_ref.network_file import NetworkFile, read_network_file

NETWORK = Path(__file__).parent.parent / "examples" / "mnist_original.toml"
EXPONENT = 3
WARM_UP = 300
"""Samples trained beforehand, so that everything is compiled and loaded."""


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
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
        labels = rng.integers(0, file.network.competing, arguments.samples)
    makers = _trainers(file)
    figures: dict[str, list[float]] = {name: [] for name in makers}
    for _ in range(arguments.repeats):
        for name, make in makers.items():
            run = make()
            run(features[:WARM_UP], labels[:WARM_UP])
            began = time.process_time()
            run(features, labels)
            figures[name].append(len(labels) / (time.process_time() - began))
    for speeds in figures.values():
        speeds.sort()
    rows = [
        (name, *(f"{speed:,.0f}" for speed in (speeds[0], speeds[len(speeds) // 2], speeds[-1])))
        for name, speeds in figures.items()
    ]
    print("\n".join(table_lines(("samples per second", "min", "median", "max"), rows)))
    if arguments.json:
        write_json(arguments.json, {"network": NETWORK.name, "samples_per_second": figures})
    else:
        print(json.dumps(figures))


def _trainers(file: NetworkFile) -> dict[str, Callable[[], Callable[[Any, Any], object]]]:
    """What makes a fresh trainer, as a function of features and labels."""
    network, seed, lags = file.network, file.training.seed, lags_of(file)

    def golden(engine: str) -> Callable[[Any, Any], object]:
        parameters = initial_parameters(network, seed)
        trainer = golden_trainer(network, parameters, lags, engine=engine)
        return lambda features, labels: trainer.run(features, labels, True, EXPONENT)

    def numpy_float() -> Callable[[Any, Any], object]:
        trainer = FloatTrainer(network, initial_weight_values(network, seed))
        return lambda features, labels: trainer.run(features, labels, True, EXPONENT)

    def compiled_float() -> Callable[[Any, Any], object]:
        trainer = CompiledFloatTrainer(network, initial_weight_values(network, seed))
        return lambda features, labels: trainer.run(features, labels, EXPONENT)

    return {
        "golden, numpy": lambda: golden("numpy"),
        "golden, compiled": lambda: golden("compiled"),
        "float64, numpy": numpy_float,
        "float32, compiled": compiled_float,
    }


if __name__ == "__main__":
    main()
