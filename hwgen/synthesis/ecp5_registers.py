"""Moves flip-flops into ECP5 multipliers and block RAMs: Yosys' synth_ecp5 leaves them outside.

    A --> [ operand ] --> A  MULT18X18D  P --> [ product ] --> [ result ] -->
    B --> [ operand ] --> B

    address --> DP16KD  DO --> [ data ] -->

A MULT18X18D has registers of its own at A and B, after the array and at P, a DP16KD at its outputs.
Without them a product takes 3.9 ns and a word 5.8 ns, and the wires come on top.
`hwgen.parts.multiplier` and `hwgen.parts.memory` put plain registers in these places.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from hwgen.tool_output import read_json
from software_ref.devices import ECP5

__all__ = ["absorb_registers", "absorb_registers_in_file"]

_WIDTH = 18
_MULTIPLIER = ECP5.dsp_block
_BLOCK_RAM = "DP16KD"
_REGISTER = "TRELLIS_FF"

_Bit = int | str
_Cell = dict[str, Any]


def absorb_registers(module: dict[str, Any]) -> tuple[int, int]:
    """Give the multipliers and block RAMs of a mapped netlist their registers.

    Parameters
    ----------
    module
        A flattened module of Yosys' `write_json` after `synth_ecp5`; changed in place. Flip-flops
        that nothing reads any more are removed.

    Returns
    -------
    Multipliers that got all of operand, product and result registers, and read ports of block RAMs
    that got theirs.
    """
    return _Absorber(module).run()


def absorb_registers_in_file(netlist: Path, top: str) -> tuple[int, int]:
    """Do so in module `top` of a netlist file."""
    document = read_json(netlist)
    moved = absorb_registers(document["modules"][top])
    netlist.write_text(json.dumps(document), encoding="utf-8")
    return moved


class _Absorber:
    def __init__(self, module: dict[str, Any]):
        self._module = module
        self._cells: dict[str, _Cell] = module["cells"]
        self._readers: dict[_Bit, list[tuple[str, str]]] = defaultdict(list)  # cell, port
        self._registers: dict[_Bit, str] = {}  # Q: cell
        for name, cell in self._cells.items():
            for port, bits in cell["connections"].items():
                if cell["port_directions"][port] == "input":
                    for bit in bits:
                        self._readers[bit].append((name, port))
            if cell["type"] == _REGISTER:
                self._registers[cell["connections"]["Q"][0]] = name
        for port_name, port in module["ports"].items():
            if port["direction"] != "input":
                for bit in port["bits"]:
                    self._readers[bit].append(("", port_name))

    def run(self) -> tuple[int, int]:
        multipliers, ports = 0, 0
        for name in self._named(_MULTIPLIER):
            operands, results = self._absorb_operands(name), self._absorb_results(name)
            multipliers += operands and results == 2
        for name in self._named(_BLOCK_RAM):
            ports += sum(self._absorb_data(name, side) for side in "AB")
        return multipliers, ports

    def _named(self, kind: str) -> list[str]:
        return [name for name, cell in self._cells.items() if cell["type"] == kind]

    def _absorb_operands(self, name: str) -> bool:
        """Both operands or none: the cell's timing knows no half-registered inputs."""
        cell = self._cells[name]
        sides = {side: [f"{side}{k}" for k in range(_WIDTH)] for side in "AB"}
        bits = [cell["connections"][pin][0] for pins in sides.values() for pin in pins]
        registers = [self._registers.get(bit) for bit in bits if isinstance(bit, int)]
        clocks = {self._clock(register) for register in registers}
        # A bit that is always 1 is not in a register that starts at 0.
        if None in clocks or len(clocks) != 1 or "1" in bits or not self._takes(name, *clocks):
            return False
        for side, pins in sides.items():
            self._clocked(cell, f"INPUT{side}")
            for pin in pins:
                (bit,) = cell["connections"][pin]
                if isinstance(bit, int):
                    register = self._registers[bit]
                    self._connect(name, pin, self._cells[register]["connections"]["DI"][0])
                    self._remove_unread(register)
        return True

    def _absorb_results(self, name: str) -> int:
        """Registers taken in after the array, 0 to 2."""
        cell = self._cells[name]
        taken = 0
        for _ in range(2):
            followers = self._followers(cell, [f"P{k}" for k in range(2 * _WIDTH)])
            clocks = {self._clock(register) for register in followers.values()}
            if len(clocks) != 1 or None in clocks or not self._takes(name, *clocks):
                break
            self._replace(cell, followers)
            taken += 1
        for stage in ("OUTPUT", "PIPELINE")[:taken]:
            self._clocked(cell, stage)
        return taken

    def _absorb_data(self, name: str, side: str) -> bool:
        """The register behind one read port, if it is clocked as the port is."""
        cell = self._cells[name]
        followers = self._followers(cell, [f"DO{side}{k}" for k in range(_WIDTH)])
        clocks = {self._clock(register) for register in followers.values()}
        if clocks != {cell["connections"][f"CLK{side}"][0]}:
            return False
        if cell["connections"][f"OCE{side}"] != ["1"] or cell["connections"][f"RST{side}"] != ["0"]:
            return False
        self._replace(cell, followers)
        cell["parameters"][f"REGMODE_{side}"] = "OUTREG"
        return True

    def _followers(self, cell: _Cell, pins: list[str]) -> dict[str, str]:
        """The register behind each output that is read; none if there are other readers."""
        read = [pin for pin in pins if self._readers[cell["connections"][pin][0]]]
        followers = {pin: self._only_register(cell["connections"][pin][0]) for pin in read}
        found = {pin: register for pin, register in followers.items() if register is not None}
        return found if len(found) == len(read) else {}

    def _replace(self, cell: _Cell, followers: dict[str, str]) -> None:
        """Let outputs drive what the registers behind them drove."""
        for pin, register in followers.items():
            after = self._cells[register]["connections"]["Q"][0]
            self._remove(register)
            cell["connections"][pin] = [after]

    def _clock(self, register: str | None) -> _Bit | None:
        """The clock of a register without enable, reset or set value; None for any other."""
        if register is None:
            return None
        cell = self._cells[register]
        parameters, connections = cell["parameters"], cell["connections"]
        enabled = parameters.get("CEMUX", "1").strip() == "1"
        rising = parameters.get("CLKMUX", "CLK") == "CLK"
        free = connections.get("LSR", ["0"]) == ["0"]
        starts_at_0 = parameters.get("REGSET", "RESET") == "RESET"
        ours = not cell.get("attributes", {}).get("keep")
        clock: _Bit = connections["CLK"][0]
        return clock if enabled and rising and free and starts_at_0 and ours else None

    def _only_register(self, bit: _Bit) -> str | None:
        """The register whose D is all that reads a net."""
        readers = self._readers[bit]
        if len(readers) != 1:
            return None
        name, port = readers[0]
        return name if name and port == "DI" and self._cells[name]["type"] == _REGISTER else None

    def _takes(self, name: str, clock: _Bit | None) -> bool:
        """Whether the multiplier has this clock, or none yet and takes it."""
        cell = self._cells[name]
        present = cell["connections"].get("CLK0")
        if present is None and clock is not None:
            for pin, bit in (("CLK0", clock), ("CE0", "1"), ("RST0", "0")):
                cell["port_directions"][pin] = "input"
                cell["connections"][pin] = [bit]
                self._readers[bit].append((name, pin))
        return present is None or present == [clock]

    @staticmethod
    def _clocked(cell: _Cell, stage: str) -> None:
        cell["parameters"] |= {
            f"REG_{stage}_CLK": "CLK0",
            f"REG_{stage}_CE": "CE0",
            f"REG_{stage}_RST": "RST0",
            "GSR": "DISABLED",
        }

    def _connect(self, name: str, pin: str, bit: _Bit) -> None:
        connections = self._cells[name]["connections"]
        self._readers[connections[pin][0]].remove((name, pin))
        connections[pin] = [bit]
        self._readers[bit].append((name, pin))

    def _remove_unread(self, register: str) -> None:
        if register in self._cells:
            bit = self._cells[register]["connections"]["Q"][0]
            if not self._readers[bit]:
                self._remove(register)

    def _remove(self, register: str) -> None:
        for port, bits in self._cells.pop(register)["connections"].items():
            for bit in bits:
                if port != "Q":
                    self._readers[bit].remove((register, port))
