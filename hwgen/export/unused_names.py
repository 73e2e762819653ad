"""Removes what nothing reads: names of elements and connections, and first words of memories."""

from __future__ import annotations

import re
from collections import Counter

__all__ = [
    "UNINITIALISED",
    "without_elements",
    "without_first_words",
    "without_unused_wires",
]

UNINITIALISED = "uninitialised"
"""Attribute of a memory whose words are all written before they are read."""

_ELEMENT = r"\\\S+(?:\[\d+\]|\.\w+)\S*"
_WORD = re.compile(r"[A-Za-z_]\w*")
_WIRE = re.compile(r"  wire (?:signed )?(?:\[\d+:\d+\] )?(\w+);")
_ASSIGNMENT = re.compile(r"  assign (\w+) = (.*);")
_ATTRIBUTE = re.compile(r"  \(\* .* \*\)")


def without_elements(rtlil: str) -> str:
    """Remove the wires that stand for elements of arrays and fields of structures, in RTLIL text.

    They only repeat bits of the whole, and would be a third of the Verilog's declarations.
    """
    wires = re.sub(rf"^ *wire width \d+ (?:signed )?{_ELEMENT}\n", "", rtlil, flags=re.MULTILINE)
    return re.sub(rf"^ *connect {_ELEMENT} .*\n", "", wires, flags=re.MULTILINE)


def without_first_words(rtlil: str) -> str:
    """Remove the zeros that Amaranth puts into memories marked UNINITIALISED, in RTLIL text.

    Verilog would have an assignment for each word.
    """
    marked = re.compile(
        rf"^ *attribute \\{UNINITIALISED} 1\n((?:^ *attribute .*\n)*^ *memory .* (\\\S+)\n)",
        flags=re.MULTILINE,
    )
    cell = re.compile(
        r'^  cell \$meminit_v2 .*\n    parameter \\MEMID "\\(.*)"\n(?:    .*\n)*  end\n',
        flags=re.MULTILINE,
    )

    def cleared(module: str) -> str:
        names = {match[2] for match in marked.finditer(module)}
        kept = cell.sub(lambda match: "" if match[1] in names else match[0], module)
        return marked.sub(lambda match: match[1], kept)

    return "".join(map(cleared, re.split(r"(?<=^end\n)", rtlil, flags=re.MULTILINE)))


def without_unused_wires(verilog: str) -> str:
    """Remove the wires inside modules that are at most assigned to, in text that Yosys wrote.

    They are second names of ports and registers, and what is left of registers that Yosys removed.
    Ports and registers stay, and so do the wires at instances.
    """
    modules = re.split(r"(?<=^endmodule\n)", verilog, flags=re.MULTILINE)
    return "".join(map(_without_unused_wires, modules))


def _without_unused_wires(module: str) -> str:
    lines = module.splitlines(keepends=True)
    mentions = Counter(_WORD.findall(module))
    ports = set(_WORD.findall(module.partition(");")[0]))
    declared: dict[str, int] = {}
    assigned: dict[str, int] = {}
    for number, line in enumerate(lines):
        if wire := _WIRE.match(line):
            declared[wire[1]] = number
        elif assignment := _ASSIGNMENT.match(line):
            assigned[assignment[1]] = number
    removed: set[int] = set()
    suspects = [name for name in declared if name not in ports]
    while suspects:
        name = suspects.pop()
        used_here = 2 if name in assigned else 1
        if declared[name] in removed or mentions[name] != used_here:
            continue
        line = declared[name]
        removed.add(line)
        while _ATTRIBUTE.match(lines[line - 1]):  # of its own: another name would be between
            line -= 1
            removed.add(line)
        if name in assigned:
            removed.add(assigned[name])
            for read in _WORD.findall(lines[assigned[name]].partition("=")[2]):
                mentions[read] -= 1
                if read in declared and read not in ports:
                    suspects.append(read)
    return "".join(line for number, line in enumerate(lines) if number not in removed)
