"""What it takes to place and route a core for an Artix-7 on another machine, as a folder of files.

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
from hwgen.pnr.artix_commands import PART, synthesis_script
from hwgen.pnr.flow import write_design
from hwgen.pnr.harness import CLOCK, PINS, TOP
from software_ref.console.atomic_file import atomic_file

__all__ = ["PLAN_FILES", "write_plan"]

PLACES = {"clk": "E3", "serial_in": "J15", "serial_out": "H17"}
"""Package pins of the harness; any would do whose clock pin can drive a clock buffer."""

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
# database, xc7a100tcsg324.bin: sh xilinx.sh CHIPDB
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


def write_plan(design: CoreDesign, folder: Path, *, freq_mhz: float) -> None:
    """Write the plan into a folder, which is made if it does not exist.

    Parameters
    ----------
    design
        The core.
    folder
        Where to; files of the plan's names are replaced.
    freq_mhz
        Clock to ask for.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_design(design, folder)
    values = {
        "top": TOP,
        "part": PART,
        "core": design.name,
        "freq": f"{freq_mhz:g}",
        "period": f"{1000 / freq_mhz:.3f}",
    }
    texts = {
        "harness.xdc": _constraints(freq_mhz),
        "vivado.tcl": _VIVADO % values,
        "synthesis.ys": "\n".join([*synthesis_script(["core.v", "harness.v"], TOP), ""]),
        "himbaechel.sh": _HIMBAECHEL % values,
        "xilinx.sh": _XILINX % values,
        "README.md": _README % values,
    }
    for name, text in texts.items():
        with atomic_file(folder / name) as unfinished:
            unfinished.write_text(text, encoding="utf-8")


def _constraints(freq_mhz: float) -> str:
    lines = [
        f"create_clock -name {CLOCK} -period {1000 / freq_mhz:.3f} [get_ports {CLOCK}]",
    ]
    for pin in PINS:
        lines += [
            f"set_property PACKAGE_PIN {PLACES[pin]} [get_ports {pin}]",
            f"set_property IOSTANDARD LVCMOS33 [get_ports {pin}]",
        ]
    return "\n".join(lines) + "\n"
