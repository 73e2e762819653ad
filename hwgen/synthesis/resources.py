"""Counts of FPGA resources: what every cell of a mapped netlist takes up in a 7-series device."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hwgen.synthesis.yosys import SynthesisError
from software_ref.devices import XC7, Device

__all__ = ["Resources", "share"]

_LOGIC = {f"LUT{inputs}": 1 for inputs in range(1, 7)} | {"INV": 1, "LUT6_2": 1}

_MEMORY = {
    "RAM16X1S": 1,
    "RAM32X1S": 1,
    "RAM64X1S": 1,
    "RAM16X1D": 2,
    "RAM32X1D": 2,
    "RAM64X1D": 2,
    "RAM128X1S": 2,
    "RAM128X1D": 4,
    "RAM256X1S": 4,
    "RAM32M": 4,
    "RAM64M": 4,
}

_SHIFT = {"SRL16E": 1, "SRLC16E": 1, "SRLC32E": 1}

_REGISTERS = frozenset(
    f"{kind}{edge}" for kind in ("FDRE", "FDSE", "FDCE", "FDPE") for edge in ("", "_1")
) | {"LDCE", "LDPE"}

_BLOCK_RAM = {"RAMB36E1": 1.0, "RAMB18E1": 0.5}

_DSP = XC7.dsp_block

# Wired inside a slice beside its LUTs, or nothing at all.
_FREE = frozenset({"MUXF7", "MUXF8", "VCC", "GND", "BUFG", "$scopeinfo", "$print", "$check"})


@dataclass(frozen=True, kw_only=True)
class Resources:
    """Resources of a design or of one unit.

    `lut` is an upper bound: a placer may put two small functions that share inputs, or two shift
    registers, into one LUT.
    """

    lut: int = 0
    """LUT sites: logic (LUT1 to LUT6, and INV, which a slice has no other place for), with carry
    chains as a slice builds them (see packing), memory and shift registers. MUXF7 and MUXF8 take
    none."""

    lutram: int = 0
    """LUTs (of those) used as memory: RAM32M and RAM64M 4 each, RAM32X1D and RAM64X1D 2,
    RAM128X1D 4, the single-port ones 1 for each 64 bits."""

    srl: int = 0
    """LUTs (of those) used as shift registers, one for each SRL16E and SRLC32E."""

    ff: int = 0
    """Flip-flops and latches."""

    dsp: int = 0
    """DSP48E1 blocks."""

    bram36: float = 0.0
    """Block RAMs of 36 kbit; an 18-kbit one counts one half."""

    carry: int = 0
    """CARRY4 elements, one to a slice, beside its LUTs."""

    @classmethod
    def count(cls, types: Iterable[str], site_changes: int = 0) -> Resources:
        """Add up cells, given by their types.

        Parameters
        ----------
        types
            Cell types, one a cell.
        site_changes
            LUT sites more than LUT cells, from packing.

        Raises
        ------
        SynthesisError
            A cell is none of the device's.
        """
        counts = Counter(types)
        unknown = sorted(set(counts) - _KNOWN)
        if unknown:
            raise SynthesisError(f"the netlist must hold 7-series cells only, not {unknown[0]!r}")

        def total(weights: Mapping[str, Any]) -> Any:
            return sum(weight * counts[kind] for kind, weight in weights.items())

        lutram, srl = total(_MEMORY), total(_SHIFT)
        return cls(
            lut=total(_LOGIC) + lutram + srl + site_changes,
            lutram=lutram,
            srl=srl,
            ff=sum(counts[kind] for kind in _REGISTERS),
            dsp=counts[_DSP],
            bram36=total(_BLOCK_RAM),
            carry=counts["CARRY4"],
        )

    def fits(self, device: Device) -> bool:
        """Whether the device has enough of everything; a full device may still not route."""
        available = self.available(device)
        return all(used <= available[name] for name, used in self._used().items())

    def percent(self, device: Device) -> dict[str, float]:
        """Share of the device; `memory_lut` is lutram and srl, which compete for the same LUTs."""
        available = self.available(device)
        return {
            name: round(100 * share(used, available[name]), 2)
            for name, used in self._used().items()
        }

    @staticmethod
    def available(device: Device) -> dict[str, float]:
        """What a device has; two block RAMs of 18 kbit are one of 36."""
        return {
            "lut": device.lut,
            "memory_lut": device.lut_memory,
            "ff": device.ff,
            "dsp": device.dsp,
            "bram36": device.block_ram / 2,
            "carry": device.carry,
        }

    def _used(self) -> dict[str, float]:
        return {
            "lut": self.lut,
            "memory_lut": self.lutram + self.srl,
            "ff": self.ff,
            "dsp": self.dsp,
            "bram36": self.bram36,
            "carry": self.carry,
        }


def share(used: float, available: float) -> float:
    """What part is used; all of nothing where there is none, and some is needed."""
    return used / available if available else float(used > 0)


_KNOWN = _REGISTERS | _FREE | {_DSP, "CARRY4"} | {*_LOGIC, *_MEMORY, *_SHIFT, *_BLOCK_RAM}
