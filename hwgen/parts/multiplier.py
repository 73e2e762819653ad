"""Pipelined multipliers: in a DSP block, or in LUTs as sums of partial-product pairs."""

from __future__ import annotations

from typing import TypeAlias

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, signed

from hwgen.parts.arithmetic import register
from hwgen.parts.pipeline import delayed
from software_ref.plan.pipelining import Pipelining, product_rows

__all__ = ["multiply"]

OPERANDS_AND_PRODUCT = 2
"""Clocks of a DSP block's operand and product registers."""


def multiply(
    m: Module,
    wide: Value,
    narrow: Value,
    *,
    latency: int,
    dsp: bool,
    pipelining: Pipelining,
    name: str,
    largest: int | None = None,
) -> Signal:
    """Multiply exactly; the result is signed(len(wide) + len(narrow)).

    Parameters
    ----------
    m
        The module that gets the registers.
    wide
        Multiplicand, signed.
    narrow
        Multiplier, signed or unsigned; its width sets the least latency.
    latency
        Clocks from the operands to the product, at least `pipelining`'s for the narrow one.
    dsp
        Whether a DSP block is meant; else the partial products are spelled out, so that no tool
        infers one.
    pipelining
        Adders between registers, and the least latency.
    name
        Prefix of the register names.
    largest
        The largest value of an unsigned multiplier, if that is not all ones.

    Raises
    ------
    ValueError
        The latency is too short for the multiplier's width.
    """
    least = pipelining.multiplier_latency(len(narrow), dsp=dsp)
    if latency < least:
        raise ValueError(
            f"latency of multiplier {name} must be at least {least} for a {len(narrow)}-bit "
            f"operand, not {latency}"
        )
    if dsp:
        return _dsp(m, wide, narrow, latency=latency, name=name)
    rows = _rows(m, wide, narrow, name, product_rows(len(narrow), largest))
    width = len(wide) + len(narrow)
    return _sum(m, rows, width, latency=latency, pipelining=pipelining, name=name)


def _dsp(m: Module, wide: Value, narrow: Value, *, latency: int, name: str) -> Signal:
    wide = register(m, wide, f"{name}_wide")
    narrow = register(m, narrow, f"{name}_narrow")
    product = Signal(
        signed(len(wide) + len(narrow)), name=f"{name}_m", reset_less=True, attrs={"use_dsp": "yes"}
    )
    m.d.sync += product.eq(wide * narrow)
    # Registers that the block has no more room for stand between it and the logic far from it that
    # takes its product.
    result = product
    for clocks_left in reversed(range(latency - OPERANDS_AND_PRODUCT)):
        result = register(m, result, f"{name}_before{clocks_left}" if clocks_left else name)
    return result


_Rows: TypeAlias = list[tuple[int, Value]]
"""Places of their lowest bits, and signed values."""


def _rows(m: Module, wide: Value, narrow: Value, name: str, count: int) -> _Rows:
    """Pairs of partial products: a LUT a bit, with a carry chain through them."""
    top = len(narrow) - 1
    rows: _Rows = []
    for bit in range(0, 2 * count, 2):
        low = Mux(narrow[bit], wide, 0)
        high = Mux(narrow[bit + 1], wide, 0) << 1 if bit < top else Const(0, 1)
        negative = narrow.shape().signed and bit + 1 >= top
        if bit + 2 == 2 * count == top:
            # Where the top bit is 1 the others are 0: 4 wide is 2 wide + 2 wide. A LUT sees five
            # inputs, as many as may be where the carry chain needs a second output of it.
            low = low | Mux(narrow[top], wide << 1, 0)
            high = Mux(narrow[bit + 1] | narrow[top], wide, 0) << 1
        if not negative:
            row = low + high
        elif bit == top:
            row = -low
        else:
            row = low - high
        rows.append((bit, register(m, row, f"{name}_row{bit // 2}")))
    return rows


def _sum(
    m: Module, rows: _Rows, width: int, *, latency: int, pipelining: Pipelining, name: str
) -> Signal:
    levels = pipelining.tree_levels(len(rows))
    for level in range(levels):
        for _ in range(pipelining.adders):
            rows = [(rows[k][0], _add(rows[k : k + 2])) for k in range(0, len(rows), 2)]
        rows = [
            (place, register(m, row, f"{name}_level{level}_{k}"))
            for k, (place, row) in enumerate(rows)
        ]
    spent = 1 + levels
    result = Signal(signed(width), name=name)
    m.d.comb += result.eq(delayed(m, rows[0][1], latency - spent, f"{name}_sum"))
    return result


def _add(rows: _Rows) -> Value:
    """Add two rows; the bits below the upper row's place need no adder."""
    if len(rows) == 1:
        return rows[0][1]
    (low_place, low), (high_place, high) = rows
    shift = high_place - low_place
    upper = low[shift:].as_signed() + high
    return Cat(low[:shift], upper).as_signed()
