"""How long building and running the exported Verilog takes: `python -m benchmarks.simulation`.

Each line generates, builds and runs one network from nothing. Random images stand in for MNIST
without --data: the clocks are the same.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.command import benchmark_parser, exit_status
from hwgen.core.design import CoreDesign
from hwgen.cosimulation.side_by_side import Cosimulation
from software_ref.console.output import table_lines, write_json
from software_ref.loading import load_training_data
from software_ref.network_file import read_network_file

EXAMPLES = Path(__file__).parent.parent / "examples"
NETWORKS = {"slides_8_4_4": 1_000, "digits": 1_437, "mnist_original": 12_544}
"""Network files and the samples they are run on."""


def main() -> None:
    """Run the benchmark."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with MNIST")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    figures = []
    for name, samples in NETWORKS.items():
        file = read_network_file(EXAMPLES / f"{name}.toml")
        network = file.network
        if name == "mnist_original" and arguments.data:
            data = load_training_data(file, arguments.data, samples=samples, test_samples=0)
            features, labels = data.train_features, data.train_labels
        else:
            rng = np.random.default_rng(1)
            features = rng.integers(0, network.format.one + 1, (samples, network.layers[0]))
            labels = rng.integers(0, network.competing, samples)
        design = CoreDesign.from_file(file)
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            lines = design.verilog.count("\n")
            generate = time.perf_counter() - began
            simulation = Cosimulation(design, Path(folder))
            result = simulation.run_epoch(features, labels, 3)
        clocks = samples * design.schedule.period
        figures.append(
            {
                "network": name,
                "verilog_lines": lines,
                "samples": samples,
                "bit_exact": result.agreement.bit_exact,
                "clocks_per_sample": result.clocks_per_sample,
                "generate_seconds": generate,
                "build_seconds": simulation.rtl.build_seconds,
                "rtl_seconds": result.rtl_seconds,
                "clocks_per_second": clocks / result.rtl_seconds,
            }
        )
    header = list(figures[0])
    rows = [
        [f"{value:,.1f}" if isinstance(value, float) else value for value in line.values()]
        for line in figures
    ]
    print("\n".join(table_lines(header, rows)))
    if arguments.json:
        write_json(arguments.json, {"simulation": figures})
    else:
        print(json.dumps(figures))


if __name__ == "__main__":
    sys.exit(exit_status(main))
