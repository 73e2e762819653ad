"""A driver for a core on AXI4-Lite, which `generate --bus axi` copies: it needs Python alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

__all__ = ["Driver", "Field", "Junction", "Memory", "Register"]


class Memory(Protocol):
    """What reads and writes registers, such as a pynq.MMIO."""

    def read(self, offset: int) -> int:
        """The word at an offset in bytes; it raises an exception where the bus refuses."""

    def write(self, offset: int, value: int) -> None:
        """Write a word; it raises an exception where the bus refuses."""


class Field(NamedTuple):
    """Some bits of a register."""

    low: int
    """The lowest one."""
    bits: int
    """How many."""
    signed: bool
    """Whether they are a number in two's complement."""


class Register(NamedTuple):
    """A register, or one for each junction."""

    offset: int
    """Where the first one is, in bytes."""
    stride: int
    """Bytes to the next one."""
    fields: Mapping[str, Field]
    """Its fields."""


class Junction(NamedTuple):
    """Where a junction's parameters lie."""

    weights: int
    """Weights; number e is in row e // lanes, lane e % lanes."""
    lanes: int
    """Lanes of a row of weights."""
    bias_rows: Sequence[int]
    """Row of each neuron's bias."""
    bias_lanes: Sequence[int]
    """Lane of each neuron's bias."""
    addresses: int = 0
    """Addresses that can be written; number n is in row n // lanes, lane n % lanes."""


class Driver:
    """Reads and writes a core's registers by their names.

    Parameters
    ----------
    memory
        What reads and writes words of the bus.
    registers
        The registers by their names.
    junctions
        Where parameters lie; empty where the core has no registers for them.
    identity
        What ID and CORE must say, and VERSION's `major`.
    """

    def __init__(
        self,
        memory: Memory,
        registers: Mapping[str, Register],
        junctions: Sequence[Junction],
        identity: tuple[int, int, int],
    ):
        self._memory = memory
        self._registers = registers
        self._junctions = junctions
        self._identity = identity

    def check(self) -> None:
        """Look whether the core is the one that the registers are of.

        Raises
        ------
        RuntimeError
            It is another one, or none.
        """
        for name, field, wanted in zip(
            ("ID", "CORE", "VERSION"), ("id", "core", "major"), self._identity, strict=True
        ):
            found = self.get(name, field)
            if found != wanted:
                raise RuntimeError(f"{name}.{field} must be {wanted:#x}, not {found:#x}")

    def get(self, register: str, field: str, index: int = 0) -> int:
        """A field of a register, of the one of a junction where there are several."""
        place = self._registers[register].fields[field]
        value = self._memory.read(self._offset(register, index)) >> place.low
        value &= (1 << place.bits) - 1
        return value - (value >> place.bits - 1 << place.bits) if place.signed else value

    def set(self, register: str, **fields: int) -> None:
        """Write a register; fields that are not named become 0."""
        word = 0
        for name, value in fields.items():
            place = self._registers[register].fields[name]
            word |= (value & (1 << place.bits) - 1) << place.low
        self._memory.write(self._offset(register, 0), word)

    def change(self, register: str, **fields: int) -> None:
        """Write some fields of a register, and leave the others as they are."""
        others = self._registers[register].fields.keys() - fields.keys()
        self.set(register, **{name: self.get(register, name) for name in others}, **fields)

    def drain(self, polls: int = 1_000_000) -> None:
        """Wait until no sample waits, then take no more, until all updates are done.

        `resume` ends it.

        Raises
        ------
        TimeoutError
            The core was not done after so many looks at it: predictions that nobody takes keep
            samples waiting.
        """
        self._await("waiting", polls)
        self.change("CONTROL", drain=1)
        self._await("busy", polls)

    def resume(self) -> None:
        """Take samples again."""
        self.change("CONTROL", drain=0)

    def weights(self, junction: int) -> list[int]:
        """All raw weights of a junction, from 0, in their natural order; the core must be idle."""
        self._begin(junction)
        return [
            self.get("PARAMETER_DATA", "data") for _ in range(self._junctions[junction].weights)
        ]

    def set_weights(self, junction: int, values: Sequence[int]) -> None:
        """Write all raw weights of a junction; the core must be idle."""
        if len(values) != self._junctions[junction].weights:
            raise ValueError(
                f"values must be {self._junctions[junction].weights} weights, not {len(values)}"
            )
        self._begin(junction)
        for value in values:
            self.set("PARAMETER_DATA", data=value)

    def biases(self, junction: int) -> list[int]:
        """All raw biases of a junction; the core must be idle."""
        return [
            self.parameter(junction, True, row, lane) for row, lane in self._bias_places(junction)
        ]

    def set_biases(self, junction: int, values: Sequence[int]) -> None:
        """Write all raw biases of a junction; the core must be idle."""
        places = self._bias_places(junction)
        if len(values) != len(places):
            raise ValueError(f"values must be {len(places)} biases, not {len(values)}")
        for (row, lane), value in zip(places, values, strict=True):
            self.set_parameter(junction, True, row, lane, value)

    def addresses(self, junction: int) -> list[int]:
        """All addresses of a junction that can be written, row by row; the core must be idle."""
        self._begin(junction, address=True)
        return [
            self.get("PARAMETER_DATA", "data") for _ in range(self._junctions[junction].addresses)
        ]

    def set_addresses(self, junction: int, values: Sequence[int]) -> None:
        """Write all addresses of a junction that can be written; the core must be idle."""
        if len(values) != self._junctions[junction].addresses:
            raise ValueError(
                f"values must be {self._junctions[junction].addresses} addresses, not {len(values)}"
            )
        self._begin(junction, address=True)
        for value in values:
            self.set("PARAMETER_DATA", data=value)

    def parameter(self, junction: int, bias: bool, row: int, lane: int) -> int:
        """One raw weight or bias; the core must be idle."""
        self._select(junction, bias, row, lane)
        return self.get("PARAMETER_DATA", "data")

    def set_parameter(self, junction: int, bias: bool, row: int, lane: int, value: int) -> None:
        """Write one raw weight or bias; the core must be idle."""
        self._select(junction, bias, row, lane)
        self.set("PARAMETER_DATA", data=value)

    def _await(self, state: str, polls: int) -> None:
        for _ in range(polls):
            if not self.get("STATUS", state):
                return
        raise TimeoutError(f"STATUS.{state} must have become 0 after {polls} looks at it")

    def _offset(self, register: str, index: int) -> int:
        return self._registers[register].offset + index * self._registers[register].stride

    def _bias_places(self, junction: int) -> list[tuple[int, int]]:
        found = self._junctions[junction]
        return list(zip(found.bias_rows, found.bias_lanes, strict=True))

    def _begin(self, junction: int, *, address: bool = False) -> None:
        """Go to a junction's first weight or address, and from each to the next one."""
        self._select(junction, False, 0, 0, address=address)
        self.set("PARAMETER_LANES", lanes=self._junctions[junction].lanes)

    def _select(
        self, junction: int, bias: bool, row: int, lane: int, *, address: bool = False
    ) -> None:
        self.set("PARAMETER_LANES", lanes=0)
        kind = {"address": 1} if address else {"bias": int(bias)}
        self.set("PARAMETER_SELECT", junction=junction, **kind)
        self.set("PARAMETER_ROW", row=row)
        self.set("PARAMETER_LANE", lane=lane)
