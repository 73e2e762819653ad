"""Epochs on the whole simulated board, bit for bit: `python -m benchmarks.board_epoch --data DIR`.

Sample store, memory controller, model of the memory's chip and core are one Verilated model, which
the host program drives over the UART, at a sixth of the clock. Results, weights, biases and
saturation counters are held against the golden model's; where any bit differs, or the chip
complains, the exit status is 1.

Samples beside the FPGA are put into the chip's model in no time, and nothing is sent: the board
looks at each sample's check byte as always. --upload has the host send them instead, and compare
CRCs, which takes 60 clocks a byte; those in block RAM are always sent, and so is the order of every
epoch.

Without --board it is the ULX3S with its SDRAM at 40 MHz, then the Nexys4 with its cellular RAM at
33 MHz.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.command import benchmark_parser, exit_status
from boards.bitstream.board_build import coded_lengths, for_board, plan_board
from boards.commands.logic_options import add_memory, positive_mhz
from boards.design import BoardDesign
from boards.link.payloads import PARAMETER_VALUE
from boards.memory.external import BLOCK, CELLULAR, SDRAM
from boards.platforms.boards import BOARDS
from boards.simulated.board import SimulatedBoard
from boards.simulated.side_by_side import train_side_by_side
from boards.uart import LEAST_CLOCKS_PER_BIT
from software_ref.commands.arguments import integer_from
from software_ref.console.output import check_outputs, percent, table_lines, write_json
from software_ref.console.progress import ProgressBar
from software_ref.loading import load_training_data
from software_ref.network_file import NetworkFile, read_network_file
from software_ref.training import TrainingData

EXAMPLE = Path(__file__).parents[1] / "examples" / "mnist_accurate.toml"
DIFFERENT = 1
"""Exit status where a bit differs; the others are those of `presparse`."""
BYTE_CLOCKS = 62
"""Clocks of a byte on the line, with its share of frames and of bytes that are escaped."""


@dataclass(frozen=True)
class Case:
    """A board, and where its samples are."""

    board: str
    """Its name."""
    memory: str
    """Kind of its memory."""
    mhz: float | None
    """Clock of its logic; None: the network file's, or the board's."""


CASES = (Case("ulx3s", SDRAM.kind, 40.0), Case("nexys4", CELLULAR.kind, 33.0))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark, and return the exit status."""
    began = time.monotonic()

    def run() -> int:
        try:
            return _run(_parser().parse_args(argv))
        except KeyboardInterrupt:
            minutes = (time.monotonic() - began) / 60
            raise KeyboardInterrupt(f"after {minutes:.1f} minutes") from None

    return exit_status(run)


def _parser() -> argparse.ArgumentParser:
    parser = benchmark_parser(__doc__)
    parser.add_argument("network", type=Path, nargs="?", default=EXAMPLE, metavar="NETWORK.toml")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with MNIST")
    parser.add_argument("--board", choices=sorted(BOARDS), help="one board, with its --memory")
    add_memory(parser)
    parser.add_argument("--clock", type=positive_mhz, metavar="MHZ", help="clock of the one board")
    parser.add_argument(
        "--images", type=integer_from(1), metavar="N", help="training samples (default: the file's)"
    )
    parser.add_argument(
        "--tests", type=integer_from(0), metavar="N", help="test samples (default: the file's)"
    )
    parser.add_argument("--epochs", type=integer_from(1), default=1, metavar="N")
    parser.add_argument(
        "--activation-fraction",
        type=integer_from(1),
        metavar="F",
        help="fraction bits of features and hidden activations, in place of the file's",
    )
    parser.add_argument("--upload", action="store_true", help="send the samples to every board")
    parser.add_argument(
        "--build", type=Path, metavar="DIR", help="keep Verilog and simulator there"
    )
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser


def _run(arguments: argparse.Namespace) -> int:
    check_outputs({"--json": arguments.json}, inputs=[arguments.network])
    cases: Sequence[Case] = CASES
    if arguments.board is not None:
        cases = [Case(arguments.board, arguments.memory, arguments.clock)]
    elif arguments.memory != BLOCK or arguments.clock is not None:
        raise ValueError("--memory and --clock must come with the --board that has them")
    file = _file(arguments)
    figures = []
    for case in cases:
        figures.append(_measured(case, file, arguments))
        if arguments.json is not None:
            write_json(arguments.json, {"network": file.name, "epochs": figures})
    print("\n".join(table_lines(_HEADER, [_row(each) for each in figures], text=(0, 1, 3))))
    sound = all(not each["differences"] and not each["memory_errors"] for each in figures)
    return 0 if sound else DIFFERENT


def _file(arguments: argparse.Namespace) -> NetworkFile:
    """The network file, with the samples, epochs and bits that are asked for."""
    file = read_network_file(arguments.network)
    if arguments.activation_fraction is not None:
        number = replace(file.network.format, activation_fraction=arguments.activation_fraction)
        file = replace(file, network=replace(file.network, format=number))
    data, training = file.data, replace(file.training, epochs=arguments.epochs)
    if arguments.images is not None:
        data = replace(data, train=arguments.images)
    if arguments.tests is not None:
        data = replace(data, test=arguments.tests)
    return replace(file, data=data, training=training)


def _measured(case: Case, file: NetworkFile, arguments: argparse.Namespace) -> dict[str, Any]:
    """Train on one board; its figures."""
    board = BOARDS[case.board]
    file = for_board(file, board)
    data = load_training_data(file, arguments.data)
    design = plan_board(
        file, board, clock_mhz=case.mhz, memory=case.memory, data_dir=arguments.data
    ).design
    # A simulated line may be as fast as the UART takes it.
    design = replace(design, baud=design.clock_hz // LEAST_CLOCKS_PER_BIT)
    filled = design.external is not None and not arguments.upload
    where = "block RAM" if design.external is None else design.external.title
    print(f"{board.title}, {where}, {design.clock_hz / 1e6:g} MHz: building", flush=True)
    began = time.perf_counter()
    simulated = SimulatedBoard(design, arguments.build)
    built = time.perf_counter()
    how = "put into the chip's model" if filled else "sent over the serial line"
    print(f"built in {built - began:.0f} s; samples are {how}", flush=True)
    expected = _expected_clocks(design, file, data, sent=not filled)
    with ProgressBar(expected, unit="clock") as bar:

        def tell(line: str) -> None:
            bar.print(f"{time.perf_counter() - built:8.1f} s  {line}")

        def stage(name: str) -> None:
            bar.describe(name)
            tell(name)

        run = train_side_by_side(
            simulated,
            file,
            data,
            filled=filled,
            tell=stage,
            progress=_Watched(bar, expected, tell),
        )
    for line in run.differences:
        print(f"differs: {line}")
    simulated.close()
    return {
        "board": case.board,
        "memory": where,
        "mhz": design.clock_hz / 1e6,
        "samples_sent": not filled,
        "images": len(data.train_labels),
        "tests": len(data.test_labels),
        "epochs": len(run.epochs),
        "bit_exact": not run.differences,
        "differences": list(run.differences),
        "memory_errors": run.memory_errors,
        "at_work": run.at_work,
        "worked": run.worked,
        "waited": run.waited,
        "clocks_per_sample": (run.worked + run.waited)
        / (len(run.epochs) * (len(data.train_labels) + len(data.test_labels))),
        "train_accuracy": run.epochs[-1].train_accuracy,
        "test_accuracy": run.epochs[-1].test_accuracy,
        "clocks": run.clocks,
        "training_clocks": run.training_clocks,
        "training_seconds": run.training_seconds,
        "build_seconds": built - began,
        "seconds": time.perf_counter() - built,
    }


class _Watched:
    """Moves a bar on, and says with every tenth of the way how long the rest will take."""

    def __init__(self, bar: ProgressBar, expected: int, tell: Callable[[str], None]):
        self._bar, self._expected, self._tell = bar, expected, tell
        self._clocks, self._tenths, self._began = 0, 0, time.perf_counter()

    def __call__(self, clocks: int) -> None:
        self._bar.update(clocks)
        self._clocks += clocks
        tenths = 10 * self._clocks // self._expected
        if self._tenths < tenths < 10:
            self._tenths = tenths
            left = self._expected / self._clocks - 1
            minutes = left * (time.perf_counter() - self._began) / 60
            self._tell(f"{self._clocks:,} clocks, some {minutes:.1f} minutes to go")


def _expected_clocks(
    design: BoardDesign, file: NetworkFile, data: TrainingData, *, sent: bool
) -> int:
    """About how many clocks all of it takes."""
    core, layout = design.core, design.store
    width = layout.code.width // 8
    shapes = core.network.junctions
    octets = PARAMETER_VALUE.size * sum(each.weights + each.right for each in shapes)
    epochs, train = file.training.epochs, len(data.train_labels)
    clocks = epochs * (train + len(data.test_labels)) * core.schedule.period
    if sent:
        words = layout.index.words + int(coded_lengths(core, layout.code, data).sum())
        octets += words * width
        # The CRC, a byte a clock, is that of every block before and that of all afterwards.
        clocks += 2 * words * (width + 1)
    if file.training.shuffle:
        octets += epochs * train * layout.order.words * width // layout.samples
    return clocks + BYTE_CLOCKS * octets


_HEADER = [
    "board",
    "samples in",
    "MHz",
    "bits",
    "images",
    "tests",
    "epochs",
    "at work",
    "clocks a sample",
    "test %",
    "chip's complaints",
    "clocks",
    "clocks/s",
    "seconds",
]


def _row(figures: dict[str, Any]) -> list[str]:
    return [
        figures["board"],
        figures["memory"],
        f"{figures['mhz']:g}",
        "equal" if figures["bit_exact"] else "DIFFER",
        f"{figures['images']:,}",
        f"{figures['tests']:,}",
        f"{figures['epochs']}",
        f"{100 * figures['at_work']:.2f} %",
        f"{figures['clocks_per_sample']:.1f}",
        percent(figures["test_accuracy"]),
        f"{figures['memory_errors']}",
        f"{figures['clocks']:,}",
        f"{figures['training_clocks'] / figures['training_seconds']:,.0f}",
        f"{figures['seconds']:,.0f}",
    ]


if __name__ == "__main__":
    sys.exit(main())
