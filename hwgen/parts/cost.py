"""What the parts that all units are made of take: registers, adders, multiplexers, multipliers and
memories, as a 7-series device builds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import TypeAlias

from software_ref.devices import BLOCK_RAM
from software_ref.plan.fabric_multiplier import FabricMultiplier
from software_ref.plan.memory_plan import MemoryPlan
from software_ref.plan.pipelining import Pipelining
from software_ref.plan.product_pair import LATENCY, ProductPair

__all__ = [
    "ONE",
    "Logic",
    "Terms",
    "adder",
    "adder_tree",
    "memory",
    "multiplexer",
    "multiplier",
    "multipliers",
    "pipelined_multiplexer",
    "product_pair",
    "registers",
    "total",
]


@dataclass(frozen=True)
class Logic:
    """Resources, before any coefficient is put to them."""

    lut: float = 0.0
    """LUTs, those of memories too."""
    ff: float = 0.0
    """Flip-flops outside DSP blocks and block RAMs."""
    lutram: int = 0
    """LUTs (of those) that are memory."""
    dsp: int = 0
    """DSP48E1 blocks."""
    bram18: int = 0
    """Block RAMs of 18 kbit."""

    def __add__(self, other: Logic) -> Logic:
        return Logic(
            self.lut + other.lut,
            self.ff + other.ff,
            self.lutram + other.lutram,
            self.dsp + other.dsp,
            self.bram18 + other.bram18,
        )

    def __mul__(self, count: int) -> Logic:
        return Logic(
            self.lut * count,
            self.ff * count,
            self.lutram * count,
            self.dsp * count,
            self.bram18 * count,
        )


Terms: TypeAlias = Mapping[str, Logic]
"""The parts of one unit, by what they are; each gets a coefficient of its own (see estimate)."""
ONE = Logic(lut=1, ff=1)
"""What a constant part of a unit is counted in."""


def total(parts: Iterable[Logic]) -> Logic:
    """The sum of several."""
    return sum(parts, Logic())


def registers(bits: int) -> Logic:
    """Plain flip-flops."""
    return Logic(ff=bits)


def adder(width: int) -> Logic:
    """A carry chain: a LUT a bit, and a register behind it."""
    return Logic(lut=width, ff=width)


def multiplexer(inputs: int, width: int) -> Logic:
    """A selection without a register: every LUT of six inputs makes one of four."""
    return Logic(lut=width * ceil((inputs - 1) / 3))


def pipelined_multiplexer(inputs: int, width: int, pipelining: Pipelining) -> Logic:
    """`hwgen.parts.pipeline.pipelined_mux`."""
    parts = []
    while inputs > 1:
        full, rest = divmod(inputs, pipelining.mux_inputs)
        parts.append(multiplexer(pipelining.mux_inputs, width) * full)
        parts.append(multiplexer(rest, width))
        inputs = full + (rest > 0)
        parts.append(registers(inputs * width))
    return total(parts)


def adder_tree(terms: int, width: int, adders: int = 1) -> Logic:
    """`hwgen.parts.arithmetic.adder_tree` over terms of `width` bits."""
    lut = ff = 0
    level = 0
    while terms > 1:
        pairs, odd = divmod(terms, 2)
        level += 1
        lut += pairs * (width + 1)
        terms = pairs + odd
        width += 1
        if level % adders == 0 or terms == 1:
            ff += terms * width
    return Logic(lut=lut, ff=ff)


def multiplier(
    wide: int,
    narrow: int,
    *,
    latency: int,
    dsp: bool,
    pipelining: Pipelining,
    largest: int | None = None,
) -> Logic:
    """`hwgen.parts.multiplier.multiply`; a DSP block has room for three registers."""
    if dsp:
        return Logic(ff=max(latency - 3, 0) * (wide + narrow), dsp=1)
    fabric = FabricMultiplier(
        wide=wide, narrow=narrow, largest=largest, latency=latency, pipelining=pipelining
    )
    return Logic(lut=fabric.luts, ff=fabric.registers)


def multipliers(
    count: int,
    wide: int,
    narrow: int,
    *,
    latency: int,
    dsp: int,
    pipelining: Pipelining,
    largest: int | None = None,
) -> Logic:
    """Several of them, so many of which are DSP blocks."""
    block, fabric = (
        multiplier(wide, narrow, latency=latency, dsp=kind, pipelining=pipelining, largest=largest)
        for kind in (True, False)
    )
    return block * dsp + fabric * (count - dsp)


def product_pair(pair: ProductPair, *, latency: int) -> Logic:
    """`hwgen.parts.product_pair.multiply_pair`: low bits of a product, and their offset."""
    ff = 4 * pair.overlap + 1 + (latency - LATENCY) * 2 * pair.product
    return Logic(lut=pair.luts, ff=ff, dsp=1)


def memory(
    depth: int,
    width: int,
    *,
    reads: int = 1,
    rom: bool = False,
    latency: int = 1,
    kind: str | None = None,
) -> Logic:
    """`hwgen.parts.memory.memory`, with at most one write port, and the registers behind reads."""
    if depth <= 1:
        return registers(width * (1 + reads * latency))
    late = registers(width * reads * (latency - 1))
    if (kind or MemoryPlan(depth=depth, width=width).kind) == "block":
        # A block RAM that is never written reads two words a clock.
        ports = ceil(reads / 2) if rom and depth >= 1024 else reads
        return Logic(bram18=ports * _block_rams(depth, width)) + late
    outputs, chunks = registers(width * reads), ceil(depth / 64)
    if rom:
        return Logic(lut=width * ceil(depth / 64)) + multiplexer(chunks, width) + outputs + late
    cells = min(_lut_rams(depth, width, reads, words=32), _lut_rams(depth, width, reads, words=64))
    chosen = multiplexer(chunks, width * reads)
    return Logic(lut=4 * cells, lutram=4 * cells) + chosen + outputs + late


def _lut_rams(depth: int, width: int, reads: int, *, words: int) -> int:
    """RAM32M or RAM64M elements of four LUTs.

    One takes three bits (of 64 words) to one read port, or one bit to three; of 32 words twice.
    """
    bits = 64 // words
    each = min(reads * ceil(width / (3 * bits)), ceil(width / bits) * ceil(reads / 3))
    return ceil(depth / words) * each


def _block_rams(depth: int, width: int) -> int:
    """RAMB18 for one read port; two of them make a RAMB36."""
    bits = (depth - 1).bit_length()
    if depth >= 1024:  # built in columns, see hwgen.parts.memory
        step = max(BLOCK_RAM.data_bits >> bits, 1)
        return ceil(width / step) * ceil(depth / BLOCK_RAM.data_bits)
    return ceil(width / (BLOCK_RAM.width if depth <= BLOCK_RAM.words else BLOCK_RAM.width // 2))
