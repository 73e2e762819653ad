"""Memories: one write port, synchronous reads, and the packing of bank and word into an address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from amaranth.hdl import Cat, Const, MemoryData, MemoryInstance, Module, Signal, Value, unsigned

from hwgen.export.unused_names import UNINITIALISED
from hwgen.parts.pipeline import delayed
from software_ref.devices import BLOCK_RAM
from software_ref.plan.memory_plan import MemoryPlan, banked_layout

__all__ = ["BankedAddress", "memory", "packed"]

COLUMNS_FROM = 1024
"""Words from which a memory is built in columns: shallower ones are wide RAMs anyway."""


def memory(
    m: Module,
    name: str,
    *,
    depth: int,
    width: int,
    reads: Sequence[Value],
    write: tuple[Value, Value, Value] | None = None,
    init: Sequence[int] | None = (),
    latency: int = 1,
    kind: str | None = None,
) -> list[Value]:
    """Add a memory and return the data of its read ports, unsigned(width) each.

    `MemoryPlan` decides whether it is to be LUT RAM or block RAM, and the tools are told.

    Parameters
    ----------
    m
        The module that holds it.
    name
        Name of the array in the Verilog.
    depth, width
        Words, and bits of a word.
    reads
        One address per read port; a read in the clock of a write to the same word gives the old
        word (no tool then needs a transparent port).
    write
        Address, data and enable of the write port; None makes a ROM.
    init
        First words, as unsigned integers; the rest start at 0. None says that nobody reads a word
        before it is written: the Verilog then has no line for each.
    latency
        Clocks from an address to its data, 1 or more.
    kind
        "distributed" or "block", where the memory is a part of one that was decided about whole.
    """
    bits = (depth - 1).bit_length()  # none where a single word needs no address
    outputs = [
        Signal(width, name=f"{name}_read{port}", reset_less=True) for port in range(len(reads))
    ]
    kind = kind or MemoryPlan(depth=depth, width=width).kind
    # A small ROM becomes logic, which no style names alike for all tools.
    attrs: dict[str, str | int] = (
        {"ram_style": kind} if write is not None or kind == "block" else {}
    )
    if init is None:
        attrs[UNINITIALISED] = 1
    columns = _columns(depth, width)
    for index, column in enumerate(columns):
        words = [word >> column.start & (1 << len(column)) - 1 for word in init or ()]
        data = MemoryData(shape=unsigned(len(column)), depth=depth, init=words)
        instance = MemoryInstance(data=data, attrs=attrs)
        m.submodules[name if len(columns) == 1 else f"{name}_column{index}"] = instance
        place = slice(column.start, column.stop)
        if write is not None:
            address, value, enable = write
            instance.write_port(domain="sync", addr=address[:bits], data=value[place], en=enable)
        for address, output in zip(reads, outputs, strict=True):
            instance.read_port(
                domain="sync",
                addr=address[:bits],
                data=output[place],
                en=Const(1),
                transparent_for=(),
            )
    return [
        delayed(m, output, latency - 1, f"{name}_read{port}") for port, output in enumerate(outputs)
    ]


def _columns(depth: int, width: int) -> list[range]:
    """Bits of a word that share block RAMs.

    A tool is free to build a deep memory from wide, shallow RAMs with multiplexers behind them,
    which take longer than the clock allows. Columns of one RAM's bits leave nothing to choose.
    """
    step = width
    if COLUMNS_FROM <= depth <= BLOCK_RAM.data_bits:
        step = BLOCK_RAM.data_bits >> (depth - 1).bit_length()
    return [range(first, min(first + step, width)) for first in range(0, width, step)]


def packed(fields: Iterable[int], width: int) -> int:
    """Concatenate integers of `width` bits, two's complement, the first in the lowest bits."""
    mask = (1 << width) - 1
    return sum((field & mask) << (place * width) for place, field in enumerate(fields))


class BankedAddress:
    """Packs (bank, word) into one address without adders, in whichever order wastes fewer words.

    Parameters
    ----------
    banks, words
        Number of banks K and of words D in each.
    """

    def __init__(self, banks: int, words: int):
        self._bank_bits = (banks - 1).bit_length()
        self._word_bits = (words - 1).bit_length()
        self.depth, self._bank_above = banked_layout(banks, words)

    def __call__(self, bank: Value, word: Value) -> Value:
        """The address of a word in a bank."""
        bank, word = bank[: self._bank_bits], word[: self._word_bits]
        return Cat(word, bank) if self._bank_above else Cat(bank, word)
