"""The Tcl script that makes a Vivado IP of a core on AXI: sources, buses, registers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hwgen.bus.axi_top import CLOCK, CLOCK_VLNV, INTERFACES, RESET, RESET_VLNV, AxiTop, Interface
from hwgen.bus.register_map import WORD_BITS, Access, RegisterMap
from hwgen.export.header import made_by

__all__ = ["package_ip"]

_BEGIN = """\
# Makes a Vivado IP of {name} in the folder {name}_ip beside this file:
#   vivado -mode batch -source {script}
# A part may follow, for a Vivado without the one below: -tclargs PART
# {made_by}
set folder [file dirname [file normalize [info script]]]
set part {{{part}}}
if {{[info exists argc] && $argc > 0}} {{ set part [lindex $argv 0] }}
set sources [list]
foreach name {{{sources}}} {{
  set source [file join $folder $name]
  if {{![file exists $source]}} {{ error "$source must be beside package_ip.tcl" }}
  lappend sources $source
}}
set project [list {name}_project [file join $folder {name}_project] -force]
if {{$part ne ""}} {{ lappend project -part $part }}
create_project {{*}}$project
add_files -norecurse $sources
set_property top {name} [current_fileset]
update_compile_order -fileset sources_1
ipx::package_project -root_dir [file join $folder {name}_ip] -vendor presparse -library user \\
  -taxonomy /UserIP -import_files -set_current true -force
set core [ipx::current_core]
set_property name {name} $core
set_property version 1.0 $core
set_property display_name {{{name}}} $core
set_property description {{{description}}} $core
set_property supported_families {{}} $core
set_property auto_family_support_level level_2 $core

# What Vivado found by the ports' names is made anew, so that nothing depends on its guesses.
foreach bus [ipx::get_bus_interfaces -of_objects $core] {{
  ipx::remove_bus_interface [get_property name $bus] $core
}}
ipx::remove_all_memory_map $core

proc add_bus {{core name mode bus_type abstraction ports}} {{
  set bus [ipx::add_bus_interface $name $core]
  set_property bus_type_vlnv $bus_type $bus
  set_property abstraction_type_vlnv $abstraction $bus
  set_property interface_mode $mode $bus
  foreach {{signal port}} $ports {{
    set_property physical_name $port [ipx::add_port_map $signal $bus]
  }}
  return $bus
}}
proc add_parameter {{bus name value}} {{
  set_property value $value [ipx::add_bus_parameter $name $bus]
}}
proc add_register {{block name offset access description}} {{
  set register [ipx::add_register $name $block]
  set_property address_offset $offset $register
  set_property size {word_bits} $register
  set_property access $access $register
  set_property description $description $register
  return $register
}}
proc add_field {{register name low bits access description}} {{
  set field [ipx::add_field $name $register]
  set_property bit_offset $low $field
  set_property bit_width $bits $field
  set_property access $access $field
  set_property description $description $field
  return $field
}}
"""

_END = """
ipx::create_xgui_files $core
ipx::update_checksums $core
ipx::check_integrity $core
ipx::save_core $core
close_project
"""

_ACCESS = {Access.CLEAR: "read-write"}
"""IP-XACT's words where they are not ours; what a write does is told of the fields."""


def package_ip(
    top: AxiTop,
    name: str,
    *,
    sources: Sequence[str],
    description: str,
    script: str,
    part: str,
) -> str:
    """The script's text.

    Parameters
    ----------
    top, name
        The module, and its name.
    sources
        Verilog files beside the script.
    description
        What the IP is, in a line.
    script
        The script's own name.
    part
        The FPGA to make it with, as Vivado calls it, or none.

    Raises
    ------
    ValueError
        A text has a brace, which Tcl would count.
    """
    begin = _BEGIN.format(
        name=name,
        sources=" ".join(sources),
        description=_plain(description),
        script=script,
        part=part,
        made_by=made_by(),
        word_bits=WORD_BITS,
    )
    return "\n".join([begin, *_buses(top), "", *_registers(top.registers)]) + "\n" + _END


def _buses(top: AxiTop) -> Iterator[str]:
    for interface in INTERFACES:
        mode = "slave" if interface.is_slave else "master"
        kinds = f"{interface.vlnv} {interface.abstraction_vlnv}"
        yield f"set bus [add_bus $core {interface.name} {mode} {kinds} {{"
        yield from (f"  {signal} {port}" for signal, port in top.buses[interface.name].items())
        yield "}]"
    for name, vlnv, signal in ((CLOCK, CLOCK_VLNV, "CLK"), (RESET, RESET_VLNV, "RST")):
        abstraction = vlnv.replace(":1.0", "_rtl:1.0")
        ports = f"{{{signal} {name}}}"
        yield f"set {signal} [add_bus $core {name} slave {vlnv} {abstraction} {ports}]"
    yield "add_parameter $RST POLARITY ACTIVE_LOW"
    for interface in INTERFACES:
        yield f"ipx::associate_bus_interfaces -busif {interface.name} -clock {CLOCK} $core"
    yield f"ipx::associate_bus_interfaces -clock {CLOCK} -reset {RESET} $core"


def _registers(registers: RegisterMap) -> Iterator[str]:
    bus: Interface = next(interface for interface in INTERFACES if interface.address_map)
    yield f"set map [ipx::add_memory_map {bus.name} $core]"
    yield (
        f"set_property slave_memory_map_ref {bus.name} "
        f"[ipx::get_bus_interfaces {bus.name} -of_objects $core]"
    )
    yield "set block [ipx::add_address_block registers $map]"
    for name, value in (
        ("base_address", 0),
        ("range", 1 << registers.address_bits),
        ("width", WORD_BITS),
        ("usage", "register"),
    ):
        yield f"set_property {name} {value} $block"
    for offset, index, register in registers.places():
        name = f"{register.name}_{index}" if register.several else register.name
        access = _ACCESS.get(register.access, str(register.access))
        yield (
            f"set register [add_register $block {name} 0x{offset:03X} {access} "
            f"{{{_plain(register.meaning)}}}]"
        )
        for field in register.fields:
            yield (
                f"set field [add_field $register {field.name} {field.low} {field.bits} {access} "
                f"{{{_plain(field.meaning)}}}]"
            )
            if register.access is Access.CLEAR:
                yield "set_property modified_write_value oneToClear $field"


def _plain(text: str) -> str:
    """A text that may stand between braces.

    Raises
    ------
    ValueError
        It has braces or backslashes.
    """
    if any(sign in text for sign in "{}\\"):
        raise ValueError(f"text of a Tcl script must have neither braces nor backslashes: {text!r}")
    return text
