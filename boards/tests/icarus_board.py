"""A board simulated by Icarus, in four states: a SimulatedBoard, but a thousand times slower."""

from __future__ import annotations

import subprocess
from pathlib import Path

from boards.design import TOP, BoardDesign
from boards.simulated.with_memory import WITH_MEMORY, with_memory
from boards.uart import FRACTION, bit_length
from hwgen.simulation import icarus

__all__ = ["IcarusBoard"]

_BENCH = Path(__file__).with_name("icarus_bench.sv")


class IcarusBoard:
    """One board, as a Lockstep wants it. Time stands still between calls of `run`.

    Parameters
    ----------
    design
        The board's design, with a whole number of clocks to a bit.
    verilog
        Its Verilog.
    folder
        Where it is built.
    reset_clocks
        Clocks of reset at first; 0: it starts from its initial values.
    flash
        The file that is programmed into a memory that can only be read.
    """

    def __init__(
        self,
        design: BoardDesign,
        verilog: str,
        folder: Path,
        *,
        reset_clocks: int,
        flash: Path | None = None,
    ) -> None:
        self.design = design
        self.clocks = 0
        """Clocks run."""
        self._line = b""
        length = bit_length(design.clock_hz, design.baud)
        assert length % FRACTION == 0
        folder.mkdir(parents=True, exist_ok=True)
        source = folder / f"{TOP}.v"
        source.write_text(verilog)
        beside = [] if design.external is None else with_memory(design)
        program = icarus.build(
            sources=[_BENCH, source, *beside],
            top=_BENCH.stem,
            build_dir=folder,
            parameters={
                "BIT": length // FRACTION,
                "LEDS": design.leds,
                "RESET": reset_clocks,
                **({"HALF_PS": round(5e11 / design.clock_hz)} if beside else {}),
            },
            defines={"BOARD": WITH_MEMORY} if beside else None,
        )
        told = [] if flash is None else [f"+flash={flash}"]
        self._process = subprocess.Popen(
            [icarus.find_program("vvp"), "-N", str(program), *told],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def close(self) -> None:
        """End the simulator."""
        self._process.communicate()

    def write(self, line: bytes) -> None:
        """Send bytes over the UART, after those that still wait."""
        self._tell("".join(f"s {byte:02x}\n" for byte in line))

    def run(self, clocks: int, *, until_frame: bool = False) -> int:
        """Let so many clocks go by, or fewer, until the board has ended a frame."""
        self._tell(f"r {clocks} {int(until_frame)}\n")
        assert self._process.stdout is not None
        answer = self._process.stdout.readline()
        run, *line = answer.split()
        assert run.isdigit(), answer + self._process.stdout.read()
        self.clocks += int(run)
        self._line += bytes.fromhex("".join(line))
        return int(run)

    def read(self) -> bytes:
        """What the board has sent since the last call."""
        line, self._line = self._line, b""
        return line

    def _tell(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text)
        self._process.stdin.flush()
