"""Files that place and route a core for the 7 series on another machine, as a folder.

core.v, harness.v   the core, and the harness that puts it on three pins
harness.xdc         clock and pins
vivado.tcl          for Vivado
himbaechel.sh       for nextpnr-himbaechel, after Yosys
xilinx.sh           for nextpnr-xilinx, after Yosys
README.md           which to run, and where the figures are then
"""

from __future__ import annotations

from pathlib import Path

from hwgen.core.design import CoreDesign
from hwgen.pnr.flow import write_design
from hwgen.pnr.harness import CLOCK, PINS, SOURCES, TOP
from hwgen.pnr.xc7_commands import chipdb_name, synthesis_script
from software_ref.console.atomic_file import atomic_file
from software_ref.devices import Part

__all__ = ["PLAN_FILES", "write_plan"]

PLACES = {
    "csg324": {"clk": "E3", "serial_in": "J15", "serial_out": "H17"},
    "clg400": {"clk": "H16", "serial_in": "D19", "serial_out": "D20"},
}
"""Pins of the harness by package; any would do whose clock pin can drive a clock buffer."""

_VIVADO = """\
# Places and routes the core in its harness: vivado -mode batch -source vivado.tcl
read_verilog {core.v harness.v}
read_xdc harness.xdc
synth_design -top %(top)s -part %(part)s -flatten_hierarchy rebuilt
opt_design
place_design -directive Explore
phys_opt_design
route_design -directive Explore
report_timing_summary -file timing.txt
report_utilization -hierarchical -file utilisation.txt
# One line a path: slack, delay in cells and on wires, levels, start and end.
set file [open paths.csv w]
puts $file "slack_ns,cell_ns,wire_ns,levels,start,end"
foreach path [get_timing_paths -setup -max_paths 1000 -nworst 1] {
  puts $file [join [list [get_property SLACK $path] [get_property DATAPATH_LOGIC_DELAY $path] \\
    [get_property DATAPATH_NET_DELAY $path] [get_property LOGIC_LEVELS $path] \\
    [get_property STARTPOINT_PIN $path] [get_property ENDPOINT_PIN $path]] ","]
}
close $file
"""

_HIMBAECHEL = """\
#!/bin/sh
# Places and routes the core in its harness with nextpnr-himbaechel, built with Xilinx support.
set -e
yosys -q -l synthesis.log synthesis.ys
nextpnr-himbaechel --device %(part)s -o xdc=harness.xdc --json netlist.json --freq %(freq)s \\
  --timing-allow-fail --report report.json --log place_and_route.log "$@"
"""

_XILINX = """\
#!/bin/sh
# Places and routes the core in its harness with nextpnr-xilinx (openXC7). CHIPDB is the device's
# database, %(chipdb)s: sh xilinx.sh CHIPDB
set -e
yosys -q -l synthesis.log synthesis.ys
nextpnr-xilinx --chipdb "$1" --xdc harness.xdc --json netlist.json --fasm harness.fasm \\
  --freq %(freq)s --timing-allow-fail --log place_and_route.log
"""

_README = """\
# Placement and routing of %(core)s for %(part)s

No tool for this device was found where this folder was written. Copy the folder to a machine that
has one, and run there, inside the folder, one of

| tool | command | highest clock in MHz |
|---|---|---|
| Vivado | `vivado -mode batch -source vivado.tcl` | 1000 / (%(period)s - least slack), see below |
| nextpnr-himbaechel | `sh himbaechel.sh` | `fmax` in `report.json` |
| nextpnr-xilinx | `sh xilinx.sh CHIPDB` | the last `Max frequency` in `place_and_route.log` |

Vivado's slacks are in `paths.csv`; the last two tools need Yosys beside them. The clock asked for
is %(freq)s MHz (a period of %(period)s ns, in `harness.xdc`). With one of the tools on the search
path, `presparse pnr` runs all this by itself.

`harness.v` puts the core on three pins: each of its inputs comes from a register fed by a shift
register, each of its outputs ends in a register, and these are folded into one bit. Paths whose
names start with `core/` (Vivado) or `core.` are the core's.
"""

PLAN_FILES = (
    "core.v",
    "harness.v",
    "harness.xdc",
    "vivado.tcl",
    "synthesis.ys",
    "himbaechel.sh",
    "xilinx.sh",
    "README.md",
)
"""Names of the plan's files."""


def write_plan(design: CoreDesign, folder: Path, *, part: Part, freq_mhz: float) -> None:
    """Write the plan into a folder, which is made if it does not exist.

    Parameters
    ----------
    design
        The core.
    folder
        Where to; files of the plan's names are replaced.
    part
        FPGA.
    freq_mhz
        Clock to ask for.

    Raises
    ------
    ValueError
        There are no pins for the harness in the part's package.
    """
    constraints = _constraints(part, freq_mhz)
    folder.mkdir(parents=True, exist_ok=True)
    write_design(design, folder)
    values = {
        "top": TOP,
        "part": part.name,
        "chipdb": chipdb_name(part),
        "core": design.name,
        "freq": f"{freq_mhz:g}",
        "period": f"{1000 / freq_mhz:.3f}",
    }
    texts = {
        "harness.xdc": constraints,
        "vivado.tcl": _VIVADO % values,
        "synthesis.ys": "\n".join([*synthesis_script(SOURCES, TOP), ""]),
        "himbaechel.sh": _HIMBAECHEL % values,
        "xilinx.sh": _XILINX % values,
        "README.md": _README % values,
    }
    for name, text in texts.items():
        with atomic_file(folder / name) as unfinished:
            unfinished.write_text(text, encoding="utf-8")


def _constraints(part: Part, freq_mhz: float) -> str:
    if part.package not in PLACES:
        raise ValueError(
            f"package of {part.device.name} must be one of {', '.join(PLACES)} for a harness, "
            f"not {part.package}"
        )
    places = PLACES[part.package]
    lines = [
        f"create_clock -name {CLOCK} -period {1000 / freq_mhz:.3f} [get_ports {CLOCK}]",
    ]
    for pin in PINS:
        lines += [
            f"set_property PACKAGE_PIN {places[pin]} [get_ports {pin}]",
            f"set_property IOSTANDARD LVCMOS33 [get_ports {pin}]",
        ]
    return "\n".join(lines) + "\n"
