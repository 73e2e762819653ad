"""How many LUT sites the LUTs around carry chains take: a slice fixes what stands beside a carry.

In a 7-series slice the LUT beside a carry bit has two outputs. Output O6 drives the bit's S input,
and nothing else can; O5 may drive its DI input, as may a wire from outside:

    up to 5 shared inputs --> LUT --O6--> S  --+
                                 '--O5--> DI --+--> CARRY4 bit
"""

from __future__ import annotations

from collections import defaultdict

from hwgen.synthesis.netlist import Netlist

__all__ = ["site_changes"]

_SHARED_INPUTS = 5


def site_changes(netlist: Netlist) -> dict[int, int]:
    """LUT sites more or less than LUT cells, by the cell's place in the netlist.

    Counted are what the slice leaves no choice about: a LUT for DI alone is part of the LUT for S
    if both have at most five inputs together (-1, at the former), and an S input that no LUT
    drives needs one as a wire (+1, at the CARRY4). Other LUTs may share sites too, which a placer
    decides.
    """
    drivers: dict[int, int] = {}
    loads: dict[int, list[int]] = defaultdict(list)
    for index, cell in enumerate(netlist.cells):
        for net in cell.driven():
            drivers[net] = index
        for net in cell.read():
            loads[net].append(index)

    def lut(net: int | str) -> int | None:
        """The LUT that drives a net."""
        index = drivers.get(net) if isinstance(net, int) else None
        if index is None or not netlist.cells[index].type.startswith(("LUT", "INV")):
            return None
        return index

    changes: dict[int, int] = defaultdict(int)
    for index, cell in enumerate(netlist.cells):
        if cell.type != "CARRY4":
            continue
        for select, data in zip(cell.inputs["S"], cell.inputs["DI"], strict=True):
            above, below = lut(select), lut(data)
            if above is None:
                changes[index] += isinstance(select, int)
            elif below is not None and below != above:
                inputs = {*netlist.cells[above].read(), *netlist.cells[below].read()} - {data}
                alone = set(loads[data]) <= {index, above} and loads[data].count(index) == 1
                if alone and set(loads[select]) == {index} and len(inputs) <= _SHARED_INPUTS:
                    changes[below] -= 1
    return {index: change for index, change in changes.items() if change}
