"""Initial contents of memories in LUTs, put into the FASM of a nextpnr that leaves them out.

nextpnr-himbaechel looks for the parameters INITA to INITD of a RAM32M or RAM64M, which Yosys calls
INIT_A to INIT_D: their contents are all 0 in what it writes.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from boards.bitstream.xc7_check.routed import RoutedCell, read_routed
from boards.bitstream.xc7_check.slices import lut_name
from boards.bitstream.xc7_decode.database import Database
from hwgen.pnr.xc7_commands import ROUTED
from software_ref.console.atomic_file import atomic_file

__all__ = ["restore_lut_memories"]

_BITS = 64
_PART = re.compile(r"(.*)/DPR(\d)(?:_(\d))?")
"""A LUT of a memory, by its number and, where words of two bits share it, the bit of the words."""
_PORTS = "ABCD"


def restore_lut_memories(fasm: Path, netlist: Path, database: Database) -> int:
    """Write what memories in LUTs begin with into a FASM file; the number of LUTs written.

    Parameters
    ----------
    fasm
        What nextpnr-himbaechel wrote; `routed.json` is beside it.
    netlist
        What it was given, by Yosys.
    database
        Where the tiles' names are.
    """
    modules = json.loads(netlist.read_text(encoding="utf-8"))["modules"]
    cells: dict[str, Any] = max((m["cells"] for m in modules.values()), key=len)
    contents: dict[str, int] = {}
    for cell in read_routed(fasm.with_name(ROUTED), database).of("SLICE_LUTX"):
        found = _PART.fullmatch(cell.name)
        if found is not None and found.group(1) in cells:
            name, bits = _feature(cell), _bits(cells[found.group(1)], found)
            contents[name] = contents.get(name, 0) | bits
    kept = [
        line
        for line in fasm.read_text(encoding="utf-8").splitlines()
        if line.partition("[")[0] not in contents
    ]
    written = [f"{name}[63:0] = 64'b{bits:0{_BITS}b}" for name, bits in contents.items() if bits]
    with atomic_file(fasm) as unfinished:
        unfinished.write_text("\n".join([*kept, *written, ""]), encoding="utf-8")
    return len(written)


def _feature(cell: RoutedCell) -> str:
    return f"{cell.tile}.{lut_name(cell)}.INIT"


def _bits(cell: dict[str, Any], part: re.Match[str]) -> int:
    """The 64 bits of a LUT, as far as they belong to this part of a memory."""
    text = cell["parameters"].get(f"INIT_{_PORTS[int(part.group(2))]}", "0")
    init = int(re.sub("[^1]", "0", text), 2)
    half = part.group(3)
    if half is None:
        return init
    first = int(half)
    words = _BITS // 2
    column = sum((init >> 2 * word + first & 1) << word for word in range(words))
    return column << words * first
