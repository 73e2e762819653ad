"""Tools for the 7-series boards: what each takes, which are installed, and how they are run.

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
from hwgen.pnr.xc7_commands import LOG, himbaechel_arguments, vivado_arguments, xilinx_arguments
from software_ref.devices import Part

__all__ = [
    "CHIPDB",
    "DATABASE",
    "ENGINES",
    "TOOLCHAINS",
    "Engine",
    "Step",
    "database_folder",
    "find_engine",
]

CHIPDB, DATABASE = "CHIPDB", "DATABASE"
"""Stand in arguments for nextpnr's database of the FPGA, and for the folder of Project X-Ray's."""

_FASM, _FRAMES, _BITSTREAM = "board.fasm", "board.frames", "board.bit"
_FOLDERS = {"xc7a": "artix7", "xc7k": "kintex7", "xc7s": "spartan7", "xc7z": "zynq7"}


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


def _packing(part: Part) -> tuple[Step, ...]:
    database = f"{DATABASE}/{database_folder(part)}"
    frames = ("--part", part.name, "--db-root", database, _FASM, _FRAMES)
    bits = (
        *("--part_file", f"{database}/{part.name}/part.yaml", "--part_name", part.name),
        *("--frm_file", _FRAMES, "--output_file", _BITSTREAM),
    )
    return (
        Step(program="fasm2frames", arguments=frames, log="frames"),
        Step(program="xc7frames2bit", arguments=bits, log="pack"),
    )


def _vivado(job: BitstreamJob) -> tuple[Step, ...]:
    return (Step(program="vivado", arguments=tuple(vivado_arguments()), log=LOG),)


def _himbaechel(job: BitstreamJob) -> tuple[Step, ...]:
    part = job.board.part
    arguments = himbaechel_arguments(
        part, constraints="nextpnr.xdc", freq_mhz=job.clock_mhz, chipdb=CHIPDB, fasm=_FASM
    )
    place = Step(program="nextpnr-himbaechel", arguments=tuple(arguments), log=LOG)
    return (place, *_packing(part))


def _xilinx(job: BitstreamJob) -> tuple[Step, ...]:
    arguments = xilinx_arguments(
        constraints="nextpnr.xdc", freq_mhz=job.clock_mhz, chipdb=CHIPDB, fasm=_FASM
    )
    place = Step(program="nextpnr-xilinx", arguments=tuple(arguments), log=LOG)
    return (place, *_packing(job.board.part))


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
