"""Tools for the Artix-7 boards: what each takes, which are installed, and how they are run.

vivado:      Verilog --> Vivado --> bitstream
himbaechel:  Verilog --> Yosys --> nextpnr-himbaechel --+--> fasm2frames --> xc7frames2bit
xilinx:      Verilog --> Yosys --> nextpnr-xilinx ------'                          '--> bitstream
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass

from boards.bitstream.job import BitstreamJob
from boards.bitstream.readings import read_himbaechel, read_vivado, read_xilinx
from boards.bitstream.report import Routed
from hwgen.pnr.artix_commands import (
    LOG,
    PART,
    himbaechel_arguments,
    vivado_arguments,
    xilinx_arguments,
)

__all__ = ["CHIPDB", "DATABASE", "ENGINES", "TOOLCHAINS", "Engine", "Step", "find_engine"]

CHIPDB, DATABASE = "CHIPDB", "DATABASE"
"""Stand in arguments for nextpnr's database of the FPGA, and for the folder of Project X-Ray's."""

_FASM, _FRAMES, _BITSTREAM = "board.fasm", "board.frames", "board.bit"
_FAMILY = f"{DATABASE}/artix7"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One program of a flow."""

    program: str
    """Its name on the search path."""
    arguments: tuple[str, ...]
    """Its arguments; CHIPDB and DATABASE in them are still to be replaced."""
    log: str
    """Stem of its log."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A set of programs that make a bitstream from the sources."""

    name: str
    """Stem of its script."""
    toolchain: str
    """What `--toolchain` calls it."""
    synthesis: bool
    """Whether Yosys comes first."""
    steps: Callable[[BitstreamJob], tuple[Step, ...]]
    """Its programs: the first places and routes, the others pack the bitstream."""
    programs: tuple[str, ...]
    """Their names."""
    takes: tuple[str, ...]
    """CHIPDB and DATABASE, as far as it needs them."""
    read: Callable[[BitstreamJob], Routed]
    """Reads what the first program reported."""

    @property
    def installed(self) -> bool:
        """Whether all its programs are on the search path."""
        return all(shutil.which(program) for program in self.programs)


def find_engine(toolchain: str | None) -> Engine | None:
    """The first installed engine, of one toolchain or of any."""
    fitting = (engine for engine in ENGINES if toolchain in (None, engine.toolchain))
    return next((engine for engine in fitting if engine.installed), None)


def _packing() -> tuple[Step, ...]:
    frames = ("--part", PART, "--db-root", _FAMILY, _FASM, _FRAMES)
    bits = (
        *("--part_file", f"{_FAMILY}/{PART}/part.yaml", "--part_name", PART),
        *("--frm_file", _FRAMES, "--output_file", _BITSTREAM),
    )
    return (
        Step(program="fasm2frames", arguments=frames, log="frames"),
        Step(program="xc7frames2bit", arguments=bits, log="pack"),
    )


def _vivado(job: BitstreamJob) -> tuple[Step, ...]:
    return (Step(program="vivado", arguments=tuple(vivado_arguments()), log=LOG),)


def _himbaechel(job: BitstreamJob) -> tuple[Step, ...]:
    arguments = himbaechel_arguments(
        constraints="nextpnr.xdc", freq_mhz=job.clock_mhz, chipdb=CHIPDB, fasm=_FASM
    )
    return (Step(program="nextpnr-himbaechel", arguments=tuple(arguments), log=LOG), *_packing())


def _xilinx(job: BitstreamJob) -> tuple[Step, ...]:
    arguments = xilinx_arguments(
        constraints="nextpnr.xdc", freq_mhz=job.clock_mhz, chipdb=CHIPDB, fasm=_FASM
    )
    return (Step(program="nextpnr-xilinx", arguments=tuple(arguments), log=LOG), *_packing())


_PACKERS = ("fasm2frames", "xc7frames2bit")

ENGINES = (
    Engine(
        name="vivado",
        toolchain="vivado",
        synthesis=False,
        steps=_vivado,
        programs=("vivado",),
        takes=(),
        read=read_vivado,
    ),
    Engine(
        name="himbaechel",
        toolchain="openxc7",
        synthesis=True,
        steps=_himbaechel,
        programs=("nextpnr-himbaechel", *_PACKERS),
        takes=(CHIPDB, DATABASE),
        read=read_himbaechel,
    ),
    Engine(
        name="xilinx",
        toolchain="openxc7",
        synthesis=True,
        steps=_xilinx,
        programs=("nextpnr-xilinx", *_PACKERS),
        takes=(CHIPDB, DATABASE),
        read=read_xilinx,
    ),
)
"""Every engine, the best first: Vivado's delays are the vendor's own, nextpnr's are estimates."""

TOOLCHAINS = tuple(dict.fromkeys(engine.toolchain for engine in ENGINES))
"""Their toolchains."""
