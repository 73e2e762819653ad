"""Small memories that became logic: their words, worked out from the look-up tables' bits.

address registers --> look-up tables, as the bitstream has them, and carries --> register

Where the register has a set or reset, some of its words come by that.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boards.bitstream.xc7_check.contents import Contents
from boards.bitstream.xc7_check.ram_cells import Held
from boards.bitstream.xc7_check.routed import RoutedCell, RoutedNetlist
from boards.bitstream.xc7_check.slices import lut_bits
from boards.bitstream.xc7_decode.device_bits import DeviceBits

__all__ = ["LogicMemories"]

_LUT = "SLICE_LUTX"
_OUTPUTS = {
    _LUT: ("O5", "O6"),
    "CARRY4": tuple(f"{kind}{stage}" for kind in ("O", "CO") for stage in range(4)),
    "SLICE_FFX": ("Q",),
}
"""Pins that drive nets, of the cells that are worked through."""
_RESETS = {"FDRE": False, "FDSE": True}
"""Registers, and what their reset or set makes of them."""
_MOST = 16
"""Bits of an address up to which a memory is worked out."""

Levels = NDArray[np.bool_]
"""A net's level for every address: bool (addresses,)."""


class LogicMemories:
    """Works out words of memories that no RAM holds.

    Parameters
    ----------
    device
        The decoded bitstream.
    netlist
        The routed netlist.
    """

    def __init__(self, device: DeviceBits, netlist: RoutedNetlist):
        self._device = device
        self._names = {
            name.replace(".", "_").removeprefix("inner_"): net
            for name, net in netlist.names.items()
        }
        self._constants = netlist.constants
        self._drivers = {
            cell.nets[pin]: (cell, pin)
            for kind, pins in _OUTPUTS.items()
            for cell in netlist.of(kind)
            for pin in pins
            if pin in cell.nets
        }

    def held(self, memory: Contents) -> Held | None:
        """A memory's words, as far as nets of its register and its address are still there."""
        bits = (len(memory.words) - 1).bit_length()
        if memory.read is None or not 0 < bits <= _MOST:
            return None
        word, address = memory.read
        known = self._addresses(address, bits)
        if known is None:
            return None
        words, mask, where = [0] * len(memory.words), 0, ""
        for bit in range(memory.width):
            net = self._names.get(f"{word}[{bit}]" if memory.width > 1 else word)
            if net is None or (levels := self._registered(net, known)) is None:
                continue
            mask |= 1 << bit
            where = where or self._drivers[net][0].tile
            for place, level in enumerate(levels[: len(words)].tolist()):
                words[place] |= level << bit
        if not mask:
            return None
        return Held(words=words, present=[mask] * len(words), where=[where] * len(words))

    def _addresses(self, name: str, bits: int) -> dict[int, Levels] | None:
        """The levels of an address's bits for every address; None where one is no net any more."""
        nets = [self._names.get(f"{name}[{bit}]" if bits > 1 else name) for bit in range(bits)]
        every = np.arange(1 << bits)
        found = {
            net: (every >> bit & 1).astype(bool) for bit, net in enumerate(nets) if net is not None
        }
        if len(found) < bits:
            return None
        same = {net: np.full(len(every), level) for net, level in self._constants.items()}
        return found | same

    def _registered(self, net: int, known: dict[int, Levels]) -> Levels | None:
        """What a register takes; None where that depends on more than the address."""
        cell, output = self._drivers.get(net, (None, ""))
        if cell is None or output != "Q":
            return None
        taken, reset = (self._levels(cell.nets.get(pin, -1), known) for pin in ("D", "SR"))
        enable = known.get(cell.nets.get("CE", -1))
        if taken is None or reset is None or enable is None or not enable.all():
            return None
        if cell.original not in _RESETS:
            return None
        return np.where(reset, _RESETS[cell.original], taken)

    def _levels(self, net: int, known: dict[int, Levels]) -> Levels | None:
        """A net's levels; None where it depends on more than the address."""
        if net not in known:
            cell, output = self._drivers.get(net, (None, ""))
            if cell is None or output == "Q":
                return None
            found = (
                self._looked_up(cell, output, known)
                if cell.type == _LUT
                else self._carried(cell, output, known)
            )
            if found is None:
                return None
            known[net] = found
        return known[net]

    def _looked_up(self, cell: RoutedCell, output: str, known: dict[int, Levels]) -> Levels | None:
        """What a LUT puts out: O5 has the lower half of its bits, O6 the upper where both are."""
        index = np.full(len(next(iter(known.values()))), 0)
        if output == "O6" and "A6" not in cell.pins:
            index += 32
        for pin in range(6):
            if f"A{pin + 1}" in cell.pins:
                levels = self._levels(cell.nets.get(f"A{pin + 1}", -1), known)
                if levels is None:
                    return None
                index |= levels.astype(np.int64) << pin
        table = lut_bits(self._device, cell)
        return np.asarray(table[index], bool)

    def _carried(self, cell: RoutedCell, output: str, known: dict[int, Levels]) -> Levels | None:
        """What a carry chain puts out: O is S xor carry, CO is carry where S, else DI."""
        carry = self._levels(cell.nets.get("CIN", cell.nets.get("CYINIT", -1)), known)
        for stage in range(int(output[-1]) + 1):
            select = self._levels(cell.nets.get(f"S{stage}", -1), known)
            if carry is None or select is None:
                return None
            if output == f"O{stage}":
                return np.asarray(select ^ carry, bool)
            data = self._levels(cell.nets.get(f"DI{stage}", -1), known)
            if data is None:
                return None
            carry = np.where(select, carry, data)
        return carry
