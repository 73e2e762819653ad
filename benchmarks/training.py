"""How fast the golden and the float trainer are: `python -m benchmarks.training [--data DIR]`.

Without --data, random images of MNIST's size stand in for it: the work is the same.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from software_ref.commands.loading import lags_of, load_training_data
from software_ref.commands.output import table_lines, write_json
from software_ref.float_trainer import FloatTrainer
from software_ref.golden import GoldenTrainer, initial_parameters
from software_ref.golden.parameters import initial_weight_values
from software_ref.network_file import read_network_file

NETWORK = Path(__file__).parent.parent / "examples" / "mnist_original.toml"


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with MNIST")
    parser.add_argument("--samples", type=int, default=12_544, metavar="N")
    parser.add_argument("--repeats", type=int, default=3, metavar="N")
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
    figures = {}
    for name in ("golden", "float64"):
        speeds = []
        for _ in range(arguments.repeats):
            trainer = (
                GoldenTrainer(
                    file.network,
                    initial_parameters(file.network, file.training.seed),
                    lags_of(file),
                )
                if name == "golden"
                else FloatTrainer(
                    file.network, initial_weight_values(file.network, file.training.seed)
                )
            )
            began = time.perf_counter()
            trainer.run(features, labels, True, 3)
            speeds.append(len(labels) / (time.perf_counter() - began))
        figures[name] = sorted(speeds)
    rows = [
        (name, *(f"{speed:,.0f}" for speed in (speeds[0], speeds[len(speeds) // 2], speeds[-1])))
        for name, speeds in figures.items()
    ]
    print("\n".join(table_lines(("samples per second", "min", "median", "max"), rows)))
    if arguments.json:
        write_json(arguments.json, {"network": NETWORK.name, "samples_per_second": figures})
    else:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
