"""A memory of any depth out of chunks of one block RAM's depth, with a fixed latency."""

from __future__ import annotations

from amaranth.hdl import Array, Module, Signal, Value

from hwgen.parts.arithmetic import register
from hwgen.parts.memory import memory
from hwgen.parts.pipeline import delayed
from software_ref.devices import BLOCK_RAM

__all__ = ["CHUNK", "LATENCY", "deep_memory"]

CHUNK = BLOCK_RAM.data_bits
"""Words of a chunk: a block RAM's, one bit wide."""
LATENCY = 4
"""Clocks from an address to its word: to the chunks, through them, and out of one of them."""


def deep_memory(
    m: Module,
    name: str,
    *,
    depth: int,
    width: int,
    read: Value,
    write: tuple[Value, Value, Value],
) -> Value:
    """Add a memory with unknown first words, and return the word read, LATENCY clocks later.

    Parameters
    ----------
    m
        The module that holds it.
    name
        Name of the arrays in the Verilog.
    depth, width
        Words, and bits of a word.
    read
        Address to read.
    write
        Address, data and enable; the word is written a clock later.
    """
    address = register(m, read, f"{name}_read_address")
    place = register(m, write[0], f"{name}_write_address")
    word = register(m, write[1], f"{name}_write_data")
    chunks = []
    for number, first in enumerate(range(0, depth, CHUNK)):
        enable = Signal(name=f"{name}{number}_write")
        here = write[0][CHUNK.bit_length() - 1 :] == number if depth > CHUNK else 1
        m.d.sync += enable.eq(write[2] & here)
        words = min(CHUNK, depth - first)
        (data,) = memory(
            m,
            f"{name}{number}",
            depth=words,
            width=width,
            reads=[address],
            write=(place, word, enable),
            init=None,
            latency=LATENCY - 2,
        )
        chunks.append(data)
    chosen = delayed(m, address[CHUNK.bit_length() - 1 :], LATENCY - 2, f"{name}_chunk")
    return register(m, Array(chunks)[chosen] if len(chunks) > 1 else chunks[0], f"{name}_word")
