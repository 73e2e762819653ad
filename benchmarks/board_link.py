"""How fast samples get to a board: `python -m benchmarks.board_link [--data DIR]`.

The host's driver talks to the simulated board of each network over a UART of 3 Mbaud, and time is
counted in the board's clocks: the host takes none, but a USB adapter may keep every answer back for
`--turnaround` milliseconds (1 is what Linux's low-latency mode gives). `streamed` samples train the
network as they come; those that are `uploaded` stay in the store, which then plays any number of
epochs at the core's speed (`stored`, at the clock of --clock). Without --data, random images of
MNIST's size stand in for it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.command import benchmark_parser, exit_status
from boards.design import BoardDesign
from boards.host.board import Board
from boards.host.link import Link
from boards.host.streamed_training import StreamingTrainer
from boards.link.framing import DEFAULT_BAUD
from boards.simulated.board import SimulatedBoard
from boards.simulated.lockstep import Lockstep
from boards.uart import LEAST_CLOCKS_PER_BIT
from hwgen.core.design import CoreDesign
from software_ref.console.output import check_outputs, table_lines, write_json
from software_ref.console.progress import ProgressBar
from software_ref.loading import load_training_data
from software_ref.network_file import NetworkFile, read_network_file

EXAMPLES = Path(__file__).parent.parent / "examples"
NETWORKS = ("digits", "mnist_original")


def main() -> None:
    """Run the benchmark."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("networks", nargs="*", default=NETWORKS, help="names in examples/")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with MNIST")
    parser.add_argument("--samples", type=int, default=16, metavar="N")
    parser.add_argument("--turnaround", type=float, nargs="+", default=[0.0, 1.0], metavar="MS")
    parser.add_argument("--clock", type=float, default=100.0, metavar="MHZ")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    check_outputs({"--json": arguments.json})
    figures: list[dict[str, Any]] = []
    runs = len(arguments.networks) * len(arguments.turnaround)
    with ProgressBar(runs, unit="run") as bar:
        for name in arguments.networks:
            bar.describe(name)
            for measured in _measure(read_network_file(EXAMPLES / f"{name}.toml"), arguments):
                figures.append(measured)
                bar.update()
    header = ["network", "turnaround ms", "uploaded/s", "streamed/s", "stored/s", "parameters ms"]
    rows = [
        (
            figure["network"],
            f"{figure['turnaround_ms']:g}",
            *(f"{figure[f'{how}_per_second']:,.0f}" for how in ("uploaded", "streamed", "stored")),
            f"{figure['read_parameters_ms']:.0f}",
        )
        for figure in figures
    ]
    print("\n".join(table_lines(header, rows)))
    if arguments.json:
        write_json(arguments.json, {"board_link": figures})
    else:
        print(json.dumps(figures))


def _measure(file: NetworkFile, arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """The figures of a network, for every turnaround."""
    core, data = CoreDesign.from_file(file), _samples(file, arguments)
    design = BoardDesign(
        core=core,
        clock_hz=LEAST_CLOCKS_PER_BIT * DEFAULT_BAUD,
        samples=arguments.samples,
    )
    with tempfile.TemporaryDirectory() as folder:
        simulated = SimulatedBoard(design, Path(folder))
        for turnaround in arguments.turnaround:
            board = Board(Link(Lockstep(simulated, turnaround / 1e3)), core)
            yield {
                "network": file.name,
                "turnaround_ms": turnaround,
                "baud": DEFAULT_BAUD,
                "samples": arguments.samples,
                "clock_mhz": arguments.clock,
                "stored_per_second": arguments.clock * 1e6 / core.schedule.period,
                **_timed(board, simulated, *data),
            }
        simulated.close()


def _timed(
    board: Board, simulated: SimulatedBoard, features: np.ndarray, labels: np.ndarray
) -> dict[str, float]:
    def seconds(action: Callable[[], object]) -> float:
        began = simulated.clocks
        action()
        return (simulated.clocks - began) / simulated.design.clock_hz

    uploading = seconds(lambda: board.store.fill(features, labels))
    streaming = seconds(lambda: StreamingTrainer(board).run(features, labels))
    return {
        "uploaded_per_second": len(labels) / uploading,
        "streamed_per_second": len(labels) / streaming,
        "read_parameters_ms": 1e3 * seconds(board.read_parameters),
    }


def _samples(file: NetworkFile, arguments: argparse.Namespace) -> tuple[np.ndarray, np.ndarray]:
    count = arguments.samples
    if arguments.data or file.data.name == "digits":
        data = load_training_data(file, arguments.data, samples=count, test_samples=0)
        return data.train_features, data.train_labels
    rng = np.random.default_rng(1)
    network = file.network
    features = rng.integers(0, network.format.one, (count, network.layers[0]))
    return features, rng.integers(0, network.competing, count)


if __name__ == "__main__":
    sys.exit(exit_status(main))
