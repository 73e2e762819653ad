"""Sources, constraints and scripts of a 7-series board, as a folder that any machine can build.

logic.v, board.v    the logic, and what puts it on the pins
vivado.xdc          pins and clocks for Vivado
nextpnr.xdc         the same for nextpnr
vivado.tcl          makes the bitstream with Vivado
synthesis.ys        Yosys' script, for both kinds of nextpnr
himbaechel.sh       makes the bitstream with nextpnr-himbaechel
xilinx.sh           makes the bitstream with nextpnr-xilinx
NAME.json           the manifest, for the host
NAME.store.bin      what is to be programmed into a flash that the board trains from
README.md           which to run
"""

from __future__ import annotations

import shlex
import zipfile
from collections.abc import Sequence
from pathlib import Path

from boards.bitstream.constraints import nextpnr_xdc, vivado_xdc
from boards.bitstream.engines import (
    CHIPDB,
    CONSTRAINTS,
    DATABASE,
    ENGINES,
    Engine,
    database_folder,
)
from boards.bitstream.job import SOURCES, BitstreamJob
from boards.platforms.pinout import WRAPPER
from hwgen.pnr.xc7_commands import synthesis_script
from software_ref.console.atomic_file import atomic_file

__all__ = ["command", "write_archive", "write_plan"]

_TCL = """\
# Makes %(name)s.bit: vivado -mode batch -source vivado.tcl
read_verilog {%(sources)s}
read_xdc vivado.xdc
synth_design -top %(top)s -part %(part)s -flatten_hierarchy rebuilt
write_checkpoint -force synthesised.dcp
opt_design
place_design
phys_opt_design
route_design
# Written before the clock is looked at: a miss can be opened in Vivado.
write_checkpoint -force routed.dcp
report_timing_summary -file timing.txt
report_timing -max_paths 100 -nworst 1 -unique_pins -file paths.txt
report_utilization -file utilisation.txt
report_utilization -hierarchical -file utilisation_by_unit.txt
# One line a unit: the least slack of the paths that end in it.
set file [open timing_by_unit.csv w]
puts $file "unit,slack_ns"
foreach cell [get_cells -hierarchical -filter {IS_PRIMITIVE == 0}] {
  set path [get_timing_paths -quiet -setup -max_paths 1 -to [get_cells -quiet "$cell/*"]]
  if {$path ne ""} { puts $file "$cell,[get_property SLACK $path]" }
}
close $file
set setup [get_property SLACK [get_timing_paths -setup -max_paths 1]]
set hold [get_property SLACK [get_timing_paths -hold -max_paths 1]]
set file [open slacks.csv w]
puts $file "kind,slack_ns"
puts $file "setup,$setup"
puts $file "hold,$hold"
close $file
file delete {%(name)s.bit}
if {$setup < 0 || $hold < 0} {
  puts "ERROR: %(clock)s MHz are missed, least slacks $setup ns and $hold ns: no bitstream"
  exit 1
}
set_property BITSTREAM.GENERAL.COMPRESS TRUE [current_design]
%(flash_settings)swrite_bitstream -force board.bit
file rename board.bit {%(name)s.bit}
%(flash_image)s"""

_TCL_SETTINGS = """\
set_property CONFIG_MODE SPIx4 [current_design]
set_property BITSTREAM.CONFIG.SPI_BUSWIDTH 4 [current_design]
"""
_TCL_IMAGE = """\
# Bitstream and data set, for Vivado's hardware manager to program into the flash.
write_cfgmem -force -format mcs -size %(flash_mb)s -interface SPIx4 \\
  -loadbit {up 0x00000000 %(name)s.bit} -loaddata {up 0x%(flash_at)08x %(name)s.store.bin} \\
  -file {%(name)s.mcs}
"""

_README = """\
# %(title)s: %(name)s

The logic's clock is %(clock)s MHz, made by the MMCM of the %(oscillator)s MHz oscillator. The UART
runs at %(baud)s baud; the sample store has room for %(samples)s samples.

Run one of these inside this folder, on a machine that has the tools; each ends with `%(name)s.bit`.

| tools | command | clock reached |
|---|---|---|
%(rows)s

- No bitstream is written where the clock is missed, and the command fails. Build again with a lower
  `clock_mhz` then.
%(notes)s
Then load the bitstream, for instance with `openFPGALoader -c digilent %(name)s.bit`. The manifest
`%(name)s.json` says what is in it.
%(flash_notes)s"""

_FLASH_NOTES = """
The board trains from its flash when it is switched on. Program the bitstream at the flash's
beginning and `%(name)s.store.bin` from byte %(flash_at)d on, for instance with

    openFPGALoader -c digilent --fpga-part %(part)s --enable-quad
    openFPGALoader -c digilent --fpga-part %(part)s -f %(name)s.bit
    openFPGALoader -c digilent --fpga-part %(part)s -f -o %(flash_at)d %(name)s.store.bin

or, both at once, `%(name)s.mcs` with Vivado's hardware manager.
"""

_OPEN_NOTES = """\
- nextpnr needs Yosys beside it; the last step needs `fasm2frames` and `xc7frames2bit` (Project
  X-Ray, part of openXC7).
- `DATABASE` is the folder of Project X-Ray's databases, the one that has the folder `%(database)s`;
  `CHIPDB` is nextpnr's database of the FPGA, made for %(part)s by the nextpnr in use:
  nextpnr-himbaechel mostly has its own, nextpnr-xilinx must be told. Some packages call
  nextpnr-himbaechel by the other's name: `NEXTPNR=nextpnr-xilinx sh himbaechel.sh ...` then.
"""

_ROWS = {
    "vivado": "| Vivado | `%s` | `timing.txt`, `slacks.csv`; by unit `timing_by_unit.csv` and "
    "`utilisation_by_unit.txt`; `routed.dcp` to open |",
    "himbaechel": "| nextpnr-himbaechel | `%s` | `fmax` in `report.json` |",
    "xilinx": "| nextpnr-xilinx | `%s` | `Max frequency` in `place_and_route.log` |",
}
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest date of a ZIP file, so that equal plans give equal archives."""


def command(engine: Engine) -> str:
    """What runs an engine inside a plan's folder."""
    if not engine.open:
        return f"{engine.usual} -mode batch -source vivado.tcl"
    chipdb = CHIPDB if engine.needs_chipdb else f"[{CHIPDB}]"
    return f"sh {engine.style}.sh {DATABASE} {chipdb}"


def write_plan(
    job: BitstreamJob, *, toolchain: str | None = None, placer: str | None = None
) -> list[Path]:
    """Write the plan for the engines of a toolchain, or of all, into the job's folder.

    The engine that has several placers takes the one that is named.

    Returns
    -------
    Its files.
    """
    engines = [engine for engine in ENGINES if toolchain in (None, engine.toolchain)]
    values = _values(job, engines)
    texts = {"README.md": _README % values}
    for engine in engines:
        if engine.open:
            texts["synthesis.ys"] = "\n".join([*synthesis_script(SOURCES, WRAPPER), ""])
            texts[f"{engine.style}.sh"] = _shell_script(job, engine, placer)
        else:
            texts["vivado.tcl"] = _TCL % values
    pins, clock_hz = job.pinout, job.design.clock_hz
    constraints = {"vivado.xdc": vivado_xdc(pins), CONSTRAINTS: nextpnr_xdc(pins, clock_hz)}
    written = job.write_sources(constraints)
    for name, text in texts.items():
        with atomic_file(job.folder / name) as unfinished:
            unfinished.write_text(text, encoding="utf-8")
    job.write_manifest()
    return [
        *written,
        *(job.folder / name for name in texts),
        job.manifest_file,
        *job.write_flash(),
    ]


def write_archive(files: list[Path], archive: Path) -> None:
    """Pack a plan into a ZIP file, inside a folder of the archive's name."""
    with (
        atomic_file(archive) as unfinished,
        zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for file in sorted(files):
            entry = zipfile.ZipInfo(f"{archive.stem}/{file.name}", date_time=_EPOCH)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, file.read_bytes())


def _values(job: BitstreamJob, engines: list[Engine]) -> dict[str, str]:
    part, notes = job.board.part, ""
    if any(engine.open for engine in engines):
        notes = _OPEN_NOTES % {"part": part.name, "database": database_folder(part)}
    return _flash_values(job) | {
        "name": job.name,
        "title": job.board.title,
        "sources": " ".join(SOURCES),
        "top": WRAPPER,
        "part": part.name,
        "notes": notes,
        "clock": f"{job.clock_mhz:g}",
        "oscillator": f"{job.board.oscillator_hz / 1e6:g}",
        "baud": f"{job.design.baud:,}",
        "samples": f"{job.design.samples:,}",
        "rows": "\n".join(_ROWS[engine.style] % command(engine) for engine in engines),
    }


def _flash_values(job: BitstreamJob) -> dict[str, str]:
    """Texts about a flash that the board trains from; empty where there is none."""
    texts = {"flash_settings": "", "flash_image": "", "flash_notes": ""}
    if job.flash is None or job.design.external is None:
        return texts
    chip, part = job.design.external.chip, job.board.part
    values = {
        "name": job.name,
        "flash_at": chip.first_byte,
        "flash_mb": chip.bytes >> 20,
        "part": part.name.partition("-")[0],
    }
    return {
        "flash_settings": _TCL_SETTINGS,
        "flash_image": _TCL_IMAGE % values,
        "flash_notes": _FLASH_NOTES % values,
    }


def _shell_script(job: BitstreamJob, engine: Engine, placer: str | None) -> str:
    """The engine's programs; where the clock is missed, nextpnr fails and ends the script."""
    usage = command(engine)
    chipdb = f"${{2:?usage: {usage}}}" if engine.needs_chipdb else "$2"
    steps = (
        engine.place(job, f'"${{NEXTPNR:-{engine.usual}}}"', placer=placer),
        *engine.packing(job.board.part),
    )
    lines = [
        "#!/bin/sh",
        f"# Makes {job.name}.bit: {usage}",
        f"# NEXTPNR names the program where it is not called {engine.usual}.",
        "set -e",
        f'{DATABASE}="${{1:?usage: {usage}}}"',
        f'{CHIPDB}="{chipdb}"',
        f"rm -f {shlex.quote(job.bitstream.name)}",
        "yosys -q -l synthesis.log synthesis.ys",
        *(" ".join((step.program, *_shell_words(step.arguments))) for step in steps),
        f"mv board.bit {shlex.quote(job.bitstream.name)}",
        "",
    ]
    return "\n".join(lines)


def _shell_words(arguments: Sequence[str]) -> list[str]:
    """Arguments, with the variables CHIPDB and DATABASE where they stand in them.

    CHIPDB is an option's value, which is left out with its option where none is given.
    """
    words: list[str] = []
    for argument in arguments:
        if argument == CHIPDB:
            words[-1] = f'${{{CHIPDB}:+{words[-1]} "${CHIPDB}"}}'
        elif argument.startswith(DATABASE):
            words.append(f'"${DATABASE}"{shlex.quote(argument.removeprefix(DATABASE))}')
        else:
            words.append(shlex.quote(argument))
    return words
