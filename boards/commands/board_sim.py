"""`presparse board-sim`: the board in simulation, behind a pseudo-terminal."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from boards.commands.logic_options import add_memory, positive_mhz
from boards.design import BoardDesign
from boards.host.flash_file import write_flash_file
from boards.link.framing import DEFAULT_BAUD
from boards.memory.external import MEMORIES
from boards.morse.live import MorseLive
from boards.simulated.board import KEY_TICK_CLOCKS, SimulatedBoard
from boards.simulated.terminal import PseudoTerminal
from boards.store.flash_data import FlashData
from boards.uart import LEAST_CLOCKS_PER_BIT
from hwgen.core.design import CoreDesign
from software_ref.commands.arguments import add_data, add_network_file, integer_from
from software_ref.console.output import make_folder
from software_ref.loading import load_inputs, load_training_data
from software_ref.network_file import read_network_file

__all__ = ["add_arguments", "run"]

_SAMPLES = 2048


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommand's arguments."""
    add_network_file(parser)
    add_data(parser)
    parser.add_argument(
        "--samples",
        type=integer_from(1),
        metavar="N",
        help=f"samples that the board's store has room for (default: {_SAMPLES}, or in a memory "
        "that can only be read those of the data set)",
    )
    parser.add_argument(
        "--clocks-per-bit",
        type=integer_from(LEAST_CLOCKS_PER_BIT),
        default=LEAST_CLOCKS_PER_BIT,
        metavar="N",
        help="clocks of the board that a bit of the serial line lasts (default: %(default)s)",
    )
    add_memory(parser)
    parser.add_argument(
        "--clock",
        type=positive_mhz,
        metavar="MHZ",
        help="the board's clock, in which a memory beside the FPGA counts its nanoseconds "
        f"(default: {DEFAULT_BAUD * LEAST_CLOCKS_PER_BIT / 1e6:g})",
    )
    parser.add_argument(
        "--build",
        type=Path,
        metavar="DIR",
        help="keep Verilog and simulator in DIR (default: the simulator in the user's cache)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    file = read_network_file(arguments.network_file)
    make_folder("--build", arguments.build)
    clock_hz = arguments.clocks_per_bit * DEFAULT_BAUD
    if arguments.clock is not None:
        clock_hz = round(arguments.clock * 1e6)
    external, stored = MEMORIES.get(arguments.memory), None
    if external is None or external.shape.writable:
        core = CoreDesign.from_file(file, inputs=load_inputs(file, arguments.data))
        samples, places = arguments.samples or _SAMPLES, None
    else:
        data = load_training_data(file, arguments.data)
        core = CoreDesign.from_file(file, inputs=data.inputs)
        stored = FlashData.planned(file, core, data, external.shape, arguments.samples)
        samples, places = stored.layout.samples, stored.layout.places
    design = BoardDesign(
        core=core,
        clock_hz=clock_hz,
        baud=clock_hz // arguments.clocks_per_bit,
        external=external,
        samples=samples,
        places=places,
        leds=16,
        morse=MorseLive.of(file),
        tick_clocks=KEY_TICK_CLOCKS,
    )
    with tempfile.TemporaryDirectory() as folder:
        flash = None
        if stored is not None:
            flash = Path(arguments.build or folder) / f"{file.name}.store.bin"
            write_flash_file(flash, stored.content(design))
        board = SimulatedBoard(
            design,
            arguments.build,
            building=lambda: print("building the simulator", flush=True),
            flash=flash,
        )
    if stored is not None:
        print("the board trains from its flash: it has been switched on")
    terminal = PseudoTerminal(board)
    try:
        print(f"the board is at {terminal.path}; Ctrl-C switches it off. For example:")
        where = f" --data {arguments.data}" if arguments.data else ""
        command = f"presparse host train {arguments.network_file} --port {terminal.path}{where}"
        print(command, flush=True)
        terminal.serve(_show if sys.stdout.isatty() else lambda line: None)
    except KeyboardInterrupt:
        print(f"\nswitched off after {board.clocks:,} clocks")
    finally:
        terminal.close()
        board.close()
    return 0


def _show(line: str) -> None:
    print(f"\r{line}", end="", flush=True)
