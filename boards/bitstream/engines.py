"""Programs for the 7-series boards: what each takes, which is installed, and what packs for it.

vivado:      Verilog --> Vivado --> bitstream
himbaechel:  Verilog --> Yosys --> nextpnr-himbaechel --+--> fasm2frames --> xc7frames2bit
xilinx:      Verilog --> Yosys --> nextpnr-xilinx ------'                          '--> bitstream
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from boards.bitstream.job import BitstreamJob
from boards.bitstream.readings import read_himbaechel, read_vivado, read_xilinx
from boards.bitstream.report import Routed
from boards.bitstream.xc7_decode.database import Database
from hwgen.pnr.nextpnr import DEFAULT_SEED, LOG
from hwgen.pnr.xc7_commands import himbaechel_arguments, vivado_arguments, xilinx_arguments
from hwgen.pnr.xc7_engines import Program, find_program
from software_ref.devices import Part

__all__ = [
    "CHIPDB",
    "CONSTRAINTS",
    "DATABASE",
    "ENGINES",
    "FASM",
    "PACKERS",
    "TOOLCHAINS",
    "VIVADO",
    "Engine",
    "Step",
    "database_folder",
    "find_engine",
    "open_database",
]

CHIPDB, DATABASE = "CHIPDB", "DATABASE"
"""Stand in arguments for nextpnr's database of the FPGA, and for the folder of Project X-Ray's."""
CONSTRAINTS = "nextpnr.xdc"
"""Pins and clocks for nextpnr."""

FASM = "board.fasm"
"""Every feature of the bitstream, as nextpnr writes it."""
_FRAMES, _BITSTREAM = "board.frames", "board.bit"
_FOLDERS = {"xc7a": "artix7", "xc7k": "kintex7", "xc7s": "spartan7", "xc7z": "zynq7"}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One program of a flow."""

    program: str
    """Its name on the search path, or its path."""
    arguments: tuple[str, ...]
    """Its arguments; CHIPDB and DATABASE in them are still to be replaced."""
    log: str
    """Stem of its log."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A set of programs that make a bitstream from the sources."""

    style: str
    """Style of the program that places and routes, and stem of the script."""
    toolchain: str
    """What `--toolchain` calls it."""
    usual: str
    """Usual name of that program."""
    arguments: Callable[[BitstreamJob, int, str | None], list[str]]
    """Its arguments, with a seed of the placer, and a placer where it has several."""
    read: Callable[[BitstreamJob, Path], Routed]
    """Reads what it reported in a folder."""
    open: bool = True
    """Whether Yosys comes first, and Project X-Ray's programs last."""
    places: bool = False
    """Whether it has the placers of PLACERS."""
    loses_lut_memories: bool = False
    """Whether memories in LUTs begin with 0, whatever they shall."""
    needs_chipdb: bool = False
    """Whether it has no database of its own."""

    def place(
        self,
        job: BitstreamJob,
        program: str,
        *,
        seed: int = DEFAULT_SEED,
        placer: str | None = None,
    ) -> Step:
        """Placement and routing."""
        return Step(program=program, arguments=tuple(self.arguments(job, seed, placer)), log=LOG)

    def packing(self, part: Part) -> tuple[Step, ...]:
        """What packs the bitstream afterwards."""
        return _packing(part) if self.open else ()

    @property
    def takes(self) -> tuple[str, ...]:
        """What must be given, of DATABASE and CHIPDB."""
        needed = {DATABASE: self.open, CHIPDB: self.needs_chipdb}
        return tuple(name for name, is_needed in needed.items() if is_needed)


def find_engine(toolchain: str | None, given: str | None = None) -> tuple[Engine, Program] | None:
    """The engine to use with its program, or None where a program is missing.

    Parameters
    ----------
    toolchain
        The toolchain it must be of; None for any.
    given
        The program that the user named; None for the best installed one.

    Raises
    ------
    ValueError
        The program named is not there, or none for this.
    """
    fitting = [each for each in ENGINES if toolchain in (None, each.toolchain)]
    packs = all(shutil.which(program) for program in PACKERS)
    if given is None:
        fitting = [each for each in fitting if packs or not each.open]
    styles = {each.style: each for each in fitting}
    program = find_program(given, tuple(styles)) if styles else None
    if program is None:
        return None
    engine = styles[program.style]
    if engine.open and not packs:
        missing = [name for name in PACKERS if shutil.which(name) is None]
        raise ValueError(
            f"{program.command} needs {' and '.join(missing)} on the search path (or --plan-only)"
        )
    return engine, program


def database_folder(part: Part) -> str:
    """The folder in Project X-Ray's databases that has a part's.

    Raises
    ------
    ValueError
        There is none.
    """
    folder = _FOLDERS.get(part.device.name[:4])
    if folder is None:
        raise ValueError(
            f"device for openXC7 must be one that Project X-Ray knows, not {part.device.title}; "
            "take --toolchain vivado"
        )
    return folder


def open_database(folder: Path, part: Part) -> Database:
    """A part's database, in the folder of Project X-Ray's databases.

    Raises
    ------
    ValueError
        The folder has none of its family.
    """
    family = folder / database_folder(part)
    if not family.is_dir():
        raise ValueError(
            f"--database must name a folder that has the folder {family.name}, not {str(folder)!r}"
        )
    return Database(family, part.device.name, part.name)


def _packing(part: Part) -> tuple[Step, ...]:
    database = f"{DATABASE}/{database_folder(part)}"
    frames = ("--part", part.name, "--db-root", database, FASM, _FRAMES)
    bits = (
        *("--part_file", f"{database}/{part.name}/part.yaml", "--part_name", part.name),
        *("--frm_file", _FRAMES, "--output_file", _BITSTREAM),
    )
    return (
        Step(program=PACKERS[0], arguments=frames, log="frames"),
        Step(program=PACKERS[1], arguments=bits, log="pack"),
    )


def _himbaechel(job: BitstreamJob, seed: int, placer: str | None) -> list[str]:
    return himbaechel_arguments(
        job.board.part,
        constraints=CONSTRAINTS,
        freq_mhz=job.clock_mhz,
        chipdb=CHIPDB,
        fasm=FASM,
        seed=seed,
        placer=placer,
    )


def _xilinx(job: BitstreamJob, seed: int, placer: str | None) -> list[str]:
    return xilinx_arguments(
        constraints=CONSTRAINTS, freq_mhz=job.clock_mhz, chipdb=CHIPDB, fasm=FASM, seed=seed
    )


PACKERS = ("fasm2frames", "xc7frames2bit")
"""Project X-Ray's programs."""

VIVADO = "vivado"
"""What `--toolchain` calls the vendor's tools."""

ENGINES = (
    Engine(
        style="vivado",
        toolchain=VIVADO,
        usual="vivado",
        arguments=lambda job, seed, placer: vivado_arguments(),
        read=read_vivado,
        open=False,
    ),
    Engine(
        style="himbaechel",
        toolchain="openxc7",
        usual="nextpnr-himbaechel",
        arguments=_himbaechel,
        read=read_himbaechel,
        places=True,
        loses_lut_memories=True,
    ),
    Engine(
        style="xilinx",
        toolchain="openxc7",
        usual="nextpnr-xilinx",
        arguments=_xilinx,
        read=read_xilinx,
        needs_chipdb=True,
    ),
)
"""Every engine, the best first."""

TOOLCHAINS = tuple(dict.fromkeys(engine.toolchain for engine in ENGINES))
"""Their toolchains."""
