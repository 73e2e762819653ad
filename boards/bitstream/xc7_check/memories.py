"""Every memory's first words against the golden model, or the Verilog."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from boards.bitstream.xc7_check.contents import Contents
from boards.bitstream.xc7_check.findings import Finding, Findings
from boards.bitstream.xc7_check.logic_memories import LogicMemories
from boards.bitstream.xc7_check.ram_cells import Held, ram_parts, words_held
from boards.bitstream.xc7_check.routed import RoutedNetlist
from boards.bitstream.xc7_decode.device_bits import DeviceBits

__all__ = ["check_memories"]


def check_memories(
    device: DeviceBits, netlist: RoutedNetlist, memories: Sequence[Contents]
) -> Findings:
    """Hold the words of every RAM in the bitstream against what the memories must hold."""
    parts, in_logic = ram_parts(device, netlist), LogicMemories(device, netlist)
    differences: list[Finding] = []
    counts: Counter[str] = Counter({"memories": 0})
    logic, undefined = [], 0
    for memory in memories:
        cells = parts.pop(memory.name, None)
        if cells is not None:
            copies = words_held(cells, len(memory.words), memory.width)
        elif (worked_out := in_logic.held(memory)) is not None:
            copies = [worked_out]
            counts["of them logic"] += 1
        else:
            logic.append(memory.name)
            continue
        counts["memories"] += 1
        if not memory.defined:
            undefined += 1
            continue
        for held in copies:
            bits = sum(mask.bit_count() for mask in held.present)
            golden = memory.source != "the Verilog"
            counts["bits"] += bits
            counts["bits known to the golden model"] += bits if golden else 0
            differences += _differences(memory, held)
    differences += [
        Finding(what=f"RAM of {name}", where=cells[0].where, found="there", right="no memory")
        for name, cells in parts.items()
    ]
    notes = []
    if logic:
        notes.append(
            f"{len(logic)} small memories are logic that cannot be told apart, compared as look-up "
            f"tables alone: {', '.join(logic)}"
        )
    if undefined:
        notes.append(
            f"{undefined} memories are written before they are read; they have no first words"
        )
    return Findings(kind="memories", compared=dict(counts), differences=differences, notes=notes)


def _differences(memory: Contents, held: Held) -> list[Finding]:
    digits = -(-memory.width // 4)
    return [
        Finding(
            what=f"word {place} of {memory.name}",
            where=where,
            found=f"{found:0{digits}x}",
            right=f"{right & mask:0{digits}x} by {memory.source}",
        )
        for place, (found, right, mask, where) in enumerate(
            zip(held.words, memory.words, held.present, held.where, strict=True)
        )
        if found != right & mask
    ]
