"""Pipelined multipliers: in a DSP block, or in LUTs (`software_ref.plan.fabric_multiplier`)."""

from __future__ import annotations

from typing import TypeAlias

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, signed

from hwgen.parts.arithmetic import register
from hwgen.parts.pipeline import delayed
from software_ref.plan.fabric_multiplier import FabricMultiplier
from software_ref.plan.pipelining import Pipelining

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
        The largest value of an unsigned multiplier, whose rows may then form chains.

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
    fabric = FabricMultiplier(
        wide=len(wide),
        narrow=len(narrow),
        largest=largest,
        latency=latency,
        pipelining=pipelining,
    )
    sums = _chains(m, wide, narrow, fabric, name)
    width = len(wide) + len(narrow)
    left = latency - (fabric.chain - 1)
    return _sum(m, sums, width, latency=left, pipelining=pipelining, name=name)


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


def _chains(m: Module, wide: Value, narrow: Value, fabric: FabricMultiplier, name: str) -> _Rows:
    """Sums of every chain's rows, after as many clocks as the longest has."""
    operands = _Operands(m, wide, narrow, fabric, name)
    sums: _Rows = []
    for first in range(0, fabric.rows, fabric.chain):
        end = min(first + fabric.chain, fabric.rows)
        total: Value = register(
            m, _first_row(wide, narrow, 2 * first, fabric), f"{name}_row{first}"
        )
        for clock, row in enumerate(range(first + 1, end), start=1):
            place = 2 * clock
            term = operands.term(row, clock)
            # The sum is x times the bits so far: it has no carry beyond them.
            size = len(wide) + len(narrow[2 * row : 2 * row + 2])
            upper = (total[place:].as_signed() + term)[:size]
            total = register(m, Cat(total[:place], upper).as_signed(), f"{name}_row{row}")
        waits = fabric.chain - (end - first)
        sums.append((2 * first, delayed(m, total, waits, f"{name}_chain{first}")))
    return sums


def _first_row(wide: Value, narrow: Value, bit: int, fabric: FabricMultiplier) -> Value:
    """A pair of partial products: a LUT a bit, with a carry chain through them."""
    top = len(narrow) - 1
    low = Mux(narrow[bit], wide, 0)
    high = Mux(narrow[bit + 1], wide, 0) << 1 if bit < top else Const(0, 1)
    negative = narrow.shape().signed and bit + 1 >= top
    if fabric.joined and bit + 2 == top:
        # Where the top bit is 1 the others are 0: 4 wide is 2 wide + 2 wide. A LUT sees five
        # inputs, as many as may be where the carry chain needs a second output of it.
        low = low | Mux(narrow[top], wide << 1, 0)
        high = Mux(narrow[bit + 1] | narrow[top], wide, 0) << 1
    if not negative:
        return low + high
    return -low if bit == top else low - high


class _Operands:
    """What the later rows of chains add, at the clock at which each does."""

    def __init__(self, m: Module, wide: Value, narrow: Value, fabric: FabricMultiplier, name: str):
        self._m, self._narrow, self._name = m, narrow, name
        self._bits = fabric.narrow
        self._top = narrow[-1] if fabric.joined else None
        # Where the top bit is 1 the others are 0, and 4 x stands in the place of 3 x.
        other = wide if self._top is None else Mux(self._top, wide << 1, wide)
        self._wide: list[Value] = [wide]
        self._triple: list[Value] = [(other + (wide << 1))[: len(wide) + 2].as_signed()]
        for clock in range(1, fabric.chain):
            self._wide.append(register(m, self._wide[-1], f"{name}_wide{clock}"))
            self._triple.append(register(m, self._triple[-1], f"{name}_triple{clock}"))

    def term(self, row: int, clock: int) -> Value:
        """0, 1, 2 or 3 times the multiplicand, `clock` clocks after the operands."""
        pair = self._narrow[2 * row : 2 * row + 2]
        if self._top is not None and 2 * row + 2 == self._bits - 1:
            pair = pair | self._top.replicate(2)
        digit = delayed(self._m, pair, clock, f"{self._name}_digit{row}")
        wide, triple = self._wide[clock], self._triple[clock]
        if len(digit) == 1:
            return Mux(digit, wide, 0)
        return Mux(digit[1], Mux(digit[0], triple, wide << 1), Mux(digit[0], wide, 0))


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
