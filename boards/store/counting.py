"""Numbers of ones among a few bits or many, and items taken apart to where a mask has ones."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Cat, Module, Mux, Value

from hwgen.parts.arithmetic import adder_tree, register
from hwgen.parts.pipeline import delayed
from software_ref.plan.pipelining import tree_levels

__all__ = ["expanded", "expansion_levels", "ones", "ones_levels"]

_TABLE = 6
"""Bits that one table counts."""


def ones_levels(bits: int) -> int:
    """Clocks that `ones` takes."""
    return 1 + tree_levels(-(-bits // _TABLE))


def ones(m: Module, bits: Sequence[Value], name: str) -> Value:
    """How many of these bits are 1, `ones_levels` clocks later."""
    parts = [
        register(m, _few(bits[k : k + _TABLE]), f"{name}_ones{k}")
        for k in range(0, len(bits), _TABLE)
    ]
    return adder_tree(m, list(parts), name)


def _few(bits: Sequence[Value]) -> Value:
    """The same of a few bits, in gates that become one table for each bit of the number."""
    total: list[Value] = []
    for bit in bits:
        carry: Value = bit
        for place, digit in enumerate(total):
            total[place], carry = digit ^ carry, digit & carry
        if len(total) < (len(bits)).bit_length():
            total.append(carry)
    return Cat(total)


def _before_levels(bits: int) -> int:
    """Clocks that `_before` takes."""
    chunks = -(-bits // _TABLE)
    return 1 if chunks == 1 else 2 + (chunks - 1).bit_length()


def _before(m: Module, bits: Sequence[Value], name: str) -> list[Value]:
    """How many ones there are before each bit, `_before_levels` clocks later."""
    chunks = [bits[k : k + _TABLE] for k in range(0, len(bits), _TABLE)]
    near: list[Value] = [
        register(m, _few(chunk[:k]), f"{name}_near{number}_{k}")
        for number, chunk in enumerate(chunks)
        for k in range(len(chunk))
    ]
    if len(chunks) == 1:
        return near
    sums: list[Value] = [
        register(m, _few(chunk), f"{name}_chunk{k}") for k, chunk in enumerate(chunks)
    ]
    step, level = 1, 0
    while step < len(chunks):
        sums = [
            register(m, each + sums[k - step] if k >= step else each, f"{name}_sum{level}_{k}")
            for k, each in enumerate(sums)
        ]
        step, level = 2 * step, level + 1
    found = []
    for place, each in enumerate(near):
        waited = delayed(m, each, level, f"{name}_near{place}")
        chunk = place // _TABLE
        total = waited + sums[chunk - 1] if chunk else waited
        found.append(register(m, total, f"{name}_before{place}"))
    return found


def _mux_levels(inputs: int) -> int:
    """Levels of four-way multiplexers that choose one of so many inputs."""
    levels = 0
    while inputs > 1:
        inputs, levels = -(-inputs // 4), levels + 1
    return levels


def expansion_levels(count: int) -> tuple[int, int]:
    """Clocks from a mask, and from the items, to what `expanded` makes of them."""
    select = max(_mux_levels(count), 1)
    return _before_levels(count) + select, select


def expanded(m: Module, mask: Sequence[Value], items: Sequence[Value], name: str) -> list[Value]:
    """The items one after another where the mask has ones, and zeros elsewhere.

    Parameters
    ----------
    m
        The module that holds it.
    mask
        Bits.
    items
        As many items, of which the first as many as there are ones count; they come
        `expansion_levels` later than the mask, by the difference of the two numbers.
    name
        What its registers are called.
    """
    count = len(mask)
    before = _before(m, mask, name)
    levels = max(_mux_levels(count), 1)
    wait = _before_levels(count) + levels - 1
    found = []
    for place in range(count):
        inputs, select = list(items[: place + 1]), before[place]
        here = delayed(m, mask[place], wait, f"{name}_mask{place}")
        for level in range(levels):
            inputs = [_one_of(inputs[k : k + 4], select[:2]) for k in range(0, len(inputs), 4)]
            if level == levels - 1:
                inputs = [Mux(here, inputs[0], 0)]
            inputs = [
                register(m, each, f"{name}{place}_level{level}_{k}")
                for k, each in enumerate(inputs)
            ]
            if level < levels - 1:
                select = register(m, select[2:], f"{name}{place}_select{level}")
        found.append(inputs[0])
    return found


def _one_of(inputs: Sequence[Value], select: Value) -> Value:
    """One of at most four."""
    if len(inputs) == 1:
        return inputs[0]
    low = Mux(select[0], inputs[1], inputs[0])
    if len(inputs) == 2:
        return low
    return Mux(select[1], Mux(select[0], inputs[-1], inputs[2]), low)
